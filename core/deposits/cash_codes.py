"""Codes for cash: a customer sets money aside, and whoever shows the code to an agent is paid it.

The six digits are never stored: they are derived from the row's id as those of one-time codes are
(`core.access.codes`), good for half an hour and three tries, whichever agents they are tried at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import NAMESPACE_OID, UUID, uuid5

from core.access import codes
from core.crm import customers
from core.errors import Refusal
from core.fees import held, schedule
from core.ledger import book
from core.money import Money
from core.store import contacts
from core.store.crashpoints import reached
from core.store.outbox import CASH_CODE, Notice, queue_notice, queue_notices
from core.store.unit import Row, Unit
from core.transfers.send import reference_of

GOOD_FOR = timedelta(minutes=30)
STANDS_FOR = uuid5(NAMESPACE_OID, "cash at an agent")
"""Who is paid, where a payment is judged by its payee: whichever agent the code is shown to."""
PURPOSE: Literal["cash_out"] = "cash_out"
COLUMNS = """id, customer_id, wallet_id, amount, fee, currency, country, reference, status,
    expires_at"""


class CashCodeOpen(Refusal):
    """The customer has a code that still works. Facts: ``amount``, ``until``."""

    code = "cash_code_open"


class NoCashCode(Refusal):
    """No code waits for cash under that number."""

    code = "no_cash_code"


@dataclass(frozen=True, slots=True)
class CashCode:
    """Cash that was set aside. ``until`` is when its code ends."""

    id: UUID
    customer: UUID
    wallet: UUID
    amount: Money
    fee: Money
    reference: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """What the customer may be told of a code that was made; its digits come by SMS."""

    reference: str
    amount: Money
    fee: Money
    until: datetime
    balance: Money
    """What may still be spent from the wallet."""


def fee_of(unit: Unit, amount: Money, *, country: str) -> Money:
    """Return what taking cash from an agent costs.

    :raises NoTariff: if the bank has no tariff for it there
    """
    return schedule.fee(unit, what="withdraw_agent", amount=amount, country=country)


def look(unit: Unit, *, customer: UUID, wallet: UUID, country: str, amount: Money) -> Money:
    """Return the fee of cash from an agent, or raise what `make` would answer now."""
    _require_none_open(unit, customer)
    fee = fee_of(unit, amount, country=country)
    passing = book.system_account(unit, "unclaimed", amount.currency)
    book.look(unit, debit=wallet, credit=passing, amount=amount + fee, type="cash_out")
    return fee


def make(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    customer: UUID,
    wallet: UUID,
    country: str,
    amount: Money,
    channel: str,
) -> Made:
    """Set an amount and its fee aside and send its owner the code, once however often it is asked.

    A customer has one code at a time: which of two was shown would be a guess.

    :raises CashCodeOpen: if an earlier one still works
    :raises NoTariff: if the bank has no tariff for it there
    :raises InsufficientFunds: if the wallet does not hold that much and the fee
    :raises LimitExceeded: if the customer's tier does not allow it
    :raises AccountFrozen: if the wallet may not give
    :raises NoRate: if it cannot be valued in the customer's home currency
    :raises IdReused: if the id was presented before for something else
    """
    again = unit.maybe(f"select {COLUMNS} from cash_codes where id = %(id)s", id=id)
    if again is not None:
        if again.customer_id != customer:
            raise LookupError("an effect is one customer's")
        return _made(unit, _code(again))
    customers.lock(unit, customer)
    _require_none_open(unit, customer)
    fee = fee_of(unit, amount, country=country)
    until, reference = unit.now + GOOD_FOR, reference_of(id)
    currency = amount.currency
    unclaimed = book.system_account(unit, "unclaimed", currency, spread_by=id)
    book.lock_holds(unit, [], accounts=[wallet, unclaimed, held.account(unit, id, fee)])
    book.authorise(
        unit,
        id=id,
        type="cash_out",
        leg=book.Leg(wallet, unclaimed, amount),
        wallet=wallet,
        expires_at=until,
        reference=reference,
    )
    held.hold(unit, id, wallet=wallet, fee=fee, reference=reference, expires_at=until)
    reached("cash_code.held")
    unit.run(
        """
        insert into cash_codes (id, customer_id, wallet_id, amount, fee, currency, country,
            reference, channel, created_at, expires_at)
        values (%(id)s, %(customer)s, %(wallet)s, %(amount)s, %(fee)s, %(currency)s, %(country)s,
            %(reference)s, %(channel)s, %(now)s, %(until)s)
        """,
        id=id,
        customer=customer,
        wallet=wallet,
        amount=amount.minor,
        fee=fee.minor,
        currency=currency,
        country=country,
        reference=reference,
        channel=channel,
        now=unit.now,
        until=until,
    )
    # To the phone the bank knows, whatever they write from: whoever holds it takes the cash.
    queue_notice(
        unit,
        customer_id=customer,
        alert=CASH_CODE,
        facts={"code_id": str(id), "amount": str(amount)},
        channel="sms",
    )
    return _made(unit, CashCode(id, customer, wallet, amount, fee, reference, until))


def present(unit: Unit, *, customer: UUID, channel: str, address: str) -> CashCode:
    """Find the code that waits for a customer's cash, and have it looked for at an agent's address.

    Tries count wherever they are made.

    :raises NoCashCode: if none waits
    """
    row = unit.maybe(
        f"""
        select {COLUMNS} from cash_codes
        where customer_id = %(customer)s and status = 'open' and expires_at > %(now)s
        """,
        customer=customer,
        now=unit.now,
    )
    if row is None:
        raise NoCashCode
    unit.run(
        """
        insert into one_time_codes as o (id, customer_id, purpose, channel, address, created_at,
            expires_at)
        values (%(id)s, %(customer)s, %(purpose)s, %(channel)s, %(here)s, %(now)s, %(until)s)
        on conflict (id) do update set channel = excluded.channel, address = excluded.address,
            created_at = excluded.created_at
        """,
        id=row.id,
        customer=customer,
        purpose=PURPOSE,
        channel=channel,
        here=contacts.token(unit, address),
        now=unit.now,
        until=row.expires_at,
    )
    return _code(row)


def shown(unit: Unit, code: UUID, *, channel: str, address: str) -> CashCode:
    """Return a code whose digits were entered right at this address, its row locked.

    :raises NoCashCode: if it was not, or cash was paid for it, or its time is over
    """
    row = unit.maybe(
        f"""
        select {COLUMNS} from cash_codes
        where id = %(id)s and status = 'open' and expires_at > %(now)s and exists (
            select from one_time_codes o where o.id = %(id)s and o.used_at is not null
                and o.channel = %(channel)s and o.address = %(here)s)
        for no key update
        """,
        id=code,
        channel=channel,
        here=contacts.token(unit, address),
        now=unit.now,
    )
    if row is None:
        raise NoCashCode
    return _code(row)


def end(unit: Unit, code: UUID, *, status: str, movement: UUID | None = None) -> None:
    """Write down how a code ended: ``paid``, ``cancelled``, ``spent`` or ``expired``."""
    unit.run(
        """
        update cash_codes set status = %(status)s, movement_id = %(movement)s, ended_at = %(now)s
        where id = %(id)s
        """,
        id=code,
        status=status,
        movement=movement,
        now=unit.now,
    )


def holds_of(code: CashCode) -> list[UUID]:
    """Return the holds that set a code's money aside."""
    return [code.id, *held.holds(code.id, code.fee)]


