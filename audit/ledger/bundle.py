"""Proofs to hand to somebody: events with their canonical text, the proof that each is in the tree,
and the checkpoint that the log signed and witnesses cosigned.

The proof is a `c2sp.org/tlog-proof@v1` text. `verify_audit.py` checks a bundle without us.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from django.db import connections

from audit.ledger.leaf import LEAF_TEXT
from audit.ledger.tree import NotSealed, SealedTree, leaf_of_event

FORMAT = "contactpoint.audit-bundle/v1"

# The newest checkpoint that a witness signed; without witnesses the newest.
_CHECKPOINT = """
    SELECT c.size, c.note, coalesce(string_agg(s.line, '' ORDER BY s.witness), '')
      FROM public.audit_checkpoint c LEFT JOIN public.audit_cosignature s USING (size)
     WHERE c.size > %s GROUP BY c.size, c.note
     ORDER BY (count(s.line) > 0) DESC, c.size DESC LIMIT 1
"""
_TEXT = f"SELECT {LEAF_TEXT} FROM public.audit_event e WHERE e.id = %s"  # noqa: S608


def bundle(events: Sequence[int], *, using: str = "auditor") -> dict[str, object]:
    """The proofs of these events, ready for JSON.

    Raises NotSealed when an event is not under a checkpoint yet; sealing takes seconds.
    """
    tree = SealedTree(using=using)
    return {"format": FORMAT, "events": [_proved(event, tree, using) for event in events]}


def _proved(event: int, tree: SealedTree, using: str) -> dict[str, object]:
    leaf = leaf_of_event(event, using=using)
    with connections[using].cursor() as cursor:
        cursor.execute(_CHECKPOINT, [leaf])
        found = cursor.fetchone()
        cursor.execute(_TEXT, [event])
        text = cursor.fetchone()
    if found is None or text is None:
        raise NotSealed(f"event {event} is not under a checkpoint yet")
    size, note, cosignatures = found
    hashes = (base64.b64encode(h).decode() for h in tree.inclusion_proof(leaf, size))
    head = ["c2sp.org/tlog-proof@v1", f"index {leaf}", *hashes]
    return {"event": text[0], "proof": "\n".join(head) + f"\n\n{note}{cosignatures}"}
