"""Proof that one row stands in a sealed block, for whoever holds a receipt and trusts nobody.

A proof carries the row itself, the hashes that lead from it to the block's root, the block's header
and its signature. It is checked without a database.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

from core.ledger import leaf as leaves
from core.ledger import merkle, seals
from core.ledger.leaf import BadLeaf, Leaf
from core.store.unit import Unit

FORMAT = "wekeza-proof-1"
_SHORT = re.compile(r"^(\d{1,18})-(\d{1,9})-([A-Z2-7]{16})$")
_SHORT_BYTES = 10


class BadProof(Exception):
    """The proof proves nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A sealed row with all that it takes to check it. ``index`` counts from 0 within the block."""

    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    header: str
    signature: bytes
    public_key: bytes

    @property
    def short(self) -> str:
        """A form for receipts: the block, the place in it, and 80 bits of the row's hash."""
        block = json.loads(self.header)["height"]
        return f"{block}-{self.index}-{_truncated(merkle.leaf_hash(self.leaf))}"

    def as_json(self) -> dict[str, Any]:
        """Return the proof as a document; what it says of the row is there to be read only."""
        row = leaves.read(self.leaf)
        return {
            "format": FORMAT,
            "row": {**row.facts, "entries": list(row.entries)},
            "leaf": base64.b64encode(self.leaf).decode(),
            "index": self.index,
            "path": [one.hex() for one in self.path],
            "block": json.loads(self.header),
            "header": self.header,
            "hash": sha256(self.header.encode()).hexdigest(),
            "signature": self.signature.hex(),
            "key": seals.key_id(self.public_key),
            "public_key": self.public_key.hex(),
            "short": self.short,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Return the proof of a document.

        :raises BadProof: if a part is missing or is not what it should be
        """
        try:
            if document["format"] != FORMAT:
                raise BadProof(f"is not of the format {FORMAT}")
            return cls(
                leaf=base64.b64decode(document["leaf"], validate=True),
                index=int(document["index"]),
                path=tuple(_read(one) for one in document["path"]),
                header=str(document["header"]),
                signature=_read(document["signature"]),
                public_key=_read(document["public_key"]),
            )
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise BadProof("is not a proof") from error


def _read(text: str) -> bytes:
    """Return bytes written in hexadecimal, in the one way in which we write them."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise ValueError("is written another way")
    return found


def check(proof: Proof, *, trusted: bytes | None = None) -> Leaf:
    """Return the row that is proven.

    ``trusted`` is the bank's public key, from elsewhere; without it the proof's own key is
    believed, which shows no more than that nothing was changed since.

    :raises BadProof: if the row, the path, the block or the signature do not fit together
    """
    if trusted is not None and proof.public_key != trusted:
        raise BadProof(f"was signed by {seals.key_id(proof.public_key)}, which is not trusted")
    if not seals.signed_by(proof.public_key, proof.signature, proof.header.encode()):
        raise BadProof("the block is not what was signed")
    try:
        block = json.loads(proof.header)
        size, root = int(block["size"]), bytes.fromhex(block["root"])
        row = leaves.read(proof.leaf)
    except (ValueError, KeyError, TypeError, BadLeaf) as error:
        raise BadProof("the block or the row cannot be read") from error
    found = merkle.climb(
        merkle.leaf_hash(proof.leaf), index=proof.index, size=size, path=proof.path
    )
    if found != root:
        raise BadProof("the row does not stand in the block")
    return row


def proof(unit: Unit, row_id: UUID) -> Proof | None:
    """Return the proof of a transaction or another sealed row; None as long as it is not sealed.

    When an id names both a transaction and the event of the hold it captured, the former's.
    """
    written = unit.maybe(
        """
        select xid::text as xid, mark from (
            select xid, 'p' as mark, 1 as place from transactions where transaction_id = %(id)s
            union all select xid, 'r', 2 from ledger_refusals where id = %(id)s
            union all select xid, 'h', 3 from hold_events where id = %(id)s
            union all select xid, 's', 4 from account_status_changes where id = %(id)s
            union all select xid, 'a', 5 from ledger_accounts where account_id = %(id)s
        ) w order by place limit 1
        """,
        id=row_id,
    )
    if written is None:
        return None
    block = unit.maybe(
        "select b.*, k.public_key from ledger_blocks b join seal_keys k on k.id = b.key_id"
        " where b.xid_to > %(xid)s::text::xid8 order by b.xid_to limit 1",
        xid=written.xid,
    )
    if block is None:
        return None
    mark = str(written.mark).encode()
    index = _place(bytes(block.leaves), row_id.bytes + mark)
    found = _leaf(unit, written.xid, row_id, mark)
    if index is None or found is None:
        return None
    return Proof(
        leaf=found,
        index=index,
        path=tuple(merkle.path(seals.unpacked(bytes(block.leaves)), index)),
        header=seals.Block.of(block).header.decode(),
        signature=bytes(block.signature),
        public_key=bytes(block.public_key),
    )


def look_up(unit: Unit, short: str) -> UUID | None:
    """Return the id of the row that a receipt's short form names, or None if there is none."""
    parts = _SHORT.match(short.strip().upper())
    if parts is None:
        return None
    kept = unit.value(
        "select substr(leaves, %(start)s, %(length)s) from ledger_blocks"
        " where height = %(height)s and size > %(index)s",
        height=int(parts[1]),
        index=int(parts[2]),
        start=1 + int(parts[2]) * seals.SEALED_BYTES,
        length=seals.SEALED_BYTES,
    )
    if kept is None or _truncated(bytes(kept)[-merkle.HASH_BYTES :]) != parts[3]:
        return None
    return UUID(bytes=bytes(kept)[: seals.ID_BYTES])


def _truncated(leaf_hash: bytes) -> str:
    return base64.b32encode(leaf_hash[:_SHORT_BYTES]).decode()


def _place(kept: bytes, key: bytes) -> int | None:
    step, cut = seals.SEALED_BYTES, len(key)
    places = (at // step for at in range(0, len(kept), step) if kept[at : at + cut] == key)
    return next(places, None)


def _leaf(unit: Unit, xid: str, row_id: UUID, mark: bytes) -> bytes | None:
    rows: list[bytes] = unit.column(
        "select leaf from ledger_leaves(%(xid)s::text::xid8,"
        " (%(xid)s::text::bigint + 1)::text::xid8) where id = %(id)s",
        xid=xid,
        id=row_id,
    )
    return next((one for one in rows if one[leaves.MARK] == mark), None)
