"""The dashboards, audited: first the event, committed; then the counts, then the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import Authority, Organisation
from accounts.roles import MANAGING
from audit.charts import Series
from audit.dashboards import counts
from audit.dashboards.counts import Counts, Freshness
from audit.dashboards.figures import Figure, Place, beside_the_middle, by_authority, over_time
from audit.dashboards.measures import MEASURES, Measure
from audit.dashboards.policies import require_local, require_national
from audit.dashboards.stocks import Stock, stocks
from audit.ledger.events import EventType
from audit.ledger.writer import append

DAYS = 91
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Recent:
    """A measure in the last seven whole days, beside the seven before; `until` is the last."""

    measure: Measure
    number: int
    before: int
    since: date
    until: date

    @property
    def change(self) -> str:
        """How it differs, in words."""
        if self.number == self.before:
            return "as in the seven days before"
        more = "more" if self.number > self.before else "fewer"
        return f"{abs(self.number - self.before):,} {more} than in the seven days before"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page: what needs somebody, what stands, the last days, and the pictures."""

    title: str
    base: Organisation | None
    stocks: list[Stock]
    recent: list[Recent]
    figures: list[Figure]
    fresh: Freshness
    measure: Measure
    month: date

    @property
    def to_do(self) -> list[Stock]:
        """Numbers that want somebody to act."""
        return [stock for stock in self.stocks if stock.needs_somebody and stock.number]


def read_national(*, measure: Measure, month: date, by: Acting) -> Dashboard:
    """The country's dashboard, with one measure by authority in one month. Raises `Refused`."""
    require_national(by)
    fresh = _record(by, "national", measure)
    daily, bases = _daily(), counts.by_base(month)
    places = [
        Place(
            body.name,
            body.authority_id or "",
            bases.get(body.pk, {}).get(measure.code, 0),
        )
        for body in _managing()
    ]
    map_ = by_authority(measure, month, places, list(Authority.objects.all()))
    return Dashboard(
        "National dashboard",
        None,
        stocks(),
        _recent(daily),
        [_by_week(daily), map_],
        fresh,
        measure,
        month,
    )


def read_local(*, measure: Measure, month: date, by: Acting) -> Dashboard:
    """The dashboard of the reader's own user base, with the country's middle beside it.

    Raises `Refused`.
    """
    base = require_local(by)
    fresh = _record(by, "local", measure)
    daily, bases = _daily(base.pk), counts.by_base(month)
    others = [bases.get(body.pk, {}) for body in _managing() if body.pk != base.pk]
    return Dashboard(
        f"Dashboard of {base.name}",
        base,
        stocks(base.pk),
        _recent(daily),
        [_by_week(daily), beside_the_middle(base.name, month, bases.get(base.pk, {}), others)],
        fresh,
        measure,
        month,
    )


def months(today: date | None = None, many: int = 12) -> list[date]:
    """The first days of this month and of those before it, newest first."""
    first = (today or timezone.localdate()).replace(day=1)
    found = [first]
    while len(found) < many:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _record(by: Acting, kind: str, measure: Measure) -> Freshness:
    """The event, committed before anything is read; then how far the counts reach."""
    with transaction.atomic(durable=True):
        detail = {"kind": kind, "filters": measure.code}
        append(EventType.STATISTICS_READ, actor=by.actor, detail=detail)
    return counts.freshness()


def _daily(base: int | None = None) -> list[tuple[date, Counts]]:
    """Every day of the period, oldest first, the present one left out: it is not over."""
    last = timezone.localdate() - timedelta(days=1)
    first = last - timedelta(days=DAYS - 1)
    found = counts.by_day(first, last, base=base)
    return [(day, found.get(day, {})) for day in (first + timedelta(n) for n in range(DAYS))]


def _recent(daily: list[tuple[date, Counts]]) -> list[Recent]:
    week, before = daily[-7:], daily[-14:-7]
    return [
        Recent(
            measure,
            sum(found.get(measure.code, 0) for _, found in week),
            sum(found.get(measure.code, 0) for _, found in before),
            week[0][0],
            week[-1][0],
        )
        for measure in MEASURES
    ]


def _by_week(daily: list[tuple[date, Counts]]) -> Figure:
    """Weeks rather than days: weekends would saw every line to pieces."""
    weeks = [daily[n : n + 7] for n in range(0, len(daily), 7)]
    labels = [f"{week[0][0]:%-d %b}" for week in weeks]
    series = [
        Series(
            measure.label,
            tuple(float(sum(found.get(measure.code, 0) for _, found in week)) for week in weeks),
        )
        for measure in MEASURES
    ]
    return over_time(labels, series)


def _managing() -> list[Organisation]:
    """Authorities and national partners that take part."""
    return list(Organisation.objects.open().filter(kind__in=MANAGING))
