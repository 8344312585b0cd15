"""The chore that pays plans: one broken plan keeps no other waiting, two runs do no harm."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from core.ledger import book
from core.money import Money
from core.plans import plans
from core.plans.days import Rule
from core.store import outbox
from tests.core.people import someone
from tests.support import without_redis
from tests.support.outbox_rows import ALL
from tests.support.town import Clock
from worker.plans import sweep, tell_ahead


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def house(servers, clean_database, clock, pepper, tmp_path):
    with without_redis.opened(
        servers, clean_database, clock, data_dir=tmp_path, pepper=pepper
    ) as house:
        yield house


@pytest.fixture
def amina(house):
    with house.unit() as unit:
        outbox.register_senders(unit, ALL)
        return someone(unit, holds="KES 5000.00")


@pytest.fixture
def brian(house):
    with house.unit() as unit:
        return someone(unit, "+254712000002", names=("Brian", "Kamau"))


def plan(house, amina, brian, *, days=3):
    with house.unit() as unit:
        return plans.make(
            unit,
            plans.NewPlan(
                id=unit.new_id(), customer=amina.id, kind="transfer",
                amount=Money.load("KES 100.00"), details={"to": str(brian.id), "note": ""},
                rule=Rule("week", date(2026, 3, 4 + days)), channel="ussd",
            ),
            today=date(2026, 3, 4), zone="Africa/Nairobi",
        ).id  # fmt: skip


def got(house, brian):
    with house.unit() as unit:
        return str(book.balance(unit, brian.wallet).posted)


def test_what_breaks_is_put_off_and_others_are_paid(house, clean_admin_engine, clock, amina, brian):
    broken = plan(house, amina, brian)
    plan(house, amina, brian)
    with clean_admin_engine.begin() as connection:
        connection.exec_driver_sql(
            "update payment_plans set details = 'not ours' where id = %(id)s", {"id": broken}
        )
    clock.pass_(days=3)
    assert sweep(house) == 1
    assert got(house, brian) == "KES 100.00"
    assert sweep(house) == 0, "put off, and not tried at every tick"
    clock.pass_(minutes=10)
    assert sweep(house) == 0


def test_two_runs_at_once_pay_each_day_once(house, clock, amina, brian):
    for _ in range(6):
        plan(house, amina, brian, days=4)
    clock.pass_(days=11)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(sweep, [house, house])) >= 12
    sweep(house)
    assert got(house, brian) == "KES 1200.00"
    with house.unit() as unit:
        assert unit.value("select count(*) from transfers") == 12
        assert book.verify(unit) == []


def test_tomorrows_payments_are_told(house, clock, amina, brian):
    plan(house, amina, brian)
    assert tell_ahead(house) == 0
    clock.pass_(days=2)
    assert (tell_ahead(house), tell_ahead(house)) == (1, 0)
