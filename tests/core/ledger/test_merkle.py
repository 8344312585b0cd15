"""The tree of RFC 6962: known roots, and paths that prove their own leaf and no other."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger import merkle

# The leaves and roots that Certificate Transparency's own implementations are tested with.
LEAVES = [
    bytes.fromhex(data)
    for data in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", ROOTS)
def test_the_roots_are_those_of_the_standard(size):
    assert merkle.root([merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


def hashes(size):
    return [merkle.leaf_hash(bytes([n % 256, n // 256])) for n in range(size)]


@given(st.data(), st.integers(1, 300))
def test_a_path_leads_from_its_leaf_to_the_root_and_from_no_other(data, size):
    leaves = hashes(size)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.path(leaves, index)
    assert merkle.climb(leaves[index], index=index, size=size, path=path) == merkle.root(leaves)
    other = data.draw(st.binary(min_size=32, max_size=32))
    if other != leaves[index]:
        climbed = merkle.climb(other, index=index, size=size, path=path)
        assert climbed != merkle.root(leaves)
    assert len(path) <= size.bit_length()


@given(st.data(), st.integers(2, 100))
def test_a_path_fits_one_place_only(data, size):
    leaves = hashes(size)
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    path = merkle.path(leaves, index)
    if other != index:
        climbed = merkle.climb(leaves[index], index=other, size=size, path=path)
        assert climbed != merkle.root(leaves)
    assert merkle.climb(leaves[index], index=size, size=size, path=path) is None
    assert merkle.climb(leaves[index], index=index, size=size, path=[*path, leaves[0]]) is None


def test_a_node_cannot_pass_for_a_leaf():
    left, right = hashes(2)
    assert merkle.root([left, right]) != sha256(left + right).digest()
    assert merkle.leaf_hash(left + right) != merkle.root([left, right])


def test_there_is_no_path_from_nowhere():
    with pytest.raises(IndexError):
        merkle.path(hashes(3), 3)
