"""Learns what is usual from the four weeks before: one version a night.

A day counts four days later, when what is recorded late has come; days that were alerted are left
out. Counted in the database, group by group; only sums come out of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from accounts.clocks import LONDON
from accounts.models import User
from audit.detection.learning import ALERT, Moments, Sums, alert_threshold
from audit.detection.models import Learned, PersonDay
from audit.detection.usual import SIGNS
from audit.detection.versions import Key
from records.search import surname_share

WINDOW, CLOSED, CALIBRATED = 28, 4, 21  # days
_COUNTS = ("children", "thin", "prints", "unrequested")
_DAYS = """
    SELECT role, employer, count(*), count(*) FILTER (WHERE children > 0), sum(looks),
           sum(explained), sum(bands[1]), sum(bands[2]), sum(bands[3]), sum(bands[4]),
           sum(children), sum(children ^ 2), sum(thin), sum(thin ^ 2), sum(prints),
           sum(prints ^ 2), sum(unrequested), sum(unrequested ^ 2)
      FROM audit_personday
     WHERE "on" >= %(since)s AND "on" < %(until)s AND looks > 0 AND NOT is_alerted
     GROUP BY role, employer
"""
_SIGNS = """
    SELECT role, employer, count(*),
           count(*) FILTER (WHERE facts ? 'same_surname'),
           count(*) FILTER (WHERE facts ? 'same_household'),
           count(*) FILTER (WHERE facts ? 'same_postcode'),
           count(*) FILTER (WHERE facts ? 'colleague_household'),
           count(*) FILTER (WHERE facts ? 'former_household'),
           count(*) FILTER (WHERE is_far), count(*) FILTER (WHERE facts ? 'test_words'),
           count(*) FILTER (WHERE left_team), count(*) FILTER (WHERE kind > 1)
      FROM (SELECT DISTINCT ON (person, child, (at AT TIME ZONE 'Europe/London')::date) *
              FROM audit_judgedlook AS j
             WHERE level = 0 AND at >= %(from)s AND at < %(to)s
               AND NOT EXISTS (SELECT FROM audit_personday AS d
                                WHERE d.person = j.person AND d.is_alerted
                                  AND d."on" = (j.at AT TIME ZONE 'Europe/London')::date)
             ORDER BY person, child, (at AT TIME ZONE 'Europe/London')::date, kind DESC) AS looks
     GROUP BY role, employer
"""
_BY_PERSON = """
    SELECT min(role), min(employer), person, count(*)
      FROM audit_judgedlook WHERE level = 0 AND at >= %(from)s AND at < %(to)s GROUP BY person
"""
_PAIRS = """
    SELECT role, employer, days, count(*)
      FROM (SELECT min(role) AS role, min(employer) AS employer,
                   least(7, count(DISTINCT (at AT TIME ZONE 'Europe/London')::date)) AS days
              FROM audit_judgedlook WHERE level = 0 AND at >= %(from)s AND at < %(to)s
             GROUP BY person, child) AS pairs
     GROUP BY role, employer, days
"""
_SETTLED = """
    SELECT role, employer, count(*), sum(children), sum(children ^ 2)
      FROM (SELECT d.role, d.employer, d.person, count(DISTINCT j.child) AS children
              FROM (SELECT DISTINCT ON (person) person, role, employer FROM audit_personday
                     WHERE "on" >= %(since)s AND "on" < %(until)s ORDER BY person, "on" DESC) AS d
              LEFT JOIN audit_judgedlook AS j ON j.person = d.person AND j.level = 0
                   AND j.is_settled AND j.at >= %(settled)s AND j.at < %(to)s
             GROUP BY d.role, d.employer, d.person) AS people
     GROUP BY role, employer
"""
_FAR = """
    SELECT coalesce(sum(people), 0), coalesce(sum(people * (people - 1)), 0)
      FROM (SELECT count(DISTINCT person) AS people FROM audit_judgedlook
             WHERE level = 0 AND is_far AND at >= %(from)s AND at < %(to)s
             GROUP BY child, date_trunc('week', at)) AS crowds
"""
_PEAKS = """
    SELECT role, peak, is_alerted FROM audit_personday
     WHERE "on" >= %(since)s AND "on" < %(today)s AND peak > -4
"""
_ACCOUNTS = """
    SELECT role, count(DISTINCT person), count(DISTINCT "on") FROM audit_personday
     WHERE "on" >= %(since)s AND "on" < %(today)s GROUP BY role
