"""Anchors: the head of the chain of blocks, kept where the database's administrator cannot reach.

An anchor is one line of JSON that proves itself: the block's header, its signature and the key.
Whoever keeps one notices when the book is cut short of it, or written anew from the start.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from core.ledger import anchor_file, anchored, seals
from core.store.unit import Unit


class BadAnchor(Exception):
    """The line is no anchor, or is not what its key signed."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A signed block header. ``header`` is the text that was hashed and signed."""

    header: str
    signature: bytes
    public_key: bytes

    @property
    def height(self) -> int:
        """The number of the block."""
        return int(json.loads(self.header)["height"])

    @property
    def number(self) -> int:
        """The height, by the name that anchors of every chain have for it."""
        return self.height

    @property
    def hash(self) -> bytes:
        """The block's hash."""
        return sha256(self.header.encode()).digest()

    @property
    def genuine(self) -> bool:
        """Whether the key it names signed it; if that key is the bank's is another question."""
        return seals.signed_by(self.public_key, self.signature, self.header.encode())

    @property
    def line(self) -> str:
        """The line of JSON that is published."""
        return json.dumps(
            {
                "height": self.height,
                "hash": self.hash.hex(),
                "header": self.header,
                "signature": self.signature.hex(),
                "key": seals.key_id(self.public_key),
                "public_key": self.public_key.hex(),
            }
        )

    @classmethod
    def read(cls, line: str) -> Self:
        """Return the anchor that a line tells.

        :raises BadAnchor: if it does not, or was changed
        """
        try:
            facts = json.loads(line)
            anchor = cls(
                header=facts["header"],
                signature=bytes.fromhex(facts["signature"]),
                public_key=bytes.fromhex(facts["public_key"]),
            )
            whole = facts == json.loads(anchor.line) and anchor.genuine
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadAnchor("not an anchor") from None
        if not whole:
            raise BadAnchor("not what its key signed")
        return anchor


def place(data_dir: Path) -> Path:
    """Return where the house keeps the anchors of its book."""
    return anchor_file.place(data_dir, "anchors")


def head(unit: Unit, *, since: int = 0) -> Anchor | None:
    """Return the anchor of the last block, or None when there is none above ``since``."""
    row = unit.maybe(
        "select b.height, era, xid_from, xid_to, size, root, prev, sealed_at, signature, public_key"
        "  from ledger_blocks b join seal_keys k on k.id = b.key_id"
        " where height > %(since)s order by height desc limit 1",
        since=since,
    )
    if row is None:
        return None
    return Anchor(
        header=seals.Block.of(row).header.decode(),
        signature=bytes(row.signature),
        public_key=bytes(row.public_key),
    )


def last_height(file: Path) -> int:
    """Return the highest block that the file's end tells of, 0 when there is none."""
    return anchor_file.last_number(file, _read)


def kept(file: Path) -> Iterator[tuple[int, Anchor | None]]:
    """Return line number and anchor of each line; None where a line is not what its key signed."""
    return anchor_file.anchors(file, _read)


def missed(unit: Unit, anchors: Iterable[Anchor]) -> Iterator[tuple[Anchor, bool]]:
    """Return each anchor that the book does not bear out, and whether it has such a block."""
    links = "select height as number, hash from ledger_blocks where height = any(%(numbers)s)"
    return anchored.missed(unit, anchors, links=links)


def _read(line: str) -> Anchor | None:
    try:
        return Anchor.read(line)
    except BadAnchor:
        return None
