"""Sealing: committed events become leaves of one Merkle tree, in batches, each under a signed
checkpoint. Runs as the role `idx_sealer`, which writes no event; its key is in no other process.

Which events a pass takes is the difference of two snapshots of PostgreSQL. A transaction is
visible for the first time in exactly one of them, so no committed event is skipped or taken twice,
however late it commits and whatever its number; one that is still open is left for a later pass
and holds up nobody. Offering checkpoints to witnesses is `offering.py`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from psycopg2.extras import execute_values

from audit.ledger.counts import fold
from audit.ledger.leaf import LEAF_HASH
from audit.ledger.merkle import Edge
from audit.ledger.notes import Checkpoint, Signer
from audit.ledger.sealing_lock import LOCK
from audit.ledger.tree import NODE_LEVEL

BATCH = 8192

_NEWEST = """
    SELECT batch, first_leaf + n, edge, snapshot::text, era FROM public.audit_seal
     ORDER BY batch DESC LIMIT 1
"""
_ERA = (
    "SELECT era, system_identifier, first_xid::text FROM public.audit_era ORDER BY era DESC LIMIT 1"
)
_CLUSTER = """
    SELECT system_identifier, pg_is_in_recovery(), pg_snapshot_xmax(pg_current_snapshot())::text
      FROM pg_control_system()
"""
# What earlier passes of this era have not seen; of an era before, what was restored unsealed.
_UNSEALED = f"""
    SELECT e.id, e.recorded_at, {LEAF_HASH} FROM public.audit_event e
     WHERE e.era = %(era)s AND pg_visible_in_snapshot(e.xid, pg_current_snapshot())
       AND (%(same_era)s IS NOT TRUE
            OR e.xid >= pg_snapshot_xmin(%(seen)s::pg_snapshot)
               AND NOT pg_visible_in_snapshot(e.xid, %(seen)s::pg_snapshot))
        OR e.era = %(last_era)s AND %(same_era)s IS FALSE
           AND NOT pg_visible_in_snapshot(e.xid, %(seen)s::pg_snapshot)
     ORDER BY e.id
"""  # noqa: S608  constants only
_SEAL = """
    INSERT INTO public.audit_seal (batch, first_leaf, n, ids, leaf_hashes, min_id, max_id, min_at,
                                   max_at, snapshot, era, root, edge)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, pg_current_snapshot(), %s, %s, %s)
"""
_NODES = "INSERT INTO public.audit_node (level, idx, hash) VALUES %s"
_CHECKPOINT = "INSERT INTO public.audit_checkpoint (size, note) VALUES (%s, %s)"


class CannotSeal(RuntimeError):
    """This database is not the one that was sealed last, or may not be sealed here."""


@dataclass(frozen=True)
class Sealed:
    """What one pass did: how many events became leaves, and the size of the tree since."""

    events: int
    size: int


@dataclass(frozen=True)
class _Newest:
    """The last batch: where the tree stands."""

    batch: int = 0
    size: int = 0
    edge: bytes = b""
    snapshot: str | None = None
    era: int | None = None


def seal(signer: Signer, *, using: str = "sealer") -> Sealed | None:
    """One pass: everything committed and not yet sealed, in one transaction with its checkpoint.

    The key's name is the tree's origin. None if another sealer is at work. Raises `CannotSeal` on a
    replica, or where transaction identifiers started again without a new era (see
    docs/runbooks/restore.md).
    """
    with _alone(using) as alone:
        if not alone:
            return None
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return _seal(signer, cursor, using)


@contextmanager
def _alone(using: str) -> Iterator[bool]:
    """The session's lock, taken before the transaction: so its snapshot is younger than the commit
    of whoever sealed before.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone and connections[using].connection is not None:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _seal(signer: Signer, cursor: Any, using: str) -> Sealed:
    era = _era(cursor)
    cursor.execute(_NEWEST)
    newest = _Newest(*(cursor.fetchone() or ()))
    edge = Edge.from_bytes(newest.size, bytes(newest.edge))
    same_era = None if newest.era is None else newest.era == era
    batch = newest.batch
    batches = _unsealed(using, era, newest, same_era)
    for batch, rows in enumerate(batches, start=newest.batch + 1):
        _add_batch(cursor, batch, rows, edge, era)
    if batch > newest.batch:
        text = Checkpoint(signer.name, edge.size, edge.root()).text()
        cursor.execute(_CHECKPOINT, [edge.size, f"{text}\n{signer.signature_line(text)}"])
    return Sealed(edge.size - newest.size, edge.size)


def _era(cursor: Any) -> int:
    """The era we are in. Raises CannotSeal if this cluster is not the one of that era."""
    cursor.execute(_ERA)
    era, system_identifier, first_xid = cursor.fetchone()
    cursor.execute(_CLUSTER)
    here, is_replica, next_xid = cursor.fetchone()
    if is_replica:
        raise CannotSeal("This is a replica. The sealer runs on the primary.")
    if here != system_identifier or int(next_xid) < int(first_xid):
        raise CannotSeal(
            f"This is not the cluster of era {era}: it was restored. Run audit_new_era first."
        )
    return int(era)


def _unsealed(
    using: str, era: int, newest: _Newest, same_era: bool | None
) -> Iterator[list[tuple[Any, ...]]]:
    """Streamed in batches: a backlog of any length needs the memory of one."""
    with connections[using].chunked_cursor() as stream:
        stream.execute(
            _UNSEALED,
            {"era": era, "same_era": same_era, "seen": newest.snapshot, "last_era": newest.era},
        )
        while rows := stream.fetchmany(BATCH):
            yield rows


def _add_batch(
    cursor: Any, batch: int, rows: Sequence[tuple[Any, ...]], edge: Edge, era: int
) -> None:
    ids = [row[0] for row in rows]
    times = [row[1] for row in rows]
    leaves = [bytes(row[2]) for row in rows]
    first_leaf = edge.size
    nodes = [node for node in edge.grow(leaves) if node[0] >= NODE_LEVEL]
    cursor.execute(
        _SEAL,
        [
            batch,
            first_leaf,
            len(ids),
            ids,
            b"".join(leaves),
            ids[0],
            ids[-1],
            min(times),
            max(times),
            era,
            edge.root(),
            edge.to_bytes(),
        ],
    )
    if nodes:
        execute_values(cursor, _NODES, nodes)
    fold(cursor, ids, times, edge.size)
