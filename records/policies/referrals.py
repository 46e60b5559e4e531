"""May this person receive, answer or pass on this referral?"""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Organisation, RoleGrant
from accounts.policies import ALLOWED, Decision, can, deny, first_no
from accounts.roles import PERMISSIONS, Permission
from records.models import Referral

NOT_YOURS = deny(
    "referral-not-yours",
    "That referral was made to another organisation.",
    "Look at the referrals of your own, or choose the role that it was made to.",
)
NOBODY_THERE = deny(
    "nobody-there",
    "Nobody at that organisation can receive a referral today.",
    "Ring them, and record here that you did not take it on.",
)


def can_answer_referral(acting: Acting, referral: Referral) -> Decision:
    """Whoever may receive referrals, those made to the organisation acted for."""
    return first_no(
        can(acting, Permission.RECEIVE_REFERRAL),
        ALLOWED if acting.organisation == referral.organisation else NOT_YOURS,
    )


def can_pass_on(acting: Acting, referral: Referral, to: Organisation) -> Decision:
    """Likewise, to another organisation where somebody can receive it today."""
    elsewhere = to.pk != referral.organisation_id and has_receivers(to)
    return first_no(can_answer_referral(acting, referral), ALLOWED if elsewhere else NOBODY_THERE)


def has_receivers(organisation: Organisation) -> bool:
    """Whether anybody there holds a role in which referrals are received."""
    roles = [role.value for role, may in PERMISSIONS.items() if Permission.RECEIVE_REFERRAL in may]
    return (
        RoleGrant.objects.in_standing()
        .filter(content_object=organisation, permission__codename__in=roles)
        .exists()
    )
