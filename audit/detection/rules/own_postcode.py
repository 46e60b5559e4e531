"""R03: the child lives in the user's own postcode, and nothing recorded links them.

Feature: `same_postcode`, the last three days; not where it is the same home (R01). ln(0.15 / (share
of honest unexplained looks that show it x tries)), at most 5.5. Source: detection.md 4.3.
Trap: a practitioner who lives where she works; her role's share is learned.
"""

from collections.abc import Iterator

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids, rare
from audit.detection.usual import Usual

AMONG_MISUSE, MOST = 0.15, 5.5
SENTENCE = "The child lives in the user\u2019s own postcode."


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each such child."""
    near = [
        each
        for each in dossier.unexplained(3 * DAY)
        if each.says("same_postcode") and not each.says("same_household")
    ]
    for child, looks in by_child(near).items():
        weight = rare(AMONG_MISUSE, usual.signs["same_postcode"], usual, MOST)
        yield weight, SENTENCE, ids(looks), child


OWN_POSTCODE = Rule("R03", "relation", find)
