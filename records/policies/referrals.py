"""May this person receive, answer or pass on this referral?"""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Organisation, RoleGrant, Team
from accounts.policies import ALLOWED, Decision, can, deny, first_no
from accounts.roles import PERMISSIONS, Permission
from records.models import Referral

NOT_YOURS = deny(
    "referral-not-yours",
    "That referral was made to another organisation.",
    "Look at the referrals of your own, or choose the role that it was made to.",
)
TEAM_ELSEWHERE = deny(
    "team-elsewhere",
    "That team is closed, or belongs to another organisation.",
    "Choose one of the teams listed.",
)
NOBODY_THERE = deny(
    "nobody-there",
    "Nobody at that organisation can receive a referral today.",
    "Ring them, and record here that you did not take it on.",
)


def can_receive(acting: Acting, team: Team | None) -> Decision:
    """May this person write down what came to that team, or to the organisation acted for?"""
    decision = can(acting, Permission.RECEIVE_REFERRAL)
    if not decision.allowed or team is None:
        return decision
    ours = team.closed_at is None and team.organisation == acting.organisation
    return ALLOWED if ours else TEAM_ELSEWHERE


def can_answer_referral(acting: Acting, referral: Referral) -> Decision:
    """Whoever may receive referrals, those made to the organisation acted for."""
    return first_no(
        can(acting, Permission.RECEIVE_REFERRAL),
        ALLOWED if acting.organisation == referral.organisation else NOT_YOURS,
    )


def can_pass_on(
    acting: Acting, referral: Referral, to: Organisation, team: Team | None
) -> Decision:
    """Likewise, to another organisation or team where somebody can receive it today."""
    if team is not None and (team.closed_at is not None or team.organisation != to):
        return TEAM_ELSEWHERE
    there = (to.pk, team.pk if team else None)
    elsewhere = there != (referral.organisation_id, referral.team_id) and has_receivers(to)
    return first_no(can_answer_referral(acting, referral), ALLOWED if elsewhere else NOBODY_THERE)


def has_receivers(organisation: Organisation) -> bool:
    """Whether anybody there holds a role in which referrals are received."""
    roles = [role.value for role, may in PERMISSIONS.items() if Permission.RECEIVE_REFERRAL in may]
    return (
        RoleGrant.objects.in_standing()
        .filter(content_object=organisation, permission__codename__in=roles)
        .exists()
    )
