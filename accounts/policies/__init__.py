"""May this person do this, and if not, why not and what to do next. One place decides.

Roles and their permissions stand in `accounts/roles.py`; which rows a person sees in
`querysets.py`; HTTP in `middleware.py`.
"""

from accounts.policies.accreditation import (
    OVERTAKEN,
    can_apply,
    can_change_evidence,
    can_decide,
    can_name_applicant,
    can_see_accreditation,
    can_see_application,
    can_start_application,
)
from accounts.policies.decisions import (
    ALLOWED,
    Decision,
    Refused,
    deny,
    deny_if,
    first_no,
    require,
)
from accounts.policies.evidence import evidence_holds, gaps, ready_to_submit
from accounts.policies.organisations import (
    accredited_today,
    can_accredit,
    can_join,
    can_register,
    is_accredited,
    is_open,
    takes_new_users,
)
from accounts.policies.people import (
    can_act_under,
    can_grant,
    can_invite,
    can_manage,
    can_move_person,
    can_reinstate,
    can_revoke,
    can_stop,
    can_take_up,
    not_oneself,
)
from accounts.policies.requirements import can_accept, can_publish
from accounts.policies.reshaping import (
    can_close,
    can_merge,
    can_move,
    can_read_register,
    can_reshape,
    reads_whole_register,
)
from accounts.policies.role_requests import (
    can_approve,
    can_extend,
    can_refuse,
    can_request,
    is_longer,
)
from accounts.policies.staffing import can_answer_proposal, can_import_staff
from accounts.policies.standing import (
    STEP_UP,
    can,
    fresh_factor,
    lacking,
    require_permission,
    signed_in,
    standing,
)
from accounts.policies.vouching import can_look_after, can_vouch, has_happened, other_founder

__all__ = [
    "ALLOWED",
    "OVERTAKEN",
    "STEP_UP",
    "Decision",
    "Refused",
    "accredited_today",
    "can",
    "can_accept",
    "can_accredit",
    "can_act_under",
    "can_answer_proposal",
    "can_apply",
    "can_approve",
    "can_change_evidence",
    "can_close",
    "can_decide",
    "can_extend",
    "can_grant",
    "can_import_staff",
    "can_invite",
    "can_join",
    "can_look_after",
    "can_manage",
    "can_merge",
    "can_move",
    "can_move_person",
    "can_name_applicant",
    "can_publish",
    "can_read_register",
    "can_refuse",
    "can_register",
    "can_reinstate",
    "can_request",
    "can_reshape",
    "can_revoke",
    "can_see_accreditation",
    "can_see_application",
    "can_start_application",
    "can_stop",
    "can_take_up",
    "can_vouch",
    "deny",
    "deny_if",
    "evidence_holds",
    "first_no",
    "fresh_factor",
    "gaps",
    "has_happened",
    "is_accredited",
    "is_longer",
    "is_open",
    "lacking",
    "not_oneself",
    "other_founder",
    "reads_whole_register",
    "ready_to_submit",
    "require",
    "require_permission",
    "signed_in",
    "standing",
    "takes_new_users",
]
