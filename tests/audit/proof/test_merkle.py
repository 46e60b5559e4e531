"""The tree: equal to the standard's own vectors and to a plain recursive reading of it; proofs hold
for what is so, and for nothing else.
"""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from audit.ledger import merkle

# The leaves and roots that Certificate Transparency implementations test themselves with.
VECTORS = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (
        "606162636465666768696a6b6c6d6e6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
]
LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(300)]


def root_by_the_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, read literally."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    left, right = root_by_the_definition(leaves[:half]), root_by_the_definition(leaves[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def perfect(level: int, index: int) -> bytes:
    return root_by_the_definition(LEAVES[index << level : (index + 1) << level])


def root_of(size: int) -> bytes:
    return root_by_the_definition(LEAVES[:size])


def test_the_roots_are_those_of_the_published_vectors() -> None:
    edge = merkle.Edge()
    for data, root in VECTORS:
        list(edge.grow([merkle.leaf_hash(bytes.fromhex(data))]))
        assert edge.root().hex() == root


@given(steps=st.lists(st.integers(0, 60), max_size=8))
def test_a_tree_grown_in_any_steps_has_the_root_of_the_definition(steps: list[int]) -> None:
    edge, at = merkle.Edge(), 0
    for step in steps:
        list(edge.grow(LEAVES[at : at + step]))
        at = min(at + step, len(LEAVES))
        edge = merkle.Edge.from_bytes(edge.size, edge.to_bytes())
        assert edge.root() == root_of(at)


def test_growing_tells_every_perfect_subtree_once() -> None:
    told = {(level, index): hashed for level, index, hashed in merkle.Edge().grow(LEAVES)}
    assert len(told) == sum(len(LEAVES) >> level for level in range(1, 9))
    assert all(hashed == perfect(level, index) for (level, index), hashed in told.items())


@given(size=st.integers(1, 300), data=st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, perfect)
    root = root_of(size)
    assert len(proof) <= (size - 1).bit_length()
    assert merkle.proves_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index)) if size > 1 else None
    if other is not None:
        assert not merkle.proves_inclusion(LEAVES[other], index, size, proof, root)
        assert not merkle.proves_inclusion(LEAVES[index], other, size, proof, root)
    assert not merkle.proves_inclusion(LEAVES[index], index, size, [*proof, root], root)
    if proof:
        assert not merkle.proves_inclusion(LEAVES[index], index, size, proof[:-1], root)
        assert not merkle.proves_inclusion(LEAVES[index], index, size, proof, proof[0])


@given(old=st.integers(0, 300), more=st.integers(0, 100), damage=st.integers(0, 10_000))
def test_a_consistency_proof_holds_for_growth_and_for_no_rewriting(
    old: int, more: int, damage: int
) -> None:
    size = min(old + more, 300)
    proof = merkle.consistency_proof(old, size, perfect)
    old_root, root = root_of(old), root_of(size)
    assert merkle.proves_consistency(old, old_root, size, root, proof)
    if not old:
        return
    rewritten = [*LEAVES[:size]]
    rewritten[damage % old] = b"\x00" * 32
    forged = root_by_the_definition(rewritten)
    assert not merkle.proves_consistency(old, old_root, size, forged, proof)
    if proof:
        at = damage % len(proof)
        broken = [*proof[:at], b"\x00" * 32, *proof[at + 1 :]]
        assert not merkle.proves_consistency(old, old_root, size, root, broken)


def test_every_pair_of_sizes_up_to_65_is_proved() -> None:
    for size in range(66):
        for old in range(size + 1):
            proof = merkle.consistency_proof(old, size, perfect)
            assert merkle.proves_consistency(old, root_of(old), size, root_of(size), proof)


def test_a_shrunken_tree_is_never_consistent() -> None:
    assert not merkle.proves_consistency(9, root_of(9), 8, root_of(8), [])
    assert not merkle.proves_inclusion(LEAVES[8], 8, 8, [], root_of(8))
