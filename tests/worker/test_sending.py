"""A run over a number: order per contact, fates, leases, and what a crash leaves behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest

from bot.house import House
from channels.message import Fate, Outgoing, Sent
from core.store import resending, upkeep
from tests.support.drains import drain, rows
from tests.support.numbers import Number, fails
from tests.support.until import until
from worker import fates, sending
from worker.sending import Drain

Queue = Callable[..., None]


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that say nothing about the rules are cut short."""
    monkeypatch.setattr(sending, "PACE_SECONDS", 0.0)
    monkeypatch.setattr(fates, "FIRST_WAIT", timedelta(milliseconds=20))
    monkeypatch.setattr(fates, "PAUSE", timedelta(milliseconds=50))


def test_everything_is_sent_and_recorded(house: House, number: Number, queue: Queue) -> None:
    queue(("+1", "a"), ("+2", "b"))
    assert drain(house, number) == 2
    assert sorted(number.taken) == [("+1", "a"), ("+2", "b")]
    with house.unit() as unit:
        told = unit.all("select status, sent_at, provider_message_id from messages")
    assert {row.status for row in told} == {"sent"}
    assert all(row.sent_at and row.provider_message_id for row in told)


def test_each_contact_reads_in_order_under_failures(
    house: House, number: Number, queue: Queue
) -> None:
    number.answer = fails(Fate.RETRY, times=2)
    wanted = {f"+{n}": [f"{n}-{m}" for m in range(5)] for n in range(6)}
    queue(
        *((contact, text) for m in range(5) for contact in wanted for text in [wanted[contact][m]])
    )
    assert drain(house, number) == 30
    assert {contact: number.texts(contact) for contact in wanted} == wanted


def test_a_slow_contact_holds_up_nobody_else(house: House, number: Number, queue: Queue) -> None:
    stuck = Event()
    number.answer = lambda message: stuck.wait(20) if message.to == "+slow" else None
    queue(("+slow", "1"), ("+slow", "2"), *((f"+{n}", "hi") for n in range(40)))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number)
        until(lambda: len(number.taken) == 40)
        assert number.texts("+slow") == []
        stuck.set()
        assert run.result(20) == 42
    assert number.texts("+slow") == ["1", "2"]


def test_contacts_are_served_side_by_side(house: House, number: Number, queue: Queue) -> None:
    together = Barrier(8, timeout=60)
    number.answer = lambda _: together.wait()
    queue(*((f"+{n}", "hi") for n in range(8)))
    assert drain(house, number) == 8


def test_a_number_is_drained_in_one_place_only(house: House, number: Number, queue: Queue) -> None:
    inside, go_on = Event(), Event()
    number.answer = lambda _: (inside.set(), go_on.wait(20))
    queue(("+1", "a"), ("+2", "b"))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(drain, house, number)
        assert inside.wait(10)
        assert drain(house, number) == 0
        go_on.set()
        assert first.result(20) == 2
    assert len(number.handed) == 2


def test_what_never_works_becomes_a_dead_letter_and_lets_the_next_pass(
    house: House, number: Number, queue: Queue
) -> None:
    number.answer = fails(Fate.PERMANENT, "21211")
    queue(("+1", "bad"))
    drain(house, number)
    assert rows(house) == [("+1", "dead", "failed", "21211")]
    number.answer = lambda _: None
    queue(("+1", "good"))
    with house.unit() as unit:
        assert resending.revive(unit) == 1
    drain(house, number)
    assert number.texts("+1") == ["bad", "good"]


def test_tries_are_limited(
    house: House, number: Number, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fates, "MOST_ATTEMPTS", 3)
    number.answer = fails(Fate.RETRY, "503", times=99)
    queue(("+1", "a"))
    drain(house, number)
    assert (len(number.handed), rows(house)) == (3, [("+1", "dead", "failed", "503")])


def test_a_throttled_number_slows_down_and_loses_nothing(
    house: House, number: Number, queue: Queue
) -> None:
    number.answer = fails(Fate.THROTTLE, "20429", times=1)
    queue(*((f"+{n}", str(n)) for n in range(5)))
    assert drain(house, number) == 5
    with house.unit() as unit:
        assert unit.value("select allowed < rate from senders")
        assert unit.value("select max(attempts) from outbox") == 1, "a wait is no attempt"


def test_a_crash_between_sending_and_recording_gives_the_lease_back(
    house: House, number: Number, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one moment in which a message is sent twice; nothing is lost, and order is kept."""
    queue(("+1", "a"), ("+1", "b"))

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "write", die)
        patch.setattr(Drain, "_finish", lambda *_: None)
        with pytest.raises(Killed):
            drain(house, number)
    assert [row[1] for row in rows(house)] == ["leased", "queued"]
    assert drain(house, number) == 0, "the lease still runs"
    with house.unit() as unit:
        unit.now += sending.HOLD + timedelta(seconds=1)
        assert upkeep.return_leases(unit) == 1
        unit.run("update outbox set due_at = due_at - interval '2 minutes'")
    assert drain(house, number) == 2
    assert number.texts("+1") == ["a", "a", "b"]


def test_a_stop_finishes_what_is_in_flight_and_takes_nothing_more(
    house: House, number: Number, queue: Queue
) -> None:
    stop, inside, go_on = Event(), Event(), Event()
    number.answer = lambda _: (inside.set(), go_on.wait(20))
    queue(("+1", "a"), ("+1", "b"))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number, stop=stop)
        assert inside.wait(10)
        stop.set()
        go_on.set()
        assert run.result(20) == 1
    assert rows(house) == [("+1", "sent", "sent", None), ("+1", "queued", "queued", None)]


def test_a_busy_drain_finds_new_rows_without_being_woken(
    house: House, number: Number, queue: Queue
) -> None:
    stop = Event()
    queue(("+1", "a"))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number, idle_seconds=20.0, stop=stop)
        until(lambda: len(number.taken) == 1)
        queue(("+2", "b"))
        until(lambda: len(number.taken) == 2)
        stop.set()
        assert run.result(10) == 2, "the same run took both"


def test_an_id_a_provider_gives_twice_does_not_stop_the_rest(
    house: House, number: Number, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number, "send", lambda message: Sent("SM-always-the-same"))
    queue(("+1", "a"), ("+2", "b"), ("+3", "c"))
    drain(house, number)
    assert [row[1:3] for row in rows(house)] == [("sent", "sent")] * 3


def test_a_bug_in_sending_is_tried_again(house: House, number: Number, queue: Queue) -> None:
    tries: list[Outgoing] = []

    def answer(message: Outgoing) -> None:
        tries.append(message)
        if len(tries) < 3:
            raise ZeroDivisionError

    number.answer = answer
    queue(("+1", "a"))
    assert drain(house, number) == 1


def test_answers_survive_a_moment_without_the_books(
    house: House, number: Number, queue: Queue, admin_engine
) -> None:
    inside, go_on = Event(), Event()
    number.answer = lambda _: (inside.set(), go_on.wait(20))
    queue(("+1", "a"))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number)
        assert inside.wait(10)
        with admin_engine.begin() as connection:
            connection.exec_driver_sql(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()
                """
            )
        go_on.set()
        assert run.result(20) == 1
    house.engine.dispose()
    assert rows(house) == [("+1", "sent", "sent", None)]
    assert len(number.handed) == 1
