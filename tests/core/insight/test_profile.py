"""Segments and risk, each by the first reason that fits, kept only where they have changed."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.access.actors import SYSTEM, Forbidden
from core.insight import profile, risk, segments
from core.insight.profile import NoProfile
from core.insight.risk import Signs
from core.insight.segments import Standing
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from tests.core.people import fund, someone
from tests.support.desk import hired

TODAY = date(2026, 3, 4)
PLAIN = Standing(
    is_agent=False, idle=timedelta(days=1), worth=Decimal(0), mass_affluent=100, affluent=500,
    born=date(1980, 1, 1),
)  # fmt: skip
GOOD = Signs(
    tier=2, kyc_status="Verified", known_for=timedelta(days=400), disputes_lost=0, owes=False,
    pin_locked=False, sim_changed=False,
)  # fmt: skip


def changed(one, **other):
    facts = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return type(one)(**(facts | other))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, "Retail"),
        ({"worth": Decimal(99)}, "Retail"),
        ({"worth": Decimal(100)}, "Mass affluent"),
        ({"worth": Decimal(500)}, "Affluent"),
        ({"born": date(2000, 3, 5)}, "Youth"),
        ({"born": date(2000, 3, 4)}, "Retail"),
        ({"born": date(2000, 3, 5), "worth": Decimal(500)}, "Affluent"),
        ({"born": None}, "Retail"),
        ({"idle": timedelta(days=180), "worth": Decimal(500)}, "Dormant"),
        ({"is_agent": True, "idle": timedelta(days=500)}, "Business"),
    ],
)
def test_the_first_segment_that_fits_is_theirs(other, expected) -> None:
    assert segments.segment(changed(PLAIN, **other), today=TODAY) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, "Low"),
        ({"pin_locked": True}, "Low"),
        ({"pin_locked": True, "sim_changed": True}, "Medium"),
        ({"tier": 1}, "Medium"),
        ({"kyc_status": "Pending"}, "Medium"),
        ({"kyc_status": "Expired", "sim_changed": True}, "High"),
        ({"owes": True}, "Medium"),
        ({"owes": True, "disputes_lost": 5}, "High"),
        ({"disputes_lost": 1}, "Low"),
        ({"known_for": timedelta(days=3), "tier": 1}, "Medium"),
    ],
)
def test_points_make_a_level(other, expected) -> None:
    assert risk.level(risk.reasons(changed(GOOD, **other))) == expected


def test_a_profile_is_kept_where_it_has_changed(unit) -> None:
    amina = someone(unit, holds="KES 150000.00")
    assert profile.compute(unit, [amina.id]) == 1
    row = unit.one(
        "select segment, risk_profile, lifetime_value, profiled_at, updated_by, credit_score"
        " from customers where id = %(id)s",
        id=amina.id,
    )
    assert (row.segment, row.lifetime_value, row.profiled_at) == ("Mass affluent", 0, unit.now)
    assert row.credit_score is None
    assert row.updated_by != "insight"
    assert profile.compute(unit, [amina.id]) == 0


def test_thresholds_are_the_country_s_own_and_any_currency_counts(unit) -> None:
    kenyan = someone(unit, holds="KES 120000.00")
    tanzanian = someone(
        unit, "+255712000002", names=("Neema", "Mushi"), holds="TZS 120000.00", id_number="TZ99123"
    )
    found = {one.customer: one for one in profile.look(unit, [kenyan.id, tanzanian.id])}
    assert found[kenyan.id].segment == "Mass affluent"
    assert found[tanzanian.id].segment == "Retail"
    assert found[tanzanian.id].held == Decimal("120000.00")


def test_what_comes_in_in_a_month_counts_as_what_is_held_does(unit) -> None:
    amina = someone(unit)
    for _ in range(3):
        fund(unit, amina.wallet, "KES 120000.00")
        out = book.Leg(
            amina.wallet, book.system_account(unit, "cash", "KES"), Money.load("KES 120000.00")
        )
        book.post(unit, id=uuid4(), type="withdrawal", legs=[out], wallet=amina.wallet)
    (found,) = profile.look(unit, [amina.id])
    assert (found.held, found.segment) == (0, "Mass affluent")


def test_young_people_are_known_by_what_is_sealed(unit) -> None:
    young = someone(unit, born=date(2004, 1, 1))
    assert profile.look(unit, [young.id])[0].segment == "Youth"


def test_a_risk_tells_its_reasons(unit) -> None:
    amina = someone(unit, tier=Tier.REGISTERED)
    (found,) = profile.look(unit, [amina.id])
    assert found.risk_reasons == {"unverified": 2, "new": 1}
    assert found.risk == "Medium"
    unit.run(
        "update pins set attempts = 3, locked_at = %(now)s where customer_id = %(id)s",
        now=unit.now, id=amina.id,
    )  # fmt: skip
    (found,) = profile.look(unit, [amina.id])
    assert found.risk == "High"


def test_on_demand_it_is_kept_and_asks_for_the_right(unit) -> None:
    amina = someone(unit)
    agent = hired(unit, "agent")
    assert profile.of_customer(unit, agent, amina.id).customer == amina.id
    assert unit.value("select profiled_at from customers where id = %(id)s", id=amina.id)
    with pytest.raises(Forbidden):
        profile.of_customer(unit, hired(unit, "admin"), amina.id)
    with pytest.raises(NoProfile):
        profile.of_customer(unit, SYSTEM, uuid4())


def test_batches_go_through_everybody_once(unit) -> None:
    made = {someone(unit, f"+25471200000{n}").id for n in range(1, 6)}
    seen, after = [], profile.NOBODY
    while batch := profile.next_batch(unit, after=after, most=2):
        assert len(batch) <= 2
        seen += batch
        after = batch[-1]
    assert set(seen) >= made
    assert len(seen) == len(set(seen))
