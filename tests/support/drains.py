"""Draining as tests do it, and what the outbox looks like afterwards."""

from threading import Event
from typing import Any

from bot.house import House
from tests.support import unsealed
from tests.support.numbers import Number
from worker.sending import Drain


def drain(house: House, number: Number, *, stop: Event | None = None, **given: Any) -> int:
    """Run a drain until nothing is left for a moment; return how many messages were taken."""
    return Drain(house, number, stop=stop or Event(), **{"idle_seconds": 0.3, **given}).run()


def rows(house: House) -> list[tuple[object, ...]]:
    """Return every row as (contact, status, status of its message, error)."""
    with house.unit() as unit:
        said = {row.id: row.status for row in unsealed.messages(unit)}
        return [
            (row.contact, row.status, said[row.message_id], row.error)
            for row in unsealed.outbox(unit)
        ]
