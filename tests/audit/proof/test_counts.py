"""Counts for dashboards: folded with the seal, made anew from the events, shown to a role that may
read nothing else of the ledger.
"""

from pathlib import Path

import psycopg2
import pytest

from audit.ledger.actor import Actor, ActorKind
from audit.ledger.counts import differences, recount
from audit.ledger.events import EventType, Outcome
from audit.ledger.sealer import seal
from audit.ledger.verify import Keys, verify
from audit.ledger.writer import append
from tests.audit.proof.ledgers import SQL, Ledger

SEARCHES = (
    "SELECT sum(n) FROM audit_count WHERE kind = 'base_day' AND action = 'search.performed'"
    " AND whose = %s"
)


def seal_all(ledger: Ledger) -> None:
    assert seal(ledger.signer, using=ledger.alias("sealer")) is not None


def ask(ledger: Ledger, sql: str, *values: object, role: str = "count") -> list[tuple[object, ...]]:
    with ledger.session(role) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def refuse(ledger: Ledger) -> None:
    from django.db import transaction

    with transaction.atomic(using=ledger.alias("default")):
        append(
            EventType.ACCESS_DENIED,
            actor=Actor(kind=ActorKind.PERSON, id=8, role="practitioner", org=21, base=4),
            outcome=Outcome.DENIED,
            reason="role_may_not",
            using=ledger.alias("default"),
        )


def found(ledger: Ledger) -> dict[str, int]:
    keys = Keys([ledger.signer.verifier])
    return verify(keys, using=ledger.alias("auditor")).by_code()


def test_counts_grow_with_every_seal_and_not_before(ledger: Ledger) -> None:
    ledger.write(3)
    assert ask(ledger, SEARCHES, 3) == [(None,)]
    seal_all(ledger)
    assert ask(ledger, SEARCHES, 3) == [(3,)]
    ledger.write(2)
    refuse(ledger)
    seal_all(ledger)
    assert ask(ledger, SEARCHES, 3) == [(5,)]
    assert ask(ledger, "SELECT DISTINCT max(size) FROM audit_count") == [(6,)]
    refused = ask(
        ledger,
        "SELECT kind, whose, reason, n FROM audit_count WHERE outcome = 'denied' ORDER BY kind",
    )
    assert refused == [
        ("base_day", 4, "role_may_not", 1),
        ("base_month", 4, "role_may_not", 1),
        ("country_day", 0, "role_may_not", 1),
        ("organisation_day", 21, "role_may_not", 1),
        ("organisation_month", 21, "role_may_not", 1),
    ]


def test_an_event_after_midnight_in_summer_counts_to_the_day_on_the_clock(ledger: Ledger) -> None:
    with ledger.session("owner") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_char(now(), 'YYYY')::integer + 1")
        (year,) = cursor.fetchone()
        cursor.execute(
            f"CREATE TABLE audit_part.summer PARTITION OF public.audit_event"
            f" FOR VALUES FROM ('{year}-06-01Z') TO ('{year}-08-01Z')"
        )
        cursor.execute(
            "INSERT INTO public.audit_event (action, outcome, actor_kind, recorded_at)"
            f" VALUES ('auth.login', 'success', 'anonymous', '{year}-06-30 23:30Z')"
        )
    seal_all(ledger)
    days = ask(ledger, "SELECT kind, starts::text FROM audit_count WHERE whose = 0 ORDER BY kind")
    assert days == [
        ("base_day", f"{year}-07-01"),
        ("base_month", f"{year}-07-01"),
        ("country_day", f"{year}-07-01"),
        ("organisation_day", f"{year}-07-01"),
        ("organisation_month", f"{year}-07-01"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_count SET n = n + 1 WHERE kind = 'country_day'",
        "DELETE FROM audit_count WHERE kind = 'base_month'",
        "UPDATE audit_count SET whose = 9 WHERE kind = 'organisation_day'",
    ],
)
def test_a_count_that_was_changed_is_found_and_mended_from_the_events(
    ledger: Ledger, change: str
) -> None:
    ledger.write(4)
    seal_all(ledger)
    ledger.write(2)  # not sealed yet: counted nowhere, and no difference
    assert found(ledger) == {}
    with ledger.session("owner") as connection, connection.cursor() as cursor:
        cursor.execute(change)
    assert set(found(ledger)) == {"rollup-differs"}
    assert recount(using=ledger.alias("owner")) == 5
    assert found(ledger) == {}
    seal_all(ledger)
    assert ask(ledger, SEARCHES, 3) == [(6,)]
    assert differences(using=ledger.alias("auditor")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM audit_event",
        "SELECT id FROM audit_event",
        "SELECT count(*) FROM audit_event",
        "SELECT * FROM audit_payload",
        "SELECT * FROM audit_counted",
        "SELECT * FROM audit_count_anew('2020-01-01')",
        "SELECT ids FROM audit_seal",
        "UPDATE audit_count SET n = 1",
        "DELETE FROM audit_count",
        "INSERT INTO audit_count VALUES ('base_day', 1, now(), 'a.b', 'success', '', '', 1, 1)",
        "INSERT INTO audit_event (action, outcome, actor_kind) VALUES ('a.b', 'success', 'job')",
        "SET ROLE idx_sealer",
    ],
)
def test_the_login_of_dashboards_reads_counts_and_nothing_else(ledger: Ledger, sql: str) -> None:
    with pytest.raises(psycopg2.Error, match=r"permission denied"):
        ask(ledger, sql)


@pytest.mark.parametrize(
    ("role", "sql"),
    [
        ("default", "SELECT * FROM audit_count"),
        ("local", "SELECT * FROM audit_count"),
        ("sealer", "DELETE FROM audit_count"),
        ("sealer", "UPDATE audit_count SET whose = 1"),
        ("auditor", "UPDATE audit_count SET n = 1"),
    ],
)
def test_nobody_else_reads_or_changes_counts(ledger: Ledger, role: str, sql: str) -> None:
    with pytest.raises(psycopg2.Error, match=r"permission denied"):
        ask(ledger, sql, role=role)


def test_events_sealed_before_there_were_counts_are_counted_by_the_migration(
    ledger: Ledger,
) -> None:
    ledger.write(7)
    seal_all(ledger)
    with ledger.session("owner") as connection, connection.cursor() as cursor:
        for file in (SQL / "0004_counts_reverse.sql", SQL / "0004_counts.sql"):
            cursor.execute(Path(file).read_text(encoding="utf-8"))
    assert ask(ledger, SEARCHES, 3) == [(7,)]
    assert found(ledger) == {}
