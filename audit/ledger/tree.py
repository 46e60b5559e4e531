"""The sealed tree as the database keeps it: its size, its perfect subtrees, proofs from them.

Reads only, through any role that may see the seals. Hashes of fewer than 256 leaves are not stored
but made anew from the leaf hashes of a seal. Growing the tree is `sealer.py`'s business.
"""

from functools import lru_cache

from django.db import connections

from audit.ledger import merkle

NODE_LEVEL = 8  # perfect subtrees from this level on are stored; 2^8 leaves make the lowest
BLOCK = 1 << NODE_LEVEL

_LEAVES = """
    SELECT first_leaf, n, leaf_hashes FROM public.audit_seal
     WHERE first_leaf < %(end)s AND first_leaf + n > %(start)s
       AND first_leaf > %(start)s - 8192
     ORDER BY first_leaf
"""
_NODE = "SELECT hash FROM public.audit_node WHERE level = %s AND idx = %s"
_LEAF_OF = """
    SELECT first_leaf + array_position(ids, %(id)s) - 1 FROM public.audit_seal
     WHERE min_id <= %(id)s AND max_id >= %(id)s AND ids @> ARRAY[%(id)s]::bigint[]
"""


class NotSealed(LookupError):
    """The event is not in the tree yet, or the tree lacks what a proof needs."""


class SealedTree:
    """Perfect subtrees of the tree behind one database alias, each asked for once."""

    def __init__(self, *, using: str) -> None:
        self._using = using
        self._node = lru_cache(maxsize=None)(self._stored)
        self._block = lru_cache(maxsize=64)(self._rebuilt)

    def perfect(self, level: int, index: int) -> bytes:
        """The hash over the 2^level leaves from leaf index * 2^level on. Raises NotSealed."""
        if level >= NODE_LEVEL:
            return self._node(level, index)
        start = index << level
        block = self._block(start // BLOCK)
        first = start % BLOCK
        return _root(block[first : first + (1 << level)])

    def inclusion_proof(self, leaf: int, size: int) -> list[bytes]:
        """That this leaf is in the tree of `size` leaves."""
        return merkle.inclusion_proof(leaf, size, self.perfect)

    def consistency_proof(self, old: int, size: int) -> list[bytes]:
        """That the tree of `size` leaves continues that of `old`."""
        return merkle.consistency_proof(old, size, self.perfect)

    def root(self, size: int) -> bytes:
        """The root hash of the first `size` leaves."""
        return merkle.subtree_root(0, size, self.perfect) if size else merkle.EMPTY_ROOT

    def _stored(self, level: int, index: int) -> bytes:
        with connections[self._using].cursor() as cursor:
            cursor.execute(_NODE, [level, index])
            row = cursor.fetchone()
        if row is None:
            raise NotSealed(f"node {index} of level {level} is not there")
        return bytes(row[0])

    def _rebuilt(self, block: int) -> list[bytes]:
        """The leaf hashes of one block of 256, as far as they are sealed."""
        start = block * BLOCK
        with connections[self._using].cursor() as cursor:
            cursor.execute(_LEAVES, {"start": start, "end": start + BLOCK})
            rows = cursor.fetchall()
        leaves: list[bytes] = []
        for first, n, joined in rows:
            begin, end = max(start, first) - first, min(start + BLOCK, first + n) - first
            leaves += merkle.split_hashes(bytes(joined)[begin * 32 : end * 32])
        return leaves


def _root(leaves: list[bytes]) -> bytes:
    if not leaves:
        raise NotSealed("leaves of this proof are not sealed")
    edge = merkle.Edge()
    for _ in edge.grow(leaves):
        pass
    return edge.root()


def leaf_of_event(event: int, *, using: str) -> int:
    """Which leaf of the tree an event is. Raises NotSealed."""
    with connections[using].cursor() as cursor:
        cursor.execute(_LEAF_OF, {"id": event})
        row = cursor.fetchone()
    if row is None:
        raise NotSealed(f"event {event} is not sealed yet")
    return int(row[0])
