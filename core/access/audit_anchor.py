"""Anchors of the audit log: its head, signed, kept where the database's administrator cannot reach.

Who keeps one notices when the log is cut short of it, or written anew from the start: what no chain
can tell of itself. They look like the anchors of the book (`core.ledger.anchors`).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.ledger import anchor_file, anchored, seals
from core.ledger.seals import SealKey
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class AuditAnchor:
    """The number and hash of a row that was the last one once, signed by the bank's seal key."""

    seq: int
    hash: bytes
    signature: bytes
    public_key: bytes

    @classmethod
    def sign(cls, key: SealKey, *, seq: int, hash: bytes) -> Self:  # noqa: A002 - what it is
        """Return the anchor of a row."""
        return cls(seq, hash, key.sign(_signed(seq, hash)), key.public)

    @property
    def number(self) -> int:
        """The row, by the name that anchors of every chain have for it."""
        return self.seq

    @property
    def genuine(self) -> bool:
        """Whether the key it names signed it; if that key is the bank's is another question."""
        return seals.signed_by(self.public_key, self.signature, _signed(self.seq, self.hash))

    @property
    def line(self) -> str:
        """The line of JSON that is published."""
        return json.dumps(
            {
                "audit_seq": self.seq,
                "hash": self.hash.hex(),
                "signature": self.signature.hex(),
                "key": seals.key_id(self.public_key),
                "public_key": self.public_key.hex(),
            }
        )

    @classmethod
    def read(cls, line: str) -> Self | None:
        """Return the anchor that a line tells, None when it is not what its key signed."""
        try:
            facts = json.loads(line)
            anchor = cls(
                seq=int(facts["audit_seq"]),
                hash=bytes.fromhex(facts["hash"]),
                signature=bytes.fromhex(facts["signature"]),
                public_key=bytes.fromhex(facts["public_key"]),
            )
        except (ValueError, KeyError, TypeError):
            return None
        return anchor if anchor.genuine else None


def place(data_dir: Path) -> Path:
    """Return where the house keeps the anchors of its audit log."""
    return anchor_file.place(data_dir, "audit")


def head(unit: Unit, key: SealKey, *, since: int = 0) -> AuditAnchor | None:
    """Return the anchor of the last row, or None when there is none above ``since``."""
    row = unit.maybe("select seq, hash from audit_head where seq > %(since)s", since=since)
    return None if row is None else AuditAnchor.sign(key, seq=row.seq, hash=bytes(row.hash))


def last_seq(file: Path) -> int:
    """Return the highest row that the file's end tells of, 0 when there is none."""
    return anchor_file.last_number(file, AuditAnchor.read)


def kept(file: Path) -> Iterator[tuple[int, AuditAnchor | None]]:
    """Return line number and anchor of each line; None where a line is not what its key signed."""
    return anchor_file.anchors(file, AuditAnchor.read)


def missed(unit: Unit, anchors: Iterable[AuditAnchor]) -> Iterator[tuple[AuditAnchor, bool]]:
    """Return each anchor that the log does not bear out, and whether it has such a row."""
    links = "select seq as number, hash from audit_log where seq = any(%(numbers)s)"
    return anchored.missed(unit, anchors, links=links)


def _signed(seq: int, hash: bytes) -> bytes:  # noqa: A002 - what it is
    return f"wekeza audit anchor {seq} {hash.hex()}".encode()
