"""Covering the bank: when a trade is ordered, from whom, and what is booked of it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from core.crm import cases
from core.fx import decisions, hedge_log, hedging, positions, providers
from core.fx.convert import convert
from core.fx.hedge_outcomes import HEDGES, settle
from core.fx.hours import value_date
from core.fx.market import market
from core.money import Money
from core.partners.answers import Done, Refused, Unclear
from core.partners.liquidity import Told, dumped
from core.partners.orders import BODY, Order
from core.store.unit import Unit
from tests.core.fx.dealing import open_market, price, quoted, rich

USD, KES = "USD", "KES"


def _order(unit: Unit, hedge: hedge_log.Hedge) -> Order:
    row = unit.one("select body from partner_orders where id = %(id)s", id=hedge.order_id)
    body = unit.keys.open_json(bytes(row.body), field=BODY, row=hedge.order_id)
    return Order(
        hedge.order_id, hedge.provider, "deal", "hedge", hedge.id, body, "", 1, unit.now, None
    )


def _fill(unit: Unit, hedge: hedge_log.Hedge, *, days: int = 0) -> None:
    day = unit.now.date() + timedelta(days=days)
    facts = {
        "sold": str(hedge.sell), "bought": str(hedge.buy), "rate": "1", "value_date": str(day),
    }  # fmt: skip
    HEDGES.done(unit, _order(unit, hedge), Done("D1", facts))


def _refuse(unit: Unit, hedge: hedge_log.Hedge) -> None:
    HEDGES.refused(unit, _order(unit, hedge), Refused("no_capacity"))


def _held(unit: Unit, kind: str) -> dict[str, int]:
    rows = unit.all(
        "select currency, sum(posted)::bigint as held from ledger_accounts"
        " where kind = %(kind)s and owner is null group by 1",
        kind=kind,
    )
    return {row.currency: row.held for row in rows if row.held}


def _convert(unit: Unit, who: UUID, sell: str, buy: str, amount: str, **other: object):
    given = quoted(unit, who, sell, buy, Money.load(amount), **other)
    convert(unit, id=uuid4(), customer=who, quote=given.id, channel="ussd")
    return given


def _until_over(unit: Unit, who: UUID) -> None:
    """Have the bank take USD 54,000 in amounts that are none of them large."""
    for _ in range(6):
        _convert(unit, who, USD, KES, "USD 9000.00")


@pytest.fixture
def who(unit):
    open_market(unit)
    return rich(unit, USD, KES, "UGX", "XOF")


def test_a_position_is_left_open_up_to_its_limit_and_covered_whole_beyond_it(unit, who):
    for amount in ("9999.00",) * 5 + ("5.00",):
        _convert(unit, who, USD, KES, f"USD {amount}")
    assert _held(unit, "fx")[USD] == 50_000_00
    assert hedging.cover_positions(unit) == 0

    _convert(unit, who, USD, KES, "USD 1.00")
    assert hedging.cover_positions(unit) == 1
    (hedge,) = hedge_log.listed(unit)
    assert hedge.sell == Money.load("USD 50001.00")


def test_what_is_over_is_ordered_once_and_nothing_more_while_it_is_on_order(unit, who):
    _until_over(unit, who)

    assert hedging.cover_positions(unit) == 1
    assert hedging.cover_positions(unit) == 0

    (hedge,) = hedge_log.listed(unit)
    assert (hedge.reason, hedge.status) == ("limit", "ordered")
    assert hedge.sell == hedge.position == Money.load("USD 54000.00")
    assert hedge.over == Money.load("USD 50000.00")
    assert hedge.buy == Money.load("KES 7002180.00")  # at the middle
    body = _order(unit, hedge).body
    assert body["sell"] == "USD 54000.00" and body["side"] == "sell"
    assert body["buy"] == "KES 6932158.20"  # one per cent worse is the worst that is taken
    (log,) = decisions.listed(unit, subject=hedge.id)
    assert log.route == hedge.provider and len(log.candidates) == 3
    assert log.why == "covers USD 54,000.00, over USD 50,000.00"


def test_a_short_position_is_bought_back(unit, who):
    for _ in range(6):
        _convert(unit, who, KES, USD, "USD 9000.00")
    assert hedging.cover_positions(unit) == 1
    (hedge,) = hedge_log.listed(unit)
    assert hedge.buy.currency == USD and hedge.buy.minor == -_held(unit, "fx")[USD]
    assert _order(unit, hedge).body["side"] == "buy"
    _fill(unit, hedge)
    assert USD not in _held(unit, "fx")


def test_two_currencies_that_stand_against_each_other_take_one_trade(unit, who):
    for _ in range(6):
        _convert(unit, who, "UGX", USD, "USD 9000.00")
    assert hedging.cover_positions(unit) == 1  # the dollars it brings are those that are short
    (hedge,) = hedge_log.listed(unit)
    assert (hedge.sell.currency, hedge.buy.currency) == ("UGX", USD)
    assert hedging.cover_positions(unit) == 0


def test_a_trade_is_booked_over_clearing_and_settles_on_its_day(unit, who):
    _until_over(unit, who)
    hedging.cover_positions(unit)
    (hedge,) = hedge_log.listed(unit)
    short = _held(unit, "fx")[KES]

    _fill(unit, hedge, days=2)

    assert _held(unit, "fx") == {KES: short + hedge.buy.minor}
    assert _held(unit, "clearing_fx") == {USD: 5400000, KES: -hedge.buy.minor}
    assert _held(unit, "nostro_correspondent") == {}
    assert positions.breaches(unit) == []
    assert settle(unit) == 0  # its day has not come

    unit.now += timedelta(days=2)
    assert settle(unit) == 1 and settle(unit) == 0
    assert _held(unit, "clearing_fx") == {}
    assert _held(unit, "nostro_correspondent") == {USD: 5400000, KES: -hedge.buy.minor}
    assert [one.status for one in hedge_log.listed(unit)] == ["settled"]
    assert positions.breaches(unit) == []


def test_when_a_provider_refuses_the_next_one_is_asked_and_then_nobody_for_a_while(unit, who):
    _until_over(unit, who)
    hedging.cover_positions(unit)
    tried = []
    for _ in range(3):
        (hedge,) = hedge_log.listed(unit, status="ordered")
        tried.append(hedge.provider)
        _refuse(unit, hedge)
    assert sorted(tried) == ["lp_baobab", "lp_kilima", "lp_sahel"]
    assert hedge_log.listed(unit, status="ordered") == []
    assert hedging.cover_positions(unit) == 0

    unit.now += timedelta(seconds=61)
    assert hedging.cover_positions(unit) == 1


def test_who_is_left_alone_after_failures_is_not_asked(unit, who):
    unit.run(
        "insert into partner_health (partner, failures, open_until)"
        " values ('lp_baobab', 9, %(until)s)",
        until=unit.now + timedelta(minutes=5),
    )
    _until_over(unit, who)
    hedging.cover_positions(unit)
    (hedge,) = hedge_log.listed(unit)
    assert hedge.provider != "lp_baobab"


def test_a_large_conversion_is_covered_at_once_along_its_route(unit, who):
    prices = dumped(
        [
            Told("lp_kilima", 3, (price("lp_kilima", "UGX", USD, unit.now),)),
            Told("lp_sahel", 3, (price("lp_sahel", USD, "XOF", unit.now),)),
        ]
    )
    given = _convert(unit, who, "UGX", "XOF", "UGX 40000000", prices=prices)

    hedges = {one.provider: one for one in hedge_log.listed(unit)}
    assert {one.reason for one in hedges.values()} == {"large"}
    assert {one.fx_id for one in hedges.values()} == {given.id}
    assert hedges["lp_kilima"].sell == Money.load("UGX 40000000")
    assert hedges["lp_kilima"].buy == hedges["lp_sahel"].sell
    assert hedges["lp_sahel"].buy == given.buy + given.spread
    for one in hedges.values():
        _fill(unit, one)
    assert _held(unit, "fx") == {}  # square again: the spread is income already
    assert hedging.cover_positions(unit) == 0


@pytest.mark.parametrize(
    ("sell", "buy", "amount", "covered"),
    [
        (USD, KES, "USD 9999.99", 0),
        (USD, KES, "USD 10000.00", 1),
        (KES, USD, "KES 1200000.00", 0),
        (KES, USD, "KES 1298500.00", 1),
    ],
)
def test_a_conversion_is_large_from_its_threshold_on(unit, who, sell, buy, amount, covered):
    _convert(unit, who, sell, buy, amount)
    assert len(hedge_log.listed(unit)) == covered


def test_the_best_known_provider_is_asked_first_and_no_more_than_it_has(unit, who):
    offers = {"lp_baobab": 9, "lp_kilima": 5, "lp_sahel": 30}
    told = [
        Told(name, 3, (price(name, USD, KES, unit.now, bps=off, sizes=("20000",)),))
        for name, off in offers.items()
    ]
    quoted(unit, who, USD, KES, Money.load("USD 100.00"), prices=dumped(told))
    providers.look_after(unit)
    _until_over(unit, who)

    assert [hedging.cover_positions(unit) for _ in range(2)] == [1, 0]
    (hedge,) = hedge_log.listed(unit)
    assert hedge.provider == "lp_kilima"
    assert hedge.sell == Money.load("USD 20000.00")


def test_how_often_a_provider_answers_is_kept(unit, who):
    silent = [
        Told("lp_baobab", 3, trouble="HTTP 503"),
        Told("lp_sahel", 2, trouble="market_closed"),
    ]
    fine = [
        Told(name, 3, (price(name, USD, KES, unit.now, bps=9),))
        for name in ("lp_baobab", "lp_kilima")
    ]
    quoted(unit, who, USD, KES, Money.load("USD 100.00"), prices=dumped(fine))
    quoted(unit, who, USD, KES, Money.load("USD 100.00"), prices=dumped([*silent, fine[1]]))

    assert providers.look_after(unit) == 2
    known = {one.name: one for one in providers.dealers(unit)}
    assert [float(one.availability) for one in known.values()] == [0.5, 1.0, 1.0]
    assert known["lp_baobab"].offer(USD, KES).rate == fine[0].prices[0].bands[0].rate
    assert providers.look_after(unit) == 0


def test_a_trade_nobody_has_word_of_is_marked_and_looked_into_once(unit, who):
    _until_over(unit, who)
    hedging.cover_positions(unit)
    (hedge,) = hedge_log.listed(unit)
    for _ in range(2):
        HEDGES.stuck(unit, _order(unit, hedge), Unclear("a day"))
    assert unit.value("select stuck_at from fx_hedges") == unit.now
    opened = cases.get(unit, unit.value("select id from cases"))
    assert (opened.category, opened.priority, opened.country) == ("Hedging", "High", "KE")
    assert opened.title == f"No final word about a hedge from {hedge.provider}"
    assert "Sells USD 54,000.00 for about KES " in opened.description


def test_a_trade_that_was_filled_meanwhile_is_nobodys_case(unit, who):
    _until_over(unit, who)
    hedging.cover_positions(unit)
    (hedge,) = hedge_log.listed(unit)
    _fill(unit, hedge)
    HEDGES.stuck(unit, _order(unit, hedge), Unclear("a day"))
    assert unit.value("select count(*) from cases") == 0


@pytest.mark.parametrize(
    ("now", "settles"),
    [
        (datetime(2026, 3, 4, 9, 30, tzinfo=UTC), date(2026, 3, 4)),  # before both cut-offs
        (datetime(2026, 3, 4, 12, 1, tzinfo=UTC), date(2026, 3, 5)),  # after that of Nairobi
        (datetime(2026, 3, 6, 13, 0, tzinfo=UTC), date(2026, 3, 9)),  # over a weekend
        (datetime(2026, 12, 24, 13, 0, tzinfo=UTC), date(2026, 12, 28)),  # and over Christmas
    ],
)
def test_a_trade_settles_when_both_currencies_can_be_delivered(unit, now, settles):
    unit.now = now
    assert value_date(market(unit), USD, KES) == settles
