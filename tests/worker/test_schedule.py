"""The scheduler: one at a time, and everything goes on without Redis."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Lock, Thread

import pytest
from rq import Queue

from bot.house import House
from bot.wake import DRAIN
from core.crm import messages
from core.store import delivery
from core.store.locks import held
from tests.support.drains import drain
from tests.support.numbers import Number
from tests.support.until import until
from tests.support.without_redis import NOWHERE
from worker import schedule
from worker.drain import Drains
from worker.schedule import Chore, Scheduler, wake_drains


def test_a_number_with_something_due_is_called(house: House, number: Number, queue) -> None:
    drains = Drains(house)
    wake_drains(house, drains)
    assert Queue(DRAIN, connection=house.redis).count == 0
    queue(("+1", "a"))
    wake_drains(house, drains)
    assert Queue(DRAIN, connection=house.redis).count == 1
    assert number.handed == [], "sending is the worker's"


def test_without_redis_the_scheduler_sends_itself(make_house, number: Number, queue) -> None:
    house = make_house(number, redis_at=NOWHERE)
    drains = Drains(house)
    queue(*((f"+{n % 7}", str(n)) for n in range(50)))
    try:
        wake_drains(house, drains)
        until(lambda: len(number.taken) == 50)
    finally:
        assert drains.close(seconds=10)
    for n in range(7):
        assert number.texts(f"+{n}") == [str(i) for i in range(n, 50, 7)]


def test_what_no_worker_sends_the_scheduler_sends(
    house: House, number: Number, queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    drains = Drains(house)
    queue(("+1", "a"))
    wake_drains(house, drains)
    assert number.handed == []
    monkeypatch.setattr(schedule, "STUCK", timedelta(0))
    try:
        wake_drains(house, drains)
        until(lambda: len(number.taken) == 1)
    finally:
        assert drains.close(seconds=10)


def test_closing_waits_for_what_is_in_flight(house: House, number: Number, queue) -> None:
    inside, go_on = Event(), Event()
    number.answer = lambda _: (inside.set(), go_on.wait(20))
    queue(("+1", "a"))
    drains = Drains(house)
    assert drains.open(number.key)
    assert not drains.open(number.key), "once is enough"
    assert inside.wait(10)
    assert not drains.close(seconds=0.05)
    go_on.set()
    assert drains.close(seconds=10)
    with house.unit() as unit:
        assert unit.value("select status from outbox") == "sent"
    assert not drains.open(number.key), "closed is closed"


def test_a_number_without_a_provider_is_left_alone(house: House) -> None:
    assert not Drains(house).open("twilio:sms:+999")


def test_of_two_schedulers_one_works_and_the_other_takes_over(house: House) -> None:
    busy, lock = {"first": 0, "second": 0}, Lock()

    def scheduler(name: str) -> Scheduler:
        def work(_: House) -> None:
            with lock:
                busy[name] += 1

        return Scheduler(house, (Chore("count", 0, work),), tick_seconds=0.01)

    first, second = scheduler("first"), scheduler("second")
    threads = [Thread(target=one.run) for one in (first, second)]
    threads[0].start()
    until(lambda: busy["first"] > 3)
    threads[1].start()
    until(lambda: busy["first"] > 10)
    assert busy["second"] == 0
    first.stop()
    threads[0].join(10)
    until(lambda: busy["second"] > 3)
    second.stop()
    threads[1].join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_a_lock_ends_with_its_connection(house: House, admin_engine) -> None:
    with held(house.engine, "scheduler") as still:
        assert still is not None
        assert still()
        with admin_engine.begin() as connection:
            connection.exec_driver_sql(
                """
                select pg_terminate_backend(pid) from pg_locks
                where locktype = 'advisory' and granted and pid <> pg_backend_pid()
                  and database = (select oid from pg_database where datname = current_database())
                """
            )
        assert not still()
        with held(house.engine, "scheduler") as other:
            assert other is not None


def test_a_chore_that_breaks_is_done_again_and_never_beside_itself(house: House) -> None:
    ran, at_once, most = [], [0], [0]

    def work(_: House) -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        ran.append(1)
        Event().wait(0.02)
        at_once[0] -= 1
        raise ZeroDivisionError

    chore = Chore("break", 0, work)
    with ThreadPoolExecutor(4) as pool:
        until(lambda: (chore.start(house, pool), len(ran) >= 3)[1])
    assert most == [1]


@dataclass(frozen=True)
class Receipt:
    message_id: str
    status: str
    code: str = ""
    fate: str | None = None
    provider: str = "twilio"
    ours: str = ""


def run_chores(house: House) -> None:
    for chore in schedule.chores(Drains(house)):
        if chore.name not in {"wake drains", "hear missed messages"}:
            chore.run(house)


def test_a_window_that_was_closed_after_all_is_passed_by_template(
    house: House, number: Number, queue
) -> None:
    queue(("+1", "a"))
    drain(house, number)
    with house.unit() as unit:
        sid = unit.value("select provider_message_id from messages")
        messages.receive(unit, [Receipt(sid, "failed", "63016", "template")])
    run_chores(house)
    run_chores(house)
    drain(house, number)
    assert [message.in_window for message in number.handed][1:] == [False]
    with house.unit() as unit:
        told = unit.all("select status, error_code from messages order by created_at, status")
    assert [tuple(row) for row in told] == [("failed", "63016"), ("sent", None)]


def test_a_number_that_is_not_on_whatsapp_is_reached_by_sms(make_house, number, queue) -> None:
    sms = Number(channel="sms", number="21000")
    house = make_house(number, sms)
    queue(("+254712000001", "a"))
    drain(house, number)
    with house.unit() as unit:
        sid = unit.value("select provider_message_id from messages")
        messages.receive(unit, [Receipt(sid, "failed", "63024", "other_channel")])
    run_chores(house)
    drain(house, sms)
    assert sms.texts("+254712000001") == ["a"]


def test_a_handset_that_is_off_is_tried_a_few_times(house: House, number: Number, queue) -> None:
    queue(("+1", "a"))
    waits = []
    for _ in range(6):
        if not drain(house, number):
            break
        with house.unit() as unit:
            sid = unit.value(
                "select provider_message_id from messages order by created_at desc, id desc limit 1"
            )
            messages.receive(unit, [Receipt(sid, "failed", "30003", "retry")])
        run_chores(house)
        with house.unit() as unit:
            waits += [
                row.wait
                for row in unit.all(
                    "select due_at - %(now)s as wait from outbox where status = 'queued'",
                    now=unit.now,
                )
            ]
            unit.run("update outbox set due_at = %(now)s", now=unit.now)
    assert len(number.handed) == 4
    assert waits == sorted(waits)
    assert waits[0] > timedelta(minutes=1)


def test_an_expired_lease_is_returned_and_sent(
    house: House, number: Number, queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(("+1", "a"))
    with house.unit() as unit:
        delivery.lease(unit, sender=number.key, most=1, hold=timedelta(seconds=-1))
    assert drain(house, number) == 0
    run_chores(house)
    assert drain(house, number) == 1


def test_early_receipts_are_applied_by_the_sweep(house: House, number: Number, queue) -> None:
    with house.unit() as unit:
        messages.receive(unit, [Receipt(f"SM{number.number}-1", "delivered")])
    queue(("+1", "a"))
    drain(house, number)
    run_chores(house)
    with house.unit() as unit:
        assert unit.value("select status from messages") == "delivered"
