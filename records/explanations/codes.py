"""The eleven reasons that explain a look, strongest first, and how much each silences."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """A recorded reason. The values are kept with signals and alerts: add, never rename."""

    OWN_INVOLVEMENT = "X1"
    TEAM_INVOLVEMENT = "X2"
    SIBLING = "X3"
    REFERRAL = "X4"
    PLACE = "X5"
    MEDIATED = "X6"
    SHIELD_REQUEST = "X7"
    HOUSE_MOVE = "X8"
    WRONG_RECORD = "X9"
    TRAINING = "X10"
    DUTY = "X11"


FULL, FAINT = 2, 1


def level_of(code: Code) -> int:
    """2 silences every rule but those of conflicts of interest; 1, a duty, leaves some alive."""
    return FAINT if code is Code.DUTY else FULL
