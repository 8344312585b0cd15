"""The audit log: what staff did, what they saw of customers, and why. It cannot be rewritten.

A note is written as the last thing of its unit of work: everybody who notes something waits for one
row, the head of the chain, and while it is held nothing else may be waited for.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from core import pii
from core.access.audit_chain import BEFORE_THE_FIRST, COLUMNS, DETAILS, Link
from core.store.unit import Row, Unit, jsonb

LONGEST_PAGE = 200
Facts = Mapping[str, object]
_FILTERS = {
    "after": "seq < %(after)s",
    "actor": "actor_id = %(actor)s",
    "customer": "customer_id = %(customer)s",
    "action": "(action = %(action)s or starts_with(action, %(action)s || '.'))",
    "since": "at >= %(since)s",
    "subjects": """(subject_type, subject_id) in (
        select s ->> 0, s ->> 1 from jsonb_array_elements(%(subjects)s) s)""",
}


class Doer(Protocol):
    """Who does something: an `Actor`, or a customer."""

    @property
    def id(self) -> UUID | None:
        """The member of staff or the customer; None is the house itself."""

    @property
    def kind(self) -> Literal["staff", "customer", "system"]:
        """Which of them it is."""

    @property
    def role(self) -> str:
        """What they act as."""

    @property
    def ip(self) -> str:
        """Where their request came from; empty where nobody knows."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer who looks after their own safety."""

    id: UUID
    kind: Literal["customer"] = "customer"
    role: str = "customer"
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log, its details opened. ``actor_id`` is None for the house itself."""

    seq: int
    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    role: str
    action: str
    subject_type: str
    subject_id: str
    customer_id: UUID | None
    fields: tuple[str, ...]
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    ip: str
    correlation: str


def customer(unit: Unit, customer_id: UUID) -> Customer:  # noqa: ARG001 - as every word of the log
    """Return a customer as who does something."""
    return Customer(customer_id)


def note(
    unit: Unit,
    actor: Doer,
    action: str,
    *,
    subject: str,
    subject_id: UUID | str,
    customer: UUID | None = None,
    reason: str = "",
    fields: Sequence[str] = (),
    before: Facts | None = None,
    after: Facts | None = None,
) -> UUID:
    """Note that somebody did or saw something, and return the note's id.

    ``action`` is of dotted words (``case.taken``), ``subject`` the kind of thing it was done to,
    ``customer`` whose data it is about, ``fields`` which of it. ``before`` and ``after`` are what
    JSON has. Reason, before, after and where they were are sealed; what looks personal in the
    reason is masked before, for nobody can take it back. The note is written when the
    unit ends well; a savepoint that is undone takes it along.
    """
    note_id = unit.new_id()
    details = json.dumps(
        {
            "role": actor.role,
            "reason": pii.mask(reason),
            "before": dict(before or {}),
            "after": dict(after or {}),
            "ip": actor.ip,
        },
        separators=(",", ":"),
        ensure_ascii=False,
        default=str,
    ).encode()
    link = Link(
        seq=0,
        id=note_id,
        at=unit.now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject_type=subject,
        subject_id=str(subject_id),
        customer_id=customer,
        fields=tuple(fields),
        digest=unit.keys.audit.digest(str(note_id).encode() + b":" + details),
        correlation=unit.correlation,
        key_id=unit.keys.audit.id,
    )
    unit.last.append(lambda unit: _write(unit, link, details))
    return note_id


def _write(unit: Unit, link: Link, details: bytes) -> None:
    head = unit.one("select seq, hash from audit_head for update")
    previous = bytes(head.hash) if head.seq else BEFORE_THE_FIRST
    link = replace(link, seq=head.seq + 1)
    unit.run(
        f"""
        with moved as (
            update audit_head set seq = %(seq)s, hash = %(hash)s
        )
        insert into audit_log ({COLUMNS})
        values (%(seq)s, %(id)s, %(at)s, %(actor_kind)s, %(actor_id)s, %(action)s, %(subject_type)s,
            %(subject_id)s, %(customer_id)s, %(fields)s, %(details)s, %(digest)s, %(correlation)s,
            %(key_id)s, %(previous)s, %(hash)s)
        """,
        seq=link.seq,
        id=link.id,
        at=link.at,
        actor_kind=link.actor_kind,
        actor_id=link.actor_id,
        action=link.action,
        subject_type=link.subject_type,
        subject_id=link.subject_id,
        customer_id=link.customer_id,
        fields=list(link.fields),
        details=unit.keys.seal_bytes(details, field=DETAILS, row=link.id),
        digest=link.digest,
        correlation=link.correlation,
        key_id=link.key_id,
        previous=previous,
        hash=link.hash(unit.keys.audit, previous),
    )


def page(
    unit: Unit,
    by: Doer,
    *,
    after: int | None = None,
    limit: int = 50,
    actor: UUID | None = None,
    customer: UUID | None = None,
    action: str | None = None,
    since: datetime | None = None,
    subjects: Sequence[tuple[str, str]] | None = None,
) -> list[Entry]:
    """Return entries, newest first; ``after`` is the ``seq`` of the last one that was read.

    ``actor``, ``customer``, ``action`` (with its first words alone: ``case``), ``since`` and
    ``subjects`` (kinds and ids of what things were done to) narrow it down. That ``by`` looked is
    noted itself (``audit.seen``).
    """
    unit.finish()
    filters = {
        "after": after,
        "actor": actor,
        "customer": customer,
        "action": action,
        "since": since,
        "subjects": None if subjects is None else jsonb([list(one) for one in subjects]),
    }
    asked = {name: value for name, value in filters.items() if value is not None}
    # Only what is asked for stands in the statement, so that each has the plan of its index.
    where = "".join(f" and {_FILTERS[name]}" for name in asked)
    rows = unit.all(
        f"select {COLUMNS} from audit_log where true{where} order by seq desc limit %(limit)s",
        **asked,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    entries = [entry(unit, row) for row in rows]
    note(
        unit,
        by,
        "audit.seen",
        subject="audit_log",
        subject_id=f"{rows[-1].seq}-{rows[0].seq}" if rows else "none",
        customer=customer,
        after={**asked, "subjects": subjects} if subjects else asked,
    )
    return entries


def length(unit: Unit) -> int:
    """Return the number of the last row there is."""
    last: int = unit.value("select seq from audit_head")
    return last


def looks(unit: Unit, customer: UUID, *, limit: int = LONGEST_PAGE) -> list[Entry]:
    """Return who looked at a customer's data or did something about it, newest first.

    For the customer's own page, which notes that it was seen; `page` is for whoever reads the log.
    """
    unit.finish()
    rows = unit.all(
        f"select {COLUMNS} from audit_log where customer_id = %(customer)s"
        " and actor_kind = 'staff' order by seq desc limit %(limit)s",
        customer=customer,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [entry(unit, row) for row in rows]


def entry(unit: Unit, row: Row) -> Entry:
    """Return a row of the log opened."""
    told = unit.keys.open_json(bytes(row.details), field=DETAILS, row=row.id)
    return Entry(
        seq=row.seq,
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        role=told["role"],
        action=row.action,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        customer_id=row.customer_id,
        fields=tuple(row.fields),
        reason=told["reason"],
        before=told["before"],
        after=told["after"],
        ip=told["ip"],
        correlation=row.correlation,
    )
