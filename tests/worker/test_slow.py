"""Contacts whose sends hang take a few threads, never all: the others go on being served."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Lock

import pytest

from bot.house import House
from channels.message import Fate, Outgoing, SendFailed
from tests.support.drains import drain
from tests.support.numbers import Number
from tests.support.until import until
from worker import fates, sending, slow
from worker.slow import (
    MOST_REMEMBERED,
    REMEMBERED_SECONDS,
    SLOW_AT_ONCE,
    SLOW_SECONDS,
    SlowContacts,
)

LONG, QUICK = SLOW_SECONDS + 1, SLOW_SECONDS / 2
Queue = Callable[..., None]


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PACE_SECONDS", 0.0)
    monkeypatch.setattr(sending, "SLOW_SECONDS", 0.05)
    monkeypatch.setattr(slow, "SLOW_SECONDS", 0.05)
    monkeypatch.setattr(fates, "FIRST_WAIT", timedelta(milliseconds=20))


def test_contacts_that_hang_leave_the_others_all_their_threads(
    house: House, number: Number, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(sending, "SPARE_THREADS", 12)
    # Its clock stands unless it is told: a machine that stalls makes nobody slow.
    monkeypatch.setattr(sending, "monotonic", lambda: now[0])
    hangs, stop = Event(), Event()
    number.answer = lambda message: hangs.wait(600) if message.to.startswith("+slow") else None
    queue(*((f"+slow{n}", "hi") for n in range(12)))
    queue(*((f"+{n}", text) for text in ("a", "b", "c") for n in range(20)))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number, threads=4, stop=stop)
        try:
            for hanging in (4, 8, 12):
                until(lambda hanging=hanging: len(number.handed) == hanging)
                now[0] += LONG
            until(lambda: len(number.taken) == 60)
            assert all(number.texts(f"+{n}") == ["a", "b", "c"] for n in range(20))
            hangs.set()
            until(lambda: len(number.taken) == 72)
        finally:
            hangs.set()
            stop.set()
        assert run.result(60) == 72


class Hanging:
    """A provider that hangs on some contacts until it is told to take them, and counts them."""

    def __init__(self) -> None:
        self.tries, self.now, self.most = 0, 0, 0
        self.mended = Event()
        self._lock = Lock()

    def __call__(self, message: Outgoing) -> None:
        if not message.to.startswith("+slow") or self.mended.is_set():
            return
        with self._lock:
            self.tries += 1
            first = self.tries <= 10
            self.now += not first
            self.most = max(self.most, self.now)
        self.mended.wait(0.15)
        with self._lock:
            self.now -= not first
        raise SendFailed("ReadTimeout", fate=Fate.RETRY)


def test_who_timed_out_before_is_tried_a_few_at_a_time(
    house: House, number: Number, queue: Queue
) -> None:
    provider, stop = Hanging(), Event()
    number.answer = provider
    queue(*((f"+slow{n}", "hi") for n in range(10)))
    with ThreadPoolExecutor(1) as pool:
        # It must not leave while all who timed out wait for their next try.
        run = pool.submit(drain, house, number, threads=16, idle_seconds=60, stop=stop)
        until(lambda: provider.tries >= 30)
        queue(*((f"+{n}", "hi") for n in range(30)))
        until(lambda: len(number.taken) >= 30)
        provider.mended.set()
        until(lambda: len(number.taken) == 40)
        stop.set()
        assert run.result(60) == 40
    assert 0 < provider.most <= SLOW_AT_ONCE


@pytest.fixture
def contacts(monkeypatch: pytest.MonkeyPatch) -> SlowContacts:
    monkeypatch.setattr(slow, "SLOW_SECONDS", SLOW_SECONDS)
    return SlowContacts()


def test_a_quick_answer_clears_the_name(contacts: SlowContacts) -> None:
    for n in range(SLOW_AT_ONCE + 1):
        contacts.note(f"+{n}", LONG, now=0.0)
    [barred] = contacts.barred((), now=1.0)
    contacts.note("+0" if barred != "+0" else "+1", QUICK, now=1.0)
    assert contacts.barred((), now=1.0) == []


def test_all_have_their_turn(contacts: SlowContacts) -> None:
    everybody = {f"+{n}" for n in range(3 * SLOW_AT_ONCE)}
    for contact in sorted(everybody):
        contacts.note(contact, LONG, now=0.0)
    turns = [everybody - set(contacts.barred((), now=1.0)) for _ in range(3)]
    assert [len(turn) for turn in turns] == [SLOW_AT_ONCE] * 3
    assert set.union(*turns) == everybody


def test_those_in_flight_count(contacts: SlowContacts) -> None:
    everybody = [f"+{n}" for n in range(SLOW_AT_ONCE + 2)]
    for contact in everybody:
        contacts.note(contact, LONG, now=0.0)
    assert contacts.barred(everybody[:SLOW_AT_ONCE], now=1.0) == everybody[SLOW_AT_ONCE:]


def test_it_is_forgotten_after_a_while_and_when_there_are_too_many(contacts: SlowContacts) -> None:
    for n in range(MOST_REMEMBERED + 100):
        contacts.note(f"+{n}", LONG, now=0.0)
    assert len(contacts.barred((), now=1.0)) == MOST_REMEMBERED - SLOW_AT_ONCE
    assert contacts.barred((), now=REMEMBERED_SECONDS) == []
