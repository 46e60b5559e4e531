"""A ledger restored elsewhere counts its transactions anew: the scan goes on in the new era."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from audit.detection.reading import NEXT, Place, next_batch
from tests.audit.proof.ledgers import Ledger, fresh_ledger

LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def ledger(django_db_blocker) -> Iterator[Ledger]:
    with django_db_blocker.unblock(), fresh_ledger() as ledger:
        yield ledger


def owner(ledger: Ledger, *statements: str) -> None:
    with ledger.unguarded() as cursor:
        for statement in statements:
            cursor.execute(statement)


def read(place: Place, alias: str) -> Place:
    return next_batch(place, until=LATER, using=alias).place


def read_until(place: Place, event: int, alias: str) -> Place:
    """What runs elsewhere on this server may hold reading back for a moment."""
    patience = time.monotonic() + 60
    while (found := read(place, alias)).event_id != event and time.monotonic() < patience:
        time.sleep(0.05)
    return found


def test_after_a_restore_the_scan_goes_on_although_transactions_begin_anew(ledger: Ledger) -> None:
    ledger.write(2)
    far = Place(era=1, xid=10**12, event_id=0)
    alias = ledger.alias("scan")
    assert read(far, alias) == far
    owner(
        ledger,
        "INSERT INTO audit_era (era, system_identifier, first_xid) VALUES (2, 42, '1')",
        "ALTER TABLE audit_event ALTER COLUMN era SET DEFAULT 2",
    )
    [_, newest] = ledger.write(2)
    place = read(far, alias)
    assert place == Place(2, 0, 0)
    place = read_until(place, newest, alias)
    assert (place.era, place.event_id) == (2, newest)


def test_what_the_old_era_left_unread_is_read_before_the_new_one(ledger: Ledger) -> None:
    [event] = ledger.write(1)
    owner(ledger, f"UPDATE audit_event SET xid = '999999999999' WHERE id = {event}")
    alias, start = ledger.alias("scan"), Place(1, 0, 0)
    assert read(start, alias) == start  # as if it still ran
    owner(ledger, "INSERT INTO audit_era (era, system_identifier, first_xid) VALUES (2, 42, '1')")
    assert read(start, alias) == Place(1, 999_999_999_999, event)


def test_the_log_is_read_by_index_however_long_it_is(ledger: Ledger) -> None:
    """`ORDER BY xid` beside an answer's column of that name would sort the whole log each time."""
    ledger.write(3)
    with ledger.session("scan") as connection, connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        asked = {"era": 1, "xid": 1, "id": 0, "page": 250}
        cursor.execute(f"EXPLAIN {NEXT}", asked)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "xid_idx" in plan
    assert "Sort Key: e.xid, e.id" in plan
    assert "::bigint" not in plan


def test_what_is_caught_up_with_is_judged_a_few_minutes_at_a_time(ledger: Ledger) -> None:
    """After an outage an evening's trawl is not looked for in the hour before breakfast."""
    early, later, newest = ledger.write(3)
    owner(
        ledger,
        f"UPDATE audit_event SET recorded_at = recorded_at - interval '20 minutes'"
        f" WHERE id = {early}",
        f"UPDATE audit_event SET recorded_at = recorded_at - interval '18 minutes'"
        f" WHERE id = {later}",
    )
    alias = ledger.alias("scan")
    read_until(Place(1, 0, 0), later, alias)
    first = next_batch(Place(1, 0, 0), until=LATER, using=alias)
    assert (first.place.event_id, first.is_last) == (later, False)
    second = next_batch(first.place, until=LATER, using=alias)
    assert second.place.event_id == newest
    until = datetime.now(UTC) - timedelta(minutes=10)
    assert next_batch(Place(1, 0, 0), until=until, using=alias).is_last
