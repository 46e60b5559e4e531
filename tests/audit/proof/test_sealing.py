"""Sealing: every committed event becomes a leaf, once, whoever commits late, rolls back or dies."""

import json

import pytest

from audit.ledger import merkle
from audit.ledger.leaf import COLUMNS, LEAF_HASH, LEAF_TEXT, canonical_row, leaf_of, read_row
from audit.ledger.notes import Checkpoint, Note
from audit.ledger.sealer import CannotSeal, seal
from audit.ledger.tree import NotSealed, SealedTree, leaf_of_event
from tests.audit.proof.ledgers import Ledger


def sealed(ledger: Ledger) -> dict[int, bytes]:
    """Every sealed event and its leaf hash."""
    with ledger.session("auditor") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT ids, leaf_hashes FROM audit_seal ORDER BY batch")
        pairs = [
            pair
            for ids, leaves in cursor.fetchall()
            for pair in zip(ids, merkle.split_hashes(leaves), strict=True)
        ]
    assert len(pairs) == len(dict(pairs)), "an event was sealed twice"
    return dict(pairs)


def test_what_is_committed_is_sealed_once_and_signed(ledger: Ledger) -> None:
    ids = ledger.write(5)
    assert seal(ledger.signer, using=ledger.alias("sealer")).size == 5
    more = ledger.write(3)
    assert seal(ledger.signer, using=ledger.alias("sealer")).events == 3
    assert seal(ledger.signer, using=ledger.alias("sealer")).events == 0
    leaves = sealed(ledger)
    assert list(leaves) == ids + more
    with ledger.session("auditor") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
        note = Note.parse(cursor.fetchone()[0])
    assert ledger.signer.verifier in note.signed_by([ledger.signer.verifier])
    edge = merkle.Edge()
    list(edge.grow(leaves.values()))
    assert Checkpoint.from_text(note.text) == Checkpoint(ledger.signer.name, 8, edge.root())


def test_an_event_that_commits_late_is_sealed_late_and_holds_up_nobody(ledger: Ledger) -> None:
    insert = (
        "INSERT INTO public.audit_event (action, outcome, actor_kind)"
        " VALUES ('auth.login', 'success', 'anonymous') RETURNING id"
    )
    with ledger.session() as slow:
        slow.autocommit = False
        with slow.cursor() as cursor:
            cursor.execute(insert)
            (late,) = cursor.fetchone()
        quick = ledger.write(2)
        seal(ledger.signer, using=ledger.alias("sealer"))
        assert list(sealed(ledger)) == quick
        slow.commit()
    seal(ledger.signer, using=ledger.alias("sealer"))
    assert list(sealed(ledger)) == [*quick, late]


def test_what_was_rolled_back_is_never_sealed(ledger: Ledger) -> None:
    with ledger.session() as connection:
        connection.autocommit = False
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO public.audit_event (action, outcome, actor_kind)"
                " VALUES ('auth.login', 'success', 'anonymous')"
            )
        connection.rollback()
    kept = ledger.write(1)
    seal(ledger.signer, using=ledger.alias("sealer"))
    assert list(sealed(ledger)) == kept


def test_the_database_and_python_write_the_same_leaf(ledger: Ledger) -> None:
    """Quotes, newlines, accents, U+2028, arrays, addresses, empty and missing values."""
    with ledger.session() as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.audit_event (action, outcome, reason, actor_kind, actor_id,"
            " session_ref, source_ip, request_id, query_fields, own_surname, result_ids, facts,"
            " detail) VALUES ('record.viewed', 'denied', 'a.b-c', 'person', 9007199254740991,"
            " %s, '192.0.2.7', '00000000-0000-0000-0000-000000000005', ARRAY['a','b\"c'], true,"
            " ARRAY[1,2]::bigint[], %s, %s)",
            [bytes(range(16)), '{"v":1}', '{"k":"Ó\u2028\\n \\"quoted\\" \x7f\t"}'],
        )
    ledger.write(1, payload="Siobhán")
    with ledger.session("auditor") as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {LEAF_TEXT}, {LEAF_HASH} FROM audit_event e ORDER BY id")
        for text, hashed in cursor.fetchall():
            assert leaf_of(text) == bytes(hashed)
            row = read_row(text)
            assert canonical_row(row) == text
            assert set(row) == set(COLUMNS)
            assert json.loads(text)["recorded_at"].endswith("Z")


