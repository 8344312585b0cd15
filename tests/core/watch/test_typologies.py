"""Each typology through the book: found in what it is, and not in what only looks like it."""

from datetime import timedelta

import pytest

from core.kyc.tiers import Tier
from tests.core.watch.village import BEGAN, RATE, Village


@pytest.fixture
def village(unit):
    unit.now = BEGAN + timedelta(days=120)
    return Village(unit)


def kes(dollars):
    return f"KES {dollars * RATE}.00"


def found(village, days=10):
    """Return what is found in some days: the typology and of whom."""
    return {
        (one.typology, one.customer) for done in village.watched(days=days) for one in done.live
    }


def test_the_rings_beginner_is_named_and_a_ring_of_trade_is_not(village):
    a, b, c = (village.somebody() for _ in range(3))
    for place, (payer, payee) in enumerate(((a, b), (b, c), (c, a))):
        village.pays(payer, payee, 5 + 7 * place, kes(500 - 10 * place))
    d, e, f = (village.somebody() for _ in range(3))
    for place, (payer, payee) in enumerate(((d, e), (e, f), (f, d))):
        village.pays(payer, payee, 5 + 7 * place, kes((500, 230, 340)[place]))
    assert found(village) == {("cycle", a.id)}


def test_many_strangers_pay_one_who_passes_it_on(village):
    mule, host = village.somebody(holds="KES 1.00"), village.somebody(holds="KES 1.00")
    for place in range(8):
        village.pays(village.somebody(), mule, 3 + place, kes(100))
        village.pays(village.somebody(), host, 3 + place, kes(100))
    village.takes(mule, 20, kes(350))
    village.takes(mule, 22, kes(350))
    assert found(village) == {("fan_in", mule.id)}


def test_who_is_always_paid_by_the_same_is_a_landlord(village):
    landlord, tenants = village.somebody(), [village.somebody() for _ in range(8)]
    for month in range(2):
        for place, tenant in enumerate(tenants):
            village.pays(tenant, landlord, 24 * 30 * month + place, kes(100))
        village.takes(landlord, 24 * 30 * month + 20, kes(150))
    village.watched(days=27)
    later = [(BEGAN + timedelta(days=day)).date() for day in range(27, 36)]
    assert not [one for day in later for one in village.watch(day).live]


def test_money_scattered_over_several_is_gathered_at_one(village):
    source, target = village.somebody(), village.somebody()
    for place in range(4):
        between = village.somebody(holds="KES 1.00")
        village.pays(source, between, 3 + place, kes(300))
        village.pays(between, target, 20 + place, kes(285))
    assert found(village) == {("scatter_gather", target.id)}


def test_what_comes_back_twice_made_a_round_trip_and_a_loan_did_not(village):
    a, b, lender, friend = (village.somebody() for _ in range(4))
    for turn in range(2):
        village.pays(a, b, 5 + 40 * turn, kes(600))
        village.pays(b, a, 20 + 40 * turn, kes(585))
    village.pays(lender, friend, 5, kes(600))
    village.pays(friend, lender, 60, kes(600))
    assert found(village) == {("round_trip", a.id)}


def test_what_goes_through_again_and_again_is_told_from_trade(village):
    mule, trader = village.somebody(holds="KES 1.00"), village.somebody(holds="KES 1.00")
    for turn in range(4):
        for one, part in ((mule, 485), (trader, 300)):
            village.pays(village.somebody(), one, 4 + 24 * turn, kes(500))
            village.takes(one, 7 + 24 * turn, kes(part))
    assert found(village) == {("pass_through", mule.id)}


def test_a_sleeper_that_wakes_is_told_from_one_who_lives_on_it(village):
    sleeper, traveller = village.somebody(holds="KES 10.00"), village.somebody(holds="KES 10.00")
    for one in (sleeper, traveller):
        village.brings(one, 0, kes(10))
    days = 24 * 60
    for one, part in ((sleeper, 1900), (traveller, 300)):
        village.brings(one, days, kes(2000))
        village.takes(one, days + 5, kes(part))
    woke = [(BEGAN + timedelta(days=day)).date() for day in range(59, 63)]
    village.watched(days=1)
    told = {(one.typology, one.customer) for day in woke for one in village.watch(day).live}
    assert told == {("dormant_awakening", sleeper.id)}


def test_amounts_just_below_the_threshold_are_told_from_open_ones(village):
    hiding, open_ = village.somebody(tier=Tier.ASSESSED), village.somebody(tier=Tier.ASSESSED)
    for turn, dollars in enumerate((14_000, 13_500, 14_500)):
        village.brings(hiding, 4 + 20 * turn, kes(dollars))
        village.brings(open_, 4 + 20 * turn, kes(dollars))
    village.brings(open_, 70, kes(20_000))
    told = found(village)
    assert ("structuring", hiding.id) in told
    assert not [one for one in told if one[0] != "structuring"]


def test_who_empties_a_wallet_after_a_new_sim_is_told_from_who_lost_a_phone(village, unit):
    robbed, careless = village.somebody(), village.somebody()
    for one in (robbed, careless):
        village.new_sim(one, 10)
    for turn in range(3):
        village.pays(robbed, village.somebody(), 11 + turn, kes(200))
    village.pays(careless, village.somebody(), 12, kes(3))
    assert found(village) == {("sim_change", robbed.id)}
