"""A ledger restored elsewhere counts its transactions anew: the scan goes on in the new era."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from audit.detection.reading import Place, looks_after
from tests.audit.proof.ledgers import Ledger, fresh_ledger

AT_ONCE = timedelta(0)


@pytest.fixture
def ledger(django_db_blocker) -> Iterator[Ledger]:
    with django_db_blocker.unblock(), fresh_ledger() as ledger:
        yield ledger


def owner(ledger: Ledger, *statements: str) -> None:
    with ledger.unguarded() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_after_a_restore_the_scan_goes_on_although_transactions_begin_anew(ledger: Ledger) -> None:
    ledger.write(2)
    far = Place(era=1, xid=10**12, event_id=0)
    alias = ledger.alias("scan")
    assert looks_after(far, hold=AT_ONCE, using=alias) == ([], far)
    owner(
        ledger,
        "INSERT INTO audit_era (era, system_identifier, first_xid) VALUES (2, 42, '1')",
        "ALTER TABLE audit_event ALTER COLUMN era SET DEFAULT 2",
    )
    [_, newest] = ledger.write(2)
    _, place = looks_after(far, hold=AT_ONCE, using=alias)
    assert place == Place(2, 0, 0)
    _, place = looks_after(place, hold=AT_ONCE, using=alias)
    assert (place.era, place.event_id) == (2, newest)


def test_what_the_old_era_left_unread_is_read_before_the_new_one(ledger: Ledger) -> None:
    [event] = ledger.write(1)
    owner(ledger, f"UPDATE audit_event SET xid = '999999999999' WHERE id = {event}")
    alias, start = ledger.alias("scan"), Place(1, 0, 0)
    assert looks_after(start, hold=AT_ONCE, using=alias) == ([], start)  # as if it still ran
    owner(ledger, "INSERT INTO audit_era (era, system_identifier, first_xid) VALUES (2, 42, '1')")
    _, place = looks_after(start, hold=AT_ONCE, using=alias)
    assert place == Place(1, 999_999_999_999, event)
