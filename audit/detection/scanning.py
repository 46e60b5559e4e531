"""One scan: read what is new, explain it, judge it, act. May be killed and begin again.

A batch is one transaction with its cursor: its actions, what it keeps and the place it reached
stand together or not at all. Two scans at once: the second finds the cursor held and leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.detection import store
from audit.detection.acting import act
from audit.detection.judging import explained, judge
from audit.detection.looks import Dossier, Kind, Seen
from audit.detection.models import JudgedLook, ScanCursor
from audit.detection.reading import Around, Batch, Place, around, newest, next_batch
from audit.detection.rules import Signal
from audit.detection.score import always_alerts, gate, reasons, score, signals_of
from audit.detection.versions import Versions, current
from audit.investigations.alerts import MOST_EVENTS
from audit.investigations.evidence import Evidence

JOB = "audit.scan"
MOST_BATCHES = 200  # of one scan; the rest comes a minute later
SETTLE = timedelta(hours=72)  # after which what explains a look is asked again
MOST_SETTLED = 2_000
LESS_WHEN_SETTLED = 1.0  # an alert needs so much less once nothing can still be recorded late
NO_HOME = "Not checked: no home address is held for this user."
LITTLE_EXPLAINED = (
    "Only {share:.0%} of look-ups in this role have a recorded reason, so one without says little."
)
LITTLE = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a scan decided about a person; `gate` is the part of the gate that held, if any did."""

    person: int
    at: datetime
    evidence: Evidence
    gate: str = ""


Act = Callable[[Decision], None]


def scan(now: datetime | None = None, act: Act = act) -> int:
    """Judges every look that is old enough and was not judged. Returns how many."""
    now = now or timezone.now()
    hold, judged = timedelta(seconds=settings.HOLD_SECONDS), 0
    for _ in range(MOST_BATCHES):
        batch = _batch(now, now - hold, act)
        judged += len(batch.looks) if batch else 0
        if batch is None or batch.is_last:
            break
    while _settle(now, act) == MOST_SETTLED:
        pass
    return judged


def _batch(now: datetime, until: datetime, act: Act) -> Batch | None:
    """One batch and its cursor; None when another scan is at it, or this is the first ever."""
    with transaction.atomic():
        cursor = ScanCursor.objects.select_for_update(skip_locked=True).filter(pk=JOB).first()
        if cursor is None:
            _begin()
            return None
        before = Place(cursor.era, cursor.xid, cursor.event_id)
        batch = next_batch(before, until=until)
        if batch.place == before:
            return batch
        _judge(batch, now, act)
        cursor.era, cursor.xid, cursor.event_id = asdict(batch.place).values()
        cursor.moved_at = timezone.now()
        cursor.save()
    return batch


def _begin() -> None:
    """The first scan ever begins at the end of the log: the past is not judged by new rules. While
    another scan holds the cursor, its row is there already and nothing happens.
    """
    place = newest()
    ScanCursor.objects.bulk_create(
        [ScanCursor(job=JOB, **asdict(place), moved_at=timezone.now())],
        ignore_conflicts=True,
    )


def _judge(batch: Batch, now: datetime, act: Act) -> None:
    """Explains, keeps, weighs and acts upon one batch."""
    people = _newest_moments(batch)
    if not people:
        return
    first = min(each.at for each in batch.everything)
    near = around(people, min(first, now) - store.RECENT, now)
    versions = current()
    judged = judge(batch.looks, near=near, now=now, far=versions.far, bases=batch.bases)
    store.keep(judged, batch.bases)
    store.keep_searches(batch.searches, near)
    new = {each.event_id for each in batch.everything}
    people = _may_signal(people, judged, batch, near, versions)
    newest_look = max(people.values(), default=now)
    for person, event in _others_in_crowds(judged):
        people.setdefault(person, newest_look)
        new.add(event)
    found = store.dossiers(people, near, versions.places)
    _weigh(found, versions, act, new=new, now=now)


