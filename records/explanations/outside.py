"""What detection asks of looks that nothing explains: at work then, or a team that was left?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from records.explanations import statements
from records.explanations.judging import Look, arrays


@dataclass(frozen=True, slots=True)
class Outside:
    """Numbers of looks: made on a shift of the rota; linked by nothing but a team that was left."""

    on_shift: frozenset[int]
    left_team: frozenset[int]


def outside_teams_and_shifts(looks: Sequence[tuple[int, int, int, datetime]]) -> Outside:
    """Asks of looks given as (number, person, child, moment); one statement."""
    asked = [Look(person=person, child=child, moment=at) for _, person, child, at in looks]
    with connection.cursor() as cursor:
        cursor.execute(statements.SHIFTS_AND_LEFT_TEAMS, arrays(asked))
        rows = cursor.fetchall()
    numbers = [number for number, *_ in looks]
    return Outside(
        frozenset(numbers[n - 1] for n, what in rows if what == "shift"),
        frozenset(numbers[n - 1] for n, what in rows if what == "left"),
    )
