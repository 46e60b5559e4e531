"""Verification: is the ledger what it was when it was sealed, and what witnesses saw?

The database alone cannot vouch for itself: without notes that a witness signed the verdict is never
"good". Nothing here writes; the command and the tasks write the event of the result.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import django
from django.db import connections

from audit.ledger import merkle
from audit.ledger.counts import differences
from audit.ledger.leaf import LEAF_HASH
from audit.ledger.notes import Verifier
from audit.ledger.tree import NotSealed, SealedTree, leaf_of_event
from audit.ledger.verify.batches import Checked, check_batches
from audit.ledger.verify.findings import Code, Finding, Report, Verdict
from audit.ledger.verify.tables import check_tables, overdue
from audit.ledger.verify.witnessed import WitnessedNote, check_notes, check_signatures, read_notes

__all__ = ["Code", "Finding", "Keys", "Report", "Scope", "Verdict", "verify"]

_LAST = "SELECT batch, first_leaf + n, root FROM public.audit_seal ORDER BY batch DESC LIMIT 1"
_BATCH_OF = (
    "SELECT batch, ids[1] FROM public.audit_seal WHERE first_leaf <= %s ORDER BY batch DESC LIMIT 1"
)
_PRUNED_BELOW = """
    SELECT max((detail::jsonb ->> 'min_id')::bigint) FROM public.audit_event
     WHERE action = 'log.pruned'
"""
_UNWITNESSED = """
    SELECT min(c.signed_at) < clock_timestamp() - interval '15 minutes'
      FROM public.audit_checkpoint c WHERE c.size > %s
"""
_LEAF = f"SELECT {LEAF_HASH} FROM public.audit_event e WHERE e.id = %s"  # noqa: S608
_SINCE = """
    SELECT min_at FROM public.audit_seal WHERE first_leaf <= %s AND batch > 1
     ORDER BY batch DESC LIMIT 1
"""
_SAMPLE = "SELECT ids[1 + %s %% n] FROM public.audit_seal WHERE batch = %s"


@dataclass(frozen=True)
class Keys:
    """Whose signatures count: the log's keys and those of the witnesses."""

    log: Sequence[Verifier] = ()
    witnesses: Sequence[Verifier] = ()


@dataclass(frozen=True)
class Scope:
    """How much is verified: everything, or from a size on, or some events alone."""

    since: int = 0
    events: Sequence[int] = ()
    sample: int = 0


def verify(
    keys: Keys,
    *,
    notes: Path | None = None,
    scope: Scope | None = None,
    workers: int = 1,
    using: str = "auditor",
) -> Report:
    """Verifies the ledger behind `using`; `notes` is a folder of notes that witnesses signed.

    With several `workers`, events are compared by as many processes. Raises OSError for a folder
    that cannot be read.
    """
    began = time.monotonic()
    scope = scope or Scope()
    report = Report()
    held = _held_notes(notes, keys, report)
    with connections[using].cursor() as cursor:
        cursor.execute(_LAST)
        last, report.size, root = cursor.fetchone() or (0, 0, merkle.EMPTY_ROOT)
    tree = SealedTree(using=using)
    roots: dict[int, bytes] = {report.size: bytes(root)}
    if scope.events or scope.sample:
        _check_events(scope, tree, last, report, bytes(root), using)
    else:
        roots |= _check_all(scope, last, workers, report, keys, tree, using)
    origin = keys.log[0].name if keys.log else ""
    report.findings += check_notes(held, origin=origin, size=report.size, roots=roots, tree=tree)
    if not (report.findings or scope.events or scope.sample):
        # of events that are not themselves right, counts prove nothing
        report.findings += _check_counts(scope, using)
    _judge_time(held, report, using)
    report.seconds = time.monotonic() - began
    return report


def _held_notes(notes: Path | None, keys: Keys, report: Report) -> list[WitnessedNote]:
    if not keys.log:
        report.undecided.append("no key of the log was given")
    if notes is None or not keys.witnesses:
        report.undecided.append("no witness's note was given: the database cannot vouch for itself")
        return []
    held, findings = read_notes(notes, keys.witnesses)
    report.findings += findings
    report.notes = len(held)
    if not held:
        report.undecided.append("no note in the folder is signed by a known witness")
    return held


