"""Time and ids of a simulation: they follow from the seed and from what has happened."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

START = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)  # a Thursday, 08:00 in Nairobi


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def reach(self, at: datetime) -> None:
        """Go on to a time; never back."""
        self.now = max(self.now, at)

    def wait(self, **time: float) -> None:
        """Let time pass, told as `timedelta` takes it."""
        self.now += timedelta(**time)


@dataclass
class Ids:
    """Ids as the house makes them (UUID version 7), out of the clock, a seed and a count."""

    seed: str
    clock: Clock
    _made: int = 0
    _dice: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._dice = Random(f"{self.seed}:ids")

    def __call__(self) -> UUID:
        """Return a new id, greater than any of an earlier time."""
        self._made += 1
        bits = int(self.clock.now.timestamp() * 1000) << 80
        bits |= (self._made & 0xFFFFFF) << 52 | self._dice.getrandbits(52)
        return UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
