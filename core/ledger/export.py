"""The book as a file: one line of JSON for each block, followed by one for each row in it.

The file proves itself: rows lead to the block's root, blocks to each other and to the bank's key.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any

from core.ledger import leaf as leaves
from core.ledger import merkle, seals
from core.ledger.anchors import Anchor, BadAnchor
from core.ledger.leaf import BadLeaf
from core.store.unit import Unit


class BadExport(Exception):
    """The file is not what was exported; the message names the line."""


def export(unit: Unit, *, since_block: int = 1) -> Iterator[str]:
    """Return the lines of all blocks from a height on; memory holds one block."""
    height = since_block - 1
    while True:
        row = unit.maybe(
            "select b.*, k.public_key from ledger_blocks b join seal_keys k on k.id = b.key_id"
            " where b.height > %(height)s order by b.height limit 1",
            height=height,
        )
        if row is None:
            return
        height = row.height
        header = seals.Block.of(row).header.decode()
        yield Anchor(header, bytes(row.signature), bytes(row.public_key)).line
        for index, leaf in enumerate(seals.read(unit, row.xid_from, row.xid_to)):
            yield row_line(height, index, leaf)


def row_line(height: int, index: int, leaf: bytes) -> str:
    """Return the line of a row: its position, what it says, and the bytes that were hashed."""
    row = leaves.read(leaf)
    facts = {"block": height, "index": index, **row.facts, "entries": list(row.entries)}
    return json.dumps({**facts, "leaf": base64.b64encode(leaf).decode()}, ensure_ascii=False)


def verify_export(lines: Iterable[str], *, trusted: bytes | None = None) -> tuple[int, int]:
    """Return how many blocks and rows a file proves; needs no database, and holds one block.

    ``trusted`` is the bank's public key; without it, the file's own keys are believed.

    :raises BadExport: at the first line that is not what was exported
    """
    blocks = rows = 0
    before: bytes | None = None
    numbered = enumerate(lines, 1)
    for number, line in numbered:
        anchor, facts = _block(number, line, trusted)
        if before is not None and facts["prev"] != before.hex():
            raise BadExport(f"line {number}: block {anchor.height} does not follow the one before")
        hashes = [_row(numbered, anchor.height, index) for index in range(facts["size"])]
        if merkle.root(hashes).hex() != facts["root"]:
            raise BadExport(f"block {anchor.height}: its rows are not those that were sealed")
        before = anchor.hash
        blocks, rows = blocks + 1, rows + len(hashes)
    return blocks, rows


def _block(number: int, line: str, trusted: bytes | None) -> tuple[Anchor, dict[str, Any]]:
    try:
        anchor = Anchor.read(line)
    except BadAnchor as bad:
        raise BadExport(f"line {number}: the block is {bad}") from None
    if trusted is not None and anchor.public_key != trusted:
        raise BadExport(f"line {number}: signed by a key that is not trusted")
    facts: dict[str, Any] = json.loads(anchor.header)
    return anchor, facts


def _row(numbered: Iterator[tuple[int, str]], height: int, index: int) -> bytes:
    """Return the hash of the next line's row, having compared what it says with what was hashed."""
    number, line = next(numbered, (0, ""))
    if not number:
        raise BadExport(f"block {height} is cut short at row {index}")
    try:
        leaf = base64.b64decode(json.loads(line)["leaf"], validate=True)
        same = json.loads(line) == json.loads(row_line(height, index, leaf))
    except (ValueError, KeyError, TypeError, binascii.Error, BadLeaf):
        raise BadExport(f"line {number}: not a row of the book") from None
    if not same:
        raise BadExport(f"line {number}: says otherwise than what was sealed")
    return merkle.leaf_hash(leaf)
