"""Dossiers for tests of rules: what one person did, up to a moment, in a few words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from audit.detection.looks import Day, Dossier, Kind, Searched, Seen
from audit.detection.rules import Rule, Signal
from audit.detection.usual import Usual

NOW = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)  # a Wednesday
USUAL = Usual(days=5_000)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_numbers = count(1)


def look(child: int = 100, ago: timedelta = timedelta(0), **more: Any) -> Seen:
    """A look that nothing explains, unless `level` says otherwise; other words that no field has
    are facts of the event.
    """
    fields = {name: more.pop(name) for name in list(more) if name in Seen.__slots__}
    return Seen(
        event_id=next(_numbers),
        person=1,
        child=child,
        at=NOW - ago,
        role="practitioner",
        employer=3,
        **{"facts": more, **fields},
    )


def explained(look: Seen, level: int = 2) -> Seen:
    """The same look, with a reason on record."""
    return replace(look, level=level, code="X1")


def printed(child: int, ago: timedelta = timedelta(0)) -> Seen:
    return look(child, ago, kind=Kind.PRINTED, level=2)


def search(thin: str, ago: timedelta = timedelta(0), follows: bool = False) -> Searched:
    return Searched(next(_numbers), 1, NOW - ago, b"s", thin=thin, follows=follows, hits=3)


def dossier(*looks: Seen, **more: Any) -> Dossier:
    """What is known of the person now; the looks are recent ones too."""
    told = sorted(looks, key=lambda each: each.at)
    settings: dict[str, Any] = {"recent": told, "days": working_days(20), **more}
    return Dossier(
        person=1, role="practitioner", employer=3, at=NOW, is_home_held=True, looks=told, **settings
    )


def working_days(number: int, **more: Any) -> list[Day]:
    """So many quiet days before today."""
    return [
        Day((NOW - n * DAY).date(), looks=5, explained=5, bands=(5, 0, 0, 0), **more)
        for n in range(number, 0, -1)
    ]


def signals(rule: Rule, found: Dossier, usual: Usual = USUAL) -> list[Signal]:
    """What one rule says."""
    return list(rule.signals(found, usual))
