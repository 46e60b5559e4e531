"""The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1): hashes, growth and proofs.

No storage. A tree is never held whole: it grows by its right edge (`Edge`), and proofs ask a
callback for the perfect subtrees they need. Hashes are 32 bytes of SHA-256; leaves count from 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

# (level, index) -> hash over the 2^level leaves that begin at leaf index * 2^level
PerfectSubtree = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: a prefix byte keeps it apart from the hash of two nodes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Edge:
    """The right edge of a growing tree: one perfect subtree for each set bit of the size.

    `peaks` holds their hashes, the largest (leftmost) first.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def grow(self, leaves: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """Adds leaf hashes, yielding each perfect subtree above the leaves as it is completed:
        level, index and hash.

        A generator: the tree grows as it is consumed.
        """
        for leaf in leaves:
            level, index, joined = 0, self.size, leaf
            while index & 1:
                joined = node_hash(self.peaks.pop(), joined)
                level, index = level + 1, index >> 1
                yield level, index, joined
            self.peaks.append(joined)
            self.size += 1

    def root(self) -> bytes:
        """The root hash of the tree at this size."""
        if not self.peaks:
            return EMPTY_ROOT
        *rest, root = self.peaks
        for peak in reversed(rest):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """The peaks one after the other; the size says how many there are."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, peaks: bytes) -> Edge:
        """The edge that `to_bytes` wrote. Raises ValueError if it cannot be of that size."""
        if len(peaks) != HASH_BYTES * size.bit_count():
            raise ValueError(f"not the right edge of a tree of {size} leaves")
        return cls(size, split_hashes(peaks))


def split_hashes(joined: bytes) -> list[bytes]:
    """Hashes written one after the other."""
    joined = bytes(joined)
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def subtree_root(start: int, end: int, perfect: PerfectSubtree) -> bytes:
    """The root over the leaves `start` to `end - 1`, as they occur in a proof."""
    leaves = end - start
    if leaves & (leaves - 1) == 0:
        level = leaves.bit_length() - 1
        return perfect(level, start >> level)
    half = _largest_power_below(leaves)
    left = subtree_root(start, start + half, perfect)
    return node_hash(left, subtree_root(start + half, end, perfect))


def inclusion_proof(index: int, size: int, perfect: PerfectSubtree) -> list[bytes]:
    """The audit path of leaf `index` in a tree of `size` leaves, leaf's sibling first.

    RFC 6962 section 2.1.1. Raises ValueError for a leaf the tree does not have.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append(subtree_root(middle, end, perfect))
            end = middle
        else:
            path.append(subtree_root(start, middle, perfect))
            start = middle
    return path[::-1]


def consistency_proof(old: int, size: int, perfect: PerfectSubtree) -> list[bytes]:
    """That the tree of `old` leaves is the beginning of the tree of `size`; RFC 6962 section 2.1.2.

    Empty when `old` is 0 or `size`. Raises ValueError for an old size above the new one.
    """
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} leaves did not grow from one of {old}")
    if old in {0, size}:
        return []
    path: list[bytes] = []
    start, end, whole = 0, size, True
    while start < old < end:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            path.append(subtree_root(middle, end, perfect))
            end = middle
        else:
            path.append(subtree_root(start, middle, perfect))
            start, whole = middle, False
    if not whole:
        path.append(subtree_root(start, end, perfect))
    return path[::-1]


def proves_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether `proof` shows `leaf` (a leaf hash) at `index` of the tree with this size and root."""
    if not 0 <= index < size:
        return False
    joined, node, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            joined = node_hash(sibling, joined)
            node, last = _up_to_right_child(node, last)
        else:
            joined = node_hash(joined, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and joined == root


def proves_consistency(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the first tree begins the second; RFC 9162 section 2.1.4.2."""
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    return _joins_to_both(path, node, last, old_root, root)


def _joins_to_both(
    path: Sequence[bytes], node: int, last: int, old_root: bytes, root: bytes
) -> bool:
    old_joined = new_joined = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_joined = node_hash(sibling, old_joined)
            new_joined = node_hash(sibling, new_joined)
            node, last = _up_to_right_child(node, last)
        else:
            new_joined = node_hash(new_joined, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_joined == old_root and new_joined == root


def _up_to_right_child(node: int, last: int) -> tuple[int, int]:
    """Past the levels at which the last node has no sibling and is carried up unchanged."""
    while not node & 1 and node:
        node, last = node >> 1, last >> 1
    return node, last


def _largest_power_below(number: int) -> int:
    """The largest power of two smaller than `number`, which is at least 2."""
    return 1 << ((number - 1).bit_length() - 1)
