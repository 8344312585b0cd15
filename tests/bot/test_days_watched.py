"""Days that are over are watched by the scheduler; of a model that drifts compliance hears."""

from datetime import UTC, datetime, time, timedelta

import pytest

from core.access.actors import SYSTEM
from core.aml import alert_list
from core.monitoring import model as served
from core.store import mail
from core.store.unit import jsonb
from core.watch import drift, run
from tests.core.watch.village import Village
from worker import watching


def left(house) -> int:
    with house.unit() as unit:
        return run.days_left(unit)


def written(house) -> list[mail.Letter]:
    with house.unit() as unit:
        return mail.take(unit, most=100)


def judge(house, many: int) -> None:
    """Judge so many payments of yesterday, all alike; the first set in shadow names a model."""
    with house.unit() as unit:
        at = datetime.combine(unit.now.date() - timedelta(days=1), time(8), UTC)
        live = unit.value("select version from rule_sets where status = 'live'")
        for place in range(many):
            unit.run(
                """
                select payment_decided(%(id)s, %(at)s, 'transfer', %(id)s, %(id)s, 100, 'KES',
                    'ussd', 'allow', 0, '{}', '{}', %(features)s, '[]', null, %(live)s, null, null,
                    null, null, null, '[]', null, 'test')
                """,
                id=unit.new_id(),
                at=at + timedelta(seconds=place),
                features=jsonb({"worth_usd": 9_000.0, "hour": 3}),
                live=live,
            )


def test_every_day_that_is_over_is_watched_once(house, clock):
    watching.sweep(house)
    assert left(house) == 0 and watching.sweep(house) == 0
    clock.pass_(days=3)
    assert left(house) == 3
    assert watching.sweep(house) == 3 and left(house) == 0


def test_what_goes_round_is_an_alert(house, clock):
    watching.sweep(house)
    with house.unit() as unit:
        before = len(alert_list.page(unit, SYSTEM))
        Village(unit, began=unit.now).cycle(began=0)
    clock.pass_(days=2)
    watching.sweep(house)
    with house.unit() as unit:
        told = alert_list.page(unit, SYSTEM)
    assert len(told) == before + 1 and "cycle" in {one.type for one in told}


def test_of_payments_unlike_those_it_learnt_from_compliance_is_written_to(house, clock):
    watching.sweep(house)
    clock.pass_(days=1)
    written(house)
    judge(house, drift.LEAST_PAYMENTS)
    watching.sweep(house)
    letters = [one for one in written(house) if "payments have changed" in one.subject]
    assert letters
    for letter in letters:
        assert served.versions()[0] in letter.body and "worth_usd" in letter.body


@pytest.mark.parametrize("many", [0, 20])
def test_of_few_payments_nothing_is_said(house, clock, many):
    watching.sweep(house)
    clock.pass_(days=1)
    judge(house, many)
    watching.sweep(house)
    assert not [one for one in written(house) if "payments have changed" in one.subject]
