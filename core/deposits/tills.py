"""What passes over an agent's till: cash for money in a wallet, and money in a wallet for cash.

Cash itself is between the agent and the customer; here the agent's float gives and takes in its
place, so the bank's books never owe what is not there. The commission is paid at once.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from core.crm.customers import people
from core.deposits import agents, cash_codes, holding
from core.deposits.agents import Agent, Kind
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.store.crashpoints import reached
from core.store.outbox import Notice, queue_notices
from core.store.unit import Unit
from core.transfers.send import reference_of


class OwnTill(Refusal):
    """An agent does not serve themselves."""

    code = "own_till"


@dataclass(frozen=True, slots=True)
class Served:
    """What an agent may be told of a movement."""

    reference: str
    amount: Money
    commission: Money
    float_left: Money


def cash_in(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    agent: UUID,
    customer: UUID,
    wallet: UUID,
    amount: Money,
    channel: str,
) -> Served:
    """Pay a customer from the float for cash they gave the agent, once however often it is asked.

    ``agent`` is the customer who is one. The customer is told at once.

    :raises NotAnAgent: if they are none now
    :raises OwnTill: if they serve themselves
    :raises TillLimit: if it is more than the agent may do
    :raises InsufficientFunds: if the float does not hold that much
    :raises BalanceCeiling: if the customer may not hold that much
    :raises AccountFrozen: if the float may not give or the customer not receive
    :raises IdReused: if the id was presented before for something else
    """
    at = agents.at_till(unit, agent)
    if customer == agent:
        raise OwnTill
    again = _again(unit, at, id)
    if again is not None:
        return again
    if not holding.receives(unit, customer):  # in the words of any wallet that may not take
        raise book.AccountFrozen(side="credit", status="frozen")
    day = agents.require_room(unit, at, "cash_in", amount)
    reference, earned = reference_of(id), at.commission("cash_in", amount)
    paying = _commission_account(unit, earned, id)
    book.lock_holds(unit, [], accounts=[at.float_account, wallet, paying])
    book.post(
        unit,
        id=id,
        type="cash_in",
        legs=[book.Leg(at.float_account, wallet, amount)],
        wallet=wallet,
        reference=reference,
    )
    _earn(unit, at, id, earned, paying=paying, reference=reference)
    reached("till.posted")
    _write(unit, at, id, "cash_in", customer, amount, earned, day=day, channel=channel)
    got = {"amount": str(amount), "reference": reference, "till": at.till_no}
    got["balance"] = str(book.balance(unit, wallet).available)
    return _tell(unit, at, id, Notice(customer, "cash_in_received", got), amount, earned, channel)


def cash_out(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    agent: UUID,
    code: UUID,
    channel: str,
    address: str,
) -> Served:
    """Take cash that a customer set aside into the float of the agent who has paid it out.

    Its code was entered right at this address. Once however often it is asked.

    :raises NotAnAgent: if they are none now
    :raises NoCashCode: if the code was not shown here, was paid, or its time is over
    :raises OwnTill: if they serve themselves
    :raises TillLimit: if it is more than the agent may do
    :raises BalanceCeiling: if the float may not hold that much
    :raises AccountFrozen: if the float may not take
    :raises HoldExpired: if its time ended this moment
    """
    at = agents.at_till(unit, agent)
    again = _again(unit, at, id)
    if again is not None:
        return again
    shown = cash_codes.shown(unit, code, channel=channel, address=address)
    if shown.customer == agent:
        raise OwnTill
    day = agents.require_room(unit, at, "cash_out", shown.amount)
    earned = at.commission("cash_out", shown.amount)
    paying = _commission_account(unit, earned, id)
    passing = book.system_account(unit, "unclaimed", shown.amount.currency, spread_by=shown.id)
    holds = cash_codes.holds_of(shown)
    book.lock_holds(unit, holds, accounts=[at.float_account, passing, paying])
    for hold in holds:
        book.capture(unit, id=uuid5(id, f"capture {hold}"), hold=hold, final=True)
    book.post(
        unit,
        id=id,
        type="cash_out",
        legs=[book.Leg(passing, at.float_account, shown.amount)],
        wallet=None,
        reference=shown.reference,
    )
    _earn(unit, at, id, earned, paying=paying, reference=shown.reference)
    reached("till.paid_out")
    amount = shown.amount
    _write(
        unit, at, id, "cash_out", shown.customer, amount, earned, day=day, channel=channel,
        reference=shown.reference,
    )  # fmt: skip
    cash_codes.end(unit, shown.id, status="paid", movement=id)
    paid = {"amount": str(amount), "reference": shown.reference, "till": at.till_no}
    paid["balance"] = str(book.balance(unit, shown.wallet).available)
    told = Notice(shown.customer, "cash_out_paid", paid)
    return _tell(unit, at, id, told, amount, earned, channel, reference=shown.reference)


def top_up(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    agent: UUID,
    wallet: UUID,
    amount: Money,
    channel: str,
) -> Served:
    """Move money from the agent's own wallet into their float, once however often it is asked.

    It counts against no limit: it stays theirs.

    :raises NotAnAgent: if they are none now
    :raises InsufficientFunds: if the wallet does not hold that much
    :raises BalanceCeiling: if the float may not hold that much
    :raises AccountFrozen: if the wallet may not give or the float not take
    """
    at = agents.at_till(unit, agent)
    again = _again(unit, at, id)
    if again is not None:
        return again
    reference, nothing = reference_of(id), Money(0, amount.currency)
    day: date = unit.value(
        "select (%(now)s::timestamptz at time zone timezone)::date from countries"
        " where code = %(country)s",
        country=at.country,
        now=unit.now,
    )
    book.post(
        unit,
        id=id,
        type="move",
        legs=[book.Leg(wallet, at.float_account, amount)],
        wallet=wallet,
        reference=reference,
    )
    _write(unit, at, id, "top_up", agent, amount, nothing, day=day, channel=channel)
    return Served(reference, amount, nothing, book.balance(unit, at.float_account).available)


def _again(unit: Unit, at: Agent, id_: UUID) -> Served | None:
    """Return what was answered when this effect was asked for before."""
    row = unit.maybe(
        "select agent_id, reference, amount, commission, currency from till_movements"
        " where id = %(id)s",
        id=id_,
    )
    if row is None:
        return None
    if row.agent_id != at.id:
        raise LookupError("an effect is one agent's")
    left = book.balance(unit, at.float_account).available
    earned = Money(row.commission, row.currency)
    return Served(row.reference, Money(row.amount, row.currency), earned, left)


def _commission_account(unit: Unit, earned: Money, id_: UUID) -> UUID:
    return book.system_account(unit, "commission", earned.currency, spread_by=id_)


def _earn(unit: Unit, at: Agent, id_: UUID, earned: Money, *, paying: UUID, reference: str) -> None:
    """Pay the agent, from what the bank spends on commissions into the float."""
    if earned.minor:
        book.post(
            unit,
            id=uuid5(id_, "commission"),
            type="commission",
            legs=[book.Leg(paying, at.float_account, earned)],
            wallet=at.float_account,
            reference=reference,
        )


def _write(
    unit: Unit,
    at: Agent,
    id_: UUID,
    kind: Kind,
    customer: UUID,
    amount: Money,
    earned: Money,
    *,
    day: date,
    channel: str,
    reference: str = "",
) -> None:
    unit.run(
        """
        insert into till_movements (id, agent_id, kind, customer_id, amount, currency, commission,
            day, reference, channel, created_at)
        values (%(id)s, %(agent)s, %(kind)s, %(customer)s, %(amount)s, %(currency)s, %(earned)s,
            %(day)s, %(reference)s, %(channel)s, %(now)s)
        """,
        id=id_,
        agent=at.id,
        kind=kind,
        customer=customer,
        amount=amount.minor,
        currency=amount.currency,
        earned=earned.minor,
        day=day,
        reference=reference or reference_of(id_),
        channel=channel,
        now=unit.now,
    )


def _tell(
    unit: Unit,
    at: Agent,
    id_: UUID,
    customers: Notice,
    amount: Money,
    earned: Money,
    channel: str,
    *,
    reference: str = "",
) -> Served:
    """Tell the customer, and the agent too whose screen is gone; return what the agent is told."""
    left = book.balance(unit, at.float_account).available
    served = Served(reference or reference_of(id_), amount, earned, left)
    notices = [customers]
    if channel == "ussd":
        who = people(unit, [customers.customer_id])[customers.customer_id]
        facts = {"amount": str(amount), "name": who.masked_name, "reference": served.reference}
        facts["balance"] = str(left)
        notices.append(Notice(at.customer, f"till_{customers.alert}", facts, channel="sms"))
    queue_notices(unit, notices)
    reached("till.told")
    return served
