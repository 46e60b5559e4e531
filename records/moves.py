"""Reading house moves: what waits for our authority's answer, what we wait for, what was answered.

Asking and answering are actions (`records.actions.moves`). Nothing here names a child.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.acting import Acting
from accounts.roles import Permission
from records.models import HouseMove, Shield
from records.models.moves import MoveQuerySet
from records.shielding import HIDES, Part


@dataclass(frozen=True, slots=True)
class MovesOfAuthority:
    """The moves of one authority, by whose turn it is."""

    to_answer: list[HouseMove]
    waiting_for: list[HouseMove]
    answered: list[HouseMove]


def visible_to(by: Acting) -> MoveQuerySet:
    """Where a shielded child moved to is shown to management teams alone, who answer for it."""
    rows = HouseMove.objects.select_related(
        "from_authority", "to_authority", "awaits", "child", "recorded_by"
    )
    if by.has(Permission.ANSWER_MOVE):
        return rows
    profiles = [profile for profile, parts in HIDES.items() if Part.AUTHORITY in parts]
    hidden = Shield.objects.live().filter(profile__in=profiles)
    return rows.exclude(child__in=hidden.values("child"))


def moves_of(by: Acting) -> MovesOfAuthority:
    """Those of the authority acted for, the soonest due first; a partner has none."""
    code = by.base.authority_id if by.base else None
    if code is None:
        return MovesOfAuthority([], [], [])
    rows = visible_to(by).filter(Q(from_authority=code) | Q(to_authority=code))
    waiting = list(rows.open())
    return MovesOfAuthority(
        to_answer=[move for move in waiting if move.awaits_id == code],
        waiting_for=[move for move in waiting if move.awaits_id != code],
        answered=list(rows.filter(answered_at__isnull=False).order_by("-answered_at")[:20]),
    )
