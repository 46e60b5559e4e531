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
    unlock_account,
)
from accounts.actions.identifiers import end_identifier, record_identifier
from accounts.actions.installation import AlreadyInstalled, NewPerson, install_central_body
from accounts.actions.invitations import (
    EmailTaken,
    InvitationRefused,
    Invited,
    accept_invitation,
    invite_again,
    invite_person,
)
from accounts.actions.organisations import (
    accredit_organisation,
    create_organisation,
    withdraw_accreditation,
)
from accounts.actions.requirements import accept_agreement, publish_agreement, publish_course
from accounts.actions.role_requests import (
    approve_role_request,
    expire_role_requests,
    refuse_role_request,
    request_role,
)
from accounts.actions.roles import expire_grants, extend_grant, grant_role, revoke_role
from accounts.actions.vouching import confirm_identity, record_check, record_training

__all__ = [
    "AlreadyInstalled",
    "EmailTaken",
    "InvitationRefused",
    "Invited",
    "NewPerson",
    "accept_agreement",
    "accept_invitation",
    "accredit_organisation",
    "approve_role_request",
    "close_account",
    "confirm_identity",
    "create_organisation",
    "end_identifier",
    "expire_grants",
    "expire_role_requests",
    "extend_grant",
    "grant_role",
    "hold_account",
    "install_central_body",
    "invite_again",
    "invite_person",
    "publish_agreement",
    "publish_course",
    "record_check",
    "record_identifier",
    "record_training",
    "refuse_role_request",
    "reinstate_account",
    "request_role",
    "revoke_role",
    "suspend_account",
    "unlock_account",
    "withdraw_accreditation",
]
