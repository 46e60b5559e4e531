"""May this person do this, and if not, why not and what to do next. One place decides.

Roles and their permissions stand in `roles.py`; which rows a person sees in `querysets.py`; HTTP in
`middleware.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.acting import Acting
from accounts.models import Accreditation, Organisation, RoleGrant, User
from accounts.models.users import AccountStatus
from accounts.roles import OrganisationKind, Permission, Role, may_be_held_at
from accounts.synthetic import is_synthetic
from audit.ledger.actor import ActorKind


@dataclass(frozen=True)
class Decision:
    """An answer with its reason: `code` for the event, `message` and `remedy` for the person."""

    allowed: bool
    code: str = ""
    message: str = ""
    remedy: str = ""


ALLOWED = Decision(allowed=True)


def deny(code: str, message: str, remedy: str) -> Decision:
    """A "no" that says why and what to do next."""
    return Decision(allowed=False, code=code, message=message, remedy=remedy)


class Refused(Exception):
    """Raised by `require`; the middleware records it as `access.denied` and shows the 403 page."""

    def __init__(
        self,
        decision: Decision,
        *,
        permission: str = "",
        target_type: str | None = None,
        target_id: int | None = None,
    ) -> None:
        super().__init__(decision.code)
        self.decision = decision
        self.permission = permission
        self.target_type = target_type
        self.target_id = target_id


def require(
    decision: Decision,
    *,
    permission: str = "",
    target_type: str | None = None,
    target_id: int | None = None,
) -> None:
    """The first line of every action and audited read.

    Raises `Refused` unless the decision allows.
    """
    if not decision.allowed:
        raise Refused(decision, permission=permission, target_type=target_type, target_id=target_id)


def standing(acting: Acting) -> Decision:
    """Does this account count today: active, in a live role, its organisation, employer and their
    managers accredited?
    """
    if acting.user is None:
        return deny("not-signed-in", "You are not signed in.", "Sign in and try again.")
    if acting.user.status != AccountStatus.ACTIVE:
        return deny(
            f"account-{acting.user.status}",
            "Your account cannot be used at the moment.",
            "Speak to your line manager or your management team.",
        )
    if acting.grant is None or not acting.grant.is_live:  # type: ignore[attr-defined]  # annotated
        return deny(
            "no-live-role",
            "You do not hold a role in ContactPoint at the moment.",
            "Ask your management team to grant you a role.",
        )
    if not (acting.grant.is_accredited and acting.grant.employer_is_accredited):  # type: ignore[attr-defined]
        return deny(
            "organisation-not-accredited",
            "Your organisation is not accredited today, so its accounts cannot be used.",
            "Speak to the person responsible for accreditation in your organisation.",
        )
    return ALLOWED


def can(acting: Acting, permission: Permission) -> Decision:
    """Standing, then the role table."""
    if acting.actor.kind is ActorKind.COMMAND and acting.user is None and is_synthetic():
        return ALLOWED  # the demo operator exists on databases of invented data only
    decision = standing(acting)
    if not decision.allowed:
        return decision
    if not acting.has(permission):
        return deny(
            "role-may-not",
            "Your role does not allow this.",
            "If your work needs it, choose another role you hold, or ask your management team.",
        )
    return ALLOWED


def require_permission(
    acting: Acting,
    permission: Permission,
    *,
    target_type: str | None = None,
    target_id: int | None = None,
) -> None:
    """`require(can(…))` for the common case; raises `Refused`."""
    require(
        can(acting, permission),
        permission=permission.value,
        target_type=target_type,
        target_id=target_id,
    )


def can_manage(acting: Acting, base_id: int) -> Decision:
    """May this person manage accounts of the user base `base_id`?

    A local team its own, the central team everyone's.
    """
    return _in_own_base(acting, can(acting, Permission.MANAGE_ACCOUNTS), base_id)


def _in_own_base(acting: Acting, decision: Decision, base_id: int) -> Decision:
    if not decision.allowed:
        return decision
    if acting.has(Permission.READ_WHOLE_TRAIL) or acting.base is None or acting.base.pk == base_id:
        return ALLOWED
    return deny(
        "other-user-base",
        "This account belongs to another management team.",
        "Ask that team, or the central team.",
    )


def _first_no(*decisions: Decision) -> Decision:
    return next((decision for decision in decisions if not decision.allowed), ALLOWED)


def _not_oneself(acting: Acting, user: User) -> Decision:
    if acting.user is None or acting.user.pk != user.pk:
        return ALLOWED
    return deny(
        "own-account",
        "You cannot do this to your own account.",
        "Ask another member of a management team.",
    )


def is_accredited(organisation: Organisation) -> bool:
    """Are the organisation and the one above it both accredited today, by the database's clock?"""
    needed = {organisation.pk, organisation.base.pk}
    found = Accreditation.objects.in_force().filter(organisation__in=needed)
    return set(found.values_list("organisation_id", flat=True)) == needed


