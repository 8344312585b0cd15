"""The form of the audit log's rows: what of them is hashed, and how one follows the other."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from core.store.audit_key import AuditKey
from core.store.unit import Row

BEFORE_THE_FIRST = bytes(32)
"""What the first row names as the hash before it."""
DETAILS = "audit_log.details"
COLUMNS = (
    "seq, id, at, actor_kind, actor_id, action, subject_type, subject_id, customer_id, fields,"
    " details, digest, correlation, key_id, previous, hash"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A row of the log but for its sealed details, of which ``digest`` tells, and its hashes."""

    seq: int
    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    action: str
    subject_type: str
    subject_id: str
    customer_id: UUID | None
    fields: tuple[str, ...]
    digest: bytes
    correlation: str
    key_id: str

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return what a row of ``audit_log`` says."""
        return cls(
            seq=row.seq,
            id=row.id,
            at=row.at,
            actor_kind=row.actor_kind,
            actor_id=row.actor_id,
            action=row.action,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            customer_id=row.customer_id,
            fields=tuple(row.fields),
            digest=bytes(row.digest),
            correlation=row.correlation,
            key_id=row.key_id,
        )

    def hash(self, key: AuditKey, previous: bytes) -> bytes:
        """Return the hash of this row when it follows the row with the hash ``previous``."""
        return key.chain(previous, self._canonical)

    @property
    def _canonical(self) -> bytes:
        """The bytes that are hashed: one line of JSON, its keys sorted."""
        facts = {
            "seq": self.seq,
            "id": str(self.id),
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_kind": self.actor_kind,
            "actor_id": _text(self.actor_id),
            "action": self.action,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "customer_id": _text(self.customer_id),
            "fields": self.fields,
            "digest": self.digest.hex(),
            "correlation": self.correlation,
            "key_id": self.key_id,
        }
        return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
