"""What may be done in which state, and where it leads: the one table. `docs/investigations.md` is
printed from it.
"""

from __future__ import annotations

from enum import StrEnum

from audit.investigations.models import Status


class Act(StrEnum):
    """What somebody does in a case; the value stands in the address of its page."""

    TAKE = "take"
    NOTE = "note"
    CONFIRM = "confirm"
    ASK_PERSON = "ask-person"
    ASK_MANAGER = "ask-manager"
    GIVE_BACK = "give-back"
    FIND = "find"
    REFER = "refer"
    ANSWER = "answer"
    CLOSE = "close"


LEADS: dict[tuple[Status, Act], Status] = {
    (Status.OPEN, Act.TAKE): Status.REVIEWED,
    (Status.REVIEWED, Act.TAKE): Status.REVIEWED,  # another reviewer
    (Status.REVIEWED, Act.NOTE): Status.REVIEWED,
    (Status.REVIEWED, Act.CONFIRM): Status.REVIEWED,
    (Status.REVIEWED, Act.ASK_PERSON): Status.REVIEWED,
    (Status.REVIEWED, Act.ASK_MANAGER): Status.REVIEWED,
    (Status.REVIEWED, Act.GIVE_BACK): Status.REVIEWED,
    (Status.REVIEWED, Act.FIND): Status.FOUND,
    (Status.FOUND, Act.TAKE): Status.FOUND,  # another reviewer
    (Status.FOUND, Act.FIND): Status.FOUND,  # a correction is a new entry
    (Status.FOUND, Act.NOTE): Status.FOUND,
    (Status.FOUND, Act.ASK_PERSON): Status.FOUND,
    (Status.FOUND, Act.ASK_MANAGER): Status.FOUND,
    (Status.FOUND, Act.GIVE_BACK): Status.FOUND,
    (Status.FOUND, Act.REFER): Status.FOUND,
    (Status.FOUND, Act.ANSWER): Status.FOUND,
    (Status.FOUND, Act.CLOSE): Status.CLOSED,
}


def acts_in(status: str) -> list[Act]:
    """What the table allows in this state, in the order of the acts."""
    return [act for act in Act if (Status(status), act) in LEADS]


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = [f"    {frm.value} --> {to.value}: {act.value}" for (frm, act), to in LEADS.items()]
    return "\n".join(("stateDiagram-v2", f"    [*] --> {Status.OPEN.value}", *lines))
