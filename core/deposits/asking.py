"""Asking to be paid in: a customer says how much, and a partner is asked to collect it.

What comes of it is heard in ``outcomes``; what really came is taken in by ``incoming``.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid5

from core.deposits import ways
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.partners import orders
from core.store import contacts
from core.store.crashpoints import reached
from core.store.unit import Row, Unit
from core.transfers.send import reference_of

RECENT, MOST_RECENT = timedelta(minutes=10), 3
"""So many prompts a customer may cause, and so many a phone may get: nobody is pestered."""
COLUMNS = """id, customer_id, wallet_id, way, partner, order_id, amount, currency, reference,
    channel, status, created_at"""


class TooManyPrompts(Refusal):
    """So many deposits were asked for just now that no more are. Fact: ``minutes``."""

    code = "too_many_prompts"


class NoMobileMoney(Refusal):
    """No mobile money of that country brings money here. Fact: ``country``."""

    code = "no_mobile_money"


class OverCeiling(Refusal):
    """The customer may not hold that much. Fact: ``limit``."""

    code = "over_ceiling"


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit that was asked for."""

    id: UUID
    customer: UUID
    wallet: UUID
    way: Literal["mobile", "card"]
    partner: str
    order: UUID
    amount: Money
    """Asked for; what came may be another."""
    reference: str
    channel: str
    status: Literal["asked", "paid", "failed"]


def ask(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    customer: UUID,
    wallet: UUID,
    country: str,
    amount: Money,
    channel: str,
    phone: str | None = None,
) -> Deposit:
    """Ask for an amount to be paid into a wallet, once however often the id is presented.

    With a ``phone`` (E.164) its owner is prompted; without one a page for a card is made, and the
    customer is told where it is. The wallet holds the amount's currency.

    :raises NoMobileMoney: if nobody brings mobile money from that country
    :raises DepositTooSmall: if it is less than the partner takes
    :raises DepositTooLarge: if it is more
    :raises WholeAmount: if mobile money would take a part of a main unit
    :raises OverCeiling: if the customer may not hold that much
    :raises TooManyPrompts: if three were asked for in ten minutes, by them or of that phone
    """
    again = find(unit, id)
    if again is not None:
        if again.customer != customer:
            raise LookupError("an effect is one customer's")
        return again
    way: Literal["mobile", "card"] = "card" if phone is None else "mobile"
    if way == "mobile" and country not in ways.MOBILE:
        raise NoMobileMoney(country=country)
    require_possible(unit, wallet=wallet, amount=amount, country=country, way=way)
    contact = None if phone is None else contacts.keep(unit, phone)
    _require_patience(unit, customer, contact)
    partner = "cards" if phone is None else ways.MOBILE[country].partner
    reference = reference_of(id)
    body = {"amount": str(amount), "reference": reference, "country": country}
    order = orders.owe(
        unit,
        partner=partner,
        action="collect",
        subject="deposit",
        subject_id=id,
        body=body if phone is None else body | {"phone": phone},
        order_id=uuid5(id, "collect"),
    )
    reached("deposit.owed")
    unit.run(
        """
        insert into deposits (id, customer_id, wallet_id, way, partner, order_id, amount, currency,
            contact, reference, channel, created_at)
        values (%(id)s, %(customer)s, %(wallet)s, %(way)s, %(partner)s, %(order)s, %(amount)s,
            %(currency)s, %(contact)s, %(reference)s, %(channel)s, %(now)s)
        """,
        id=id,
        customer=customer,
        wallet=wallet,
        way=way,
        partner=partner,
        order=order,
        amount=amount.minor,
        currency=amount.currency,
        contact=contact,
        reference=reference,
        channel=channel,
        now=unit.now,
    )
    return Deposit(id, customer, wallet, way, partner, order, amount, reference, channel, "asked")


def require_possible(
    unit: Unit, *, wallet: UUID, amount: Money, country: str, way: Literal["mobile", "card"]
) -> None:
    """Refuse an amount early that could not come into a wallet now; raises what `ask` does."""
    ways.require_fit(amount, country=country, way=way)
    kind = ways.NOSTROS[way]
    nostro = book.system_account(unit, kind, amount.currency)
    try:
        book.look(unit, debit=nostro, credit=wallet, amount=amount, type="deposit")
    except book.BalanceCeiling as refused:
        raise OverCeiling(**refused.facts) from None


def find(unit: Unit, deposit: UUID) -> Deposit | None:
    """Return a deposit by its id."""
    row = unit.maybe(f"select {COLUMNS} from deposits where id = %(id)s", id=deposit)
    return None if row is None else _deposit(row)


def locked(
    unit: Unit,
    *,
    deposit: UUID | None = None,
    order: UUID | None = None,
    reference: str = "",
) -> Deposit | None:
    """Return a deposit by its id, its order or its reference, and lock it until the unit ends."""
    row = unit.maybe(
        f"""
        select {COLUMNS} from deposits
        where id = %(deposit)s or order_id = %(order)s or reference = %(reference)s
        for no key update
        """,
        deposit=deposit,
        order=order,
        reference=reference,
    )
    return None if row is None else _deposit(row)


def end(unit: Unit, deposit: Deposit, *, status: Literal["paid", "failed"], code: str = "") -> bool:
    """Write down how a deposit ended; return whether that is news. What is paid stays paid."""
    changed = unit.run(
        """
        update deposits set status = %(status)s, code = nullif(%(code)s, ''), ended_at = %(now)s
        where id = %(id)s and status <> 'paid' and status <> %(status)s
        """,
        id=deposit.id,
        status=status,
        code=code,
        now=unit.now,
    )
    return changed > 0


def _require_patience(unit: Unit, customer: UUID, contact: str | None) -> None:
    """Judge how many were asked for lately; two turns of one customer at once count one by one."""
    unit.run(
        "select pg_advisory_xact_lock(hashtextextended('deposit:' || %(whose)s, 0))",
        whose=str(customer),
    )
    count: int = unit.value(
        """
        select greatest(count(*) filter (where customer_id = %(customer)s),
            count(*) filter (where contact = %(contact)s))
        from deposits where created_at > %(since)s
            and (customer_id = %(customer)s or contact = %(contact)s)
        """,
        customer=customer,
        contact=contact,
        since=unit.now - RECENT,
    )
    if count >= MOST_RECENT:
        raise TooManyPrompts(minutes=str(int(RECENT.total_seconds()) // 60))


def _deposit(row: Row) -> Deposit:
    return Deposit(
        id=row.id,
        customer=row.customer_id,
        wallet=row.wallet_id,
        way=row.way,
        partner=row.partner,
        order=row.order_id,
        amount=Money(row.amount, row.currency),
        reference=row.reference,
        channel=row.channel,
        status=row.status,
    )
