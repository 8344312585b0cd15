"""The long campaign: every process dies again and again while customers pay each other."""

import threading
from uuid import uuid4

import httpx
import pytest

from core.ledger import verify
from core.store.unit import Unit
from tests.support.stack import SCHEDULER, TWIN, WEB, WORKER, until
from tests.support.town import AMINA, BRIAN, PIN

CYCLES = 20
REDIS_AWAY_SECONDS = 60
PAIRS = ((AMINA, "0712000002"), (BRIAN, "0712000001"))


@pytest.mark.soak
def test_twenty_cycles_of_killing_everything_in_turn(stack, books, today):
    for program in (TWIN, WORKER, SCHEDULER):
        stack.start(program)
    done = threading.Event()
    paid: list[int] = [0, 0]
    payers = [
        threading.Thread(target=_pay_until, args=(stack, pair, done, paid, number))
        for number, pair in enumerate(PAIRS)
    ]
    for payer in payers:
        payer.start()
    for cycle in range(CYCLES):
        victim = (WEB, WORKER, SCHEDULER)[cycle % 3]
        done.wait(1.5)
        stack.kill(victim)
        stack.start(victim)
    done.set()
    for payer in payers:
        payer.join()
    assert all(paid), "nobody paid between the kills"
    until(lambda: _unsent(books) == 0, seconds=180)
    with books.connect() as connection, connection.begin():
        assert verify.verify(Unit(connection, today, uuid4, str(uuid4()))) == []
        posted = connection.exec_driver_sql(
            "select count(*) from transactions t join transfers m on m.id = t.transaction_id"
            " where m.channel = 'ussd' and m.amount = 300 and m.created_at > %(today)s",
            {"today": today},
        ).scalar_one()
    assert posted == sum(paid)


@pytest.mark.soak
def test_redis_gone_for_a_minute_under_load(stack, own_redis, books):
    for program in (TWIN, WORKER, SCHEDULER):
        if program not in stack.processes:
            stack.start(program)
    done = threading.Event()
    paid: list[int] = [0, 0]
    payers = [
        threading.Thread(target=_pay_until, args=(stack, pair, done, paid, number))
        for number, pair in enumerate(PAIRS)
    ]
    own_redis.stop()
    try:
        for payer in payers:
            payer.start()
        done.wait(REDIS_AWAY_SECONDS)
    finally:
        own_redis.start()
    while_away = sum(paid)
    done.set()
    for payer in payers:
        payer.join()
    print(f"{while_away} payments while Redis was away")
    assert while_away > len(PAIRS)
    until(lambda: _unsent(books) == 0, seconds=180)
    assert _dead(books) == 0


def _dead(books):
    with books.connect() as connection:
        return connection.exec_driver_sql(
            "select count(*) from outbox where status = 'dead'"
        ).scalar_one()


def _pay_until(stack, pair, done, paid, number):
    """Pay KES 3 over and over; a press without an answer is delivered again until it has one."""
    phone, payee = pair
    handset = stack.phone("ussd", phone)
    while not done.is_set():
        _surely(lambda: handset.dial().text, handset)
        for word in ("00", "1", payee, "3", "1"):
            _surely(lambda word=word: handset.press(word).text, handset)
        told = _surely(lambda: handset.press(PIN).text, handset)
        assert "3.00" in told
        paid[number] += 1


def _surely(press, handset):
    try:
        return press()
    except Exception:
        return until(lambda: _again(handset), seconds=60)


def _again(handset):
    try:
        answer = handset.again()
    except httpx.HTTPError:
        return None
    return answer.text[4:] if answer.status_code == 200 else None


def _unsent(books):
    with books.connect() as connection:
        return connection.exec_driver_sql(
            "select count(*) from outbox where status in ('queued', 'leased')"
        ).scalar_one()
