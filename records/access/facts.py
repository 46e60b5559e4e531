"""What the events of looking say beyond the act itself. No reading and no event here."""

from __future__ import annotations

import json
from collections.abc import Iterable

from accounts.acting import Acting
from records.search.normalise import parts


def own_surname(by: Acting, family_names: Iterable[str]) -> bool | None:
    """Whether one of the names, or a part of it, is the searcher's own family name."""
    if by.user is None:
        return None
    own = set(parts(by.user.family_name))
    return any(own & set(parts(name)) for name in set(family_names) if name)


def payload_text(**facts: object) -> str:
    """The erasable part of an event: JSON, readable as it is."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