def _check_all(
    scope: Scope,
    last: int,
    workers: int,
    report: Report,
    keys: Keys,
    tree: SealedTree,
    using: str,
) -> dict[int, bytes]:
    """Seals, rows, signatures and tables; the root at each size."""
    first, from_id = 1, 0
    with connections[using].cursor() as cursor:
        if scope.since:
            cursor.execute(_BATCH_OF, [scope.since])
            first, from_id = cursor.fetchone() or (1, 0)
        cursor.execute(_PRUNED_BELOW)
        pruned_below = cursor.fetchone()[0] or 0
    roots: dict[int, bytes] = {}
    for checked in _in_parts(first, last, workers, using, pruned_below):
        report.findings += checked.findings
        report.rows += checked.rows
        roots |= checked.roots
    report.findings += check_signatures(
        keys.log, keys.witnesses, since=scope.since, roots=roots, tree=tree, using=using
    )
    report.findings += check_tables(max(from_id, pruned_below), using=using)
    return roots


def _check_counts(scope: Scope, using: str) -> list[Finding]:
    with connections[using].cursor() as cursor:
        cursor.execute(_SINCE, [scope.since])
        (since,) = cursor.fetchone() or (None,)
    return [
        Finding(
            Code.ROLLUP_DIFFERS,
            " ".join(str(part) for part in key if part != ""),
            f"{held} are counted, the events give {given}",
        )
        for *key, held, given in differences(since=since, using=using)
    ]


def _in_parts(first: int, last: int, workers: int, using: str, pruned_below: int) -> list[Checked]:
    if last < first:
        return []
    if workers <= 1:
        return [check_batches(first, last, using, pruned_below)]
    step = -(-(last - first + 1) // (workers * 4))
    parts = [(at, min(at + step - 1, last)) for at in range(first, last + 1, step)]
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=django.setup
    ) as pool:
        waiting = [pool.submit(check_batches, *part, using, pruned_below) for part in parts]
        return [part.result() for part in waiting]


def _check_events(
    scope: Scope, tree: SealedTree, last: int, report: Report, root: bytes, using: str
) -> None:
    """Single events: their row gives the leaf, and the leaf is in the tree."""
    events = list(scope.events) or _sample(scope.sample, last, using)
    for event in events:
        report.rows += 1
        report.findings += _check_event(event, tree, report.size, root, using)


def _check_event(event: int, tree: SealedTree, size: int, root: bytes, using: str) -> list[Finding]:
    with connections[using].cursor() as cursor:
        cursor.execute(_LEAF, [event])
        row = cursor.fetchone()
    try:
        leaf = leaf_of_event(event, using=using)
        proof = tree.inclusion_proof(leaf, size)
    except NotSealed:
        return [Finding(Code.ROW_NOT_SEALED, f"event {event}")]
    if row is None:
        return [Finding(Code.ROW_MISSING, f"event {event}")]
    if not merkle.proves_inclusion(bytes(row[0]), leaf, size, proof, root):
        return [Finding(Code.ROW_ALTERED, f"event {event}")]
    return []


def _sample(many: int, last: int, using: str) -> list[int]:
    """Events by chance, from batches by chance."""
    chance = random.SystemRandom()
    events = set()
    with connections[using].cursor() as cursor:
        for _ in range(many if last else 0):
            cursor.execute(_SAMPLE, [chance.randrange(8192), chance.randint(1, last)])
            events.add(int(cursor.fetchone()[0]))
    return sorted(events)


def _judge_time(held: Sequence[WitnessedNote], report: Report, using: str) -> None:
    """Good, but late: what should have been sealed or witnessed by now."""
    late = overdue(using=using)
    if late:
        report.late.append(f"{late} events were not sealed within a minute")
    if report.findings or not held:
        return
    report.witnessed = max(note.checkpoint.size for note in held)
    with connections[using].cursor() as cursor:
        cursor.execute(_UNWITNESSED, [report.witnessed])
        if cursor.fetchone()[0]:
            report.late.append(f"no witness has seen more than {report.witnessed} events for long")
