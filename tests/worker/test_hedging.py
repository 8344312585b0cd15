"""The chores of foreign exchange, and a trade that goes its whole way over a provider's wire."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from core.fx import hedge_log, positions, rates
from core.fx.convert import convert
from core.fx.market import market
from core.money import Money
from core.partners import liquidity_market
from tests.core.fx.dealing import quoted, rich
from tests.core.fx.firms import firms
from worker import hedging
from worker.partner_orders import PartnerDrain


@pytest.fixture
def database(clean_database: str) -> str:
    """A database of its own: what is posted here stays."""
    return clean_database


@pytest.fixture
def books(clean_engine: Engine) -> Engine:
    """The way to it."""
    return clean_engine


@pytest.fixture
def moment() -> list[datetime]:
    """What time it is: a Wednesday, while everybody deals."""
    return [datetime(2026, 3, 4, 9, 30, tzinfo=UTC)]


@pytest.fixture
def town(make_house, number, moment):
    with firms(lambda: moment[0]) as found:
        bare = make_house(number)
        yield replace(bare, partners=dict(found.providers), clock=lambda: moment[0]), found


def _take(house, dollars: int) -> None:
    """Have customers sell so many dollars to the bank, in amounts that are none of them large."""
    with house.unit() as unit:
        mids = liquidity_market.mids(unit.now)
        rates.set_mids(unit, mids, source="test", good_until=unit.now + timedelta(days=9))
        customer = rich(unit, "USD", "KES")
        for _ in range(dollars // 9000):
            given = quoted(unit, customer, "USD", "KES", Money.load("USD 9000.00"))
            convert(unit, id=uuid4(), customer=customer, quote=given.id, channel="whatsapp")


def _drain(house) -> None:
    for firm in house.partners.values():
        PartnerDrain(house, firm, stop=Event(), idle_seconds=0.05).run()


def _statuses(house) -> list[str]:
    with house.unit() as unit:
        return [f"{one.provider} {one.status}" for one in hedge_log.listed(unit)]


def _held(house, kind: str) -> dict[str, int]:
    with house.unit() as unit:
        rows = unit.all(
            "select currency, sum(posted)::bigint as held from ledger_accounts"
            " where kind = %(kind)s group by 1",
            kind=kind,
        )
        assert positions.breaches(unit) == []
    return {row.currency: row.held for row in rows if row.held}


def test_a_position_over_its_limit_is_covered_over_the_wire(town, moment) -> None:
    house, _ = town
    _take(house, 54_000)
    assert (hedging.cover(house), hedging.cover(house)) == (1, 0)
    _drain(house)

    assert _statuses(house) == ["lp_baobab filled"]
    assert "USD" not in _held(house, "fx")
    assert _held(house, "clearing_fx")["USD"] == 5_400_000
    assert hedging.settle(house) == 1  # before the cut-offs: today
    assert _held(house, "clearing_fx") == {}
    assert _held(house, "nostro_correspondent")["USD"] == 5_400_000


def test_what_one_provider_refuses_the_next_one_does_and_confirms_later(town, moment) -> None:
    house, _ = town
    moment[0] = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)  # a Sunday: two of them are closed
    _take(house, 54_000)
    hedging.cover(house)
    for _ in range(3):
        _drain(house)
    assert _statuses(house) == ["lp_sahel ordered", "lp_kilima refused", "lp_baobab refused"]

    moment[0] += timedelta(seconds=6)
    _drain(house)
    assert _statuses(house)[0] == "lp_sahel filled"
    assert hedging.settle(house) == 0  # on Monday
    moment[0] += timedelta(days=1)
    assert hedging.settle(house) == 1


def test_a_provider_whose_answer_is_lost_is_asked_after_and_nobody_trades_twice(
    town, moment
) -> None:
    house, found = town
    _take(house, 54_000)
    hedging.cover(house)
    found.trouble("lp_baobab", lost_answers=1.0)
    _drain(house)
    assert _statuses(house) == ["lp_baobab ordered"]
    assert hedging.cover(house) == 0

    found.trouble("lp_baobab", lost_answers=0.0)
    moment[0] += timedelta(seconds=6)
    _drain(house)
    assert _statuses(house) == ["lp_baobab filled"]
    assert _held(house, "clearing_fx")["USD"] == 5_400_000


def test_the_demos_rates_move_and_production_has_none(town) -> None:
    house, _ = town
    assert hedging.move_demo_rates(house) > 20
    with house.unit() as unit:
        assert market(unit).mid("USD", "KES") > 100
    earnest = replace(house, settings=house.settings.model_copy(update={"demo_mode": False}))
    assert hedging.move_demo_rates(earnest) == 0


def test_the_other_chores_find_nothing_to_do_in_an_empty_bank(town) -> None:
    house, _ = town
    assert hedging.sweep_quotes(house) == hedging.tell_rates(house) == 0
    assert hedging.settle(house) == hedging.cover(house) == 0
    assert hedging.look_after_providers(house) in (0, 3)
