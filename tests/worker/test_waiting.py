"""The sweep of money that waits: who may have it gets it, the rest goes back, a bounded number."""

import pytest
from sqlalchemy import Engine

from bot.house import House
from core.ledger import book
from core.money import Money
from core.store import contacts
from core.store.outbox import register_senders
from core.transfers import collecting
from core.transfers.waiting import WAITS, send_waiting
from tests.core.people import Someone, someone
from tests.support import unsealed
from tests.support.outbox_rows import ALL
from worker import rounds, waiting

NUMBERS = [f"+25473300011{n}" for n in range(5)]


@pytest.fixture
def database(clean_database: str) -> str:
    """A database of its own: what is sent here stays."""
    return clean_database


@pytest.fixture
def books(clean_engine: Engine) -> Engine:
    """The way to it."""
    return clean_engine


@pytest.fixture
def amina(house: House) -> Someone:
    with house.unit() as unit:
        register_senders(unit, ALL)
        return someone(unit, holds="KES 1000.00")


def send(house: House, amina: Someone, *, late: bool = False) -> None:
    with house.unit() as unit:
        if late:
            unit.now -= WAITS
        for number in NUMBERS:
            send_waiting(
                unit, id=unit.new_id(), payer=amina.id, wallet=amina.wallet, phone=number,
                amount=Money(10_000, "KES"), channel="whatsapp",
            )  # fmt: skip


def how_many(house: House, status: str) -> object:
    with house.unit() as unit:
        return unit.value(
            "select count(*) from waiting_transfers where status = %(status)s", status=status
        )


def test_what_nobody_collected_goes_back_a_few_at_a_time(house, amina, monkeypatch) -> None:
    send(house, amina, late=True)
    assert waiting.sweep(house) == 0, "the ledger gives it back first"
    with house.unit() as unit:
        assert book.expire(unit) == 5
    monkeypatch.setattr(waiting, "AT_ONCE", 1)
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 3)
    assert [waiting.sweep(house) for _ in range(3)] == [3, 2, 0]
    assert how_many(house, "returned") == 5
    with house.unit() as unit:
        told = [row.payload["alert"] for row in unsealed.outbox(unit)]
    assert told.count("money_returned") == 5


def test_what_was_sent_as_they_joined_is_paid_by_the_sweep(house, amina, monkeypatch) -> None:
    """Whoever joined at the very moment found nothing, and was nobody's when it was sent."""
    with house.unit() as unit:
        for number in NUMBERS[:3]:
            someone(unit, number, names=("Zawadi", "Njeri"))
    send(house, amina)
    monkeypatch.setattr(waiting, "AT_ONCE", 2)
    assert [waiting.sweep(house) for _ in range(3)] == [2, 1, 0]
    assert (how_many(house, "claimed"), how_many(house, "waiting")) == (3, 2)


def test_one_that_breaks_keeps_no_other_waiting(house, amina) -> None:
    """Here one note that nobody can open."""
    with house.unit() as unit:
        for number in NUMBERS[:3]:
            someone(unit, number, names=("Zawadi", "Njeri"))
    send(house, amina)
    with house.unit() as unit:
        unit.run(
            """
            update waiting_transfers set note = '\\x00' where contact = %(contact)s
            """,
            contact=contacts.token(unit, NUMBERS[1]),
        )
    assert waiting.sweep(house) == 2
    assert (how_many(house, "claimed"), how_many(house, "waiting")) == (2, 3)
    with house.unit() as unit:
        assert collecting.entitled(unit, most=9) == [], "it is tried again, and not at once"
        unit.now += collecting.TRIED_AGAIN_AFTER
        assert len(collecting.entitled(unit, most=9)) == 1
