"""What detection keeps, written and read for whole batches: judged looks, days in numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max

from accounts.models import Network, StaffHousehold
from accounts.models.networks import NetworkKind
from audit.detection.looks import Day, Dossier, Kind, Place, Searched, Seen, band_of, day_of
from audit.detection.models import JudgedLook, PersonDay
from audit.detection.reading import Around

HISTORY = timedelta(days=63)
RECENT = timedelta(days=2)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
KEPT_FACTS = (
    "same_surname",
    "same_household",
    "same_postcode",
    "colleague_household",
    "former_household",
    "test_words",
)
COLUMNS = [field.name for field in fields(Seen)]  # of JudgedLook, in the order of `Seen`
_ADD_DAYS = """
    INSERT INTO audit_personday AS d
        (person, "on", role, employer, looks, explained, children, prints, thin, unrequested, bands,
         is_alerted)
    SELECT person, "on", role, employer, looks, explained, children, prints, thin, unrequested,
           ARRAY[b0, b1, b2, b3], false
      FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::int[], %s::int[], %s::int[], %s::int[],
                  %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])
        AS n (person, "on", role, employer, looks, explained, children, prints, thin, unrequested,
              b0, b1, b2, b3)
    ON CONFLICT (person, "on") DO UPDATE SET
        role = CASE WHEN excluded.role = '' THEN d.role ELSE excluded.role END,
        employer = coalesce(excluded.employer, d.employer),
        looks = d.looks + excluded.looks, explained = d.explained + excluded.explained,
        children = d.children + excluded.children, prints = d.prints + excluded.prints,
        thin = greatest(d.thin, excluded.thin), unrequested = d.unrequested + excluded.unrequested,
        bands = ARRAY[d.bands[1] + excluded.bands[1], d.bands[2] + excluded.bands[2],
                      d.bands[3] + excluded.bands[3], d.bands[4] + excluded.bands[4]]
"""
_ADD_REACH = """
    INSERT INTO audit_reach AS r ("on", base, authority, looks)
    SELECT * FROM unnest(%s::date[], %s::int[], %s::text[], %s::int[])
    ON CONFLICT ("on", base, authority) DO UPDATE SET looks = r.looks + excluded.looks
"""


_SETTLE = """
    UPDATE audit_judgedlook AS j SET level = n.level, code = n.code, is_settled = true
      FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS n (event_id, level, code)
     WHERE j.event_id = n.event_id
"""


@dataclass(slots=True)
class _Numbers:
    """What a batch adds to one person's day."""

    role: str = ""
    employer: int | None = None
    looks: int = 0
    explained: int = 0
    children: int = 0
    prints: int = 0
    thin: int = 0
    unrequested: int = 0
    bands: list[int] | None = None


def is_kept(look: Seen) -> bool:
    """Whether a rule may ask for a look again."""
    return look.level < 2 or look.says("same_household")


def keep(looks: Sequence[Seen], bases: Mapping[int, int]) -> None:
    """Adds judged looks to what is kept, and to the days of those who made them."""
    known = _children_known(looks)
    numbers: dict[tuple[int, date], _Numbers] = defaultdict(_Numbers)
    reach: Counter[tuple[date, int, str]] = Counter()
    for look in looks:
        _count(numbers[look.person, look.day], look, known)
        if look.level and look.authority and bases.get(look.event_id):
            reach[look.day, bases[look.event_id], look.authority] += 1
    JudgedLook.objects.bulk_create(
        [_row(look) for look in looks if is_kept(look)], ignore_conflicts=True
    )
    _add_days(numbers)
    _add_reach(reach)


def keep_searches(searches: Sequence[Searched], near: Around) -> None:
    """The most searches by one box within an hour, of the days of these searches."""
    numbers: dict[tuple[int, date], _Numbers] = defaultdict(_Numbers)
    for each in searches:
        if each.thin:
            day = numbers[each.person, day_of(each.at)]
            day.thin = max(day.thin, thin_within_an_hour(each, near.searches[each.person]))
    _add_days(numbers)


