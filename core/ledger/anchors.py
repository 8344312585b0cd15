"""Anchors: the head of the chain of blocks, kept where the database's administrator cannot reach.

An anchor is one line of JSON that proves itself: the block's header, its signature and the key.
Whoever keeps one notices when the book is cut short of it, or written anew from the start.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Self

from core.ledger import seals
from core.store.unit import Unit

_AT_ONCE = 1000


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


def missed(unit: Unit, anchors: Iterable[Anchor]) -> Iterator[tuple[Anchor, bool]]:
    """Return each anchor that the book does not bear out, and whether it has such a block."""
    rest = iter(anchors)
    while some := list(islice(rest, _AT_ONCE)):
        rows = unit.all(
            "select height, hash from ledger_blocks where height = any(%(heights)s)",
            heights=[anchor.height for anchor in some],
        )
        hashes = {row.height: bytes(row.hash) for row in rows}
        for anchor in some:
            if hashes.get(anchor.height) != anchor.hash:
                yield anchor, anchor.height in hashes
