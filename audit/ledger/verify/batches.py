"""Seals against events: every leaf made anew from its row, every root from its leaves.

A batch is checked from the edge of the one before it, so ranges of batches are checked by several
processes at once; that the edges follow one another is checked with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

from audit.ledger import merkle
from audit.ledger.leaf import LEAF_HASH
from audit.ledger.tree import NODE_LEVEL
from audit.ledger.verify.findings import Code, Finding

# An event's time is taken when it is inserted; its transaction may last so long. A load of a whole
# country does not hold its event open longer.
LONGEST_TRANSACTION = timedelta(hours=1)

_SEALS = """
    SELECT batch, first_leaf, n, ids, leaf_hashes, min_at, max_at, sealed_at, root, edge
      FROM public.audit_seal WHERE batch BETWEEN %s AND %s ORDER BY batch
"""
_ROWS = f"""
    SELECT e.id, e.recorded_at, {LEAF_HASH} FROM public.audit_event e
     WHERE e.id BETWEEN %s AND %s AND e.recorded_at BETWEEN %s AND %s
"""  # noqa: S608  constants only
_ROWS_ELSEWHERE = f"""
    SELECT e.id, e.recorded_at, {LEAF_HASH} FROM public.audit_event e WHERE e.id = ANY(%s)
"""  # noqa: S608  constants only
_NODES = """
    SELECT level, idx, hash FROM public.audit_node
     WHERE level = %(level)s AND idx BETWEEN %(first)s AND %(last)s
"""


@dataclass(frozen=True)
class Seal:
    """One row of audit_seal."""

    batch: int
    first_leaf: int
    n: int
    ids: list[int]
    leaf_hashes: bytes
    min_at: datetime
    max_at: datetime
    sealed_at: datetime
    root: bytes
    edge: bytes

    @property
    def size(self) -> int:
        """Leaves in the tree after this batch."""
        return self.first_leaf + self.n


@dataclass
class Checked:
    """What a range of batches gave: findings, how many rows, and the root at each size."""

    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)


def check_batches(first: int, last: int, using: str, pruned_below: int = 0) -> Checked:
    """Batches `first` to `last`, both included; `pruned_below` is the lowest event still kept."""
    checked = Checked()
    before = next(_seals(first - 1, first - 1, using), None)
    if before is None and first > 1:
        checked.findings.append(Finding(Code.SEAL_GAP, f"batch {first - 1}", "it is not there"))
    for number, seal in enumerate(_seals(first, last, using), start=first):
        if seal.batch != number or seal.first_leaf != (before.size if before else 0):
            checked.findings.append(Finding(Code.SEAL_GAP, f"batch {seal.batch}"))
            return checked
        checked.findings += _tree_of(seal, before, using)
        if seal.ids[-1] >= pruned_below:
            checked.findings += _rows_of(seal, before, using, pruned_below)
            checked.rows += seal.n
        checked.roots[seal.size] = seal.root
        before = seal
    if before is None or before.batch < last:
        checked.findings.append(Finding(Code.SEAL_GAP, f"batch {last}", "it is not there"))
    return checked


def _seals(first: int, last: int, using: str) -> Iterator[Seal]:
    """One at a time: a seal is up to 330 kB."""
    with connections[using].cursor() as cursor:
        for batch in range(first, last + 1):
            cursor.execute(_SEALS, [batch, batch])
            for row in cursor.fetchall():
                yield Seal(*map(_plain, row))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _tree_of(seal: Seal, before: Seal | None, using: str) -> list[Finding]:
    """Root, edge and stored nodes from the leaf hashes of the seal."""
    try:
        edge = merkle.Edge.from_bytes(seal.first_leaf, before.edge if before else b"")
    except ValueError:
        return [Finding(Code.SEAL_ROOT, f"batch {seal.batch}", "its edge is not of its size")]
    grown = list(edge.grow(merkle.split_hashes(seal.leaf_hashes)))
    if edge.root() != seal.root or edge.to_bytes() != seal.edge:
        return [Finding(Code.SEAL_ROOT, f"batch {seal.batch}")]
    return _nodes_of({(level, idx): h for level, idx, h in grown if level >= NODE_LEVEL}, using)


def _nodes_of(nodes: dict[tuple[int, int], bytes], using: str) -> list[Finding]:
    stored: dict[tuple[int, int], bytes] = {}
    with connections[using].cursor() as cursor:
        for level in {level for level, _ in nodes}:
            indexes = [idx for at, idx in nodes if at == level]
            cursor.execute(_NODES, {"level": level, "first": min(indexes), "last": max(indexes)})
            stored |= {(at, idx): bytes(hashed) for at, idx, hashed in cursor.fetchall()}
    return [
        Finding(Code.NODE_ALTERED, f"node {idx} of level {level}")
        for (level, idx), hashed in nodes.items()
        if stored.get((level, idx)) != hashed
    ]


def _rows_of(seal: Seal, before: Seal | None, using: str, pruned_below: int) -> Iterator[Finding]:
    """Each event of the batch against its leaf hash and against the time of sealing."""
    rows = _stored_rows(seal, using)
    earliest = before.sealed_at - LONGEST_TRANSACTION if before else None
    for event, sealed in zip(seal.ids, merkle.split_hashes(seal.leaf_hashes), strict=True):
        if event < pruned_below:
            continue
        found = rows.get(event)
        if found is None:
            yield Finding(Code.ROW_MISSING, f"event {event}")
        elif bytes(found[1]) != sealed:
            yield Finding(Code.ROW_ALTERED, f"event {event}")
        elif found[0] > seal.sealed_at or (earliest is not None and found[0] < earliest):
            yield Finding(Code.ROW_BACKDATED, f"event {event}", f"sealed {seal.sealed_at:%F %T}")


def _stored_rows(seal: Seal, using: str) -> dict[int, tuple[Any, Any]]:
    """Time and leaf hash of the events of a batch; those not where the seal says they are, too."""
    with connections[using].cursor() as cursor:
        cursor.execute(_ROWS, [seal.ids[0], seal.ids[-1], seal.min_at, seal.max_at])
        rows = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
        strayed = [event for event in seal.ids if event not in rows]
        if strayed:
            cursor.execute(_ROWS_ELSEWHERE, [strayed])
            rows |= {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    return rows
