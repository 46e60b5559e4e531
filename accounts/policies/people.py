"""Rules about accounts and roles: who may invite, grant, stop, reinstate, and whom."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Organisation, RoleGrant, User
from accounts.models.users import AccountStatus
from accounts.policies.decisions import ALLOWED, Decision, deny, deny_if, first_no
from accounts.policies.organisations import takes_new_users
from accounts.policies.standing import can, fresh_factor
from accounts.roles import (
    BEFORE_ACCREDITATION,
    OrganisationKind,
    Permission,
    Role,
    may_be_held_at,
    needs_fresh_factor,
    needs_two_people,
)
from audit.ledger.actor import ActorKind


def can_manage(acting: Acting, base_id: int) -> Decision:
    """May this person manage accounts of the user base `base_id`?

    A local team its own, the central team everyone's.
    """
    return in_own_base(acting, can(acting, Permission.MANAGE_ACCOUNTS), base_id)


def in_own_base(acting: Acting, decision: Decision, base_id: int) -> Decision:
    if not decision.allowed:
        return decision
    if acting.has(Permission.READ_WHOLE_TRAIL) or acting.base is None or acting.base.pk == base_id:
        return ALLOWED
    return deny(
        "other-user-base",
        "This account belongs to another management team.",
        "Ask that team, or the central team.",
    )


def not_oneself(acting: Acting, user: User) -> Decision:
    if acting.user is None or acting.user.pk != user.pk:
        return ALLOWED
    return deny(
        "own-account",
        "You cannot do this to your own account.",
        "Ask another member of a management team.",
    )


def can_invite(acting: Acting, employer: Organisation) -> Decision:
    """May this person make an account for somebody employed by `employer`?"""
    return first_no(can_manage(acting, employer.base.pk), takes_new_users(employer))


def can_grant(acting: Acting, user: User, organisation: Organisation, role: Role) -> Decision:
    """May this person give `user` the `role` at `organisation`, alone?

    Both must lie in their own user base; a powerful role takes two people (`can_request`).
    """
    return first_no(
        may_be_given(acting, user, organisation, role),
        deny_if(
            needs_two_people(role),
            "two-people-needed",
            "One person alone cannot give this role.",
            "Ask for it instead: another member of a management team then agrees or refuses.",
        ),
    )


def may_be_given(acting: Acting, user: User, organisation: Organisation, role: Role) -> Decision:
    """Whether `acting` has a say in this, and `user` could hold the role there today."""
    return first_no(
        can_manage(acting, organisation.base.pk),
        can_manage(acting, user.employer.base.pk),
        not_oneself(acting, user),
        _fits(role, organisation),
        _can_hold_roles(user),
        ALLOWED if role in BEFORE_ACCREDITATION else takes_new_users(organisation),
    )


def _fits(role: Role, organisation: Organisation) -> Decision:
    if may_be_held_at(role, OrganisationKind(organisation.kind)):
        return ALLOWED
    return deny(
        "role-not-held-there",
        "An organisation of this kind has nobody in that role.",
        "Choose another role, or grant it at the managing authority or partner.",
    )


def _can_hold_roles(user: User) -> Decision:
    if user.status in {AccountStatus.INVITED, AccountStatus.ACTIVE}:
        return ALLOWED
    return deny(
        f"account-{user.status}",
        "This account is stopped, so it cannot be given a role.",
        "Reinstate the account first.",
    )


def can_move_person(acting: Acting, user: User, employer: Organisation) -> Decision:
    """May this person say that `user` works for `employer` now?

    A local team within its own user base, the central team from one to another.
    """
    return first_no(
        can_manage(acting, user.employer.base.pk),
        can_manage(acting, employer.base.pk),
        not_oneself(acting, user),
        takes_new_users(employer),
    )


def can_change_contact(acting: Acting, user: User) -> Decision:
    """May this person change whom to ring about `user`, and who their line manager is? Codes are
    read out to that number, so with a fresh factor, and never of their own account.
    """
    return first_no(
        can_manage(acting, user.employer.base.pk), not_oneself(acting, user), fresh_factor(acting)
    )


def can_revoke(acting: Acting, grant: RoleGrant) -> Decision:
    """May this person end this grant?"""
    return can_manage(acting, grant.organisation.base.pk)


def can_act_under(acting: Acting, grant: RoleGrant) -> Decision:
    """May this person's session act under `grant`?

    Only under one of their own, and only while it is live.
    """
    own = acting.user is not None and grant.user_id == acting.user.pk
    if own and RoleGrant.objects.live().filter(pk=grant.pk).exists():
        return ALLOWED
    return deny("not-your-role", "You do not hold this role.", "Choose one of your own roles.")


def can_take_up(acting: Acting, grant: RoleGrant) -> Decision:
    """May this session change to acting under `grant`? A powerful role needs a fresh factor."""
    decision = can_act_under(acting, grant)
    if not decision.allowed or not needs_fresh_factor(grant.role):
        return decision
    return fresh_factor(acting)


def can_stop(acting: Acting, user: User) -> Decision:
    """May this account be suspended or held by `acting`?

    Scheduled jobs may: a person reviews what they did.
    """
    if acting.actor.kind is ActorKind.JOB:
        return ALLOWED
    return first_no(_suspendsin_own_base(acting, user), not_oneself(acting, user))


def can_reinstate(acting: Acting, user: User) -> Decision:
    """May this person give the account back, or close it for good?

    Only ever a person, never a job, never its owner.
    """
    return first_no(_suspendsin_own_base(acting, user), not_oneself(acting, user))


def _suspendsin_own_base(acting: Acting, user: User) -> Decision:
    return in_own_base(acting, can(acting, Permission.SUSPEND_ACCOUNT), user.employer.base.pk)
