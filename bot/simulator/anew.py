"""The demo from its first day again, while everything runs."""

from threading import Lock

from bot import database
from bot.house import House

_one_at_a_time = Lock()  # two would take the tables from under each other


def begin_anew(house: House) -> bool:
    """Forget everything and load the demo bank of today. False when somebody is at it already."""
    if not _one_at_a_time.acquire(blocking=False):
        return False
    try:
        database.begin_anew(house.settings)
        house.engine.dispose()
    finally:
        _one_at_a_time.release()
    return True
