"""Changes of state, one verb a function: a policy, a transaction, an event. Web, task and command
all come through here.

Every action takes `by` last and raises `accounts.policies.Refused`; whoever calls it records the
refusal.
"""

from accounts.actions.accounts import (
    close_account,
    hold_account,
    reinstate_account,
    suspend_account,
)
from accounts.actions.accreditation import lapse_accreditations, withdraw_accreditation
from accounts.actions.applications import (
    answer_question,
    give_up_application,
    invite_applicant,
    invite_applicant_again,
    name_applicant,
    start_application,
    submit_application,
)
from accounts.actions.closing import close_organisation
from accounts.actions.decisions import (
    approve_application,
    ask_question,
    refuse_application,
    take_application,
)
from accounts.actions.evidence import NewEvidence, add_evidence, remove_evidence
from accounts.actions.identifiers import end_identifier, record_identifier
from accounts.actions.idle import hold_idle_accounts
from accounts.actions.installation import AlreadyInstalled, NewPerson, install_central_body
from accounts.actions.invitations import (
    EmailTaken,
    InvitationRefused,
    Invited,
    WrongCode,
    accept_invitation,
    invite_again,
    invite_person,
)
from accounts.actions.merging import merge_organisation
from accounts.actions.organisations import create_organisation
from accounts.actions.outbox import send_again
from accounts.actions.own_account import end_other_sessions, end_own_session, forget_own_device
from accounts.actions.people import change_contact, move_person
from accounts.actions.relocating import cancel_move, make_due_moves, plan_move
from accounts.actions.reminders import remind_of_conditions
from accounts.actions.renewals import remind_renewals
from accounts.actions.requirements import accept_agreement, publish_agreement, publish_course
from accounts.actions.role_requests import (
    approve_role_request,
    expire_role_requests,
    refuse_role_request,
    request_role,
)
from accounts.actions.roles import expire_grants, extend_grant, grant_role, revoke_role
from accounts.actions.sanctions import (
    ImpactChanged,
    Seen,
    lift_sanction,
    sanction_organisation,
)
from accounts.actions.signin_help import (
    RecoveryRefused,
    apply_email_changes,
    change_email,
    confirm_change,
    reset_factors,
    unlock_account,
    use_recovery,
)
from accounts.actions.staff_feed import FeedSummary, TooManyLeavers, import_staff
from accounts.actions.staff_proposals import (
    accept_joiner,
    accept_mover,
    end_movers_standing,
    refuse_proposal,
)
from accounts.actions.vouching import (
    confirm_identity,
    record_check,
    record_training,
    withdraw_identity,
)

__all__ = [
    "AlreadyInstalled",
    "EmailTaken",
    "FeedSummary",
    "ImpactChanged",
    "InvitationRefused",
    "Invited",
    "NewEvidence",
    "NewPerson",
    "RecoveryRefused",
    "Seen",
    "TooManyLeavers",
    "WrongCode",
    "accept_agreement",
    "accept_invitation",
    "accept_joiner",
    "accept_mover",
    "add_evidence",
    "answer_question",
    "apply_email_changes",
    "approve_application",
    "approve_role_request",
    "ask_question",
    "cancel_move",
    "change_contact",
    "change_email",
    "close_account",
    "close_organisation",
    "confirm_change",
    "confirm_identity",
    "create_organisation",
    "end_identifier",
    "end_movers_standing",
    "end_other_sessions",
    "end_own_session",
    "expire_grants",
    "expire_role_requests",
    "extend_grant",
    "forget_own_device",
    "give_up_application",
    "grant_role",
    "hold_account",
    "hold_idle_accounts",
    "import_staff",
    "install_central_body",
    "invite_again",
    "invite_applicant",
    "invite_applicant_again",
    "invite_person",
    "lapse_accreditations",
    "lift_sanction",
    "make_due_moves",
    "merge_organisation",
    "move_person",
    "name_applicant",
    "plan_move",
    "publish_agreement",
    "publish_course",
    "record_check",
    "record_identifier",
    "record_training",
    "refuse_application",
    "refuse_proposal",
    "refuse_role_request",
    "reinstate_account",
    "remind_of_conditions",
    "remind_renewals",
    "remove_evidence",
    "request_role",
    "reset_factors",
    "revoke_role",
    "sanction_organisation",
    "send_again",
    "start_application",
    "submit_application",
    "suspend_account",
    "take_application",
    "unlock_account",
    "use_recovery",
    "withdraw_accreditation",
    "withdraw_identity",
]