def _may_signal(
    people: Mapping[int, datetime],
    judged: Sequence[Seen],
    batch: Batch,
    near: Around,
    versions: Versions,
) -> dict[int, datetime]:
    """Those of whom a rule may say something new: nine look-ups in ten are explained, say nothing
    else, and need no dossier.
    """
    told = {look.person for look in judged if store.is_kept(look) or look.kind is not Kind.VIEWED}
    told |= {search.person for search in batch.searches if search.thin}
    for person in people.keys() - told:
        offices = {look.network for look in near.looks.get(person, ())} & versions.places.keys()
        if len(offices) > 1:
            told.add(person)
    return {person: at for person, at in people.items() if person in told}


def _newest_moments(batch: Batch) -> dict[int, datetime]:
    people: dict[int, datetime] = {}
    for each in batch.everything:
        people[each.person] = max(each.at, people.get(each.person, each.at))
    return people


def _others_in_crowds(judged: Sequence[Seen]) -> list[tuple[int, int]]:
    """Person and event of looks, without a reason too, at a child that several have now opened from
    far: a third viewer reveals the first two.
    """
    seen = {look.child: look.at for look in judged if look.level == 0}
    if not seen:
        return []
    since = min(seen.values()) - store.WEEK
    looks = JudgedLook.objects.filter(child__in=list(seen), level=0, at__gt=since)
    rows = list(looks.values_list("person", "event_id", "child", "is_far"))
    far: dict[int, set[int]] = {}
    for person, _, child, is_far in rows:
        if is_far:
            far.setdefault(child, set()).add(person)
    return [(person, event) for person, event, child, _ in rows if len(far.get(child, ())) > 1]


def _weigh(
    found: Iterable[Dossier],
    versions: Versions,
    act: Act,
    *,
    new: set[int],
    now: datetime,
    less: float = 0.0,
) -> None:
    """Scores each dossier; acts where it reaches the threshold on something new."""
    peaks: dict[tuple[int, date], float] = {}
    alerted = set()
    for dossier in found:
        usual = versions.usual(dossier.role, dossier.employer)
        signals = signals_of(dossier, usual)
        if not signals:
            continue
        total, key = score(signals), (dossier.person, dossier.today)
        peaks[key] = total
        told = {event for each in signals for event in each.event_ids}
        if total < usual.alert - less and not always_alerts(signals):
            continue
        if versions.is_calibrated:
            alerted.add(key)
        if told & new:
            held = gate(signals, total, usual)
            evidence = _evidence(signals, total, dossier, usual.explained)
            act(Decision(person=dossier.person, at=now, evidence=evidence, gate=held))
    store.note_peaks(peaks, alerted)


def _settle(now: datetime, act: Act) -> int:
    """Asks again, after three days, what explains looks that nothing explained: what was recorded
    late explains them now, and what is left is judged for good. Returns how many.
    """
    with transaction.atomic():
        full_hour = now.replace(minute=0, second=0, microsecond=0)  # then many at once, not a few
        due = store.unsettled(full_hour - SETTLE, MOST_SETTLED)
        if not due:
            return 0
        judged = explained(due, now=now)
        store.settle(judged)
        left = [look for look in judged if look.level == 0]
        people: dict[int, datetime] = {}
        for look in left:
            people[look.person] = max(look.at, people.get(look.person, look.at))
        if people:
            near = around(people, min(people.values()) - store.RECENT, max(people.values()))
            new = {look.event_id for look in left}
            versions = current()
            found = store.dossiers(people, near, versions.places)
            _weigh(found, versions, act, new=new, now=now, less=LESS_WHEN_SETTLED)
    return len(due)


def _evidence(
    signals: Sequence[Signal], total: float, dossier: Dossier, explained_share: float
) -> Evidence:
    not_checked = [] if dossier.is_home_held else [NO_HOME]
    if explained_share < LITTLE:
        not_checked.append(LITTLE_EXPLAINED.format(share=explained_share))
    return Evidence(
        score=total,
        rules=list(dict.fromkeys(each.rule for each in signals)),
        reasons=reasons(signals),
        not_checked=not_checked,
        event_ids=sorted({event for each in signals for event in each.event_ids})[-MOST_EVENTS:],
    )
