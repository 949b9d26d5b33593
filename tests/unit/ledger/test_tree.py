"""The tree against RFC 6962's own words, its published vectors, and proofs that somebody altered."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.ledger import tree


def leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def root(leaves):
    """MTH of RFC 6962, 2.1, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(m, leaves):
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return [*path(m, leaves[:k]), root(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), root(leaves[:k])]


def proof(m, leaves, whole=True):
    """PROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*proof(m, leaves[:k], whole), root(leaves[k:])]
    return [*proof(m - k, leaves[k:], False), root(leaves[:k])]


def over(spans, leaves):
    return [root(leaves[low:high]) for low, high in spans]


LEAVES = [leaf(bytes([n])) for n in range(70)]


def test_the_vectors_that_transparency_logs_share():
    """The eight entries and roots of Google's certificate-transparency tests."""
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    wanted = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    growing = tree.Growing()
    assert growing.root == sha256(b"").digest()
    for entry, said in zip(data, wanted, strict=True):
        growing.add(leaf(bytes.fromhex(entry)))
        assert growing.root.hex() == said


def test_a_growing_tree_completes_each_subtree_once():
    growing, done = tree.Growing(), {}
    for size, each in enumerate(LEAVES, 1):
        for level, at, found in growing.add(each):
            assert (level, at) not in done
            done[level, at] = found
        assert growing.root == root(LEAVES[:size])
        assert tree.Growing(size, growing.frontier).root == growing.root
    for (level, at), found in done.items():
        assert found == root(LEAVES[at << level : (at + 1) << level])
    with pytest.raises(ValueError):
        tree.Growing(3, [bytes(32)])


@pytest.mark.parametrize("size", range(1, 41))
def test_proofs_are_those_of_the_standard(size):
    leaves = LEAVES[:size]
    for at in range(size):
        found = over(tree.inclusion(at, size), leaves)
        assert found == path(at, leaves)
        assert tree.root_by_inclusion(leaves[at], at, size, found) == root(leaves)
    for old in range(1, size + 1):
        found = over(tree.consistency(old, size), leaves)
        assert found == proof(old, leaves)
        assert tree.is_consistent(old, root(leaves[:old]), size, root(leaves), found)


@given(data=st.data())
def test_no_altered_proof_proves(data):
    size = data.draw(st.integers(2, 70))
    leaves = LEAVES[:size]
    at, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    included, consistent = path(at, leaves), proof(old, leaves)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != at))
    assert _proves(leaves[other], at, size, included) != root(leaves)
    assert _proves(leaves[at], other, size, included) != root(leaves)
    for kept in (included, consistent):
        wrong = list(kept)
        how = data.draw(st.sampled_from(["bit", "short", "long"]))
        if how == "bit":
            n = data.draw(st.integers(0, len(wrong) - 1))
            wrong[n] = bytes([wrong[n][0] ^ 1]) + wrong[n][1:]
        else:
            wrong = wrong[:-1] if how == "short" else [*wrong, bytes(32)]
        if kept is included:
            assert _proves(leaves[at], at, size, wrong) != root(leaves)
        assert kept is included or not tree.is_consistent(old, root(leaves[:old]), size, root(leaves), wrong)
    assert not tree.is_consistent(old, leaf(b"other"), size, root(leaves), consistent)
    assert not tree.is_consistent(old, root(leaves[:old]), size, leaf(b"other"), consistent)
    assert not tree.is_consistent(size, root(leaves), old, root(leaves[:old]), consistent)


def _proves(leaf_hash, at, size, proof_):
    try:
        return tree.root_by_inclusion(leaf_hash, at, size, proof_)
    except ValueError:
        return None


def test_what_cannot_be_proved_is_refused():
    for wrong in ((5, 5), (-1, 5), (0, 0)):
        with pytest.raises(ValueError):
            tree.inclusion(*wrong)
    for wrong in ((0, 5), (6, 5)):
        with pytest.raises(ValueError):
            tree.consistency(*wrong)
    assert tree.is_consistent(0, tree.EMPTY, 5, root(LEAVES[:5]), [])
    assert not tree.is_consistent(0, tree.EMPTY, 5, root(LEAVES[:5]), [bytes(32)])
