"""What comes of the bank's own trades: booked when a provider traded, and when it delivered.

A trade moves the position at once; what is owed either way stands in clearing until the value date,
and at the correspondent from then on. What is booked is what the provider says it did.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from core.crm import case_catalog, cases
from core.fx import hedging
from core.ledger import book
from core.ledger.book import Leg
from core.ledger.reference import reference_of
from core.money import Money
from core.partners.answers import Answer, Done, Heard, Refused
from core.partners.orders import Order
from core.store.unit import Unit

CATEGORY = "Hedging"
MOST_SETTLED = 100
"""Trades that are settled in one unit."""
SETTLES_IN = ZoneInfo("Africa/Nairobi")
"""Whose day a value date is."""


@dataclass(frozen=True, slots=True)
class _Fill:
    sold: Money
    bought: Money
    rate: Decimal
    value_date: date


def _done(unit: Unit, order: Order, answer: Answer) -> None:
    """Book a trade: out of the position sold, into the one bought, over clearing."""
    if not isinstance(answer, Done):
        raise TypeError(f"a final word is Done, not {answer.kind}")
    fill = _Fill(
        Money.load(answer.facts["sold"]),
        Money.load(answer.facts["bought"]),
        Decimal(answer.facts["rate"]),
        date.fromisoformat(answer.facts["value_date"]),
    )
    hedge = order.subject_id
    moved = unit.run(
        """
        update fx_hedges set status = 'filled', sold = %(sold)s, bought = %(bought)s,
            rate = %(rate)s, value_date = %(value_date)s, reference = %(reference)s,
            filled_at = %(now)s
        where hedge_id = %(hedge)s and status = 'ordered'
            and (currency_from, currency_to) = (%(sell)s, %(buy)s)
        """,
        hedge=hedge,
        sell=fill.sold.currency,
        sold=fill.sold.minor,
        buy=fill.bought.currency,
        bought=fill.bought.minor,
        rate=fill.rate,
        value_date=fill.value_date,
        reference=answer.reference,
        now=unit.now,
    )
    if moved != 1:
        raise LookupError(f"no hedge {hedge} of this pair is on order")
    id_ = uuid5(hedge, "fill")
    # Opened in the order that conversions open them in, so that neither waits for the other.
    clearing, position = {}, {}
    for one in sorted((fill.sold, fill.bought), key=lambda money: money.currency):
        clearing[one.currency] = _own(unit, "clearing_fx", one, id_)
        position[one.currency] = _own(unit, "fx", one, id_)
    sell, buy = fill.sold.currency, fill.bought.currency
    legs = [
        Leg(position[sell], clearing[sell], fill.sold),
        Leg(clearing[buy], position[buy], fill.bought),
    ]
    book.post(unit, id=id_, type="cover", legs=legs, wallet=None, reference=reference_of(id_))
    unit.run(
        "select fx_count_trade(%(id)s, %(buy)s, %(bought)s, %(sell)s, %(sold)s)",
        id=id_,
        buy=fill.bought.currency,
        bought=fill.bought.minor,
        sell=fill.sold.currency,
        sold=fill.sold.minor,
    )


def _refused(unit: Unit, order: Order, answer: Answer) -> None:
    """Write down that a provider did not trade, and order it from the next."""
    code = answer.code if isinstance(answer, Refused) else answer.kind
    moved = unit.run(
        """
        update fx_hedges set status = 'refused', refused_for = %(code)s, refused_at = %(now)s
        where hedge_id = %(hedge)s and status = 'ordered'
        """,
        hedge=order.subject_id,
        code=code[:60],
        now=unit.now,
    )
    if moved:
        hedging.again(unit, order.subject_id)


def _stuck(unit: Unit, order: Order, answer: Answer) -> None:  # noqa: ARG001 - as all hear
    """Have a person look after a trade of which nobody has said for a day what became of it.

    It goes on being asked after, and counts in its position as ordered; a case is opened once.
    """
    row = unit.maybe(
        """
        update fx_hedges set stuck_at = %(now)s
        where hedge_id = %(hedge)s and stuck_at is null and status = 'ordered'
        returning side, amount_from, currency_from, amount_to, currency_to
        """,
        hedge=order.subject_id,
        now=unit.now,
    )
    if row is None:
        return
    sold, bought = Money(row.amount_from, row.currency_from), Money(row.amount_to, row.currency_to)
    given, got = sold.grouped, bought.grouped
    words = f"{given} for about {got}" if row.side == "sell" else f"about {given} for {got}"
    cases.open_case(
        unit,
        customer=None,
        category=CATEGORY,
        sub_category="",
        title=f"No final word about a hedge from {order.partner}",
        description=f"Sells {words}, order {order.id}: the provider has given no final"
        " answer for a day. It is asked after every hour, and no other trade covers that position"
        " meanwhile. Ask the provider's dealing desk whether the trade stands.",
        priority=case_catalog.priority_of(CATEGORY, ""),
        channel="desk",
        conversation=None,
        by="system",
    )


HEDGES = Heard(done=_done, refused=_refused, stuck=_stuck)
"""What is done about the answers to orders of the subject ``hedge``."""


def settle(unit: Unit) -> int:
    """Move what trades are due to deliver to and from the correspondent; return how many those are.

    A trade settles on its value date, a day of the bank's home.
    """
    rows = unit.all(
        """
        select hedge_id, currency_from, sold, currency_to, bought from fx_hedges
        where status = 'filled' and value_date <= %(today)s
        order by hedge_id limit %(most)s for no key update skip locked
        """,
        today=unit.now.astimezone(SETTLES_IN).date(),
        most=MOST_SETTLED,
    )
    for row in rows:
        _settle(
            unit,
            row.hedge_id,
            Money(row.sold, row.currency_from),
            Money(row.bought, row.currency_to),
        )
    return len(rows)


def _settle(unit: Unit, hedge: UUID, sold: Money, bought: Money) -> None:
    fill, id_ = uuid5(hedge, "fill"), uuid5(hedge, "settlement")
    legs = [
        Leg(_own(unit, "clearing_fx", sold, fill), _own(unit, "nostro_correspondent", sold, id_),
            sold),
        Leg(_own(unit, "nostro_correspondent", bought, id_),
            _own(unit, "clearing_fx", bought, fill), bought),
    ]  # fmt: skip
    book.post(unit, id=id_, type="settlement", legs=legs, wallet=None, reference=reference_of(id_))
    unit.run(
        "update fx_hedges set status = 'settled', settled_at = %(now)s where hedge_id = %(hedge)s",
        hedge=hedge,
        now=unit.now,
    )


def _own(unit: Unit, kind: str, money: Money, spread_by: UUID) -> UUID:
    return book.system_account(unit, kind, money.currency, spread_by=spread_by)
