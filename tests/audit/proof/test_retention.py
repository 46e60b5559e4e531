"""Search terms and reasons are erased when their period is over; events and proofs stay."""

from typing import Any

import psycopg2
import pytest

from audit.ledger.actor import Actor, ActorKind
from audit.ledger.retention import Held, erase_expired, hold, release
from audit.ledger.sealer import seal
from audit.ledger.verify import Keys, verify
from audit.ledger.writer import payload_digest
from tests.audit.proof.ledgers import Ledger

OFFICER = Actor(kind=ActorKind.PERSON, id=5, role="investigator", base=3)
SALT = bytes(16)
EVENT_AND_PAYLOAD = """
    WITH event AS (
        INSERT INTO audit_event (action, outcome, actor_kind, actor_id, recorded_at, payload_digest)
        VALUES ('search.performed', 'success', 'person', %s,
                clock_timestamp() - make_interval(months => %s), %s) RETURNING id, recorded_at)
    INSERT INTO audit_payload SELECT id, recorded_at, %s, %s FROM event RETURNING event_id
"""


@pytest.fixture
def old(ledger: Ledger) -> Ledger:
    """A ledger that has been kept for years."""
    with ledger.session("owner") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::text || 'Z'")
        (now,) = cursor.fetchone()
        cursor.execute(
            "CREATE TABLE audit_part.years PARTITION OF audit_event"
            f" FOR VALUES FROM ('2000-01-01Z') TO ('{now}');"
            " CREATE TRIGGER no_trunc BEFORE TRUNCATE ON audit_part.years"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();"
            " ALTER TABLE audit_part.years ENABLE ALWAYS TRIGGER no_trunc"
        )
    return ledger


def write_long_ago(ledger: Ledger, months: int, person: int = 7) -> int:
    values = [person, months, payload_digest(SALT, "Khan"), SALT, "Khan"]
    return int(ask(ledger, EVENT_AND_PAYLOAD, *values)[0][0])


def ask(ledger: Ledger, sql: str, *values: Any, role: str = "owner") -> list[tuple[Any, ...]]:
    with ledger.session(role) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def kept(ledger: Ledger) -> list[int]:
    return [row[0] for row in ask(ledger, "SELECT event_id FROM audit_payload ORDER BY 1")]


def findings(ledger: Ledger) -> dict[str, int]:
    seal(ledger.signer, using=ledger.alias("sealer"))
    keys = Keys([ledger.signer.verifier])
    return verify(keys, using=ledger.alias("auditor")).by_code()


def test_what_is_older_than_two_years_is_erased_with_an_event_and_every_proof_holds(
    old: Ledger,
) -> None:
    first = write_long_ago(old, 30)
    second = write_long_ago(old, 25)
    young = write_long_ago(old, 23)
    assert findings(old) == {}
    assert erase_expired(using=old.alias("default")) == 2
    assert kept(old) == [young]
    erased = "SELECT detail::jsonb, reason FROM audit_event WHERE action = 'payload.erased'"
    assert ask(old, erased) == [({"event_ids": [first, second]}, "expired")]
    assert findings(old) == {}
    assert erase_expired(using=old.alias("default")) == 0
    assert len(ask(old, erased)) == 1


def test_a_legal_hold_stops_expiry_until_it_is_released(old: Ledger) -> None:
    default = old.alias("default")
    held = write_long_ago(old, 30)
    suspects = write_long_ago(old, 30, person=66)
    write_long_ago(old, 30)
    on_event = hold(Held.EVENT, held, actor=OFFICER, using=default)
    on_person = hold(Held.ACTOR, 66, actor=OFFICER, using=default)
    assert erase_expired(using=default) == 1
    assert kept(old) == [held, suspects]
    release(on_event, Held.EVENT, held, actor=OFFICER, using=default)
    assert erase_expired(using=default) == 1
    assert kept(old) == [suspects]
    with pytest.raises(LookupError):
        release(on_event, Held.EVENT, held, actor=OFFICER, using=default)
    release(on_person, Held.ACTOR, 66, actor=OFFICER, using=default)
    assert erase_expired(using=default) == 1
    acts = "SELECT action, target_id FROM audit_event WHERE action LIKE 'payload.%%' ORDER BY id"
    assert [act for act in ask(old, acts) if act[0] != "payload.erased"] == [
        ("payload.held", held),
        ("payload.held", 66),
        ("payload.released", held),
        ("payload.released", 66),
    ]


NAMED = (
    "INSERT INTO audit_event (action, outcome, actor_kind, detail) VALUES"
    " ('payload.erased', 'success', 'job', '{\"event_ids\":[%s]}');"
)


def refused(ledger: Ledger, sql: str, role: str, words: str) -> None:
    with ledger.session(role) as connection, connection.cursor() as cursor:
        connection.autocommit = False
        with pytest.raises(psycopg2.Error, match=words):
            cursor.execute(sql)


@pytest.mark.parametrize("role", ["default", "owner"])
def test_nobody_erases_without_an_event_of_the_same_transaction(old: Ledger, role: str) -> None:
    event = write_long_ago(old, 30)
    other = write_long_ago(old, 30)
    ask(old, NAMED % event + " SELECT 1")  # committed, so of another transaction
    erase = f"SELECT audit_erase_payloads(ARRAY[{event}]::bigint[])"
    refused(old, erase, role, "append-only")
    refused(old, NAMED % other + erase, role, "append-only")
    assert kept(old) == [event, other]


def test_the_service_erases_nothing_young_and_nothing_held(old: Ledger) -> None:
    young = write_long_ago(old, 11)
    held = write_long_ago(old, 30)
    hold(Held.EVENT, held, actor=OFFICER, using=old.alias("default"))
    erase = "SELECT audit_erase_payloads(ARRAY[%s]::bigint[])"
    refused(old, (NAMED + erase) % (young, young), "default", "younger than 12 months")
    refused(old, (NAMED + erase) % (held, held), "default", "append-only")
    refused(old, "DELETE FROM audit_payload", "default", "permission denied")
    assert kept(old) == [young, held]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT audit_place_hold('event', 1, 1)",
        "SELECT audit_release_hold(1, 1)",
        "INSERT INTO audit_hold (kind, whose, placed_event) VALUES ('event', 1, 1)",
        "UPDATE audit_hold SET released_event = 1",
    ],
)
def test_no_hold_is_placed_or_released_without_its_event(old: Ledger, sql: str) -> None:
    refused(old, sql, "default", "needs its event|permission denied")
