"""Disputes as they stand in the books, and what happened with each; moved by `disputes` alone."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.cards.payments import CardPayment
from core.errors import Refusal
from core.money import Money
from core.store.unit import Row, Unit

Reason = Literal["fraud", "not_received", "duplicate", "wrong_amount", "cancelled"]
Status = Literal["opened", "credited", "represented", "won", "lost", "withdrawn"]
What = Literal["opened", "credited", "evidence", "represented", "won", "lost", "withdrawn"]
SEALED = "card_dispute_events.words"
ENDED = frozenset({"won", "lost", "withdrawn"})
MOST_LISTED = 100


class UnknownDispute(Refusal):
    """The customer has no such dispute."""

    code = "unknown_dispute"


class DisputeOver(Refusal):
    """The dispute has ended. Fact: ``status``."""

    code = "dispute_over"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A disputed card payment."""

    id: UUID
    reference: str
    payment: UUID
    card: UUID
    customer: UUID
    wallet: UUID
    case: UUID
    reason: Reason
    amount: Money
    status: Status
    credited: bool
    """The customer has the money for the time being, or for good."""
    bearer: str
    """Who bears a loss; empty for any other."""
    credit_due: datetime
    answer_due: datetime
    opened_at: datetime
    ended_at: datetime | None
    merchant: str
    last4: str

    def require_running(self) -> None:
        """Let pass what has not ended.

        :raises DisputeOver: if it has
        """
        if self.status in ENDED:
            raise DisputeOver(status=self.status)


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a dispute."""

    n: int
    what: What
    by: str
    words: str
    """In clear, for whoever may read it; empty once they are forgotten."""
    media: UUID | None
    at: datetime


def insert(
    unit: Unit,
    one: CardPayment,
    *,
    reference: str,
    case: UUID,
    reason: Reason,
    amount: Money,
    credit_due: datetime,
    answer_due: datetime,
    channel: str,
    words: str,
) -> Dispute:
    """Write down a dispute with what its customer said, and return it locked."""
    id_ = unit.new_id()
    unit.run(
        """
        insert into card_disputes (dispute_id, reference, card_tx_id, customer_id, wallet_id,
            case_id, reason, amount, currency, credit_due, answer_due, channel, opened_at)
        values (%(id)s, %(reference)s, %(payment)s, %(customer)s, %(wallet)s, %(case)s, %(reason)s,
            %(amount)s, %(currency)s, %(credit_due)s, %(answer_due)s, %(channel)s, %(now)s)
        """,
        id=id_,
        reference=reference,
        payment=one.id,
        customer=one.customer,
        wallet=one.wallet,
        case=case,
        reason=reason,
        amount=amount.minor,
        currency=amount.currency,
        credit_due=credit_due,
        answer_due=answer_due,
        channel=channel,
        now=unit.now,
    )
    _tell(unit, id_, "opened", by="customer", words=words)
    return lock(unit, id_)


def move(
    unit: Unit,
    dispute: Dispute,
    what: What,
    *,
    by: str,
    words: str = "",
    media: UUID | None = None,
    status: Status | None = None,
    credited: bool | None = None,
    answer_due: datetime | None = None,
    bearer: str | None = None,
) -> Dispute:
    """Move a locked dispute on, with an event, and return it as it stands then."""
    became = status or dispute.status
    after = replace(
        dispute,
        status=became,
        credited=dispute.credited if credited is None else credited,
        answer_due=answer_due or dispute.answer_due,
        bearer=bearer or dispute.bearer,
        ended_at=unit.now if became in ENDED else None,
    )
    unit.run(
        """
        update card_disputes set status = %(status)s, credited = %(credited)s,
            answer_due = %(answer_due)s, bearer = %(bearer)s, ended_at = %(ended_at)s
        where dispute_id = %(id)s
        """,
        id=dispute.id,
        status=after.status,
        credited=after.credited,
        answer_due=after.answer_due,
        bearer=after.bearer or None,
        ended_at=after.ended_at,
    )
    _tell(unit, dispute.id, what, by=by, words=words, media=media)
    return after


def put_off(unit: Unit, dispute: Dispute, *, until: datetime) -> Dispute:
    """Look at a dispute again then."""
    unit.run(
        """
        update card_disputes set
            credit_due = case when credited then credit_due else %(until)s end,
            answer_due = case when credited then %(until)s else answer_due end
        where dispute_id = %(id)s
        """,
        id=dispute.id,
        until=until,
    )
    return lock(unit, dispute.id)


def lock(unit: Unit, dispute_id: UUID) -> Dispute:
    """Return a dispute, so that nobody else moves it meanwhile.

    :raises UnknownDispute: if there is none of that id
    """
    row = unit.maybe(f"{_SELECT} where d.dispute_id = %(id)s for update of d", id=dispute_id)
    if row is None:
        raise UnknownDispute
    return _read(row)


def find(unit: Unit, customer: UUID, said: str) -> Dispute:
    """Return a dispute of a customer by its reference.

    :raises UnknownDispute: if they have none such
    """
    row = unit.maybe(
        f"{_SELECT} where d.customer_id = %(customer)s and d.reference = %(said)s",
        customer=customer,
        said=said.strip().upper(),
    )
    if row is None:
        raise UnknownDispute
    return _read(row)


def get(unit: Unit, dispute_id: UUID) -> Dispute:
    """Return a dispute, without a lock.

    :raises UnknownDispute: if there is none of that id
    """
    row = unit.maybe(f"{_SELECT} where d.dispute_id = %(id)s", id=dispute_id)
    if row is None:
        raise UnknownDispute
    return _read(row)


def of_customer(unit: Unit, customer: UUID) -> list[Dispute]:
    """Return a customer's disputes, the newest first."""
    rows = unit.all(
        f"{_SELECT} where d.customer_id = %(customer)s"
        " order by d.opened_at desc, d.dispute_id desc limit %(most)s",
        customer=customer,
        most=MOST_LISTED,
    )
    return [_read(row) for row in rows]


