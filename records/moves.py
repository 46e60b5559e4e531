"""Reading house moves: what waits for our authority's answer, what we wait for, what was answered.

Asking and answering are actions (`records.actions.moves`). Nothing here names a child.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.acting import Acting
from records.models import HouseMove


@dataclass(frozen=True, slots=True)
class MovesOfAuthority:
    """The moves of one authority, by whose turn it is."""

    to_answer: list[HouseMove]
    waiting_for: list[HouseMove]
    answered: list[HouseMove]


def moves_of(by: Acting) -> MovesOfAuthority:
    """Those of the authority acted for, the soonest due first; a partner has none."""
    code = by.base.authority_id if by.base else None
    if code is None:
        return MovesOfAuthority([], [], [])
    rows = HouseMove.objects.filter(Q(from_authority=code) | Q(to_authority=code)).select_related(
        "from_authority", "to_authority", "awaits", "child", "recorded_by"
    )
    waiting = list(rows.open())
    return MovesOfAuthority(
        to_answer=[move for move in waiting if move.awaits_id == code],
        waiting_for=[move for move in waiting if move.awaits_id != code],
        answered=list(rows.filter(answered_at__isnull=False).order_by("-answered_at")[:20]),
    )
