"""Money between customers that a person looks at first: it stays the payer's, on hold, meanwhile.

The hold has an id that follows from the payment's, so that the payment itself, once it is released,
is made under its own as if now: once, whoever releases it however often. Refused, or not looked at
in time, the money is free again. Payer and payee hear nothing of why.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid5

from core.crm.customers import people
from core.ledger import book
from core.money import Money
from core.monitoring import reviews
from core.monitoring.payment import Kind
from core.store import contacts
from core.store.crashpoints import reached
from core.store.outbox import Notice, queue_notices
from core.store.unit import Row, Unit
from core.transfers import notes, request_endings, send, waiting
from core.transfers.send import PayerHasNoWallet, SentMoney, reference_of
from core.wallets import wallets

SEALED = "held_transfers.note"
HELD_FOR = timedelta(days=30)
"""How long the money stays set aside at most; every review is over before
(`reviews.REVIEWED_WITHIN`), so that it is free when its payer is told so, and no sooner."""
KINDS: frozenset[Kind] = frozenset({"transfer", "request"})
"""What is held here."""


class NotHeld(LookupError):
    """No such money is held any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A payment as it will be made once it is released: to a customer, or to a number (E.164)."""

    id: UUID
    payer: UUID
    amount: Money
    channel: str
    payee: UUID | None = None
    phone: str = ""
    request: UUID | None = None
    """The request that it answers."""
    note: str = ""

    @property
    def kind(self) -> Kind:
        """What it is judged as."""
        return "transfer" if self.request is None else "request"


def set_aside(unit: Unit, wanted: Wanted) -> SentMoney:
    """Set money aside and have a person look at its payment, once however often it is presented.

    :raises InsufficientFunds: if the payer does not hold that much
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises AccountFrozen: if the wallet may not give
    :raises PayerHasNoWallet: if the payer has no wallet in the currency
    """
    again = unit.maybe(
        "select payer, wallet_id from held_transfers where payment_id = %(id)s", id=wanted.id
    )
    if again is not None:
        if again.payer != wanted.payer:
            raise LookupError("an effect is one customer's")
        left = book.balance(unit, again.wallet_id).available
        return SentMoney(reference_of(wanted.id), left)
    wallet = _wallet(unit, wanted)
    _hold(unit, wanted, wallet)
    _write(unit, wanted, wallet)
    left = book.balance(unit, wallet).available
    reference = reference_of(wanted.id)
    if wanted.channel in ("ussd", "plan"):
        facts = {"amount": str(wanted.amount), "reference": reference}
        sms = "sms" if wanted.channel == "ussd" else None
        queue_notices(unit, [Notice(wanted.payer, "payment_longer", facts, channel=sms)])
    return SentMoney(reference, left)


def set_aside_request(unit: Unit, wanted: Wanted, *, request: UUID) -> SentMoney:
    """Set the money of a request aside, as `set_aside` does; it stays open until it is paid.

    :raises UnknownRequest: if there is none
    :raises RequestClosed: if it has ended, or other money is set aside for it
    :raises Refusal: whatever `set_aside` may refuse
    """
    asked = request_endings.lock(unit, request)
    other: bool = unit.value(
        """
        select exists(select from held_transfers
            where request_id = %(request)s and status = 'held' and payment_id <> %(id)s)
        """,
        request=request,
        id=wanted.id,
    )
    if other or not asked.is_open:
        raise request_endings.RequestClosed(status="held" if other else asked.status)
    return set_aside(unit, replace(wanted, request=request))


def release(unit: Unit, payment: UUID) -> None:
    """Make a payment that was held, as if it were asked for now, and tell its payer.

    The caller has locked its review. What the ledger or the payee's side refuses leaves it held.

    :raises NotHeld: if it is not held any more
    :raises Refusal: whatever making the payment may refuse
    """
    row = _lock(unit, payment)
    book.lock_holds(unit, [row.hold_id], accounts=_touched(unit, row))
    book.void(unit, id=uuid5(row.hold_id, "void"), hold=row.hold_id)
    reached("held.let_go")
    _pay(unit, row)
    reached("held.paid")
    _end(unit, row, "paid")


def give_back(unit: Unit, payment: UUID) -> None:
    """Let go of money that was held and will not be paid, and tell its payer that it is free.

    :raises NotHeld: if it is not held any more
    """
    _return(unit, _lock(unit, payment))


def expire(unit: Unit, *, most: int) -> int:
    """Let go of what nobody looked at in time; return how many payments that were."""
    rows = unit.all(
        """
        select r.payment_id from payment_reviews r
        where r.status = 'open' and r.expires_at <= %(now)s and r.kind = any(%(kinds)s)
        order by r.expires_at, r.payment_id limit %(most)s for no key update skip locked
        """,
        now=unit.now,
        kinds=sorted(KINDS),
        most=most,
    )
    over = [_lock(unit, row.payment_id) for row in rows]
    # Every wallet at once: one after the other they would wait in a circle with somebody who pays.
    book.lock_holds(unit, [row.hold_id for row in over])
    for row in over:
        _return(unit, row)
        reviews.ended(unit, row.payment_id, "expired")
    return len(over)


def _wallet(unit: Unit, wanted: Wanted) -> UUID:
    try:
        return wallets.wallet_in(unit, wanted.payer, wanted.amount.currency)
    except LookupError:
        raise PayerHasNoWallet(f"the payer has no wallet in {wanted.amount.currency}") from None


def _hold(unit: Unit, wanted: Wanted, wallet: UUID) -> None:
    into = book.system_account(unit, "in_review", wanted.amount.currency, spread_by=wanted.id)
    said = notes.clean(wanted.note)
    book.authorise(
        unit,
        id=hold_of(wanted.id),
        type="transfer",
        leg=book.Leg(wallet, into, wanted.amount),
        wallet=wallet,
        expires_at=unit.now + HELD_FOR,
        note=unit.keys.token(said, kind="note") if said else "",
        reference=reference_of(wanted.id),
    )
    reached("held.set_aside")


def _write(unit: Unit, wanted: Wanted, wallet: UUID) -> None:
    said, reference = notes.clean(wanted.note), reference_of(wanted.id)
    reviews.open_review(
        unit,
        payment=wanted.id,
        kind=wanted.kind,
        customer=wanted.payer,
        amount=wanted.amount,
        reference=reference,
    )
    unit.run(
        """
        insert into held_transfers (payment_id, hold_id, payer, wallet_id, payee, contact,
            request_id, amount, currency, reference, channel, note, made_at)
        values (%(id)s, %(hold)s, %(payer)s, %(wallet)s, %(payee)s, %(contact)s, %(request)s,
            %(amount)s, %(currency)s, %(reference)s, %(channel)s, %(note)s, %(now)s)
        """,
        id=wanted.id,
        hold=hold_of(wanted.id),
        payer=wanted.payer,
        wallet=wallet,
        payee=None if wanted.phone else wanted.payee,
        contact=contacts.keep(unit, wanted.phone) if wanted.phone else None,
        request=wanted.request,
        amount=wanted.amount.minor,
        currency=wanted.amount.currency,
        reference=reference,
        channel=wanted.channel,
        note=unit.keys.seal(said, field=SEALED, row=wanted.id) if said else None,
        now=unit.now,
    )


def hold_of(payment: UUID) -> UUID:
    """Return the id of the hold that sets a payment's money aside while it is looked at."""
    return uuid5(payment, "review")


def _lock(unit: Unit, payment: UUID) -> Row:
    row = unit.maybe(
        """
        select payment_id, hold_id, payer, wallet_id, payee, contact, request_id, amount, currency,
            reference, channel, note
        from held_transfers where payment_id = %(id)s and status = 'held' for no key update
        """,
        id=payment,
    )
    if row is None:
        raise NotHeld
    if row.request_id is not None:
        request_endings.lock(unit, row.request_id)
    return row


def _touched(unit: Unit, row: Row) -> list[UUID]:
    """Return every account that a release touches, to be locked in the ledger's order."""
    if row.payee is None:
        return [row.wallet_id, waiting.stands_in(unit, row.payment_id, row.currency)]
    try:
        return [row.wallet_id, wallets.wallet_in(unit, row.payee, row.currency)]
    except LookupError:
        return [row.wallet_id]  # the payee's has gone, and paying says so


def _return(unit: Unit, row: Row) -> None:
    book.let_go(unit, [row.hold_id])
    _end(unit, row, "returned")
    facts = {"amount": str(_amount(row)), "reference": row.reference}
    queue_notices(unit, [Notice(row.payer, "payment_not_made", facts)])
    reached("held.returned")


def _pay(unit: Unit, row: Row) -> None:
    note = "" if row.note is None else unit.keys.open(row.note, field=SEALED, row=row.payment_id)
    if row.contact is not None:
        _to_number(unit, row, note)
    elif row.request_id is not None:
        sent = request_endings.pay(
            unit,
            row.request_id,
            id=row.payment_id,
            payer=row.payer,
            agreed=(row.payee, _amount(row)),
            channel=row.channel,
        )
        _tell(unit, row, sent)
    else:
        sent = send.send_money(
            unit,
            id=row.payment_id,
            payer=row.payer,
            payee=row.payee,
            amount=_amount(row),
            channel=row.channel,
            note=note,
        )
        _tell(unit, row, sent)


def _to_number(unit: Unit, row: Row, note: str) -> None:
    known = contacts.reveal(unit, [row.contact])
    sent = waiting.send_waiting(
        unit,
        id=row.payment_id,
        payer=row.payer,
        wallet=row.wallet_id,
        phone=known[row.contact],
        amount=_amount(row),
        channel=row.channel,
        note=note,
    )
    if row.channel != "ussd":
        waiting.tell(unit, row.payer, phone=known[row.contact], amount=_amount(row), sent=sent)


def _tell(unit: Unit, row: Row, sent: SentMoney) -> None:
    """Tell the payer that it was sent; after USSD sending tells it by itself."""
    if row.channel == "ussd":
        return
    payee = people(unit, [row.payee])[row.payee]
    facts = {
        "amount": str(_amount(row)),
        "name": payee.masked_name,
        "reference": sent.reference,
        "balance": str(sent.balance),
    }
    queue_notices(unit, [Notice(row.payer, "money_sent", facts)])


def _end(unit: Unit, row: Row, status: str) -> None:
    unit.run(
        """
        update held_transfers set status = %(status)s, ended_at = %(now)s
        where payment_id = %(id)s
        """,
        id=row.payment_id,
        status=status,
        now=unit.now,
    )


def _amount(row: Row) -> Money:
    return Money(row.amount, row.currency)
