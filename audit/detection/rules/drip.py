"""R10: a few children now and then, and none of them ever gets a recorded reason.

Feature: distinct children of the last 21 days that still nothing explains three days later, five or
more, against the role's people and the user's own six weeks before. Source: detection.md 4.3,
misuse scenario 9. Trap: a team that records nothing; its people are alike.
"""

from collections.abc import Iterator

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual, evidence

FEWEST, TOLL, SPAN, BEFORE = 5, 1.9, 21, 42


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of the last three weeks."""
    settled = [each for each in dossier.looks if each.level == 0 and each.is_settled]
    looks = [each for each in settled if each.at > dossier.at - SPAN * DAY]
    many = len(by_child(looks))
    if many < FEWEST:
        return
    before = [each for each in settled if each.at <= dossier.at - SPAN * DAY]
    own = len(by_child(before))
    tail = usual.settled.tail(many, own=own, own_days=history(dossier))
    words = (
        f"{many} children in 21 days that still have no recorded reason; peers average"
        f" {usual.settled.mean:.1f}; this user\u2019s own number before was {own}."
    )
    yield evidence(tail, TOLL), words, ids(looks), 0


def history(dossier: Dossier) -> float:
    """How many spans of three weeks the user's own history before has."""
    if not dossier.days:
        return 0.0
    days = (dossier.today - dossier.days[0].on).days - SPAN
    return max(0.0, min(days, BEFORE) / SPAN)


DRIP = Rule("R10", "volume", find)
