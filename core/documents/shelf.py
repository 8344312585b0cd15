"""The documents that were asked for: made once each, opened by their links, gone after a month."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from core.access import audit
from core.documents.orders import NAME, Carrier
from core.store.unit import Row, Unit

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
"""How long making one may take before it is tried again; twice as long each time, up to an hour."""
MOST_DUE = 100
Kind = Literal["statement", "receipt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A document to be made, and what it is to tell. Both days belong to it."""

    id: UUID
    number: str
    kind: Kind
    customer: UUID
    wallet: UUID
    payment: UUID | None
    """The transaction a receipt is of; None for a statement."""
    since: date
    until: date
    language: str
    carrier: Carrier
    address: str | None
    """The token of the WhatsApp address it goes to; None by mail."""
    asked_at: datetime
    told: bool
    """Whether its customer was told that it comes late."""


@dataclass(frozen=True, slots=True)
class File:
    """A document that is there: what it is called, and for whom it was made."""

    id: UUID
    customer: UUID
    name: str = field(repr=False)


def due(unit: Unit) -> list[UUID]:
    """Return the documents that should be made now."""
    rows = unit.all(
        """
        select id from documents
        where status = 'wanted' and due_at <= %(now)s and expires_at > %(now)s
        order by due_at limit %(most)s
        """,
        now=unit.now,
        most=MOST_DUE,
    )
    return [row.id for row in rows]


def claim(unit: Unit, document: UUID) -> Wanted | None:
    """Take a document in hand, so that nobody else makes it for a while; None if it is not due."""
    row = unit.maybe(
        """
        update documents set attempts = attempts + 1,
            due_at = %(now)s + least(%(longest)s, %(first)s * power(2, least(attempts, 12)))
        where id = %(id)s and status = 'wanted' and due_at <= %(now)s and expires_at > %(now)s
        returning id, number, kind, customer_id as customer, wallet_id as wallet,
            payment_id as payment, since, until, language, carrier, address,
            created_at as asked_at, told_at is not null as told
        """,
        id=document,
        first=FIRST_WAIT,
        longest=LONGEST_WAIT,
        now=unit.now,
    )
    return None if row is None else Wanted(**row._asdict())


def made(unit: Unit, document: UUID, *, content_mac: str, size: int) -> bool:
    """Note that a document's file is there; False if nobody wants it any more."""
    changed = unit.run(
        """
        update documents set status = 'made', content_mac = %(mac)s, bytes = %(size)s,
            made_at = %(now)s
        where id = %(id)s and status = 'wanted' and expires_at > %(now)s
        """,
        id=document,
        mac=content_mac,
        size=size,
        now=unit.now,
    )
    return changed == 1


def tell_late(unit: Unit, document: UUID) -> bool:
    """Note that its customer is told that it comes late; False if they were told before."""
    changed = unit.run(
        """
        update documents set told_at = %(now)s
        where id = %(id)s and status = 'wanted' and told_at is null
        """,
        id=document,
        now=unit.now,
    )
    return changed == 1


def find(unit: Unit, document: UUID) -> File | None:
    """Return a document whose file is there, or None."""
    row = unit.maybe(
        """
        select id, customer_id, name from documents
        where id = %(id)s and status = 'made' and expires_at > %(now)s
        """,
        id=document,
        now=unit.now,
    )
    return None if row is None else _file(unit, row)


def open_by_link(unit: Unit, document: UUID) -> File | None:
    """Return a document to whoever has its link, or None. The first time, the audit log says so."""
    found = find(unit, document)
    if found is None:
        return None
    first = unit.run(
        "update documents set opened_at = %(now)s where id = %(id)s and opened_at is null",
        id=document,
        now=unit.now,
    )
    if first:
        audit.note(
            unit,
            audit.customer(unit, found.customer),
            "document.opened",
            subject="document",
            subject_id=document,
            customer=found.customer,
            fields=("movements",),
        )
    return found


def expired(unit: Unit) -> list[UUID]:
    """Return documents whose time is over and whose files may still be there."""
    rows = unit.all(
        """
        select id from documents where status <> 'gone' and expires_at <= %(now)s
        order by expires_at limit %(most)s
        """,
        now=unit.now,
        most=MOST_DUE,
    )
    return [row.id for row in rows]


def gone(unit: Unit, document: UUID) -> None:
    """Note that a document's file was deleted; that there was one is all that stays."""
    unit.run(
        """
        update documents set status = 'gone', name = null, content_mac = null
        where id = %(id)s and status <> 'gone'
        """,
        id=document,
    )


def _file(unit: Unit, row: Row) -> File:
    return File(
        id=row.id,
        customer=row.customer_id,
        name=unit.keys.open(bytes(row.name), field=NAME, row=row.id),
    )
