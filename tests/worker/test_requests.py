"""The sweep of requests that nobody answered in a week: a few at a time, and bounded."""

import pytest
from sqlalchemy import Engine

from bot.house import House
from core.money import Money
from core.transfers.requests import STAYS_OPEN, ask
from tests.core.people import someone
from worker import requests, rounds


@pytest.fixture
def database(clean_database: str) -> str:
    """A database of its own: what is asked here stays."""
    return clean_database


@pytest.fixture
def books(clean_engine: Engine) -> Engine:
    """The way to it."""
    return clean_engine


@pytest.fixture
def asked(house: House) -> None:
    with house.unit() as unit:
        unit.now -= STAYS_OPEN
        asker = someone(unit, "+254712000002", names=("Brian", "Kamau")).id
        for n in range(5):
            other = someone(unit, f"+25471200001{n}", names=("Grace", "Wanjiru")).id
            if n == 4:
                unit.now += STAYS_OPEN
            ask(unit, asker=asker, asked=other, amount=Money(100, "KES"))


@pytest.mark.usefixtures("asked")
def test_what_is_due_ends_a_few_at_a_time(house, monkeypatch) -> None:
    monkeypatch.setattr(requests, "AT_ONCE", 2)
    assert requests.sweep(house) == 4
    assert requests.sweep(house) == 0
    with house.unit() as unit:
        count = "select count(*) from money_requests where status = 'expired'"
        assert unit.value(count) == 4


@pytest.mark.usefixtures("asked")
def test_one_sweep_is_bounded(house, monkeypatch) -> None:
    monkeypatch.setattr(requests, "AT_ONCE", 1)
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 3)
    assert [requests.sweep(house) for _ in range(3)] == [3, 1, 0]