def give_up(unit: Unit, *, customer: UUID) -> bool:
    """Take back the cash a customer set aside; return whether there was any."""
    row = unit.maybe(
        f"""
        select {COLUMNS} from cash_codes
        where customer_id = %(customer)s and status = 'open' and expires_at > %(now)s
        for no key update
        """,
        customer=customer,
        now=unit.now,
    )
    if row is None:
        return False
    _release(unit, _code(row))
    end(unit, row.id, status="cancelled")
    return True


def sweep(unit: Unit, *, most: int) -> int:
    """End codes whose time or tries are over and tell their owners; return how many.

    What has expired the ledger has given back by itself; what was tried too often is given back
    here.
    """
    rows = unit.all(
        f"""
        select {", ".join(f"c.{name.strip()}" for name in COLUMNS.split(","))},
            coalesce(o.attempts >= %(tries)s and o.used_at is null, false) as spent
        from cash_codes c join ledger_holds h on h.hold_id = c.id
            left join one_time_codes o on o.id = c.id
        where c.status = 'open' and ((c.expires_at <= %(now)s and h.status = 'expired')
            or (c.expires_at > %(now)s and o.attempts >= %(tries)s and o.used_at is null))
        order by c.expires_at limit %(most)s for no key update of c skip locked
        """,
        tries=codes.TRIES,
        now=unit.now,
        most=most,
    )
    for row in rows:
        code = _code(row)
        if row.expires_at > unit.now:
            _release(unit, code)
        end(unit, code.id, status="spent" if row.spent else "expired")
    notices = [
        Notice(
            row.customer_id,
            "cash_code_spent" if row.spent else "cash_code_expired",
            {"amount": str(Money(row.amount, row.currency)), "reference": row.reference},
        )
        for row in rows
    ]
    if notices:
        queue_notices(unit, notices)
    return len(rows)


def _release(unit: Unit, code: CashCode) -> None:
    holds = holds_of(code)
    book.lock_holds(unit, holds)
    for hold in holds:
        book.void(unit, id=unit.new_id(), hold=hold)


def _require_none_open(unit: Unit, customer: UUID) -> None:
    row = unit.maybe(
        "select amount, currency, expires_at from cash_codes"
        " where customer_id = %(customer)s and status = 'open'",
        customer=customer,
    )
    if row is not None:
        amount = Money(row.amount, row.currency)
        raise CashCodeOpen(amount=str(amount), until=row.expires_at.isoformat())


def _made(unit: Unit, code: CashCode) -> Made:
    balance = book.balance(unit, code.wallet).available
    return Made(code.reference, code.amount, code.fee, code.until, balance)


def _code(row: Row) -> CashCode:
    return CashCode(
        id=row.id,
        customer=row.customer_id,
        wallet=row.wallet_id,
        amount=Money(row.amount, row.currency),
        fee=Money(row.fee, row.currency),
        reference=row.reference,
        until=row.expires_at,
    )
