"""Positions at the end of a day: what trades are worth then, posted as it changes, once a day."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from core.fx import rates, revaluation
from core.fx.convert import convert
from core.fx.market import market
from core.fx.positions import breaches, summary
from core.ledger import book
from core.money import Money
from tests.core.fx.dealing import MIDS, open_market, quoted, rich

DAY = timedelta(days=1)
CODES = ("USD", "KES", "UGX", "EUR")


@pytest.fixture
def who(unit):
    open_market(unit, hours=24 * 400)
    return rich(unit, *CODES)


def _convert(unit, who, sell, buy, amount):
    given = quoted(unit, who, sell, buy, Money.load(amount))
    convert(unit, id=uuid4(), customer=who, quote=given.id, channel="ussd")
    return given


def _booked(unit):
    """Return what stands in the two accounts, by kind, in cents of the home currency."""
    rows = unit.all(
        "select kind, posted from ledger_accounts"
        " where kind in ('fx_unrealised', 'fx_revaluation') and posted <> 0"
    )
    return {row.kind: row.posted for row in rows}


def _moves(unit, code, rate):
    mids = {**MIDS, code: Decimal(rate)}
    rates.set_mids(unit, mids, source="test", good_until=unit.now + 400 * DAY)


def test_a_position_gains_with_its_currency_and_only_the_change_is_posted(unit, who):
    given = _convert(unit, who, "USD", "KES", "USD 100.00")
    cost = given.buy + given.spread
    unit.now += DAY
    assert revaluation.revalue(unit) == 1
    gain = Money(1_296_700, "KES") - cost  # USD 100 at 129.67
    assert summary(unit).revalued == revaluation.Revalued((unit.now - DAY).date(), gain)
    assert _booked(unit) == {"fx_unrealised": gain.minor, "fx_revaluation": -gain.minor}

    _moves(unit, "KES", "120.00")
    unit.now += DAY
    assert revaluation.revalue(unit) == 1
    loss = Money(1_200_000, "KES") - cost
    assert revaluation.latest(unit).gain == loss and loss.minor < 0
    assert _booked(unit)["fx_unrealised"] == loss.minor
    changes = unit.all("select change from fx_revaluations order by day")
    assert [row.change for row in changes] == [gain.minor, loss.minor - gain.minor]
    assert book.verify(unit) == [] and breaches(unit) == []


def test_a_day_is_valued_once_and_one_without_a_change_posts_nothing(unit, who):
    _convert(unit, who, "USD", "KES", "USD 100.00")
    assert revaluation.latest(unit) is None
    assert [revaluation.revalue(unit) for _ in range(2)] == [1, 0]
    _convert(unit, who, "USD", "KES", "USD 100.00")
    assert revaluation.revalue(unit) == 0, "it belongs to the day that runs"
    unit.now += DAY
    assert revaluation.revalue(unit) == 1
    unit.now += DAY
    assert revaluation.revalue(unit) == 1
    rows = unit.all("select change, transaction_id from fx_revaluations order by day")
    assert [row.change != 0 for row in rows] == [True, True, False]
    assert rows[2].transaction_id is None
    for change in ("update fx_revaluations set gain = 0", "delete from fx_revaluations"):
        with pytest.raises(DBAPIError), unit.savepoint():
            unit.run(change)


TRADES = st.lists(
    st.tuples(
        st.sampled_from([(a, b) for a in CODES for b in CODES if a != b]),
        st.integers(200, 900_000),
        st.sampled_from(["", "100.5", "131.25"]),  # what the dollar is worth at the day's end
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(trades=TRADES)
def test_what_is_booked_is_what_positions_are_worth_less_what_they_cost(unit, trades):
    unit.run("savepoint example")  # each begins with an empty book
    try:
        _trade(unit, trades)
        found = revaluation.latest(unit).gain
        pairs = {pair for pair, *_ in trades}
        assert abs(found.major - _worth(unit)) <= Decimal("0.005") * len(pairs)
        assert _booked(unit).get("fx_unrealised", 0) == found.minor
        assert breaches(unit) == []
    finally:
        unit.run("rollback to savepoint example")


def _trade(unit, trades):
    open_market(unit, hours=24 * 400)
    who = rich(unit, *CODES)
    for (sell, buy), cents, at_close in trades:
        amount = Decimal(cents) / 100 * {**MIDS, "USD": Decimal(1)}[sell]
        _convert(unit, who, sell, buy, f"{sell} {round(amount, 0 if sell == 'UGX' else 2)}")
        if at_close:
            _moves(unit, "KES", at_close)
            unit.now += DAY
            revaluation.revalue(unit)
            open_market(unit, hours=24 * 400)  # it opens as it opened
    _moves(unit, "KES", "127.5")
    unit.now += DAY
    revaluation.revalue(unit)


def _worth(unit):
    """Return what all positions are worth at home; what was paid for them stands among them."""
    known = market(unit)
    open_ = [one for one in known.traded.values() if one.position.posted]
    home = known.of(known.home).mid
    return sum(Money(one.position.posted, one.currency).major * home / one.mid for one in open_)
