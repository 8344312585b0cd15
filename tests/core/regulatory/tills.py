"""Cash for tests: an agent's till where somebody brought or took cash."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from core.deposits import agents
from core.fx import rates
from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from tests.core.people import Someone

MIDS = {
    "KES": Decimal("129.50"), "UGX": Decimal("3650.25"), "EUR": Decimal("0.8571"),
    "TZS": Decimal("2611.7"), "NGN": Decimal("1480.50"),
}  # fmt: skip


def rates_of(unit: Unit, at: datetime) -> None:
    """Give rates as of a moment."""
    rates.set_mids(unit, MIDS, source="test", good_until=at + timedelta(days=1), at=at)


def agent(
    unit: Unit, somebody: Someone, *, country: str = "KE", most: str = "KES 300000.00"
) -> UUID:
    """Appoint an agent of the bank; return their id."""
    limit = Money.load(most)
    made = agents.appoint(
        unit, customer=somebody.id, country=country, most_at_once=limit, most_a_day=limit
    )
    return made.id


def brought(
    unit: Unit, till: UUID, customer: Someone, amount: str, *, day: date, incoming: bool = True
) -> UUID:
    """Have a customer bring cash (or take it) at noon of a day; return the movement's id."""
    money, moved, before = Money.load(amount), unit.new_id(), unit.now
    unit.now = datetime.combine(day, time(9), before.tzinfo)
    cash = book.system_account(unit, "cash", money.currency)
    pair = (cash, customer.wallet) if incoming else (customer.wallet, cash)
    book.post(
        unit, id=moved, type="deposit", legs=[book.Leg(*pair, money)], wallet=customer.wallet,
        reference=f"C{str(moved)[-8:]}",
    )  # fmt: skip
    unit.run(
        """
        insert into till_movements (id, agent_id, kind, customer_id, amount, currency, day,
            reference, channel, created_at)
        values (%(id)s, %(agent)s, %(kind)s, %(customer)s, %(amount)s, %(currency)s, %(day)s,
            %(reference)s, 'ussd', %(now)s)
        """,
        id=moved,
        agent=till,
        kind="cash_in" if incoming else "cash_out",
        customer=customer.id,
        amount=money.minor,
        currency=money.currency,
        day=day,
        reference=f"C{str(moved)[-8:]}",
        now=unit.now,
    )
    unit.now = before
    return moved