"""


def learn(today: date) -> int:
    """Makes the version of the night before `today`, unless there is one. Returns how many rows."""
    with transaction.atomic():
        if Learned.objects.filter(on=today).exists():
            return 0
        asked = _window(today)
        sums = _with_levels_above(_sums(asked))
        thresholds = _thresholds(asked)
        first = PersonDay.objects.filter(looks__gt=0).aggregate(Min("on"))["on__min"]
        is_calibrated = first is not None and first <= today - timedelta(CALIBRATED)
        rows = [
            Learned(
                on=today,
                role=role,
                employer=employer,
                sums={"sums": found.to_json(), "is_calibrated": is_calibrated},
                alert=thresholds.get(role, (ALERT, ALERT))[0],
                ceiling=thresholds.get(role, (ALERT, ALERT))[1],
            )
            for (role, employer), found in sums.items()
        ]
        Learned.objects.bulk_create(rows)
    return len(rows)


def _window(today: date) -> dict[str, Any]:
    until = today - timedelta(CLOSED)
    since = until - timedelta(WINDOW)
    return {
        "today": today,
        "since": since,
        "until": until,
        "from": _midnight(since),
        "to": _midnight(until),
        "settled": _midnight(until - timedelta(21)),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _rows(statement: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())


def _sums(asked: Mapping[str, Any]) -> dict[Key, Sums]:
    found: dict[Key, Sums] = defaultdict(Sums)
    for role, employer, *told in _rows(_DAYS, asked):
        _take_days(found[role, employer], [float(value) for value in told])
    for role, employer, looks, *signs in _rows(_SIGNS, asked):
        mine = found[role, employer]
        mine.unexplained = float(looks)
        mine.signs = {sign: float(many) for sign, many in zip(SIGNS, signs, strict=True)}
    for role, employer, days, pairs in _rows(_PAIRS, asked):
        for n in range(days):
            found[role, employer].pairs[n] += pairs
    for role, employer, n, total, squares in _rows(_SETTLED, asked):
        found[role, employer].settled = Moments(float(n), float(total), float(squares))
    _expect_surnames(found, asked)
    [(far, more)] = _rows(_FAR, asked)
    found["", None].far_viewers, found["", None].more_far_viewers = float(far), float(more)
    return found


def _take_days(sums: Sums, told: list[float]) -> None:
    sums.days, sums.days_with, sums.looks, sums.explained, *rest = told
    sums.bands, counts = rest[:4], rest[4:]
    for n, name in enumerate(_COUNTS):
        setattr(sums, name, Moments(sums.days, counts[2 * n], counts[2 * n + 1]))


def _expect_surnames(found: dict[Key, Sums], asked: Mapping[str, Any]) -> None:
    """How many same surnames chance alone would give."""
    rows = _rows(_BY_PERSON, asked)
    names = dict(
        User.objects.filter(pk__in=[row[2] for row in rows]).values_list("pk", "family_name")
    )
    for role, employer, person, looks in rows:
        found[role, employer].surnames_by_chance += looks * surname_share(names.get(person, ""))


def _with_levels_above(found: Mapping[Key, Sums]) -> dict[Key, Sums]:
    """The employers' sums, and those of roles and of the nation."""
    every: dict[Key, Sums] = {("", None): found["", None]}
    for (role, employer), sums in sorted(found.items(), key=lambda pair: str(pair[0])):
        if not role:
            continue
        every[role, employer] = sums
        for key in dict.fromkeys([("", None), (role, None)]):
            if key != (role, employer):
                every.setdefault(key, Sums()).add(sums)
    return every


def _thresholds(asked: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """By role (and, by the empty name, of all): from which score on it is alerted, and the highest
    score of a day that was not.
    """
    peaks: dict[str, list[float]] = defaultdict(list)
    honest: dict[str, float] = defaultdict(lambda: ALERT)
    for role, peak, is_alerted in _rows(_PEAKS, asked):
        for name in (role, ""):
            peaks[name].append(peak)
            if not is_alerted:
                honest[name] = max(honest[name], peak)
    sizes = {role: accounts * days for role, accounts, days in _rows(_ACCOUNTS, asked)}
    sizes[""] = sum(sizes.values())
    nation = alert_threshold(peaks[""], sizes[""]) or ALERT
    found = {
        role: (alert_threshold(peaks[role], size), honest[role]) for role, size in sizes.items()
    }
    return {
        role: (nation if alert is None else alert, most) for role, (alert, most) in found.items()
    }
