"""Work that a crash point may kill inside a unit: what it did is undone, and it is done anew."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from core.store import crashpoints
from core.store.unit import Unit

Done = TypeVar("Done")


def once(unit: Unit, work: Callable[[], Done], seen: Counter[str]) -> Done:
    """Do a unit's work; where a crash point kills it nothing stays, and it is done anew."""
    try:
        with unit.savepoint():
            return work()
    except crashpoints.Crashed as crash:
        seen[f"crashed at {crash}"] += 1
    with unit.savepoint():
        return work()
