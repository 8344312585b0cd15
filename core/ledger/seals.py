"""Seals: what was written is hashed into signed blocks, each of which names the one before.

A block takes every row that ended database transactions wrote since the last block: postings with
their entries, refusals, events of holds, accounts that were opened. Nobody who posts waits for it.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.ledger import leaf as leaves
from core.ledger import merkle
from core.store.unit import Row, Unit

MOST_PER_BLOCK = 4096
"""Rows after which a block is closed, at the end of the database transaction it stands in.

So many are sorted in PostgreSQL's usual working memory.
"""
ID_BYTES, MARK_BYTES = 16, 1
SEALED_BYTES = ID_BYTES + MARK_BYTES + merkle.HASH_BYTES
_VOUCH = b"wekeza seal key "


class SealKey:
    """The key that signs blocks (Ed25519)."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()
        self.id = key_id(self.public)

    def sign(self, data: bytes) -> bytes:
        """Return the signature of these bytes, 64 bytes long."""
        return self._private.sign(data)

    def vouch(self, public: bytes) -> bytes:
        """Return the signature by which this key says that it trusts another."""
        return self.sign(_VOUCH + public)


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header: which rows it seals, the hash over them and the block before it.

    Rows are those of database transactions from ``xid_from`` on and before ``xid_to``.
    """

    height: int
    era: int
    xid_from: int
    xid_to: int
    size: int
    root: bytes
    prev: bytes
    sealed_at: datetime

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return the header that a row of ``ledger_blocks`` keeps."""
        return cls(
            height=row.height,
            era=row.era,
            xid_from=int(row.xid_from),
            xid_to=int(row.xid_to),
            size=row.size,
            root=bytes(row.root),
            prev=bytes(row.prev),
            sealed_at=row.sealed_at,
        )

    @property
    def header(self) -> bytes:
        """The bytes that are hashed and signed: one line of JSON, its keys sorted."""
        facts = {
            "era": self.era,
            "height": self.height,
            "prev": self.prev.hex(),
            "root": self.root.hex(),
            "sealed_at": self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "size": self.size,
            "xid_from": self.xid_from,
            "xid_to": self.xid_to,
        }
        return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()

    @property
    def hash(self) -> bytes:
        """What the next block names it by."""
        return sha256(self.header).digest()


def key_id(public: bytes) -> str:
    """Return the short name of a public key: 16 hex digits of its SHA-256."""
    return sha256(public).hexdigest()[:16]


def signed_by(public: bytes, signature: bytes, data: bytes) -> bool:
    """Return whether this key signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def vouched_by(public: bytes, vouch: bytes, other: bytes) -> bool:
    """Return whether this key said that it trusts the other."""
    return signed_by(public, vouch, _VOUCH + other)


def seal(unit: Unit, key: SealKey, *, most: int = MOST_PER_BLOCK) -> Block | None:
    """Close the next block, of about ``most`` rows, and return its header.

    None when nothing is left to seal or another sealer is at it. Runs as a unit of its own: what it
    sealed counts once that commits.
    """
    turn = unit.one("select * from ledger_next_block(%(most)s)", most=most)
    begun = turn.mine and (turn.height > 1 or turn.xid_to is not None)
    if not begun:
        return None
    _introduce(unit, key)
    if turn.xid_to is None:
        return None
    found = read(unit, turn.xid_from, turn.xid_to)
    hashes = [merkle.leaf_hash(leaf) for leaf in found]
    block = Block(
        height=turn.height,
        era=turn.era,
        xid_from=int(turn.xid_from),
        xid_to=int(turn.xid_to),
        size=len(found),
        root=merkle.root(hashes),
        prev=bytes(turn.prev),
        sealed_at=unit.now,
    )
    _keep(unit, key, block, packed(found, hashes))
    return block


def waiting(unit: Unit) -> timedelta:
    """Return how old the last block is while rows wait for the next one; zero when none wait."""
    age: timedelta | None = unit.value(
        "select %(now)s - b.sealed_at"
        "  from (select sealed_at, xid_to from ledger_blocks order by height desc limit 1) b"
        " where exists (select from ledger_written w where w.xid >= b.xid_to)",
        now=unit.now,
    )
    return age or timedelta(0)


def read(unit: Unit, xid_from: object, xid_to: object) -> list[bytes]:
    """Return the leaves of a range of database transactions, in the order they are sealed in."""
    return unit.column(
        "select leaf from ledger_leaves(%(first)s::text::xid8, %(last)s::text::xid8)"
        ' order by xid, id, kind collate "C"',
        first=str(xid_from),
        last=str(xid_to),
    )


def packed(found: list[bytes], hashes: list[bytes]) -> bytes:
    """Return what a block keeps of its leaves: id, kind and hash of each, side by side."""
    return b"".join(
        leaf[leaves.ID] + leaf[leaves.MARK] + one for leaf, one in zip(found, hashes, strict=True)
    )


def unpacked(kept: bytes) -> list[bytes]:
    """Return the leaf hashes of a block."""
    skip = ID_BYTES + MARK_BYTES
    return [kept[at + skip : at + SEALED_BYTES] for at in range(0, len(kept), SEALED_BYTES)]


def _introduce(unit: Unit, key: SealKey) -> None:
    """Write down a key that signs for the first time; it vouches for the one before."""
    if unit.maybe("select from seal_keys where id = %(id)s", id=key.id) is not None:
        return
    last = unit.maybe(
        "select id, public_key from seal_keys k"
        " where not exists (select from seal_keys n where n.previous = k.id)"
    )
    unit.run(
        "select ledger_add_seal_key(%(id)s, %(public)s, %(previous)s, %(vouch)s, %(now)s)",
        id=key.id,
        public=key.public,
        previous=last.id if last else None,
        vouch=key.vouch(bytes(last.public_key)) if last else None,
        now=unit.now,
    )


def _keep(unit: Unit, key: SealKey, block: Block, kept: bytes) -> None:
    unit.run(
        "select ledger_keep_block(%(height)s, %(era)s::smallint, %(first)s::text::xid8,"
        " %(last)s::text::xid8, %(size)s, %(root)s, %(prev)s, %(hash)s, %(signature)s, %(key)s,"
        " %(now)s, %(leaves)b)",
        height=block.height,
        era=block.era,
        first=str(block.xid_from),
        last=str(block.xid_to),
        size=block.size,
        root=block.root,
        prev=block.prev,
        hash=block.hash,
        signature=key.sign(block.header),
        key=key.id,
        now=block.sealed_at,
        leaves=kept,
    )
