"""The first message to somebody: written while a number's messages are being leased."""

from collections.abc import Callable
from threading import Event, Thread

from sqlalchemy import Engine

from tests.core.people import units
from tests.support.outbox_rows import lease, register, reply
from tests.support.until import until

MESSAGES = 600


def test_whoever_is_written_to_for_the_first_time_is_known_to_the_lease(
    clean_engine: Engine,
) -> None:
    opened = units(clean_engine)
    with opened() as unit:
        register(unit)
    taken, stop = [], Event()
    leasing = Thread(target=_lease_all, args=(opened, taken, stop))
    leasing.start()
    try:
        for n in range(MESSAGES):
            with opened() as unit:
                reply(unit, f"+2547{n:08}")
        until(lambda: len(taken) == MESSAGES)
    finally:
        stop.set()
        leasing.join()
    assert [one.contact for one in taken if not one.contact] == []


def _lease_all(opened: Callable, taken: list, stop: Event) -> None:
    while not stop.is_set():
        with opened() as unit:
            unit.run("update senders set tokens = burst")
            taken += lease(unit)
