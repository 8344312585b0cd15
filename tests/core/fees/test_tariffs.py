"""A new tariff: by two people, from a day to come, and what was charged stays as it was."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import exc

from core.access import approvals
from core.access.actors import Forbidden
from core.access.approvals import AlreadyAsked
from core.approvals.catalog import KINDS
from core.fees import schedule, tariffs
from core.fees.schedule import Band
from core.fees.tariffs import BadTariff, Tariff, TariffTooLate
from core.money import Money
from tests.support.desk import hired


def kes(text):
    return Money.load(f"KES {text}")


FLAT = Tariff(
    what="bill",
    country="KE",
    currency="KES",
    begins=date(2026, 4, 1),
    source="decision 12/2026",
    bands=(
        Band(kes("0.00"), kes("0.00"), Decimal("2.5"), kes("1.00"), kes("60.00")),
        Band(kes("5000.01"), kes("60.00"), Decimal(0), kes("0.00"), None),
    ),
)


@pytest.fixture(autouse=True)
def kinds():
    approvals.register(KINDS)


@pytest.fixture
def asker(unit):
    return hired(unit, "operations")


@pytest.fixture
def decider(unit):
    return hired(unit, "compliance")


def bill(unit, amount="KES 2000.00"):
    return str(schedule.fee(unit, what="bill", amount=Money.load(amount), country="KE"))


def later(unit, **wait):
    unit.now += timedelta(**wait)


def test_what_is_asked_for_is_what_is_read_and_decided():
    facts = tariffs.facts_of(FLAT)
    assert facts["bands"].startswith("from 0.00: 0.00 and 2.5 per mille, least 1.00, most 60.00; ")
    assert tariffs.read(facts) == FLAT


def test_a_tariff_takes_effect_on_its_day_by_the_countrys_clock(unit, asker, decider):
    asked = tariffs.request(unit, asker, FLAT, reason="the board said so")
    ended = approvals.approve(unit, decider, asked.id)
    assert ended.status == "approved" and ended.outcome == {"begins": "2026-04-01"}
    assert bill(unit) == "KES 20.00", "still the old one"
    assert bill(unit, "KES 1000.00") == "KES 0.00"
    unit.now = unit.now.replace(month=3, day=31, hour=20, minute=59)
    assert bill(unit) == "KES 20.00"
    unit.now = unit.now.replace(hour=21, minute=0)  # midnight in Nairobi
    assert bill(unit) == "KES 5.00"
    assert bill(unit, "KES 100.00") == "KES 1.00"
    assert bill(unit, "KES 9000.00") == "KES 60.00"
    before = schedule.listed(unit, country="KE", currency="KES", what="bill", on=date(2026, 3, 31))
    assert [str(line.band.fixed) for line in before] == ["KES 0.00", "KES 20.00"]


def test_one_person_alone_changes_nothing(unit, asker, decider):
    with pytest.raises(Forbidden):
        tariffs.request(unit, decider, FLAT, reason="because")
    asked = tariffs.request(unit, asker, FLAT, reason="because")
    with pytest.raises(Forbidden):
        approvals.approve(unit, asker, asked.id)
    with pytest.raises(AlreadyAsked):
        tariffs.request(unit, asker, FLAT, reason="once more")
    with pytest.raises(exc.DBAPIError), unit.savepoint():
        unit.run("update fee_schedule set fixed = 0")
    approvals.reject(unit, decider, asked.id, "too dear")
    with pytest.raises(exc.DBAPIError, match="two people"), unit.savepoint():
        tariffs.take_effect(unit, asked)


def test_what_comes_too_late_or_twice_fails_and_the_old_tariff_stays(unit, asker, decider):
    with pytest.raises(TariffTooLate):
        tariffs.request(unit, asker, replace(FLAT, begins=date(2026, 3, 4)), reason="today")
    slow = tariffs.request(unit, asker, replace(FLAT, begins=date(2026, 3, 5)), reason="tomorrow")
    later(unit, days=1)
    assert approvals.approve(unit, decider_at(unit, decider), slow.id).status == "failed"
    first = tariffs.request(unit, asker, FLAT, reason="spring")
    assert approvals.approve(unit, decider_at(unit, decider), first.id).status == "approved"
    second = tariffs.request(unit, asker, replace(FLAT, begins=date(2026, 3, 20)), reason="sooner")
    ended = approvals.approve(unit, decider_at(unit, decider), second.id)
    assert ended.outcome == {"code": "tariff_underway"}
    assert bill(unit) == "KES 20.00"


def test_a_second_tariff_follows_the_first(unit, asker, decider):
    first = tariffs.request(unit, asker, FLAT, reason="spring")
    approvals.approve(unit, decider, first.id)
    summer = replace(FLAT, begins=date(2026, 7, 1), bands=(Band(
        kes("0.00"), kes("7.00"), Decimal(0), kes("0.00"), None),))  # fmt: skip
    second = tariffs.request(unit, asker, summer, reason="summer")
    assert approvals.approve(unit, decider, second.id).status == "approved"
    unit.now = unit.now.replace(month=6, day=30)
    assert bill(unit) == "KES 5.00"
    unit.now = unit.now.replace(month=7, day=1)
    assert bill(unit) == "KES 7.00"


def decider_at(unit, decider):
    """The same person, with a second factor proven just now."""
    return replace(decider, mfa_at=unit.now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": "juggling"},
        {"country": "DE"},
        {"source": ""},
        {"bands": ()},
        {"bands": FLAT.bands[1:]},
        {"bands": FLAT.bands[::-1]},
        {"bands": (replace(FLAT.bands[0], least=kes("70.00")),)},
        {"bands": (replace(FLAT.bands[0], per_mille=Decimal("0.0001")),)},
        {"bands": (replace(FLAT.bands[0], per_mille=Decimal(1000)),)},
    ],
)
def test_what_is_no_tariff_is_not_asked_for(unit, asker, wrong):
    with pytest.raises(BadTariff):
        tariffs.request(unit, asker, replace(FLAT, **wrong), reason="because")


@pytest.mark.parametrize("field", ["begins", "currency", "bands"])
def test_what_cannot_be_read_is_no_tariff(field):
    with pytest.raises(BadTariff):
        tariffs.read(tariffs.facts_of(FLAT) | {field: "nonsense"})
    with pytest.raises(BadTariff):
        tariffs.read(tariffs.facts_of(FLAT) | {"bands": "from 0.001: 1 and 2 per mille, least 0"})
