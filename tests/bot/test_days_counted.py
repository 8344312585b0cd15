"""The scheduler works out everybody once a day, and counts each day that is over once."""

from datetime import timedelta

import pytest

from core.insight import profile
from worker import insight


def value(house, sql: str) -> object:
    with house.unit() as unit:
        return unit.value(sql)


@pytest.fixture
def expired(house):
    """Somebody in town whose documents have expired."""
    with house.unit() as unit:
        return unit.value(
            "update customers set kyc_status = 'Expired'"
            " where id = (select id from customers where is_active order by id limit 1)"
            " returning id"
        )


def test_everybody_is_worked_out_once_a_day(house, clock, expired, monkeypatch) -> None:
    everybody = value(house, "select count(*) from customers where is_active")
    real = profile.next_batch
    monkeypatch.setattr(insight, "MOST_BATCHES", 2)
    monkeypatch.setattr(
        profile, "next_batch", lambda unit, *, after: real(unit, after=after, most=10)
    )
    sweeps, done = insight.Profiles(), []
    while many := sweeps.sweep(house):
        done.append(many)
    assert (done[0], sum(done)) == (20, everybody)
    worked_out = value(house, "select count(*) from customers where profiled_at is not null")
    assert worked_out == everybody
    assert (
        value(
            house,
            "select count(*) from next_best_actions where action_type = 'renew_kyc' and not"
            f" is_completed and customer_id = '{expired}'",
        )
        == 1
    )
    assert insight.Profiles().sweep(house) == 0
    clock.now += timedelta(days=1)
    assert insight.Profiles().sweep(house) > 0


def test_days_are_counted_once(house) -> None:
    with house.unit() as unit:
        unit.run(
            "insert into interactions (id, channel, date, notes, conversation_id, outcome,"
            " correlation) values (%(id)s, 'sms', %(at)s, '', %(id)s, '', %(id)s)",
            id=unit.new_id(),
            at=unit.now - timedelta(days=3),
        )
    assert insight.count_days(house) == 3
    assert insight.count_days(house) == 0
    assert value(house, "select sum(turns) from analytics_traffic") == 1
    assert value(house, "select count(distinct day) from analytics_segments") == 3
