"""Does this account count at this moment, and does its role allow what is asked?"""

from __future__ import annotations

from typing import Any

from accounts.acting import Acting
from accounts.conditions import ORGANISATION, ROLE, Condition, unmet
from accounts.models.users import AccountStatus
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no, require
from accounts.roles import BEFORE_ACCREDITATION, READING, Permission, Role, needs_fresh_factor
from accounts.states import SanctionLevel
from accounts.synthetic import is_synthetic
from audit.ledger.actor import ActorKind


def standing(acting: Acting) -> Decision:
    """Does this account count today: active, in a live role, its organisation,
    employer and their managers accredited, and nothing missing of `conditions.PERSONAL`?

    Asks the database nothing: the grant came annotated. Refuses with the first that is missing.
    """
    return standing_but_for(acting, frozenset())


def signed_in(acting: Acting) -> Decision:
    """Is this a person at all? What they may do to their own sign-in asks for nothing more."""
    if acting.user is not None:
        return ALLOWED
    return deny("not-signed-in", "You are not signed in.", "Sign in and try again.")


def standing_but_for(acting: Acting, codes: frozenset[str]) -> Decision:
    """The same with some personal conditions left aside: for the two founders, at the beginning."""
    if acting.user is None:
        return signed_in(acting)
    if acting.user.status != AccountStatus.ACTIVE:
        return deny(
            f"account-{acting.user.status}",
            "Your account cannot be used at the moment.",
            "Speak to your line manager or your management team.",
        )
    if acting.grant is None:
        return lacks(ROLE)
    personal = [lacks(one) for one in lacking(acting) if one.code not in codes]
    role_counts = _role_counts(acting.role, acting.grant)
    return first_no(role_counts, *personal, _factor_suits(acting))


def lacking(acting: Acting) -> tuple[Condition, ...]:
    """The personal conditions that the role acted in asks for and that are not met. A role that
    does nothing but ask for accreditation asks for a second factor alone.
    """
    found = unmet(acting.grant)
    if acting.role in BEFORE_ACCREDITATION:
        return tuple(one for one in found if one.code == "second-factor-missing")
    return found


def _factor_suits(acting: Acting) -> Decision:
    """A powerful role is acted in by a factor of ours, not by a directory's word alone; and not by
    one that was added within a day, unless a second person confirmed it: whoever adds one to a
    stolen account gains nothing before it is noticed.
    """
    grant: Any = acting.grant
    if not needs_fresh_factor(grant.role):
        return ALLOWED
    if acting.by_directory and not acting.factors_shown:
        return OWN_FACTOR
    waits = acting.factors_shown and acting.factors_shown <= frozenset(grant.waiting_factors)
    return FACTOR_WAITS if waits else ALLOWED


FACTOR_WAITS = deny(
    "new-factor-waits",
    "This second factor is new. In this role it counts after 24 hours.",
    "Sign in with your other second factor, or ask another member of the management team to "
    "confirm the new one under Sign-in help.",
)


OWN_FACTOR = deny(
    "own-factor-needed",
    "In this role your organisation's own sign-in is not enough.",
    "Sign out, then sign in with your password and second factor, or with a passkey.",
)


def lacks(condition: Condition) -> Decision:
    """The refusal for one missing condition."""
    return deny(condition.code, condition.message, condition.to_do)


def _role_counts(role: Role | None, grant: Any) -> Decision:
    """Is this grant, annotated by `with_standing()`, live, accredited and not switched off? An
    applicant is there before the accreditation.
    """
    if not grant.is_live:
        return lacks(ROLE)
    if role in BEFORE_ACCREDITATION:
        return ALLOWED
    if grant.sanction >= SanctionLevel.OFF:
        return deny(
            "organisation-off",
            "Your organisation\u2019s access has been switched off by the central body.",
            "Speak to the person responsible for accreditation in your organisation.",
        )
    if not (grant.is_accredited and grant.employer_is_accredited):
        return lacks(ORGANISATION)
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
    return _sanction_allows(acting.grant, permission)


def _sanction_allows(grant: Any, permission: Permission) -> Decision:
    read_only = grant is not None and grant.sanction >= SanctionLevel.READ_ONLY
    if not read_only or permission in READING:
        return ALLOWED
    return deny(
        "organisation-read-only",
        "Your organisation may look things up but change nothing at the moment.",
        "Speak to the person responsible for accreditation in your organisation.",
    )


STEP_UP = deny(
    "step-up-needed",
    "This needs your second factor again.",
    "Confirm who you are with your second factor, then do it once more.",
)


def fresh_factor(acting: Acting) -> Decision:
    """Was a second factor shown within the last five minutes? Asked by the acts that name it.

    On the web the refusal leads to the second factor and back (`accounts.middleware`).
    """
    return ALLOWED if acting.factor_is_fresh else STEP_UP


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