def listed(unit: Unit, *, running: bool, after: UUID | None, limit: int) -> list[Dispute]:
    """Return disputes that run, or all of them, newest first; ``after`` is the last of a page."""
    rows = unit.all(
        f"""{_SELECT}
        where (not %(running)s or d.ended_at is null)
            and (%(after)s::uuid is null or (d.opened_at, d.dispute_id) <
                (select p.opened_at, p.dispute_id from card_disputes p
                    where p.dispute_id = %(after)s))
        order by d.opened_at desc, d.dispute_id desc limit %(limit)s
        """,
        running=running,
        after=after,
        limit=max(1, min(limit, MOST_LISTED)),
    )
    return [_read(row) for row in rows]


def of_payment(unit: Unit, payment: UUID) -> str | None:
    """Return the reference of the dispute about a payment that was not withdrawn, or None."""
    found: str | None = unit.value(
        """
        select reference from card_disputes
        where card_tx_id = %(payment)s and status <> 'withdrawn'
        """,
        payment=payment,
    )
    return found


def due(unit: Unit) -> Dispute | None:
    """Return a dispute that something is due for, so that nobody else looks after it."""
    row = unit.maybe(
        f"""{_SELECT}
        where d.ended_at is null and ((not d.credited and d.credit_due <= %(now)s)
            or d.answer_due <= %(now)s)
        order by least(d.credit_due, d.answer_due) limit 1 for update of d skip locked
        """,
        now=unit.now,
    )
    return None if row is None else _read(row)


def events(unit: Unit, dispute: Dispute) -> list[Event]:
    """Return what happened with a dispute, in order. Whoever reads it notes that they do."""
    rows = unit.all(
        """
        select n, what, by, words, media_id, at from card_dispute_events
        where dispute_id = %(id)s order by n limit %(most)s
        """,
        id=dispute.id,
        most=MOST_LISTED,
    )
    return [
        Event(row.n, row.what, row.by, _opened(unit, dispute.id, row), row.media_id, row.at)
        for row in rows
    ]


def _opened(unit: Unit, dispute: UUID, row: Row) -> str:
    if row.words is None:
        return ""
    return unit.keys.open(bytes(row.words), field=SEALED, row=f"{dispute} {row.n}")


def _tell(
    unit: Unit, dispute: UUID, what: What, *, by: str, words: str, media: UUID | None = None
) -> None:
    n: int = unit.value(
        "select count(*) + 1 from card_dispute_events where dispute_id = %(id)s", id=dispute
    )
    unit.run(
        """
        insert into card_dispute_events (dispute_id, n, what, by, words, media_id, at)
        values (%(id)s, %(n)s, %(what)s, %(by)s, %(words)s, %(media)s, %(now)s)
        """,
        id=dispute,
        n=n,
        what=what,
        by=by,
        words=unit.keys.seal(words, field=SEALED, row=f"{dispute} {n}") if words else None,
        media=media,
        now=unit.now,
    )


_SELECT = """
    select d.dispute_id, d.reference, d.card_tx_id, d.customer_id, d.wallet_id, d.case_id, d.reason,
        d.amount, d.currency::text as currency, d.status, d.credited, d.bearer, d.credit_due,
        d.answer_due, d.opened_at, d.ended_at, t.card_id, t.merchant, c.last4
    from card_disputes d
    join card_transactions t on t.card_tx_id = d.card_tx_id
    join cards c on c.card_id = t.card_id"""


def _read(row: Row) -> Dispute:
    return Dispute(
        id=row.dispute_id,
        reference=row.reference,
        payment=row.card_tx_id,
        card=row.card_id,
        customer=row.customer_id,
        wallet=row.wallet_id,
        case=row.case_id,
        reason=row.reason,
        amount=Money(row.amount, row.currency),
        status=row.status,
        credited=row.credited,
        bearer=row.bearer or "",
        credit_due=row.credit_due,
        answer_due=row.answer_due,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        merchant=row.merchant,
        last4=row.last4,
    )
