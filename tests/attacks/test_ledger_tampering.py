"""An insider who owns the database, and one who holds the sealer's key too, against the verifier.

Each attack is tried on a ledger that a witness has cosigned; each is found, with the right word,
and a ledger that nobody touched is clean.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit.ledger import witness
from audit.ledger.leaf import COLUMNS
from audit.ledger.notes import KeyKind, Signer
from audit.ledger.offering import Offered, WitnessAddress, offer_checkpoint
from audit.ledger.sealer import seal
from audit.ledger.verify import Keys, Report, Scope, Verdict, verify
from tests.audit.proof.ledgers import Ledger, fresh_ledger

WITNESS = Signer.generate("witness.example/w1", KeyKind.WITNESS)


@dataclass
class Witnessed:
    """A ledger, and a witness of it that somebody else runs."""

    ledger: Ledger
    state: Path
    address: WitnessAddress

    def grow(self, number: int, **facts: Any) -> list[int]:
        """Writes, seals and has it cosigned."""
        ids = self.ledger.write(number, **facts)
        assert self.seal() is not None
        assert self.offer() is Offered.COSIGNED
        return ids

    def seal(self, signer: Signer | None = None) -> Any:
        return seal(signer or self.ledger.signer, using=self.ledger.alias("sealer"))

    def offer(self) -> Offered:
        return offer_checkpoint(self.address, using=self.ledger.alias("sealer"))

    def verify(self, *, with_notes: bool = True, scope: Scope | None = None) -> Report:
        keys = Keys([self.ledger.signer.verifier], [WITNESS.verifier])
        notes = self.state / "notes" if with_notes else None
        return verify(keys, notes=notes, scope=scope, using=self.ledger.alias("auditor"))

    def found(self, **options: Any) -> set[str]:
        return set(self.verify(**options).by_code())

    def forget_seals(self, cursor: Any, *, above: int = 0) -> None:
        """Removes every batch, checkpoint and cosignature above a size."""
        for table, column in (
            ("audit_seal", "first_leaf + n"),
            ("audit_checkpoint", "size"),
            ("audit_cosignature", "size"),
        ):
            cursor.execute(f"DELETE FROM {table} WHERE {column} > %s", [above])
        cursor.execute("DELETE FROM audit_node WHERE (idx + 1) << level > %s", [above])


@pytest.fixture
def witnessed(django_db_blocker, tmp_path: Path) -> Iterator[Witnessed]:
    """600 events in two checkpoints, both cosigned."""
    state = tmp_path / "witness"
    with django_db_blocker.unblock(), fresh_ledger() as ledger:
        own = witness.Witness(WITNESS, [ledger.signer.verifier], state)
        server = witness.serve(own, "127.0.0.1", 0)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        made = Witnessed(ledger, state, WitnessAddress(url, WITNESS.verifier))
        made.grow(300, payload="Siobhán Khan, 8 3 2015")
        made.grow(300)
        try:
            yield made
        finally:
            server.shutdown()
            server.server_close()


def test_a_ledger_that_nobody_touched_is_good(witnessed: Witnessed) -> None:
    report = witnessed.verify()
    assert (report.verdict, report.findings, report.rows) == (Verdict.GOOD, [], 600)
    assert report.witnessed == 600


def test_without_a_witnesss_note_it_is_never_good(witnessed: Witnessed) -> None:
    report = witnessed.verify(with_notes=False)
    assert (report.verdict, report.findings) == (Verdict.UNDECIDED, [])


def test_with_notes_of_a_stranger_it_is_never_good(witnessed: Witnessed, tmp_path: Path) -> None:
    stranger = Signer.generate(WITNESS.name, KeyKind.WITNESS)
    keys = Keys([witnessed.ledger.signer.verifier], [stranger.verifier])
    report = verify(keys, notes=witnessed.state / "notes", using=witnessed.ledger.alias("auditor"))
    assert report.verdict is Verdict.UNDECIDED


# --- rows ------------------------------------------------------------------------------------

OTHER_VALUES: dict[str, str] = {
    "id": "id + 1000000",
    "era": "era + 1",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "xid": "'3'::xid8",
    "action": "'record.viewed'",
    "outcome": "'denied'",
    "reason": "'other'",
    "actor_kind": "'job'",
    "actor_id": "8",
    "actor_role": "'other'",
    "actor_org": "99",
    "actor_base": "99",
    "grant_id": "99",
    "on_behalf_of": "99",
    "session_ref": "'\\x00112233445566778899aabbccddeeff'",
    "source_ip": "'192.0.2.99'",
    "request_id": "'00000000-0000-0000-0000-000000000099'",
    "network_id": "99",
    "target_type": "'other'",
    "target_id": "99",
    "child_authority": "'E09000099'",
    "enquiry_id": "99",
    "purpose": "'other'",
    "query_fields": "ARRAY['given_name']",
    "own_surname": "true",
    "own_address": "true",
    "result_count": "99",
    "result_ids": "ARRAY[99]::bigint[]",
    "facts": "'{\"v\":1}'",
    "detail": "'{}'",
    "payload_digest": "sha256('other')",
}


def test_there_is_a_mutation_for_every_column() -> None:
    assert set(OTHER_VALUES) == set(COLUMNS)


@pytest.mark.parametrize("column", sorted(OTHER_VALUES))
def test_an_edit_of_any_column_is_found(shared: Witnessed, column: str) -> None:
    """One ledger for all: each mutation is undone by putting the row back as it was."""
    with shared.ledger.unguarded() as cursor:
        cursor.execute("SELECT min(id) + 7 FROM audit_event")
        (event,) = cursor.fetchone()
        cursor.execute(
            "CREATE TEMP TABLE row_before AS SELECT * FROM audit_event WHERE id = %s", [event]
        )
        cursor.execute("CREATE TEMP TABLE kept AS SELECT * FROM row_before")
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [event])
        cursor.execute(f"UPDATE kept SET {column} = {OTHER_VALUES[column]}")
        cursor.execute("INSERT INTO audit_event OVERRIDING SYSTEM VALUE SELECT * FROM kept")
        found = shared.found()
        cursor.execute("DELETE FROM audit_event WHERE id IN (%s, %s)", [event, event + 1_000_000])
        cursor.execute("INSERT INTO audit_event OVERRIDING SYSTEM VALUE TABLE row_before")
        cursor.execute("DROP TABLE kept, row_before")
    expected = "row-missing" if column == "id" else "row-altered"
    assert expected in found


@pytest.fixture(scope="module")
def shared(django_db_blocker, tmp_path_factory) -> Iterator[Witnessed]:
    """A small witnessed ledger, for many mutations that are each undone."""
    state = tmp_path_factory.mktemp("witness")
    with django_db_blocker.unblock(), fresh_ledger() as ledger:
        own = witness.Witness(WITNESS, [ledger.signer.verifier], state)
        server = witness.serve(own, "127.0.0.1", 0)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        made = Witnessed(ledger, state, WitnessAddress(url, WITNESS.verifier))
        made.grow(20)
        yield made
        assert made.found() == set(), "a mutation was not undone"
        server.shutdown()
        server.server_close()


# --- the attacks of the design and those of the issue -----------------------------------------

Attack = Callable[[Witnessed, Any], None]
EDIT_THE_FIRST = "UPDATE audit_event SET actor_id = 8 WHERE id = (SELECT min(id) FROM audit_event)"


def edit_a_row_and_its_leaf(witnessed: Witnessed, cursor: Any) -> None:
    from audit.ledger.leaf import LEAF_HASH

    cursor.execute(
        "UPDATE audit_event SET actor_id = 8 WHERE id = (SELECT min(id) FROM audit_event)"
    )
    cursor.execute(f"SELECT {LEAF_HASH} FROM audit_event e ORDER BY id LIMIT 1")
    (hashed,) = cursor.fetchone()
    cursor.execute(
        "UPDATE audit_seal SET leaf_hashes = overlay(leaf_hashes placing %s from 1 for 32)"
        " WHERE batch = 1",
        [bytes(hashed)],
    )


def delete_a_row(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute("DELETE FROM audit_event WHERE id = (SELECT min(id) + 5 FROM audit_event)")


def insert_a_row_in_the_past(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "INSERT INTO audit_event (action, outcome, actor_kind, xid)"
        " SELECT 'auth.login', 'success', 'job', xid FROM audit_event ORDER BY id LIMIT 1"
    )


def insert_a_row_of_the_future(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "INSERT INTO audit_event (action, outcome, actor_kind, xid)"
        " VALUES ('auth.login', 'success', 'job', '9000000000000')"
    )
    witnessed.seal()


def insert_a_backdated_row_and_let_it_be_sealed(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.execute("SELECT public.audit_ensure_partitions(0)")
    cursor.execute(
        "INSERT INTO audit_event (action, outcome, actor_kind, recorded_at)"
        " VALUES ('auth.login', 'success', 'job',"
        "         greatest(date_trunc('month', clock_timestamp()),"
        "                  clock_timestamp() - interval '90 minutes'))"
    )
    witnessed.seal()


def move_the_clock_forward(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "INSERT INTO audit_event (action, outcome, actor_kind, recorded_at)"
        " VALUES ('auth.login', 'success', 'job', clock_timestamp() + interval '1 day')"
    )
    witnessed.seal()


def number_a_second_row_like_another(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "INSERT INTO audit_event (id, action, outcome, actor_kind) OVERRIDING SYSTEM VALUE"
        " SELECT min(id), 'auth.login', 'success', 'job' FROM audit_event"
    )


def swap_the_payloads_of_two_rows(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "WITH two AS (SELECT min(event_id) AS a, min(event_id) + 1 AS b FROM audit_payload),"
        " kept AS (SELECT event_id, salt, body FROM audit_payload)"
        " UPDATE audit_payload p SET salt = k.salt, body = k.body FROM two, kept k"
        " WHERE p.event_id IN (two.a, two.b) AND k.event_id IN (two.a, two.b)"
        " AND k.event_id <> p.event_id"
    )


def erase_a_payload_without_its_event(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "DELETE FROM audit_payload WHERE event_id = (SELECT min(event_id) FROM audit_payload)"
    )


def delete_the_newest_events(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute("DELETE FROM audit_event WHERE id > (SELECT max(id) - 10 FROM audit_event)")


def delete_the_newest_events_and_their_seals(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "DELETE FROM audit_event WHERE id > (SELECT max(ids[n]) FROM audit_seal WHERE batch = 1)"
    )
    witnessed.forget_seals(cursor, above=300)


def rewrite_a_row_and_reseal_with_the_key(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "UPDATE audit_event SET actor_id = 8 WHERE id = (SELECT min(id) FROM audit_event)"
    )
    witnessed.forget_seals(cursor)
    witnessed.seal()


def delete_a_row_and_reseal_with_the_key(witnessed: Witnessed, cursor: Any) -> None:
    delete_a_row(witnessed, cursor)
    witnessed.forget_seals(cursor)
    witnessed.seal()
    witnessed.ledger.write(5)
    witnessed.seal()


def reseal_with_another_key(witnessed: Witnessed, cursor: Any) -> None:
    witnessed.forget_seals(cursor)
    witnessed.seal(Signer.generate(witnessed.ledger.signer.name, KeyKind.LOG))


def forge_the_era(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute("UPDATE audit_event SET era = 2 WHERE id = (SELECT max(id) FROM audit_event)")


def swap_in_a_partition(witnessed: Witnessed, cursor: Any) -> None:
    """A copy of this month without one event, attached in its place."""
    cursor.execute(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i"
        " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_event'::regclass"
        " AND EXISTS (SELECT FROM audit_event e WHERE e.tableoid = c.oid)"
    )
    name, bounds = cursor.fetchone()
    cursor.execute(f"ALTER TABLE audit_event DETACH PARTITION audit_part.{name}")
    cursor.execute(f"CREATE TABLE audit_part.copy (LIKE audit_part.{name} INCLUDING ALL)")
    cursor.execute(f"INSERT INTO audit_part.copy SELECT * FROM audit_part.{name} OFFSET 1")
    cursor.execute(f"ALTER TABLE audit_event ATTACH PARTITION audit_part.copy {bounds}")


def edit_a_seal(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute("UPDATE audit_seal SET root = sha256('x') WHERE batch = 1")


def remove_a_seal(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute("DELETE FROM audit_seal WHERE batch = 1")


def edit_a_node(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute("UPDATE audit_node SET hash = sha256('x') WHERE level = 8 AND idx = 0")


def replay_an_old_checkpoint(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "UPDATE audit_checkpoint SET note = (SELECT note FROM audit_checkpoint WHERE size = 300)"
        " WHERE size = 600"
    )


def forge_a_cosignature(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute(
        "UPDATE audit_cosignature SET line = (SELECT line FROM audit_cosignature WHERE size = 300)"
        " WHERE size = 600"
    )


def switch_a_guard_off(witnessed: Witnessed, cursor: Any) -> None:
    cursor.execute("ALTER TABLE audit_payload DISABLE TRIGGER no_trunc")


ATTACKS: list[tuple[Attack, str]] = [
    (edit_a_row_and_its_leaf, "seal-root"),
    (delete_a_row, "row-missing"),
    (insert_a_row_in_the_past, "row-not-sealed"),
    (insert_a_row_of_the_future, "row-not-sealed"),
    (insert_a_backdated_row_and_let_it_be_sealed, "row-backdated"),
    (move_the_clock_forward, "row-backdated"),
    (number_a_second_row_like_another, "row-not-sealed"),
    (swap_the_payloads_of_two_rows, "payload-mismatch"),
    (erase_a_payload_without_its_event, "payload-mismatch"),
    (delete_the_newest_events, "row-missing"),
    (delete_the_newest_events_and_their_seals, "tail-truncated"),
    (rewrite_a_row_and_reseal_with_the_key, "history-rewritten"),
    (delete_a_row_and_reseal_with_the_key, "history-rewritten"),
    (reseal_with_another_key, "signature-bad"),
    (forge_the_era, "row-altered"),
    (swap_in_a_partition, "row-missing"),
    (edit_a_seal, "seal-root"),
    (remove_a_seal, "seal-gap"),
    (edit_a_node, "node-altered"),
    (replay_an_old_checkpoint, "checkpoint-mismatch"),
    (forge_a_cosignature, "signature-bad"),
    (switch_a_guard_off, "guard-off"),
]


@pytest.mark.parametrize(
    ("attack", "code"), ATTACKS, ids=[attack.__name__ for attack, _ in ATTACKS]
)
def test_the_attack_is_found(witnessed: Witnessed, attack: Attack, code: str) -> None:
    with witnessed.ledger.unguarded() as cursor:
        attack(witnessed, cursor)
    report = witnessed.verify()
    assert code in report.by_code()
    assert report.verdict is Verdict.TAMPERED


@pytest.mark.parametrize(
    ("attack", "answer"),
    [
        (delete_the_newest_events_and_their_seals, Offered.REFUSED),
        (rewrite_a_row_and_reseal_with_the_key, Offered.REFUSED),
        (delete_a_row_and_reseal_with_the_key, Offered.REFUSED),
        (reseal_with_another_key, Offered.NOT_TRUSTED),
    ],
)
def test_the_witness_refuses_what_the_database_alone_would_not_show(
    witnessed: Witnessed, attack: Attack, answer: Offered
) -> None:
    with witnessed.ledger.unguarded() as cursor:
        attack(witnessed, cursor)
    witnessed.ledger.write(1)
    signer = (
        None if answer is Offered.REFUSED else Signer.generate("index.example/audit", KeyKind.LOG)
    )
    witnessed.seal(signer)
    assert witnessed.offer() is answer


def test_two_histories_shown_to_two_witnesses_are_a_fork(witnessed: Witnessed) -> None:
    """What a witness that was set back cosigned stands against what it had cosigned before."""
    with witnessed.ledger.unguarded() as cursor:
        rewrite_a_row_and_reseal_with_the_key(witnessed, cursor)
    for path in witnessed.state.iterdir():
        if path.is_file():
            path.unlink()  # the witness's state, as of a backup from before it saw us
    assert witnessed.offer() is Offered.COSIGNED
    assert "fork" in witnessed.found()


def test_one_event_is_verified_alone_and_its_edit_found(witnessed: Witnessed) -> None:
    with witnessed.ledger.unguarded() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM audit_event")
        first, last = cursor.fetchone()
        assert witnessed.found(scope=Scope(events=[first, last])) == set()
        cursor.execute("UPDATE audit_event SET actor_id = 8 WHERE id = %s", [first])
        assert witnessed.found(scope=Scope(events=[first])) == {"row-altered"}
        assert witnessed.found(scope=Scope(events=[last])) == set()
        cursor.execute("UPDATE audit_event SET actor_id = 7 WHERE id = %s", [first])
    assert witnessed.verify(scope=Scope(sample=20)).findings == []


def test_only_what_came_since_a_size_is_verified(witnessed: Witnessed) -> None:
    report = witnessed.verify(scope=Scope(since=300))
    assert (report.findings, report.rows) == ([], 300)
    with witnessed.ledger.unguarded() as cursor:
        delete_the_newest_events(witnessed, cursor)
    assert "row-missing" in witnessed.found(scope=Scope(since=300))


def test_what_is_not_sealed_in_time_is_late_not_bad(witnessed: Witnessed) -> None:
    with witnessed.ledger.unguarded() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (action, outcome, actor_kind, recorded_at)"
            " VALUES ('auth.login', 'success', 'job', clock_timestamp() - interval '2 minutes')"
        )
    report = witnessed.verify()
    assert (report.verdict, report.findings) == (Verdict.LATE, [])
