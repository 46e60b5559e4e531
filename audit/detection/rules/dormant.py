"""R13: an account that slept for months comes back to look at children nothing links it to.

Feature: looks without a recorded reason within two days of the first use after 60 days. 4.4 and 0.6
a child, at most 7. Source: detection.md 4.3, misuse scenario 12. Trap: back from parental leave,
with cases handed over: explained.
"""

from collections.abc import Iterator
from datetime import timedelta

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual

SLEPT, FIRST_DAYS, LEAST, EACH, MOST = 60, timedelta(days=2), 4.4, 0.6, 7.0


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of an account that is back since yesterday."""
    back = [day.on for day in dossier.days if day.on >= dossier.today - FIRST_DAYS]
    first = min([*back, dossier.today])
    used = [day.on for day in dossier.days if day.on < first]
    last = max(used) if used else dossier.last_used
    if last is None or (first - last).days < SLEPT:
        return
    looks = dossier.unexplained(2 * DAY)
    if not looks:
        return
    words = (
        f"First use of the account after {(first - last).days} days, for children without a"
        " recorded reason."
    )
    yield min(MOST, LEAST + EACH * len(by_child(looks))), words, ids(looks), 0


DORMANT = Rule("R13", "time", find)
