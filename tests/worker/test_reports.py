"""The chore that prepares reports: each country's when it is over there, each by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.access.actors import SYSTEM
from core.kyc.tiers import Tier
from core.regulatory import reports
from core.store import outbox
from tests.core.people import someone
from tests.core.regulatory.tills import agent, brought, rates_of
from tests.support import without_redis
from tests.support.outbox_rows import ALL
from tests.support.regulatory import nigeria_reports
from tests.support.town import Clock
from worker.reports import prepare

MONDAY, WEEK, MONTH = date(2026, 5, 25), "2026-W22", "2026-05"
BETWEEN = datetime(2026, 5, 31, 22, tzinfo=UTC)
"""Monday has begun in Nairobi, and it is Sunday in Lagos: the last of the month."""


@pytest.fixture
def clock():
    return Clock(BETWEEN)


@pytest.fixture
def house(servers, clean_database, clock, pepper, tmp_path):
    with without_redis.opened(
        servers, clean_database, clock, data_dir=tmp_path, pepper=pepper
    ) as house:
        yield house


@pytest.fixture
def town(house, clean_admin_engine):
    """Nigeria reports as Kenya does; in either is a till to which somebody brought much cash."""
    with house.unit() as unit:
        outbox.register_senders(unit, ALL)
        unit.now = BETWEEN - timedelta(days=60)
        rates_of(unit, unit.now)
        for phone, country, names, amount in (
            ("+254712000001", "KE", ("Amina", "Otieno"), "KES 2000000.00"),
            ("+2348030000001", "NG", ("Ngozi", "Bello"), "NGN 5000000.00"),
        ):
            rich = someone(unit, phone, names=names, tier=Tier.ASSESSED)
            till = agent(
                unit, someone(unit, f"{phone[:-1]}3", names=("Faith", country)), country=country,
                most=amount,
            )  # fmt: skip
            brought(unit, till, rich, amount, day=MONDAY)
    with nigeria_reports(clean_admin_engine):
        yield


def made(house) -> set[tuple[str, str, str]]:
    """Return the country, the type and the period of each report."""
    with house.unit() as unit:
        return {(one.country, one.type, one.period) for one in reports.page(unit, SYSTEM)}


def test_each_country_reports_what_is_over_there(house, clock, town):
    prepare(house)
    kenya = {("KE", "ctr", WEEK), ("KE", "large_cash", MONTH), ("KE", "summary", MONTH)}
    before = {("NG", "large_cash", "2026-04"), ("NG", "summary", "2026-04")}
    assert made(house) == kenya | before
    clock.pass_(hours=2)
    nigeria = {("NG", "ctr", WEEK), ("NG", "large_cash", MONTH), ("NG", "summary", MONTH)}
    assert prepare(house) == 6
    assert made(house) == kenya | before | nigeria
    assert prepare(house) == 6, "what stands is not made a second time"
    assert made(house) == kenya | before | nigeria


def test_one_country_that_cannot_keeps_no_other_waiting(house, clock, town, clean_admin_engine):
    clock.pass_(hours=2)
    with clean_admin_engine.begin() as connection:
        connection.exec_driver_sql("delete from fx_rates where currency_to = 'KES'")
    prepare(house)
    assert {one for one in made(house) if one[0] == "NG"} == {
        ("NG", "ctr", WEEK), ("NG", "large_cash", MONTH), ("NG", "summary", MONTH),
    }  # fmt: skip
    assert ("KE", "ctr", WEEK) not in made(house) and ("KE", "summary", MONTH) in made(house)


def test_where_nothing_was_confirmed_nothing_is_prepared(house, town, clean_admin_engine):
    with clean_admin_engine.begin() as connection:
        connection.exec_driver_sql("update regulatory_entities set reports = false")
    assert prepare(house) == 0 and made(house) == set()
