"""The long campaign: every part of the house dies again and again while customers pay and write.

``CYCLES`` (20) says how many kills, ``SECONDS`` (8) how far apart: ``CYCLES=100 make soak``.
"""

import os
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import create_engine

from tests.kill.customers import Listener, Payer, Writer
from tests.kill.judgement import Books, outside_the_window
from tests.kill.recovery import Probe, table
from tests.support.launched import House, free_port
from tests.support.stack import SCHEDULER, TWIN, WORKER
from tests.support.town import AMINA, BRIAN, NEEMA
from tests.support.until import until

CYCLES = int(os.environ.get("CYCLES", "20"))
SECONDS = float(os.environ.get("SECONDS", "8"))
VICTIMS = ("postgres", "web", "worker", "scheduler", "redis")
# Leases of what was in flight run out after 45 s, then it is sent.
QUIET_WITHIN = 180.0
REDIS_AWAY_SECONDS = 60
COMPANY = [f"+2547120001{number:02}" for number in range(1, 15)]
PAYS = {AMINA: BRIAN, BRIAN: COMPANY[0], COMPANY[0]: COMPANY[1], COMPANY[1]: AMINA}
WRITES = {
    "whatsapp": (AMINA, COMPANY[2], COMPANY[3]),
    "sms": (BRIAN, COMPANY[5], COMPANY[6]),
}
DIALS, CHATS = COMPANY[7], NEEMA


@pytest.fixture
def open_house(tmp_path):
    house = House(tmp_path, free_port())
    house.open(WEB_PROCESSES="2", WORKERS="2")
    house.wait_for("Wekeza is open")
    with httpx.Client(base_url=house.twin) as twin:
        twin.post("/twin/pace", json={"sent": 0.05, "delivered": 0.1, "read": 0.3})
    yield house
    assert house.close() == 0
    assert house.left() == []


@pytest.fixture
def engine_of_house(open_house):
    engine = create_engine(
        open_house.books_url.replace("postgresql:", "postgresql+psycopg:"), pool_pre_ping=True
    )
    yield engine
    engine.dispose()


@pytest.mark.soak
def test_whatever_is_killed_nothing_is_lost(open_house, engine_of_house, capsys):
    began, over = datetime.now(UTC), threading.Event()
    payers, writers = people(open_house, over)
    everybody = {*PAYS, *PAYS.values(), *WRITES["whatsapp"], *WRITES["sms"], CHATS, DIALS}
    listener = Listener(over=threading.Event(), twin=open_house.twin, addresses=everybody)
    probe = Probe(open_house, engine_of_house, dials=DIALS, writes=CHATS)
    for one in (*payers, *writers, listener):
        one.start()
    recoveries, kills = defaultdict(list), []
    for cycle in range(CYCLES):
        next_at = datetime.now(UTC) + timedelta(seconds=SECONDS)
        over.wait(1.0)
        victim = VICTIMS[cycle % len(VICTIMS)]
        kills.append((victim, datetime.now(UTC)))
        recoveries[victim].append(probe.kill(victim))
        over.wait((next_at - datetime.now(UTC)).total_seconds())
    over.set()
    for one in (*payers, *writers):
        one.join()
        assert one.failed == []
    books = Books(engine_of_house, began=began)
    until(lambda: books.unsent() == 0, seconds=QUIET_WITHIN)
    listener.over.set()
    listener.join()
    assert listener.failed == []
    listener.listen()

    twice = books.twice(listener.arrived)
    with capsys.disabled():
        print(
            f"\n{len(kills)} kills, {sum(p.presses for p in payers)} presses answered, "
            f"{sum(len(p.told) for p in payers)} payments told, "
            f"{sum(len(w.taken) for w in writers)} messages taken, "
            f"{len(listener.arrived)} arrived, {len(twice)} of them a second time"
        )
        print(table(recoveries))
    assert all(payer.told for payer in payers)
    assert all(writer.taken for writer in writers)
    books.each_payment_told_happened_once_and_no_other(payers)
    books.each_press_answered_was_kept(payers)
    assert books.wrongly_put_off(payers) == []
    books.each_reply_owed_arrived(writers, listener.arrived)
    books.each_customer_was_answered_in_order(listener.arrived)
    assert outside_the_window(twice, kills) == []
    verified = open_house.run("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def people(house, over):
    payers = [
        Payer(over=over, phone=house.phone("ussd", payer), payee=payee)
        for payer, payee in PAYS.items()
    ]
    writers = [
        Writer(over=over, phone=house.phone(channel, writer))
        for channel, several in WRITES.items()
        for writer in several
    ]
    return payers, writers


@pytest.mark.soak
def test_redis_gone_for_a_minute_under_load(stack, own_redis, books):
    for program in (TWIN, WORKER, SCHEDULER):
        if program not in stack.processes:
            stack.start(program)
    over = threading.Event()
    payers = [
        Payer(over=over, phone=stack.phone("ussd", payer), payee=payee)
        for payer, payee in ((AMINA, BRIAN), (BRIAN, AMINA))
    ]
    own_redis.stop()
    try:
        for payer in payers:
            payer.start()
        over.wait(REDIS_AWAY_SECONDS)
        while_away = sum(len(payer.told) for payer in payers)
    finally:
        own_redis.start()
    over.set()
    for payer in payers:
        payer.join()
        assert payer.failed == []
    print(f"{while_away} payments while Redis was away")
    assert while_away > len(payers)
    seen = Books(books, began=datetime.now(UTC))
    until(lambda: seen.unsent() == 0, seconds=QUIET_WITHIN)
    assert seen.rows("select id from outbox where status = 'dead'") == []