def thin_within_an_hour(search: Searched, searches: Iterable[Searched]) -> int:
    """Distinct searches by one box in the hour up to a search."""
    return len({s.thin for s in searches if s.thin and search.at - HOUR < s.at <= search.at})


def dossiers(
    people: Mapping[int, datetime], near: Around, places: Mapping[int, Place]
) -> list[Dossier]:
    """What is known of each person up to a moment; `places` as `office_places` gives them."""
    if not people:
        return []
    since = min(people.values()) - HISTORY
    looks, days = _looks(people, since), _days(people, since.date())
    crowds = _crowds(looks)
    homes = set(
        StaffHousehold.objects.filter(user__in=list(people)).values_list("user_id", flat=True)
    )
    before = PersonDay.objects.filter(person__in=list(people), on__lt=since.date())
    last_used = dict(before.values_list("person").annotate(Max("on")))
    return [
        _dossier(person, at, looks, days, crowds, homes, places, last_used.get(person), near)
        for person, at in sorted(people.items())
    ]


def unsettled(until: datetime, most: int) -> list[Seen]:
    """The oldest looks up to a moment that nothing explains and that were not judged for good; held
    until the transaction ends.
    """
    rows = JudgedLook.objects.select_for_update(skip_locked=True).filter(
        level=0, is_settled=False, at__lte=until
    )
    found = rows.order_by("at", "event_id")[:most].values_list(*COLUMNS)
    return [as_seen(row) for row in found]


