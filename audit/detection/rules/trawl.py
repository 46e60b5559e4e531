"""R08: one name, or one postcode, after another.

Feature: six or more distinct searches within an hour by a name alone or a postcode alone, explained
or not. The evidence of the count against the role's days, plus 1.5 if eight or more stand in
alphabetical or street order over nine times in ten; at most 9. Source: detection.md 4.3, misuse
scenario 8. Trap: a clerk who corrects postcodes; the role's days say so.
"""

from collections.abc import Iterator
from datetime import timedelta

from audit.detection.looks import Dossier, Searched
from audit.detection.rules.base import Found, Rule
from audit.detection.usual import Usual, evidence

HOUR = timedelta(hours=1)
FEWEST, TOLL, SORTED_FROM, SORTED_SHARE, SORTED, MOST = 6, 1.9, 8, 0.9, 1.5, 9.0


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of the last hour."""
    thin = [each for each in dossier.searches if each.thin and each.at > dossier.at - HOUR]
    distinct = {each.thin: each for each in thin}
    if len(distinct) < FEWEST:
        return
    weight = evidence(usual.thin.tail(len(distinct)), TOLL)
    if is_sorted(list(distinct.values())):
        weight += SORTED
    looks = [each.event_id for each in dossier.recent if each.at > dossier.at - HOUR]
    events = tuple(sorted({*(each.event_id for each in thin), *looks}))
    yield min(MOST, weight), words(len(distinct), is_sorted(thin)), events, 0


def is_sorted(searches: list[Searched]) -> bool:
    """Whether somebody goes through a list."""
    if len(searches) < SORTED_FROM:
        return False
    return sum(each.follows for each in searches[1:]) > SORTED_SHARE * (len(searches) - 1)


def words(many: int, in_order: bool) -> str:
    """The sentence."""
    order = ", in alphabetical or street order" if in_order else ""
    return (
        f"{many} different names or postcodes searched with nothing else entered, within an"
        f" hour{order}."
    )


TRAWL = Rule("R08", "volume", find)
