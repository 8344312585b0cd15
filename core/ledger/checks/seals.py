"""Seals: that every sealed row is what it was, that none came or went, that blocks are whole.

Unlike the other checks this one reads block by block, so that memory holds one at a time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from core.ledger import anchors as anchors_of
from core.ledger import leaf as leaves
from core.ledger import merkle, seals
from core.ledger.anchors import Anchor
from core.ledger.checks.seal_keys import trusted_keys
from core.ledger.seals import SEALED_BYTES, Block
from core.ledger.verify import MOST_PER_CHECK, Breach
from core.store.unit import Row, Unit

_BEFORE_THE_FIRST = bytes(merkle.HASH_BYTES)


def verify_seals(
    unit: Unit,
    *,
    trusted: bytes | None = None,
    last: int | None = None,
    anchors: Iterable[Anchor] = (),
) -> list[Breach]:
    """Return what was changed since it was sealed, at most a hundred of each kind; none is whole.

    ``trusted`` is the public key that must have signed the newest blocks or vouched for what did;
    None believes the keys in the database. ``last`` looks at that many of the newest blocks alone.
    """
    kinds = (
        _blocks(unit, trusted=trusted, last=last),
        _anchored(unit, anchors),
        _after_the_last(unit),
    )
    return [breach for kind in kinds for breach in islice(kind, MOST_PER_CHECK)]


@dataclass(slots=True)
class _Expected:
    """What the next block has to follow."""

    height: int = 1
    hash: bytes = _BEFORE_THE_FIRST
    xid: int = 0


def _blocks(unit: Unit, *, trusted: bytes | None, last: int | None) -> Iterator[Breach]:
    head: int = unit.value("select max(height) from ledger_blocks") or 0
    after = max(0, head - last) if last is not None else 0
    expected = _expected(unit, after)
    keys, doubts = trusted_keys(unit, trusted)
    yield from doubts
    while after < head:
        row = unit.one(
            "select * from ledger_blocks where height > %(after)s order by height limit 1",
            after=after,
        )
        yield from _block(row, expected, keys)
        yield from _rows(unit, row)
        after = row.height
        expected = _Expected(after + 1, bytes(row.hash), int(row.xid_to))


def _expected(unit: Unit, after: int) -> _Expected:
    before = unit.maybe(
        "select hash, xid_to from ledger_blocks where height = %(after)s", after=after
    )
    return _Expected(after + 1, bytes(before.hash), int(before.xid_to)) if before else _Expected()


def _block(row: Row, expected: _Expected, keys: dict[str, bytes]) -> Iterator[Breach]:
    """Return what is wrong with a block by itself, its rows apart."""
    block, kept = Block.of(row), bytes(row.leaves)
    public = keys.get(row.key_id)
    wrongs = {
        f"follows block {block.height - 1}, which is missing": block.height != expected.height,
        "does not name the block before": block.prev != expected.hash,
        "does not begin where the block before ends": block.xid_from != expected.xid,
        "is not what its hash says": block.hash != bytes(row.hash),
        f"is signed by {row.key_id}, which is not known": public is None,
        "is not what was signed": public is not None
        and not seals.signed_by(public, bytes(row.signature), block.header),
        "is not made of the leaves it keeps": len(kept) != block.size * SEALED_BYTES
        or merkle.root(seals.unpacked(kept)) != block.root,
    }
    for what, wrong in wrongs.items():
        if wrong:
            yield Breach("seal_block", f"ledger_blocks {block.height}", what)


def _rows(unit: Unit, row: Row) -> Iterator[Breach]:
    """Return the rows that are not what the block kept of them."""
    found = seals.read(unit, row.xid_from, row.xid_to)
    kept = bytes(row.leaves)
    packed = seals.packed(found, [merkle.leaf_hash(leaf) for leaf in found])
    if packed != kept:
        yield from _differences(row.height, _by_row(kept), _by_row(packed))


def _by_row(kept: bytes) -> dict[bytes, tuple[int, bytes]]:
    """Return place and hash of each row, by its id and kind."""
    cut = seals.ID_BYTES + seals.MARK_BYTES
    whole = len(kept) - len(kept) % SEALED_BYTES  # what was tampered with may have any length
    parts = [kept[at : at + SEALED_BYTES] for at in range(0, whole, SEALED_BYTES)]
    return {part[:cut]: (place, part[cut:]) for place, part in enumerate(parts)}


def _differences(
    height: int,
    kept: dict[bytes, tuple[int, bytes]],
    found: dict[bytes, tuple[int, bytes]],
) -> Iterator[Breach]:
    for key in sorted(kept.keys() | found.keys()):
        where = f"block {height}, row {kept.get(key, found.get(key, (0, b'')))[0]}"
        if key not in found:
            yield Breach("seal_row", _name(key), f"{where}: is missing")
        elif key not in kept:
            yield Breach("seal_row", _name(key), f"{where}: was not there when it was sealed")
        elif kept[key][1] != found[key][1]:
            yield Breach("seal_row", _name(key), f"{where}: was changed")


def _name(key: bytes) -> str:
    kind = leaves.KINDS.get(key[seals.ID_BYTES :], "")
    return f"{leaves.TABLES.get(kind, 'a row')} {UUID(bytes=key[: seals.ID_BYTES])}"


def _anchored(unit: Unit, anchors: Iterable[Anchor]) -> Iterator[Breach]:
    for anchor, there in anchors_of.missed(unit, anchors):
        what = "is another than the one that was anchored" if there else "was anchored and is gone"
        yield Breach("seal_anchor", f"ledger_blocks {anchor.height}", what)


def _after_the_last(unit: Unit) -> Iterator[Breach]:
    """Return what gives away that blocks were taken off the end, or rows put behind it."""
    rows = unit.all(
        """
        with head as (select coalesce(max(height), 0) as height,
                             coalesce(max(xid_to), '0'::xid8) as xid_to from ledger_blocks)
        select 'feed_cursors ' || consumer as which,
               'has read block ' || c.height || ', the last one is ' || h.height as what
          from feed_cursors c, head h where c.height > h.height + 1
        union all
        select 'ledger_blocks 1', 'is missing: there are keys, and nothing they sealed'
          from head h where h.height = 0 and exists (select from seal_keys)
        union all
        (select l.kind || ' ' || l.id, 'says a database transaction wrote it that has not begun yet'
           from head h, ledger_leaves(
                    greatest(h.xid_to, ledger_begun()), '18446744073709551615'::xid8) l limit 100)
        """
    )
    for row in rows:
        yield Breach("seal_tail", row.which, row.what)
