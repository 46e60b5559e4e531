"""May this person do this with a record, or with the work around a child? Answers with why not.

Which fields they then see stands in `visibility.py`.
"""

from records.policies.looking import (
    ENQUIRY_OVER,
    NOT_AN_ADDRESS_SEARCH,
    NOT_CONFIRMED,
    RANGE_FIRST,
    can_hand_over_enquiry,
    can_hand_over_work,
    can_open,
    can_search,
    can_search_by_address,
    can_start_by_address,
    can_take_involvement,
    enquiry_is_open,
)
from records.policies.mediation import can_look_for_another, can_mediate_for, can_use_request
from records.policies.moves import (
    can_amend_authority,
    can_answer_move,
    can_record_move,
    can_withdraw_move,
)
from records.policies.referrals import can_answer_referral, can_pass_on, can_receive
from records.policies.shields import (
    can_appeal,
    can_ask_to_lift,
    can_decide_shield,
    can_lift,
    can_override_shield,
    can_preview_shield,
    can_request_shield,
    can_review_override,
    can_review_shield,
    can_see_shield,
)

__all__ = [
    "ENQUIRY_OVER",
    "NOT_AN_ADDRESS_SEARCH",
    "NOT_CONFIRMED",
    "RANGE_FIRST",
    "can_amend_authority",
    "can_answer_move",
    "can_answer_referral",
    "can_appeal",
    "can_ask_to_lift",
    "can_decide_shield",
    "can_hand_over_enquiry",
    "can_hand_over_work",
    "can_lift",
    "can_look_for_another",
    "can_mediate_for",
    "can_open",
    "can_override_shield",
    "can_pass_on",
    "can_preview_shield",
    "can_receive",
    "can_record_move",
    "can_request_shield",
    "can_review_override",
    "can_review_shield",
    "can_search",
    "can_search_by_address",
    "can_see_shield",
    "can_start_by_address",
    "can_take_involvement",
    "can_use_request",
    "can_withdraw_move",
    "enquiry_is_open",
]