def test_a_pass_over_many_batches_gives_one_tree_and_its_nodes(ledger: Ledger) -> None:
    with ledger.session("default") as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.audit_event (action, outcome, actor_kind)"
            " SELECT 'auth.login', 'success', 'anonymous' FROM generate_series(1, 20000)"
        )
    assert seal(ledger.signer, using=ledger.alias("sealer")).size == 20_000
    leaves = list(sealed(ledger).values())
    tree = SealedTree(using=ledger.alias("auditor"))
    for size in (1, 255, 256, 8192, 8193, 20_000):
        edge = merkle.Edge()
        list(edge.grow(leaves[:size]))
        assert tree.root(size) == edge.root()
    root = tree.root(20_000)
    for leaf in (0, 8191, 8192, 19_999):
        proof = tree.inclusion_proof(leaf, 20_000)
        assert merkle.proves_inclusion(leaves[leaf], leaf, 20_000, proof, root)
    proof = tree.consistency_proof(8193, 20_000)
    assert merkle.proves_consistency(8193, tree.root(8193), 20_000, root, proof)


def test_an_event_knows_its_leaf(ledger: Ledger) -> None:
    first, second = ledger.write(2)
    with pytest.raises(NotSealed):
        leaf_of_event(first, using=ledger.alias("auditor"))
    seal(ledger.signer, using=ledger.alias("sealer"))
    assert leaf_of_event(first, using=ledger.alias("auditor")) == 0
    assert leaf_of_event(second, using=ledger.alias("auditor")) == 1


def test_a_second_sealer_steps_aside(ledger: Ledger) -> None:
    from audit.ledger.sealing_lock import LOCK

    ledger.write(1)
    with ledger.session("sealer") as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        assert seal(ledger.signer, using=ledger.alias("sealer")) is None
        # By its end alone the session would let go only when the server has noticed it.
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    assert seal(ledger.signer, using=ledger.alias("sealer")).events == 1


def test_the_sealer_refuses_a_cluster_that_is_not_the_sealed_one(ledger: Ledger) -> None:
    ledger.write(1)
    seal(ledger.signer, using=ledger.alias("sealer"))
    with ledger.session("owner") as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_era (era, system_identifier, first_xid) VALUES (2, 42, '1')"
        )
    ledger.write(1)
    with pytest.raises(CannotSeal, match="audit_new_era"):
        seal(ledger.signer, using=ledger.alias("sealer"))


def test_nobody_edits_a_seal_and_the_sealer_writes_no_event(ledger: Ledger) -> None:
    import psycopg2

    ledger.write(1)
    seal(ledger.signer, using=ledger.alias("sealer"))
    forbidden = {
        "sealer": [
            "INSERT INTO audit_event (action, outcome, actor_kind) VALUES ('a.b','success','job')",
            "UPDATE audit_seal SET n = 1",
            "DELETE FROM audit_checkpoint",
            "TRUNCATE audit_node",
        ],
        "default": ["SELECT * FROM audit_seal", "SELECT note FROM audit_checkpoint"],
        "owner": ["UPDATE audit_seal SET n = 1", "TRUNCATE audit_seal", "DELETE FROM audit_era"],
        "auditor": ["DELETE FROM audit_seal", "INSERT INTO audit_node VALUES (8, 0, '')"],
    }
    for role, statements in forbidden.items():
        for statement in statements:
            with (
                ledger.session(role) as connection,
                connection.cursor() as cursor,
                pytest.raises(psycopg2.errors.InsufficientPrivilege),
            ):
                cursor.execute(statement)
