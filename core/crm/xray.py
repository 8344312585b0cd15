"""What one message set in motion, read back from the tables by its correlation id. Read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.crm import customers
from core.money import Money
from core.store import contacts
from core.store.unit import Unit

# An effect's id is minted when it is read back, so a posting's may be older than its message.
LOOK_BACK = timedelta(minutes=20)
MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """How the inbox knows a message: its state, and how many further deliveries were ignored."""

    provider: str
    state: str
    duplicates: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One entry of the book. Amounts are signed, credit-positive; all of a group sum to zero."""

    transaction_id: UUID
    type: str
    owner: str
    account: str
    amount: Money
    balance_after: Money


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way out, with when it reached each rung; None where it has not yet."""

    channel: str
    address: str
    status: str
    attempts: int
    error: str
    queued_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """The line of the customer's record."""

    flow: str
    state: str
    intent: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Xray:
    """Everything that carries one correlation id."""

    heard: Heard | None
    postings: Sequence[Posting]
    deliveries: Sequence[Delivery]
    contacts: Sequence[Contact]

    @property
    def sums(self) -> dict[str, int]:
        """The sum of the postings per currency, in minor units; a sound book has only zeros."""
        totals: dict[str, int] = {}
        for posting in self.postings:
            currency = posting.amount.currency
            totals[currency] = totals.get(currency, 0) + posting.amount.minor
        return totals


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose phone can be put on the table."""

    name: str
    phone: str
    country: str
    language: str


def look(unit: Unit, correlation: str) -> Xray:
    """Return what carries a correlation id, as it stands now."""
    since = first_id(unit.now - LOOK_BACK)
    return Xray(
        heard=_heard(unit, correlation),
        postings=_postings(unit, correlation, since),
        deliveries=_deliveries(unit, correlation, since),
        contacts=_contacts(unit, correlation),
    )


def people(unit: Unit, *, most: int = 60) -> list[Person]:
    """Return customers with a phone, the oldest first."""
    rows = unit.all(
        """
        select id from customers where is_active and phone_index is not null
        order by created_at, id limit %(most)s
        """,
        most=most,
    )
    order = [row.id for row in rows]
    known = customers.people(unit, order)
    return [
        Person(one.name, one.phone or "", one.country, one.language)
        for one in (known[customer] for customer in order)
    ]


def first_id(moment: datetime) -> UUID:
    """Return the least UUID version 7 of a moment: ids made later are greater."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _heard(unit: Unit, correlation: str) -> Heard | None:
    row = unit.maybe(
        """
        select provider, state, duplicates from inbox
        where correlation = %(correlation)s::uuid order by received_at limit 1
        """,
        correlation=correlation,
    )
    return Heard(row.provider, row.state, row.duplicates) if row else None


def _postings(unit: Unit, correlation: str, since: UUID) -> list[Posting]:
    # The range on the primary key keeps this from reading the whole book.
    rows = unit.all(
        """
        select t.transaction_id, t.type, a.currency, a.kind, a.account_no, e.amount,
               e.balance_after, a.owner
        from transactions t
        join ledger_entries e using (transaction_id)
        join ledger_accounts a on a.account_id = e.account_id
        where t.transaction_id >= %(since)s and t.correlation = %(correlation)s
        order by t.transaction_id, e.leg, e.amount limit %(most)s
        """,
        since=since,
        correlation=correlation,
        most=MOST_ROWS,
    )
    owners = customers.people(unit, [row.owner for row in rows if row.owner is not None])
    return [
        Posting(
            transaction_id=row.transaction_id,
            type=row.type,
            owner=owners[row.owner].name if row.owner in owners else row.kind,
            account=row.account_no or row.kind,
            amount=Money(row.amount, row.currency),
            balance_after=Money(row.balance_after, row.currency),
        )
        for row in rows
    ]


def _deliveries(unit: Unit, correlation: str, since: UUID) -> list[Delivery]:
    rows = unit.all(
        """
        select m.channel, p.token, p.sealed, m.status, m.error_code, m.created_at, m.sent_at,
               m.delivered_at, m.read_at, coalesce(o.attempts, 0) as attempts, o.error
        from messages m join contact_points p on p.token = m.address
        left join outbox o on o.message_id = m.id
        where m.id >= %(since)s and m.correlation = %(correlation)s::uuid and not m.is_inbound
          and m.channel <> 'ussd'
        order by m.id limit %(most)s
        """,
        since=since,
        correlation=correlation,
        most=MOST_ROWS,
    )
    return [
        Delivery(
            channel=row.channel,
            address=contacts.opened(unit.keys, row.token, row.sealed),
            status=row.status,
            attempts=row.attempts,
            error=row.error_code or row.error or "",
            queued_at=row.created_at,
            sent_at=row.sent_at,
            delivered_at=row.delivered_at,
            read_at=row.read_at,
        )
        for row in rows
    ]


def _contacts(unit: Unit, correlation: str) -> list[Contact]:
    rows = unit.all(
        """
        select i.flow, i.state, i.intent, i.outcome
        from inbox b join interactions i using (conversation_id)
        where b.correlation = %(correlation)s::uuid and i.correlation = b.correlation
        order by i.date desc limit %(most)s
        """,
        correlation=correlation,
        most=MOST_ROWS,
    )
    return [Contact(row.flow or "", row.state or "", row.intent or "", row.outcome) for row in rows]
