"""Who may ask for a shield, decide about it, remove it, look behind it. Two people where one could
undo another's safety alone.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.policies import ALLOWED, Decision, can, deny, first_no, fresh_factor
from accounts.roles import Permission
from records.models import Shield, ShieldOverride, ShieldStatus
from records.purposes import Reason

MOST_UNDECIDED = 5  # provisional shields one person may have waiting at a time
MOST_OVERRIDES = 3  # in one shift
SHIFT = timedelta(hours=12)

TOO_MANY_UNDECIDED = deny(
    "too-many-provisional-shields",
    f"{MOST_UNDECIDED} shields that you asked for still wait for their decision.",
    "Ring the shield administrator of the child's authority: they can shield the record at once.",
)
NOT_THEIRS = deny(
    "shield-of-another-authority",
    "This shield is decided by the shield administrators of another authority.",
    "Ring that authority, or its duty desk at night.",
)
OWN_REQUEST = deny(
    "own-shield-request",
    "You asked for this yourself, so somebody else decides about it.",
    "Ask another shield administrator.",
)
DECIDED_BEFORE = deny(
    "decided-it-before",
    "You refused this shield before, so somebody else decides about the appeal.",
    "Ask another shield administrator.",
)
NOT_WAITING = deny(
    "shield-not-waiting",
    "Somebody has dealt with this shield meanwhile, so nothing was changed.",
    "Look at how it stands now.",
)
SECOND_PERSON = deny(
    "second-person-needed",
    "You asked for this shield to be removed, so somebody else has to agree.",
    "Ask another shield administrator or the management team.",
)
NOT_YOUR_REQUEST = deny(
    "not-your-shield-request",
    "Only who asked for a shield can appeal against its refusal, and only once.",
    "Ask for a shield yourself, from the record.",
)
NO_SHIELD = deny(
    "no-shield",
    "This record is not shielded, so there is nothing to look behind.",
    "Go back to the record.",
)
TOO_MANY_OVERRIDES = deny(
    "too-many-overrides",
    f"You have overridden {MOST_OVERRIDES} shields in this shift.",
    "Ask a colleague who may override shields, or ring the duty desk.",
)
OWN_OVERRIDE = deny(
    "own-override",
    "This is your own override, so somebody else reviews it.",
    "Ask another shield administrator or the management team.",
)


def can_request_shield(acting: Acting) -> Decision:
    """May this person shield a record provisionally? A few at a time, since each hides a child from
    others before anybody has decided.
    """
    decision = can(acting, Permission.REQUEST_SHIELD)
    if not decision.allowed:
        return decision
    if acting.has(Permission.DECIDE_SHIELD):
        return ALLOWED  # a brother and three sisters are shielded at once
    waiting = Shield.objects.undecided().filter(requested_by=acting.user).count()
    return ALLOWED if waiting < MOST_UNDECIDED else TOO_MANY_UNDECIDED


def can_preview_shield(acting: Acting) -> Decision:
    """May this person see what a shield would hide of a record that is open to them?"""
    return can(acting, Permission.REQUEST_SHIELD)


def can_see_shield(acting: Acting, shield: Shield) -> Decision:
    """The request and its reasons: for who asked, and for those who decide or lift."""
    if acting.user is not None and shield.requested_by_id == acting.user.pk:
        return can(acting, Permission.REQUEST_SHIELD)
    return first_no(can(acting, Permission.LIFT_SHIELD), _is_theirs(acting, shield))


def can_decide_shield(acting: Acting, shield: Shield) -> Decision:
    """May this person decide about a provisional shield? Never about their own request, nor about
    an appeal against their own refusal.
    """
    decision = first_no(can(acting, Permission.DECIDE_SHIELD), _is_theirs(acting, shield))
    if not decision.allowed or acting.user is None:
        return decision
    if shield.status != ShieldStatus.PROVISIONAL:
        return NOT_WAITING
    if shield.requested_by_id == acting.user.pk:
        return OWN_REQUEST
    before = shield.appeal_of
    return DECIDED_BEFORE if before and before.decided_by_id == acting.user.pk else ALLOWED


def can_review_shield(acting: Acting, shield: Shield) -> Decision:
    """May this person say that a shield is still needed, until when, and how wide?"""
    decision = first_no(can(acting, Permission.DECIDE_SHIELD), _is_theirs(acting, shield))
    return first_no(decision, _stands(shield))


def can_ask_to_lift(acting: Acting, shield: Shield) -> Decision:
    """May this person propose that a shield be removed? The first of two."""
    decision = first_no(can(acting, Permission.LIFT_SHIELD), _is_theirs(acting, shield))
    return first_no(decision, _stands(shield))


def can_lift(acting: Acting, shield: Shield) -> Decision:
    """May this person, the second of two, remove the shield? With a second factor shown now."""
    decision = can_ask_to_lift(acting, shield)
    if not decision.allowed or acting.user is None:
        return decision
    if shield.lift_requested_by_id is None:
        return NOT_WAITING
    if shield.lift_requested_by_id == acting.user.pk:
        return SECOND_PERSON
    return fresh_factor(acting)


def can_appeal(acting: Acting, shield: Shield) -> Decision:
    """May this person appeal? Who asked may, against a refusal, once."""
    decision = can(acting, Permission.REQUEST_SHIELD)
    if not decision.allowed or acting.user is None:
        return decision
    own = shield.requested_by_id == acting.user.pk
    refused = shield.status == ShieldStatus.REFUSED and shield.appeal_of_id is None
    if own and refused and not Shield.objects.filter(appeal_of=shield).exists():
        return ALLOWED
    return NOT_YOUR_REQUEST


def can_override_shield(acting: Acting, shield: Shield | None, reason: Reason | None) -> Decision:
    """May this person look behind the shield? With a stated reason, a second factor shown now, and
    at most a few times a shift.
    """
    decision = can(acting, Permission.OVERRIDE_SHIELD)
    if not decision.allowed:
        return decision
    if shield is None or reason is None:
        return NO_SHIELD
    lately = ShieldOverride.objects.filter(user=acting.user, started_at__gt=Now() - SHIFT)
    return TOO_MANY_OVERRIDES if lately.count() >= MOST_OVERRIDES else fresh_factor(acting)


def can_review_override(acting: Acting, override: ShieldOverride) -> Decision:
    """May this person say what an override was for? Never of their own."""
    decision = first_no(can(acting, Permission.LIFT_SHIELD), _is_theirs(acting, override.shield))
    if not decision.allowed or acting.user is None:
        return decision
    return OWN_OVERRIDE if override.user_id == acting.user.pk else ALLOWED


def _is_theirs(acting: Acting, shield: Shield) -> Decision:
    own = acting.base is not None and shield.authority_id in {None, acting.base.pk}
    return ALLOWED if own else NOT_THEIRS


def _stands(shield: Shield) -> Decision:
    return ALLOWED if shield.status == ShieldStatus.APPLIED else NOT_WAITING
