"""What a shield hides from one person now.

An override holds for one person in one session and role, and for the shield as it stood; everybody
else still sees the shield.
"""

from __future__ import annotations

from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.roles import Permission
from records.models import ChildRecord, Shield, ShieldOverride
from records.shielding import Part, hidden_by


def hidden_from(child: ChildRecord, by: Acting) -> frozenset[Part]:
    """What the shield of a record read by `queries.whole_record` hides from this person now."""
    shield = child.live_shield
    if shield is None:
        return frozenset()
    return frozenset() if _overrides(shield, by) else hidden_by(shield.profile)


def _overrides(shield: Shield, by: Acting) -> bool:
    """Is an override of theirs running, for this shield as it stands, in this session and role?"""
    actor = by.actor
    if by.user is None or actor.session_ref is None or actor.grant_id is None:
        return False
    if not by.has(Permission.OVERRIDE_SHIELD):
        return False
    running = ShieldOverride.objects.filter(
        shield=shield,
        user=by.user,
        session_ref=actor.session_ref,
        grant_id=actor.grant_id,
        profile=shield.profile,
        status=shield.status,
        ends_at__gt=Now(),
    )
    return running.exists()
