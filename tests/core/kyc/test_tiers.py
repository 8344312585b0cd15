from itertools import pairwise

import pytest

from core.kyc.countries import SERVED, CountryNotServed, served
from core.kyc.tiers import Tier, limits, set_tier
from core.ledger import book
from core.money import Money
from tests.core.people import counter, someone


def test_the_ledger_serves_the_same_countries(unit):
    rows = unit.all("select code, currency from countries")
    assert {row.code: row.currency for row in rows} == {c: f.currency for c, f in SERVED.items()}
    with pytest.raises(CountryNotServed):
        served("US")


@pytest.mark.parametrize("country", SERVED)
def test_a_higher_tier_never_allows_less(unit, country):
    known = [limits(unit, country=country, tier=tier) for tier in Tier]
    for lower, higher in pairwise(known):
        for name in ("per_transaction", "per_day", "per_month", "max_balance"):
            less, more = getattr(lower, name), getattr(higher, name)
            assert more is None or (less is not None and less <= more)
            assert less is None or less.currency == SERVED[country].currency


def test_moving_up_lifts_the_limits(unit):
    amina = someone(unit, holds="KES 130000.00", tier=Tier.REGISTERED)
    bank = counter(unit)
    with pytest.raises(book.LimitExceeded):
        bank.check_amount(Money.load("KES 100000.00"))
    set_tier(unit, amina.id, Tier.IDENTIFIED, kyc_status="Verified", by="compliance")
    bank.check_amount(Money.load("KES 100000.00"))
    assert unit.one("select tier, kyc_status, updated_by from customers") == (
        2,
        "Verified",
        "compliance",
    )
