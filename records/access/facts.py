"""What the events of looking say beyond the act itself: whose name and whose home were looked at.

No page shows any of it. A fact tells where a child lives, so it is computed for withheld addresses
as for others, and read by detection alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from accounts.acting import Acting
from accounts.households import Home, viewer_facts
from records.held import HeldSearch
from records.models import Address
from records.purposes import Reason
from records.search.criteria import hashed_criteria, is_test
from records.search.normalise import parts

VERSION = 2  # of the set of facts; a later one may know more


def look_facts(
    *,
    typed: str = "",
    shown: Iterable[str],
    homes: Callable[[], Iterable[Home]],
    asked: Mapping[str, object],
    by: Acting,
) -> dict[str, Any]:
    """Arguments for the event of a look: `own_surname`, `own_address` and `facts`.

    `typed` is the family name searched for, `shown` are those of the children shown, `homes` gives
    where they live now, `asked` is what `request_facts` or `reason_facts` say. Reads in the
    caller's transaction.
    """
    if by.user is None:
        return {}
    viewer = viewer_facts(homes, by=by)
    names, present = set(shown), by.user.family_name
    return {
        "own_surname": _bears([typed, *names], [present]),
        "own_address": viewer.facts.get("same_household"),
        "facts": {
            "v": VERSION,
            "same_surname": _bears(names, [present, *viewer.former_surnames]),
            **viewer.facts,
            **asked,
        },
    }


def reason_facts(reason: Reason) -> dict[str, object]:
    """What the stated reason says of itself."""
    return {"test_words": is_test(reason.case_reference)}


def request_facts(request: HeldSearch) -> dict[str, object]:
    """What a search says by how it was asked, whatever it finds."""
    return {
        "criteria": hashed_criteria(request.terms),
        "follows_previous": request.follows_previous,
        **reason_facts(request.reason),
    }


def asked_facts(request: HeldSearch) -> dict[str, object]:
    """The same as `facts` of a search that shows no child."""
    return {"v": VERSION, **request_facts(request)}


def own_surname(by: Acting, family_names: Iterable[str]) -> bool | None:
    """Whether one of the names, or a part of it, is the searcher's own family name."""
    return None if by.user is None else _bears(family_names, [by.user.family_name])


def homes_of(child_ids: Sequence[int]) -> list[Home]:
    """Where these children live now, withheld or not; for facts alone."""
    current = Address.objects.filter(child__in=child_ids, valid_until__isnull=True)
    return [home_at(address) for address in current] if child_ids else []


def home_at(address: Address) -> Home:
    """An address of a record as the comparison of households takes it."""
    return Home(address.line_1, address.line_2, address.postcode, address.uprn)


def _bears(names: Iterable[str], own: Iterable[str]) -> bool:
    wanted = {part for name in own for part in parts(name)}
    return any(wanted & set(parts(name)) for name in set(names) if name)


def payload_text(**facts: object) -> str:
    """The erasable part of an event: JSON, readable as it is."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