def settle(judged: Sequence[Seen]) -> None:
    """Keeps what was judged for good."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            [
                [look.event_id for look in judged],
                [look.level for look in judged],
                [look.code for look in judged],
            ],
        )


def note_peaks(
    peaks: Mapping[tuple[int, date], float], alerted: Collection[tuple[int, date]]
) -> None:
    """The highest score of each day so far, and whether it was alerted."""
    if not peaks:
        return
    keys = sorted(peaks)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_personday AS d SET peak = greatest(d.peak, n.peak),"
            " is_alerted = d.is_alerted OR n.is_alerted"
            " FROM unnest(%s::bigint[], %s::date[], %s::float8[], %s::boolean[])"
            ' AS n (person, "on", peak, is_alerted)'
            ' WHERE d.person = n.person AND d."on" = n."on"',
            [
                [person for person, _ in keys],
                [day for _, day in keys],
                [peaks[key] for key in keys],
                [key in alerted for key in keys],
            ],
        )


def as_seen(row: Sequence[Any]) -> Seen:
    """A kept look as the rules see it, from the values of `COLUMNS`."""
    look = Seen(*row)
    return replace(
        look, kind=Kind(look.kind), session=None if look.session is None else bytes(look.session)
    )


def _row(look: Seen) -> JudgedLook:
    told = {column: getattr(look, column) for column in COLUMNS if column != "facts"}
    return JudgedLook(**told, facts={fact: True for fact in KEPT_FACTS if look.says(fact)})


def _children_known(looks: Sequence[Seen]) -> set[tuple[int, date, int]]:
    """Children whom nothing explained on these days already, before this batch."""
    left = [look for look in looks if look.level == 0]
    if not left:
        return set()
    rows = JudgedLook.objects.filter(
        person__in={look.person for look in left},
        at__gte=min(look.at for look in left) - RECENT,
        level=0,
    ).values_list("person", "at", "child")
    return {(person, day_of(at), child) for person, at, child in rows}


def _count(day: _Numbers, look: Seen, known: set[tuple[int, date, int]]) -> None:
    day.role, day.employer = look.role, look.employer
    day.looks += 1
    day.explained += look.level > 0
    day.prints += look.kind is Kind.PRINTED
    day.bands = day.bands or [0, 0, 0, 0]
    day.bands[band_of(look.at)] += 1
    key = (look.person, look.day, look.child)
    if look.level == 0 and key not in known:
        known.add(key)
        day.children += 1
        day.unrequested += look.on_behalf_of is not None


def _add_days(numbers: Mapping[tuple[int, date], _Numbers]) -> None:
    if not numbers:
        return
    keys = sorted(numbers)
    rows = [numbers[key] for key in keys]
    columns: list[Any] = [
        [person for person, _ in keys],
        [day for _, day in keys],
        *([getattr(row, name) for row in rows] for name in (
            "role", "employer", "looks", "explained", "children", "prints", "thin", "unrequested",
        )),
        *([(row.bands or [0] * 4)[n] for row in rows] for n in range(4)),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ADD_DAYS, columns)


def _add_reach(reach: Mapping[tuple[date, int, str], int]) -> None:
    if not reach:
        return
    keys = sorted(reach)
    columns = [*map(list, zip(*keys, strict=True)), [reach[key] for key in keys]]
    with connection.cursor() as cursor:
        cursor.execute(_ADD_REACH, columns)


def _looks(people: Mapping[int, datetime], since: datetime) -> dict[int, list[Seen]]:
    found: dict[int, list[Seen]] = defaultdict(list)
    rows = JudgedLook.objects.filter(person__in=list(people), at__gt=since)
    for row in rows.order_by("at", "event_id").values_list(*COLUMNS):
        look = as_seen(row)
        found[look.person].append(look)
    return found


def _days(people: Mapping[int, datetime], since: date) -> dict[int, list[Day]]:
    found: dict[int, list[Day]] = defaultdict(list)
    rows = PersonDay.objects.filter(person__in=list(people), on__gte=since).order_by("on")
    for row in rows.values_list(
        "person", "on", "looks", "explained", "children", "prints", "thin", "unrequested", "bands"
    ):
        person, *told = row
        found[person].append(_day(told))
    return found


def _day(told: Sequence[Any]) -> Day:
    on, looks, explained, children, prints, thin, unrequested, bands = told
    return Day(on, looks, explained, children, prints, thin, unrequested, tuple(bands))


def _crowds(looks: Mapping[int, Sequence[Seen]]) -> dict[int, dict[int, tuple[datetime, bool]]]:
    """By child: who looked without a reason, when last, and whether from far."""
    children = {look.child for mine in looks.values() for look in mine if look.level == 0}
    if not children:
        return {}
    moments = [look.at for mine in looks.values() for look in mine]
    rows = JudgedLook.objects.filter(
        child__in=children, level=0, at__gt=min(moments) - WEEK, at__lte=max(moments)
    ).values_list("child", "person", "at", "is_far")
    found: dict[int, dict[int, tuple[datetime, bool]]] = defaultdict(dict)
    for child, person, at, is_far in rows.order_by("at"):
        found[child][person] = (at, is_far)
    return found


def office_places() -> dict[int, Place]:
    """Where the offices are."""
    rows = Network.objects.filter(
        kind=NetworkKind.OFFICE, latitude__isnull=False, ended_on__isnull=True
    )
    return {
        pk: Place(float(latitude or 0), float(longitude or 0))
        for pk, latitude, longitude in rows.values_list("pk", "latitude", "longitude")
    }


def _dossier(
    person: int,
    at: datetime,
    looks: Mapping[int, Sequence[Seen]],
    days: Mapping[int, Sequence[Day]],
    crowds: Mapping[int, Mapping[int, tuple[datetime, bool]]],
    homes: set[int],
    places: Mapping[int, Place],
    last_used: date | None,
    near: Around,
) -> Dossier:
    mine = [look for look in looks.get(person, ()) if look.at <= at]
    today = day_of(at)
    recent = [look for look in near.looks.get(person, ()) if at - RECENT < look.at <= at]
    searches = near.searches.get(person, ())
    newest = mine[-1] if mine else recent[-1] if recent else None
    return Dossier(
        person=person,
        role=newest.role if newest else "",
        employer=newest.employer if newest else None,
        at=at,
        is_home_held=person in homes,
        looks=mine,
        recent=recent,
        searches=[each for each in searches if at - HOUR < each.at <= at],
        days=[day for day in days.get(person, ()) if day.on < today],
        crowds={
            child: [
                (other, is_far)
                for other, (last, is_far) in others.items()
                if other != person and at - WEEK < last <= at
            ]
            for child, others in crowds.items()
        },
        places=places,
        last_used=last_used,
    )