def accredited_today(organisation: Organisation) -> Decision:
    """No account is made, and no role granted, at an organisation that is not accredited today."""
    if is_accredited(organisation):
        return ALLOWED
    return deny(
        "organisation-not-accredited",
        "That organisation is not accredited today.",
        "Its accreditation has to be renewed first.",
    )


def can_accredit(acting: Acting, organisation: Organisation) -> Decision:
    """May this person decide on the accreditation of `organisation`?

    Never of one they belong to themselves.
    """
    decision = can(acting, Permission.ACCREDIT)
    if not decision.allowed or acting.user is None:
        return decision
    own = {acting.user.employer_id, acting.user.employer.base.pk}
    if acting.organisation is not None:
        own |= {acting.organisation.pk, acting.organisation.base.pk}
    if organisation.pk not in own:
        return ALLOWED
    return deny(
        "own-organisation",
        "You belong to this organisation, so you cannot decide on its accreditation.",
        "Ask an accreditation officer who does not belong to it.",
    )


def can_invite(acting: Acting, employer: Organisation) -> Decision:
    """May this person make an account for somebody employed by `employer`?"""
    return _first_no(can_manage(acting, employer.base.pk), accredited_today(employer))


def can_grant(acting: Acting, user: User, organisation: Organisation, role: Role) -> Decision:
    """May this person give `user` the `role` at `organisation`?

    Both must lie in their own user base.
    """
    return _first_no(
        can_manage(acting, organisation.base.pk),
        can_manage(acting, user.employer.base.pk),
        _not_oneself(acting, user),
        _fits(role, organisation),
        _can_hold_roles(user),
        accredited_today(organisation),
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


def can_revoke(acting: Acting, grant: RoleGrant) -> Decision:
    """May this person end this grant?"""
    return can_manage(acting, grant.organisation.base.pk)


def can_unlock(acting: Acting, user: User) -> Decision:
    """May this person open the lock on somebody's sign-in? Never on their own."""
    return _first_no(can_manage(acting, user.employer.base.pk), _not_oneself(acting, user))


def can_act_under(acting: Acting, grant: RoleGrant) -> Decision:
    """May this person's session act under `grant`?

    Only under one of their own, and only while it is live.
    """
    own = acting.user is not None and grant.user_id == acting.user.pk
    if own and RoleGrant.objects.live().filter(pk=grant.pk).exists():
        return ALLOWED
    return deny("not-your-role", "You do not hold this role.", "Choose one of your own roles.")


def can_stop(acting: Acting, user: User) -> Decision:
    """May this account be suspended or held by `acting`?

    Scheduled jobs may: a person reviews what they did.
    """
    if acting.actor.kind is ActorKind.JOB:
        return ALLOWED
    return _first_no(_suspends_in_own_base(acting, user), _not_oneself(acting, user))


def can_reinstate(acting: Acting, user: User) -> Decision:
    """May this person give the account back, or close it for good?

    Only ever a person, never a job, never its owner.
    """
    return _first_no(_suspends_in_own_base(acting, user), _not_oneself(acting, user))


def _suspends_in_own_base(acting: Acting, user: User) -> Decision:
    return _in_own_base(acting, can(acting, Permission.SUSPEND_ACCOUNT), user.employer.base.pk)
