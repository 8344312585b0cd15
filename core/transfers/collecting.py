"""Collecting money that waits: who has joined with the number gets it, as much as they may hold.

What their tier does not let them hold yet waits on and is tried again, until its time is over. One
transaction captures the hold and pays the recipient.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from core.crm import alert_choices
from core.crm.customers import lock, people
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.store import contacts
from core.store.crashpoints import reached
from core.store.outbox import Notice, queue_notices
from core.store.unit import Row, Unit
from core.transfers.waiting import SEALED
from core.wallets import wallets

MOST_AT_ONCE = 20
"""What one transaction collects: every account it touches is locked for as long as it takes."""
TRIED_AGAIN_AFTER = timedelta(minutes=5)
"""When what could not be taken is tried again; at once where the customer's row has changed."""


@dataclass(frozen=True, slots=True)
class Entitled:
    """A customer with a number for which money waits."""

    customer: UUID
    contact: str
    """The token of the number."""


def collect_all(unit: Unit, customer: UUID, phone: str) -> int:
    """Give a customer what waits for their number (E.164); return how many payments that were."""
    return collect(unit, Entitled(customer, contacts.token(unit, phone)))


def entitled(unit: Unit, *, most: int) -> list[Entitled]:
    """Return customers for whose numbers money waits that should be tried now, a bounded number."""
    rows = unit.all(
        """
        select distinct c.id, w.contact
        from waiting_transfers w join customers c on c.phone_index = w.contact and c.is_active
        where w.status = 'waiting' and w.expires_at > %(now)s and w.payer <> c.id
            and (w.tried_at is null or w.tried_at <= %(since)s or c.updated_at > w.tried_at)
        limit %(most)s
        """,
        most=most,
        since=unit.now - TRIED_AGAIN_AFTER,
        now=unit.now,
    )
    return [Entitled(row.id, row.contact) for row in rows]


def collect(unit: Unit, who: Entitled) -> int:
    """Give a customer what waits for a number of theirs, the oldest first; tell them and payers.

    What somebody else is at this moment ending is passed over.
    """
    # Before any account, as whatever changes a customer does.
    lock(unit, who.customer)
    rows = unit.all(
        """
        select id, payer, wallet_id, amount, currency, reference, channel, note
        from waiting_transfers
        where contact = %(contact)s and status = 'waiting' and expires_at > %(now)s
            and payer <> %(customer)s
        order by tried_at nulls first, id limit %(most)s for no key update skip locked
        """,
        contact=who.contact,
        customer=who.customer,
        most=MOST_AT_ONCE,
        now=unit.now,
    )
    if not rows:
        return 0
    own = [one.id for one in wallets.own_wallets(unit, who.customer)]
    book.lock_holds(unit, [row.id for row in rows], accounts=own)
    return sum(_try(unit, who.customer, row) for row in rows)


def put_off(unit: Unit, who: Entitled) -> None:
    """Try what waits for a customer's number again only after a while."""
    unit.run(
        """
        update waiting_transfers set tried_at = %(now)s
        where contact = %(contact)s and status = 'waiting'
        """,
        contact=who.contact,
        now=unit.now,
    )


def _try(unit: Unit, customer: UUID, row: Row) -> bool:
    """Pay one payment out, or leave it waiting where the customer's account does not take it."""
    try:
        with unit.savepoint():
            _pay(unit, customer, row)
    except Refusal:
        unit.run(
            "update waiting_transfers set tried_at = %(now)s where id = %(id)s",
            id=row.id,
            now=unit.now,
        )
        return False
    return True


def _pay(unit: Unit, customer: UUID, row: Row) -> None:
    """Capture the hold and pay the recipient, who gets a wallet in its currency if need be.

    :raises Refusal: whatever the ledger refuses, or opening a wallet does
    """
    amount, capture, claim = Money(row.amount, row.currency), unit.new_id(), unit.new_id()
    wallet = _wallet(unit, customer, row.currency)
    book.capture(unit, id=capture, hold=row.id, final=True)
    held = book.hold(unit, row.id)
    if held is None:
        raise LookupError("money that waits has its hold")
    book.post(
        unit,
        id=claim,
        type="claim",
        legs=[book.Leg(held.credit, wallet, amount)],
        wallet=wallet,
        reference=row.reference,
    )
    reached("waiting.paid")
    note = "" if row.note is None else unit.keys.open(row.note, field=SEALED, row=row.id)
    _record(unit, customer, row, wallet=wallet, capture=capture, claim=claim, note=note)
    met = people(unit, [customer, row.payer])
    joined, payer = met[customer].masked_name, met[row.payer].masked_name
    facts = {"amount": str(amount), "reference": row.reference}
    got = facts | {"name": payer, "balance": str(book.balance(unit, wallet).available)}
    told = Notice(customer, "money_received", got)
    if note:
        told = Notice(customer, "money_received_note", got | {"note": note})
    notices = [Notice(row.payer, "money_collected", facts | {"name": joined})]
    if alert_choices.wants_money_in(unit, customer, amount):
        notices.insert(0, told)
    queue_notices(unit, notices)


def _wallet(unit: Unit, customer: UUID, currency: str) -> UUID:
    """Return the wallet that takes a currency, opened where there is none."""
    for one in wallets.own_wallets(unit, customer):
        if one.currency == currency:
            return one.id
    return wallets.open_further(unit, customer, currency).id


def _record(
    unit: Unit, customer: UUID, row: Row, *, wallet: UUID, capture: UUID, claim: UUID, note: str
) -> None:
    """Write down that it was collected: as a transfer like any other, under the capture's id."""
    unit.run(
        """
        with ended as (
            update waiting_transfers set status = 'claimed', ended_at = %(now)s, payee = %(payee)s,
                capture_id = %(capture)s, claim_id = %(claim)s
            where id = %(id)s
        )
        insert into transfers (id, from_customer, to_customer, from_wallet, to_wallet, amount,
            currency, reference, channel, note, created_at)
        values (%(capture)s, %(payer)s, %(payee)s, %(from_wallet)s, %(to_wallet)s, %(amount)s,
            %(currency)s, %(reference)s, %(channel)s, %(note)s, %(now)s)
        """,
        id=row.id,
        payer=row.payer,
        payee=customer,
        from_wallet=row.wallet_id,
        to_wallet=wallet,
        amount=row.amount,
        currency=row.currency,
        reference=row.reference,
        channel=row.channel,
        note=unit.keys.seal(note, field="transfers.note", row=capture) if note else None,
        capture=capture,
        claim=claim,
        now=unit.now,
    )
