"""One scan: read what is new, explain it, judge it, alert. May be killed and begin again.

A batch is one transaction with its cursor: its alerts and the place it reached stand together or
not at all. Two scans at once: the second finds the cursor held and leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.acting import job
from accounts.models import StaffHousehold, User
from audit.detection.looks import Seen, Viewer
from audit.detection.models import ScanCursor
from audit.detection.reading import Place, around, looks_after, newest
from audit.detection.rules import RULES, Signal
from audit.detection.score import ALERT, reasons, score
from audit.investigations.alerts import raise_alert
from audit.investigations.evidence import Evidence
from records.explanations import Explained, Look, explain
from records.search import surname_share

JOB = "audit.scan"
MOST_BATCHES = 50  # of one scan; the rest comes a minute later
MOST_EVENTS = 200  # named by one alert
NO_HOME = "Not checked: no home address is held for this user."


def scan() -> int:
    """Judges every look that is old enough and was not judged. Returns how many."""
    hold, judged = timedelta(seconds=settings.HOLD_SECONDS), 0
    for _ in range(MOST_BATCHES):
        done = _batch(hold)
        if done is None:
            break
        judged += done
    return judged


def _batch(hold: timedelta) -> int | None:
    """One batch and its cursor; None when there is nothing to read, or another scan is at it."""
    with transaction.atomic():
        cursor = ScanCursor.objects.select_for_update(skip_locked=True).filter(pk=JOB).first()
        if cursor is None:
            _begin()
            return None
        before = Place(cursor.era, cursor.xid, cursor.event_id)
        looks, after = looks_after(before, hold=hold)
        if after == before:
            return None
        _judge(looks)
        cursor.era, cursor.xid, cursor.event_id = after.era, after.xid, after.event_id
        cursor.moved_at = timezone.now()
        cursor.save()
    return len(looks)


def _begin() -> None:
    """The first scan ever begins at the end of the log: the past is not judged by new rules. While
    another scan holds the cursor, its row is there already and nothing happens.
    """
    place = newest()
    ScanCursor.objects.bulk_create(
        [ScanCursor(job=JOB, **asdict(place), moved_at=timezone.now())],
        ignore_conflicts=True,
    )


def _judge(looks: Sequence[Seen]) -> None:
    by_person: dict[int, list[Seen]] = defaultdict(list)
    for look in _explained(looks):
        by_person[look.person].append(look)
    for viewer in _viewers(by_person):
        signals = [
            signal
            for look in by_person[viewer.id]
            for rule in RULES
            if (signal := rule.judge(look, viewer))
        ]
        if signals and score(signals) >= ALERT:
            raise_alert(viewer.id, _evidence(signals, viewer), by=job(JOB))


def _explained(looks: Sequence[Seen]) -> list[Seen]:
    """With everything that was recorded by now: what was recorded late explains as well. Of what is
    left it is asked whether the right record was opened soon after (`X9`).
    """
    told = _with(explain([_as_look(each) for each in looks]), looks)
    unexplained = [each for each in told if each.level == 0]
    if not unexplained:
        return told
    sitting = around(unexplained)
    again = explain([_as_look(each, sitting.hits.get(each.event_id)) for each in sitting.looks])
    slips = {each.event_id: each.explanations for each in _with(again, sitting.looks)}
    return [
        each if each.level else replace(each, explanations=slips.get(each.event_id, ()))
        for each in told
    ]


def _as_look(look: Seen, hits: int | None = None) -> Look:
    return Look(
        person=look.person,
        child=look.child,
        moment=look.at,
        judged_at=timezone.now(),
        on_behalf_of=look.on_behalf_of,
        session=look.session,
        hits=hits,
    )


def _with(found: Sequence[Explained], looks: Sequence[Seen]) -> list[Seen]:
    return [
        replace(look, explanations=each.explanations)
        for look, each in zip(looks, found, strict=True)
    ]


def _viewers(ids: Iterable[int]) -> list[Viewer]:
    people = User.objects.filter(pk__in=list(ids)).order_by("pk")
    homes = set(StaffHousehold.objects.filter(user__in=people).values_list("user_id", flat=True))
    return [
        Viewer(person.pk, surname_share(person.family_name), person.pk in homes)
        for person in people
    ]


def _evidence(signals: Sequence[Signal], viewer: Viewer) -> Evidence:
    ranked = sorted(signals, key=lambda each: (-each.weight, each.rule))
    return Evidence(
        score=score(signals),
        rules=list(dict.fromkeys(each.rule for each in ranked)),
        reasons=reasons(signals),
        not_checked=[] if viewer.is_home_held else [NO_HOME],
        event_ids=sorted({each.event_id for each in signals})[-MOST_EVENTS:],
    )
