"""Partitions: made ahead by a login that owns nothing; a missing month fails closed."""

from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from audit import migrations
from audit.ledger.actor import Actor, ActorKind
from audit.ledger.events import EventType
from audit.ledger.partitions import (
    LEAST_MONTHS_AHEAD,
    MONTHS_AHEAD,
    ensure_partitions,
    months_ahead,
)
from audit.ledger.tasks import ensure_partitions_ahead
from audit.ledger.writer import append
from tests.audit.faults import partition_missing
from tests.audit.owner import owner_cursor

JOB = Actor(kind=ActorKind.JOB, role="test")
FAR = 12
MIGRATION_SQL = Path(migrations.__file__).parent / "sql"


@pytest.fixture
def tidy():
    """Takes the months beyond the usual ones away again, before and after."""
    drop_beyond(MONTHS_AHEAD)
    yield
    drop_beyond(MONTHS_AHEAD)


def drop_beyond(ahead):
    with owner_cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text, to_char(date_trunc('month', clock_timestamp()"
            " AT TIME ZONE 'UTC') + make_interval(months => %s), '\"audit_event_y\"YYYY\"m\"MM')"
            " FROM pg_inherits WHERE inhparent = 'audit_event'::regclass",
            [ahead],
        )
        for name, last in cursor.fetchall():
            if name > f"audit_part.{last}":
                cursor.execute(f"DROP TABLE {name}")


@pytest.mark.django_db(transaction=True)
def test_after_the_migration_partitions_reach_three_months_ahead(tidy):
    assert months_ahead() == MONTHS_AHEAD
    assert months_ahead() >= LEAST_MONTHS_AHEAD


@pytest.mark.django_db(transaction=True)
def test_the_app_login_makes_partitions_it_cannot_touch(tidy):
    assert ensure_partitions(FAR) == FAR - MONTHS_AHEAD
    assert months_ahead() == FAR
    assert ensure_partitions(FAR) == 0
    with owner_cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_userbyid(relowner), relrowsecurity,"
            " has_table_privilege('idx_app', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
            " FROM pg_class WHERE relnamespace = 'audit_part'::regnamespace AND relkind = 'r'"
        )
        rows = cursor.fetchall()
    assert len(rows) >= FAR + 1
    assert set(rows) == {("idx_owner", True, False)}


@pytest.mark.django_db(transaction=True)
def test_months_join_without_gap_or_overlap(tidy):
    ensure_partitions(FAR)
    with owner_cursor() as cursor:
        cursor.execute("SET timezone = 'Europe/London'")
        cursor.execute(
            "SELECT (regexp_match(b, 'FROM \\(''(.+?)''\\)'))[1]::timestamptz AT TIME ZONE 'UTC',"
            "       (regexp_match(b, 'TO \\(''(.+?)''\\)'))[1]::timestamptz AT TIME ZONE 'UTC'"
            "  FROM pg_class, pg_get_expr(relpartbound, oid) AS b"
            " WHERE relispartition AND relkind = 'r' AND relname LIKE 'audit_event_y%' ORDER BY 1"
        )
        bounds = cursor.fetchall()
    assert all(first.day == 1 and first.hour == 0 for first, _ in bounds)
    for (_, end), (start, _) in pairwise(bounds):
        assert end == start


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ahead", [-1, 13, 10**6])
def test_nobody_makes_partitions_without_bound(ahead):
    with pytest.raises(ValueError, match="0 to 12"):
        ensure_partitions(ahead)
    with pytest.raises(DatabaseError, match="0 to 12"), connection.cursor() as cursor:
        cursor.execute("SELECT public.audit_ensure_partitions(%s)", [ahead])


@pytest.mark.django_db(transaction=True)
def test_partitions_can_be_made_while_events_are_being_written(tidy):
    with transaction.atomic():
        append(EventType.AUTH_LOGOUT, actor=JOB)
        with owner_cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'")
            cursor.execute("SELECT public.audit_ensure_partitions(%s)", [FAR])
            assert cursor.fetchone() == (FAR - MONTHS_AHEAD,)
        append(EventType.AUTH_LOGOUT, actor=JOB)


@pytest.mark.django_db(transaction=True)
def test_a_missing_month_stops_every_event_and_shows_in_the_health_check(events):
    with partition_missing():
        assert months_ahead() == -1
        with pytest.raises(DatabaseError, match="no partition"), transaction.atomic():
            append(EventType.AUTH_LOGOUT, actor=JOB)
    assert months_ahead() >= LEAST_MONTHS_AHEAD
    assert events.since_mark() == []


@pytest.mark.django_db(transaction=True)
def test_a_gap_further_on_counts_only_the_months_before_it(tidy):
    drop_beyond(1)
    assert months_ahead() == 1
    assert ensure_partitions_ahead() == MONTHS_AHEAD - 1
    assert months_ahead() == MONTHS_AHEAD


@pytest.mark.django_db(transaction=True)
def test_the_command_says_how_far_the_partitions_reach(tidy):
    out = StringIO()
    call_command("audit_partitions", ahead=5, stdout=out)
    assert out.getvalue() == "2 made; partitions reach 5 months ahead\n"
    with pytest.raises(CommandError, match="0 to 12"):
        call_command("audit_partitions", ahead=13)


@pytest.mark.django_db
def test_a_detached_partition_that_comes_back_is_guarded_again(as_owner):
    as_owner.execute(
        "SELECT count(*) FROM pg_trigger WHERE tgname IN ('checked', 'no_mod', 'no_trunc')"
    )
    before = as_owner.fetchone()
    with partition_missing():
        pass
    as_owner.execute(
        "SELECT count(*) FROM pg_trigger WHERE tgname IN ('checked', 'no_mod', 'no_trunc')"
        " AND tgenabled = 'A'"
    )
    assert as_owner.fetchone() == before


@pytest.mark.django_db(transaction=True)
def test_the_migration_can_be_reversed_and_applied_again():
    alias = "owner"
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("DROP SCHEMA test_tools CASCADE")
            # What other tests sealed: a sealed ledger cannot be taken back.
            cursor.execute("ALTER TABLE audit_seal DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM audit_seal")
        executor = MigrationExecutor(connections[alias])
        executor.migrate([("audit", None)])
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT to_regclass('audit_event'), to_regnamespace('audit_part')")
            assert cursor.fetchone() == (None, None)
        executor.loader.build_graph()
        executor.migrate([("audit", "0001_ledger")])
        assert months_ahead(using=alias) == MONTHS_AHEAD
        transaction.set_rollback(True, using=alias)


@pytest.mark.django_db(transaction=True)
def test_without_the_roles_the_migration_says_which_are_missing():
    sql = (MIGRATION_SQL / "0001_ledger.sql").read_text().replace("'idx_scan'", "'idx_absent'", 1)
    with (
        owner_cursor() as cursor,
        pytest.raises(Exception, match="the database roles idx_absent do not exist"),
    ):
        cursor.execute(sql)
