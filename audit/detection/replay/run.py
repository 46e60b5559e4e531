"""Replays a world: loads it, then scans at every tick of a simulated clock, as the worker would."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TextIO

from django.conf import settings
from django.db import connections

from audit.detection.looks import day_of
from audit.detection.models import ScanCursor
from audit.detection.nightly import learn
from audit.detection.replay.children import load_children
from audit.detection.replay.folder import BadFolder, Folder
from audit.detection.replay.log import ERA, Log, accounts, write_log
from audit.detection.replay.people import USING, load_people
from audit.detection.scanning import JOB, SETTLE, Decision, scan

FLUSH = timedelta(days=4)
OPEN_FOR = timedelta(days=7)  # after which more of the same is a new alert
Say = Callable[[str], None]


@dataclass
class Recorder:
    """Takes what the scan decides, as the management teams would: an alert is open for a week, an
    account is suspended once.
    """

    names: dict[int, str]
    log: Log
    output: TextIO
    opened: dict[int, datetime] = field(default_factory=dict)
    told: dict[int, set[int]] = field(default_factory=dict)
    suspended: set[int] = field(default_factory=set)
    actions: int = 0

    def __call__(self, decision: Decision) -> None:
        person, at = decision.person, decision.at
        is_open = person in self.opened and at - self.opened[person] < OPEN_FOR
        if decision.gate and person not in self.suspended:
            self.suspended.add(person)
            self._write("suspend", decision, has_alert=is_open)
        elif is_open:
            if set(decision.evidence.event_ids) <= self.told[person]:
                return
            self._write("update", decision)
        else:
            self._write("alert", decision)
        if not is_open:
            self.opened[person], self.told[person] = at, set()
        self.told[person] |= set(decision.evidence.event_ids)

    def _write(self, action: str, decision: Decision, **more: Any) -> None:
        evidence = decision.evidence
        self.actions += 1
        said = {
            "action": action,
            "at": decision.at.strftime("%Y-%m-%dT%H:%M:%S"),
            "actor_id": self.names[decision.person],
            "event_ids": [self.log.numbers[event - 1] for event in evidence.event_ids],
            "score": round(evidence.score, 3),
            "rules": evidence.rules,
            "reasons": [*evidence.reasons, *evidence.not_checked],
            **more,
        }
        self.output.write(json.dumps(said, ensure_ascii=False) + "\n")


def replay(folder: Folder, output: TextIO, *, scan_seconds: int, say: Say) -> int:
    """Writes the actions of a world, in order. Returns how many. Raises BadFolder."""
    people = load_people(folder)
    if not people.users:
        raise BadFolder(f"{folder.path}/tables/users.csv names nobody.")
    children = load_children(folder, people)
    say(f"{len(people.users):,} accounts and {len(children.records):,} children loaded")
    log = write_log(folder.lines(), people, children)
    say(f"{len(log.numbers):,} events loaded")
    recorder = Recorder(dict(accounts(people)), log, output)
    if log.first is not None:
        _run(recorder, log, timedelta(seconds=scan_seconds), say)
    return recorder.actions


def _run(recorder: Recorder, log: Log, every: timedelta, say: Say) -> None:
    assert log.first is not None  # noqa: S101  the caller asked
    ScanCursor.objects.update_or_create(
        job=JOB, defaults={"era": ERA, "xid": 0, "event_id": 0, "moved_at": log.first}
    )
    night = day_of(log.first)
    for now in _ticks(log, every):
        while night < day_of(now):
            night += timedelta(days=1)
            learn(night)
            if night.day % 7 == 0:
                say(f"{night}: {recorder.actions:,} actions")
        scan(now, act=recorder)


def _ticks(log: Log, every: timedelta) -> Iterator[datetime]:
    """The moments of scanning at which there is something to judge: the clock skips idle ones."""
    assert log.first is not None  # noqa: S101  the caller asked
    assert log.last is not None  # noqa: S101
    hold = timedelta(seconds=settings.HOLD_SECONDS)
    moments = list(_moments())
    due = sorted(
        {_tick(at + hold, log.first, every) for at in moments}
        | {_tick(_next_hour(at) + SETTLE, log.first, every) for at in moments}
    )
    end = log.last + FLUSH
    yield from due[: bisect_right(due, end)]


def _next_hour(at: datetime) -> datetime:
    return at.replace(minute=0) + timedelta(hours=1)


def _tick(at: datetime, first: datetime, every: timedelta) -> datetime:
    """The first tick at or after a moment."""
    return first + -((first - at) // every) * every


def _moments() -> Iterator[datetime]:
    with connections[USING].cursor() as cursor:
        cursor.execute("SELECT DISTINCT date_trunc('minute', recorded_at) FROM audit_event")
        for (at,) in cursor.fetchall():
            yield at + timedelta(minutes=1)
