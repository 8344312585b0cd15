"""Merkle trees of RFC 6962, section 2.1: one hash for many rows, a short proof for each of them.

Leaves and nodes are hashed with different prefixes, so that neither can pass for the other.
"""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's data."""
    return sha256(_LEAF + data).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the tree's hash over leaf hashes in order; of no leaves, SHA-256 of nothing."""
    if not leaves:
        return sha256().digest()
    level = leaves
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from one leaf to the root, the leaf's neighbour first.

    :raises IndexError: if there is no such leaf
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level, hashes = leaves, []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):  # the last one of an odd level goes up alone
            hashes.append(level[neighbour])
        level, index = _above(level), index // 2
    return hashes


def climb(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf's hash leads to, or None if the path does not fit place and size.

    The algorithm of RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            found = _node(one, found)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            found = _node(found, one)
        place, last = place // 2, last // 2
    return found if last == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


def _above(level: Sequence[bytes]) -> list[bytes]:
    lefts, rights = level[:-1:2], level[1::2]
    pairs = [sha256(_NODE + a + b).digest() for a, b in zip(lefts, rights, strict=True)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs
