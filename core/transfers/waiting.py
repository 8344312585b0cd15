"""Money for a number that is nobody's here yet: it waits, on hold, until they join and collect it.

While it waits it is the payer's: in their wallet, set aside, and counted against their limits once.
It is a hold rather than a payment to an account of the bank's because the ledger itself then gives
it back when its time is over, whether or not anything of ours still runs. How it ends:
``collecting`` and ``waiting_endings``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from core.crm.customers import people
from core.errors import Refusal
from core.kyc.countries import SERVED
from core.ledger import book
from core.money import Money
from core.phone import country_of, mask
from core.store import contacts
from core.store.crashpoints import reached
from core.store.outbox import queue_notice
from core.store.unit import Row, Unit
from core.store.words import sealed_payload
from core.transfers import notes
from core.transfers.send import reference_of

WAITS = timedelta(hours=72)
MOST_WAITING = 9
"""How many payments of one customer may wait at once; they fit one list."""
MOST_INVITATIONS = 3
"""A day, to one number, whoever pays."""
MOST_INVITED = 20
"""Invitations a day by one payer, whomever: sending and taking back in turns makes no spam."""
SEALED = "waiting_transfers.note"


class TooManyWaiting(Refusal):
    """As many of the customer's payments wait as may. Fact: ``most``."""

    code = "too_many_waiting"


class NumberNotServed(Refusal):
    """The bank is not in that number's country: nobody could collect the money there."""

    code = "number_not_served"


class UnknownWaiting(Refusal):
    """The customer has no such payment that still waits."""

    code = "unknown_waiting"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment that waits. ``phone`` is masked."""

    id: UUID
    phone: str
    amount: Money
    reference: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SentWaiting:
    """What the payer may be told of money that waits now."""

    reference: str
    balance: Money
    """What the payer may still spend from that wallet."""
    expires_at: datetime


def stands_for(unit: Unit, phone: str) -> UUID:
    """Return the id that stands for a number (E.164) nobody has, where a payee's is asked for."""
    return uuid5(NAMESPACE_OID, contacts.token(unit, phone))


def stands_in(unit: Unit, payment: UUID, currency: str) -> UUID:
    """Return the account that the hold of a payment that waits leads to."""
    return book.system_account(unit, "unclaimed", currency, spread_by=payment)


def require_served(phone: str) -> None:
    """Let numbers (E.164) pass whose owners could join.

    :raises NumberNotServed: if the bank is not in their country
    """
    if country_of(phone, "") not in SERVED:
        raise NumberNotServed


def send_waiting(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    payer: UUID,
    wallet: UUID,
    phone: str,
    amount: Money,
    channel: str,
    note: str = "",
) -> SentWaiting:
    """Set money aside for whoever joins with this number (E.164), and invite them by SMS.

    The number is one that ``require_served`` lets pass. The same id does so once, however often it
    is presented. After USSD the payer is told by SMS too.

    :raises TooManyWaiting: if nine payments of the payer's wait already
    :raises InsufficientFunds: if the payer does not hold that much
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises AccountFrozen: if the wallet may not give
    :raises NoRate: if the payment cannot be valued in the payer's home currency
    :raises IdReused: if the id was presented before for something else
    """
    again = unit.maybe(
        "select payer, reference, expires_at from waiting_transfers where id = %(id)s", id=id
    )
    if again is not None:
        if again.payer != payer:
            raise LookupError("an effect is one customer's")
        left = book.balance(unit, wallet).available
        return SentWaiting(again.reference, left, again.expires_at)
    reference, said, until = reference_of(id), notes.clean(note), unit.now + WAITS
    contact = contacts.keep(unit, phone)
    leg = book.Leg(wallet, stands_in(unit, id, amount.currency), amount)
    book.authorise(
        unit,
        id=id,
        type="transfer",
        leg=leg,
        wallet=wallet,
        expires_at=until,
        note=unit.keys.token(said, kind="note") if said else "",
        reference=reference,
    )
    reached("waiting.held")
    unit.run(
        """
        insert into waiting_transfers (id, payer, wallet_id, contact, amount, currency, reference,
            channel, note, created_at, expires_at)
        values (%(id)s, %(payer)s, %(wallet)s, %(contact)s, %(amount)s, %(currency)s,
            %(reference)s, %(channel)s, %(note)s, %(now)s, %(until)s)
        """,
        id=id,
        payer=payer,
        wallet=wallet,
        contact=contact,
        amount=amount.minor,
        currency=amount.currency,
        reference=reference,
        channel=channel,
        note=unit.keys.seal(said, field=SEALED, row=id) if said else None,
        until=until,
        now=unit.now,
    )
    _require_room(unit, payer)
    sent = SentWaiting(reference, book.balance(unit, wallet).available, until)
    if channel == "ussd":
        tell(unit, payer, phone=phone, amount=amount, sent=sent, channel="sms")
    _invite(unit, id, payer=payer, phone=phone, amount=amount, until=until)
    reached("waiting.invited")
    return sent


def tell(
    unit: Unit,
    payer: UUID,
    *,
    phone: str,
    amount: Money,
    sent: SentWaiting,
    channel: str | None = None,
) -> None:
    """Tell the payer that their money waits, where they read it or by a channel."""
    facts = {"amount": str(amount), "phone": mask(phone), "reference": sent.reference}
    queue_notice(
        unit,
        customer_id=payer,
        alert="money_waits",
        facts=facts | {"balance": str(sent.balance)},
        channel=channel,
    )


def waiting_of(unit: Unit, payer: UUID) -> list[Waiting]:
    """Return a customer's payments that still wait, the newest first."""
    return _told(
        unit,
        unit.all(
            """
            select id, contact, amount, currency, reference, expires_at from waiting_transfers
            where payer = %(payer)s and status = 'waiting' and expires_at > %(now)s
            order by created_at desc, id limit %(most)s
            """,
            payer=payer,
            most=MOST_WAITING,
            now=unit.now,
        ),
    )


def _require_room(unit: Unit, payer: UUID) -> None:
    """Judge how many wait, this one included; the payer's wallet is locked by its hold."""
    count: int = unit.value(
        "select count(*) from waiting_transfers where payer = %(payer)s and status = 'waiting'",
        payer=payer,
    )
    if count > MOST_WAITING:
        raise TooManyWaiting(most=str(MOST_WAITING))


def _invite(
    unit: Unit, waiting: UUID, *, payer: UUID, phone: str, amount: Money, until: datetime
) -> None:
    """Owe the number an invitation, unless it wants none or had enough: last, for what it locks."""
    country, message = country_of(phone, ""), unit.new_id()
    who = people(unit, [payer])[payer]
    facts = {"name": who.masked_name, "amount": str(amount)}
    sender: str | None = unit.value(
        """
        select owe_invitation(%(waiting)s, %(contact)s, %(country)s, %(language)s, %(message)s,
            %(payload)s, %(most)s, %(payer)s, %(payers_most)s, %(until)s, %(correlation)s, %(now)s)
        """,
        waiting=waiting,
        contact=contacts.token(unit, phone),
        country=country,
        language=SERVED[country].language,
        message=message,
        payload=sealed_payload(unit, {"alert": "invitation", "facts": facts}, message),
        most=MOST_INVITATIONS,
        payer=payer,
        payers_most=MOST_INVITED,
        until=until,
        correlation=unit.correlation,
        now=unit.now,
    )
    if sender is not None:
        unit.wakes.add(sender)


def _told(unit: Unit, rows: Sequence[Row]) -> list[Waiting]:
    known = contacts.reveal(unit, [row.contact for row in rows]) if rows else {}
    return [
        Waiting(
            id=row.id,
            phone=mask(known.get(row.contact, "")),
            amount=Money(row.amount, row.currency),
            reference=row.reference,
            expires_at=row.expires_at,
        )
        for row in rows
    ]
