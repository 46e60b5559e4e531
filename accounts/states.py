"""How an accreditation moves, from the first draft to its end: the one table.

Actions move rows by `move`; the database refuses other ways (migration 0002); the diagram in
`docs/accreditation.md` is `diagram()`. Who may do it stands in `policies`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models


class State(models.TextChoices):
    """Where an organisation stands; an application passes the first seven, an accreditation the
    rest. "Sanctioned" is an accreditation with a live sanction.
    """

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    UNDER_REVIEW = "under_review", "Under review"
    RETURNED = "returned", "Returned with questions"
    REFUSED = "refused", "Refused"
    GIVEN_UP = "given_up", "Given up"
    ACCREDITED = "accredited", "Accredited"
    SANCTIONED = "sanctioned", "Sanctioned"
    LAPSED = "lapsed", "Lapsed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SanctionLevel(models.IntegerChoices):
    """How far an organisation's access is cut, mildest first; each includes the ones before it."""

    NO_NEW_USERS = 1, "No new users"
    READ_ONLY = 2, "Read-only"
    OFF = 3, "Off"

    @property
    def code(self) -> str:
        """As events spell it."""
        return self.name.lower()


class Verb(StrEnum):
    """What moves it: the names of the actions."""

    SUBMIT = "submit"
    TAKE = "take for review"
    RETURN = "return with questions"
    APPROVE = "approve"
    REFUSE = "refuse"
    GIVE_UP = "give up"
    SANCTION = "sanction"
    LIFT = "lift the sanction"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Move:
    """One arrow of the diagram, or several that end in the same state."""

    before: frozenset[State]
    after: State


def _from(*before: State, to: State) -> Move:
    return Move(frozenset(before), to)


MOVES: dict[Verb, Move] = {
    Verb.SUBMIT: _from(State.DRAFT, State.RETURNED, to=State.SUBMITTED),
    Verb.TAKE: _from(State.SUBMITTED, to=State.UNDER_REVIEW),
    Verb.RETURN: _from(State.UNDER_REVIEW, to=State.RETURNED),
    Verb.APPROVE: _from(State.UNDER_REVIEW, to=State.ACCREDITED),
    Verb.REFUSE: _from(State.UNDER_REVIEW, to=State.REFUSED),
    Verb.GIVE_UP: _from(State.DRAFT, State.SUBMITTED, State.RETURNED, to=State.GIVEN_UP),
    Verb.SANCTION: _from(State.ACCREDITED, to=State.SANCTIONED),
    Verb.LIFT: _from(State.SANCTIONED, to=State.ACCREDITED),
    Verb.LAPSE: _from(State.ACCREDITED, State.SANCTIONED, to=State.LAPSED),
    Verb.WITHDRAW: _from(State.ACCREDITED, State.SANCTIONED, to=State.WITHDRAWN),
}

OF_APPLICATIONS = (Verb.SUBMIT, Verb.TAKE, Verb.RETURN, Verb.APPROVE, Verb.REFUSE, Verb.GIVE_UP)
ON_ACCREDITATIONS = (Verb.SANCTION, Verb.LIFT, Verb.LAPSE, Verb.WITHDRAW)
APPLICATION_STATES = (
    State.DRAFT,
    State.SUBMITTED,
    State.UNDER_REVIEW,
    State.RETURNED,
    State.REFUSED,
    State.GIVEN_UP,
    State.ACCREDITED,
)
OPEN_STATES = (State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.RETURNED)
WITH_APPLICANT = (State.DRAFT, State.RETURNED)  # evidence may change, the applicant is to act
DECIDED_STATES = (State.ACCREDITED, State.REFUSED)
ACCREDITATION_STATES = (State.ACCREDITED, State.LAPSED, State.WITHDRAWN)


def move(rows: models.QuerySet[Any], verb: Verb, **facts: Any) -> bool:
    """Moves those of `rows` that stand where the table lets `verb` begin, and says whether any did.

    One conditional UPDATE: of two at once, the second finds nothing to move.
    """
    step = MOVES[verb]
    return bool(rows.filter(status__in=step.before).update(status=step.after, **facts))


def diagram() -> str:
    """The table as a Mermaid state diagram, as `docs/accreditation.md` shows it."""
    arrows = [
        f"    {before.value} --> {step.after.value}: {verb.value}"
        for verb, step in MOVES.items()
        for before in sorted(step.before, key=list(State).index)
    ]
    ends = [State.REFUSED, State.GIVEN_UP, State.LAPSED, State.WITHDRAWN]
    return "\n".join(
        [
            "stateDiagram-v2",
            f"    [*] --> {State.DRAFT.value}: start",
            *arrows,
            *(f"    {state.value} --> [*]" for state in ends),
        ]
    )
