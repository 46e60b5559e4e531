"""Rules about teams, places of work, calendars and networks: the local team keeps its own.

Nobody keeps anything of this about themselves: being in a team explains looks at its children.
"""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Organisation, Team, User
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.policies.organisations import is_open
from accounts.policies.people import in_own_base, not_oneself
from accounts.policies.standing import can
from accounts.roles import Permission

ELSEWHERE = deny(
    "person-not-in-user-base",
    "There is no such account in your user base.",
    "Check the address, or invite the person first.",
)
CLOSED = deny(
    "team-closed",
    "This team was closed, so nothing can be changed about it.",
    "Choose another team, or create one.",
)


def can_keep_teams(acting: Acting, organisation: Organisation) -> Decision:
    """May this person create teams and register networks at `organisation`?"""
    return first_no(
        in_own_base(acting, can(acting, Permission.KEEP_TEAMS), organisation.base.pk),
        is_open(organisation),
    )


def can_change_team(acting: Acting, team: Team) -> Decision:
    """May this person rename or close the team, or change its calendar?"""
    open_ = ALLOWED if team.closed_at is None else CLOSED
    return first_no(can_keep_teams(acting, team.organisation), open_)


def can_place(acting: Acting, user: User, base_id: int) -> Decision:
    """May this person say that `user` is in a team, at a site or on duty within `base_id`? Their
    own user base's people, those employed elsewhere with a role in it too; never themselves.
    """
    decision = in_own_base(acting, can(acting, Permission.KEEP_TEAMS), base_id)
    return first_no(decision, not_oneself(acting, user), _belongs(user, base_id))


def _belongs(user: User, base_id: int) -> Decision:
    people = User.objects.get_queryset().in_user_base(base_id)
    return ALLOWED if people.filter(pk=user.pk).exists() else ELSEWHERE
