"""The sweep of holds whose time is over: bounded, again and again, until none is due."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.house import House
from core.ledger import book
from tests.core.ledger.books import customer, hold, kes
from worker import expire_holds, rounds


@pytest.fixture
def database(clean_database: str) -> str:
    """A database of its own: what is posted here stays."""
    return clean_database


@pytest.fixture
def books(clean_engine: Engine) -> Engine:
    """The way to it."""
    return clean_engine


@pytest.fixture
def payer(house: House):
    with house.unit() as unit:
        payer, payee = customer(unit, holds=kes(100)).wallet, customer(unit).wallet
        earlier = unit.now - timedelta(days=3)
        unit.now = earlier
        for days in (1, 2, 2, 2, 30):
            hold(unit, payer, payee, kes(10), days=days)
    return payer


def test_everything_due_is_given_back_a_few_at_a_time(house: House, payer, monkeypatch) -> None:
    monkeypatch.setattr(expire_holds, "AT_ONCE", 2)
    assert expire_holds.sweep(house) == 4
    assert expire_holds.sweep(house) == 0
    with house.unit() as unit:
        assert book.balance(unit, payer).available == kes(90)
        assert len(book.open_holds(unit, payer)) == 1
        assert book.verify(unit) == []


def test_one_sweep_is_bounded(house: House, payer, monkeypatch) -> None:
    monkeypatch.setattr(expire_holds, "AT_ONCE", 1)
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 3)
    assert [expire_holds.sweep(house) for _ in range(3)] == [3, 1, 0]
