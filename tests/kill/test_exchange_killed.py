"""A process dies while money is changed: the quote is taken and all has moved, or nothing has."""

from uuid import uuid4

import pytest

from core.fx import positions
from core.ledger import book
from core.money import Money
from tests.core.fx.dealing import open_market, quoted, rich
from tests.support import crashes
from tests.support.crashes import KILLED

COUNTED = ("fx_transactions", "fx_hedges", "partner_orders", "fx_pair_positions")


def stands(house, customer, quote):
    """What the customer has, how the quote stands, and how much is written down beside."""
    with house.unit() as unit:
        assert book.verify(unit) == [] and positions.breaches(unit) == []
        held = {one.currency: str(one.balance.posted) for one in book.balances(unit, customer)}
        counted = [unit.value(f"select count(*) from {table}") for table in COUNTED]
        status = unit.value("select status from fx_quotes where quote_id = %(id)s", id=quote)
        return held["USD"], status, counted


@pytest.mark.parametrize("at", ["fx.posted", "fx.hedge_ordered"])
def test_a_conversion_and_its_cover_happen_together_or_not_at_all(house, clock, at):
    with house.unit() as unit:
        open_market(unit)
        customer = rich(unit, "USD", "KES")
        quote = quoted(unit, customer, "USD", "KES", Money.load("USD 20000.00")).id
    before, effect = stands(house, customer, quote), uuid4()
    assert before == ("USD 10000000000.00", "open", [0, 0, 0, 0])

    facts = (customer, quote, effect)
    assert crashes.exit_code(house.settings, "convert", *facts, now=clock.now, at=at) == KILLED
    assert stands(house, customer, quote) == before

    for _ in range(2):
        crashes.do(house, "convert", *facts)
    assert stands(house, customer, quote) == ("USD 9999980000.00", "used", [1, 1, 1, 1])
