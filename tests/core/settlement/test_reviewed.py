"""Payments that leave and that a person looks at first: they leave once, or their money is back."""

from datetime import timedelta

import pytest

from core import reviewing
from core.monitoring import reviews
from core.monitoring.reviews import ReviewOver
from core.settlement import endings, overview, payout_view, payouts
from core.settlement.reviewed import NotReviewed, release
from tests.core.settlement import house
from tests.core.settlement.house import NIGHT, told, whole
from tests.support.desk import hired


@pytest.fixture
def bank(unit):
    return house.opened(unit)


@pytest.fixture
def brian(unit):
    unit.now = NIGHT
    return house.brian(unit)


@pytest.fixture
def officer(unit):
    return hired(unit, "compliance")


@pytest.fixture
def payout(unit, bank, brian):
    return house.start(unit, brian, reviewed=True)


def status(unit, payout):
    return reviews.find(unit, payout).status


def test_it_waits_and_nothing_leaves(unit, brian, payout):
    house.send_all(unit)
    assert house.status(unit, payout) == "held" and status(unit, payout) == "open"
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 1550.00")
    shown = payouts.find(unit, brian.id, str(payout))
    assert (shown.status, shown.waits_for) == ("held", "liquidity")  # as any technical wait
    whole(unit)


def test_operations_see_a_payment_that_waits_as_others_do(unit, brian, officer, payout):
    """Who looks after payouts serves the customer as well: they hear nothing of a review."""
    ordinary = house.start(unit, brian)
    staff = hired(unit, "operations")
    waits = {one.id: one.waits_for for one in payout_view.page(unit, staff, payout_view.Asked())}
    assert waits[payout] == payout_view.find(unit, staff, payout).waits_for == "liquidity"
    assert {one.id: one.waits_for for one in overview.listed(unit)}[payout] == "liquidity"
    reviewing.refuse(unit, officer, payout, why="a mule")
    other = house.start(unit, brian, reviewed=True)
    reviewing.release(unit, officer, other, why="called")
    house.send_all(unit)
    known = {one["event"] for one in overview.history(unit, ordinary)} | {"waits", "given_up"}
    for one in (payout, other):
        assert {each["event"] for each in overview.history(unit, one)} <= known


def test_released_it_leaves_and_arrives_once(unit, bank, brian, officer, payout):
    unit.now += timedelta(hours=3)
    reviewing.release(unit, officer, payout, why="called")
    with pytest.raises(ReviewOver):
        reviewing.release(unit, officer, payout, why="called")
    with pytest.raises(NotReviewed):
        release(unit, payout)
    house.send_all(unit)
    bank.accept("pesalink")
    unit.now += timedelta(seconds=10)
    bank.done("pesalink")
    assert house.status(unit, payout) == "settled" and status(unit, payout) == "released"
    assert house.balance(unit, brian.wallet) == ("KES 6450.00", "KES 0.00")
    whole(unit)


def test_refused_its_money_is_back_and_told_as_any_that_could_not_leave(
    unit, brian, officer, payout
):
    reviewing.refuse(unit, officer, payout, why="a mule")
    assert house.status(unit, payout) == "failed" and status(unit, payout) == "refused"
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 0.00")
    alert, facts = told(unit)[-1]
    assert (alert, facts["reason"]) == ("payout_failed", "TOLO")
    whole(unit)


def test_over_its_time_its_money_is_back(unit, brian, officer, payout):
    unit.now += timedelta(hours=72)
    house.send_all(unit)
    assert house.status(unit, payout) == "failed" and status(unit, payout) == "expired"
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 0.00")
    with pytest.raises(ReviewOver):
        reviewing.release(unit, officer, payout, why="too late")
    whole(unit)


def test_its_payer_may_take_it_back_meanwhile(unit, brian, officer, payout):
    endings.cancel(unit, payout, customer=brian.id)
    assert house.status(unit, payout) == "cancelled" and status(unit, payout) == "withdrawn"
    with pytest.raises(ReviewOver):
        reviewing.release(unit, officer, payout, why="called")
    whole(unit)
