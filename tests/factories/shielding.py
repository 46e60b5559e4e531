"""Shields for tests, made by the actions that people use."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.acting import Acting
from records.actions.shields import decide_shield, request_shield
from records.models import ChildRecord, Shield, ShieldProfile


def shielded(
    child: ChildRecord,
    profile: ShieldProfile = ShieldProfile.LOCATION,
    *,
    by: Acting,
    reason: str = "a parent who must not find them",
) -> Shield:
    """A shield that stands provisionally."""
    shield = request_shield(child=child, profile=profile, reason=reason, by=by)
    assert shield is not None
    return shield


def decided(shield: Shield, *, by: Acting, apply: bool = True) -> Shield:
    """The same after its decision."""
    decide_shield(
        shield=shield,
        apply=apply,
        profile=ShieldProfile(shield.profile),
        reason="the court order was seen",
        evidence="ORDER-1",
        review_on=timezone.localdate() + timedelta(days=180),
        by=by,
    )
    shield.refresh_from_db()
    return shield
