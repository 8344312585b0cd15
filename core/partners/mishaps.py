"""What may go wrong at a partner's twin, on purpose and repeatably. For tests and the demo.

One seed, one sequence of accidents. Nothing here knows of HTTP: a simulation in one process uses it
as the twins on the wire do.
"""

from dataclasses import asdict, dataclass, field, replace
from random import Random
from threading import Lock
from typing import Any, Literal, Self

LONGEST = 60.0
"""Seconds that anything may be held up."""
_TIMES = frozenset({"slow", "late_callbacks"})

Befalls = Literal["", "down", "lost_call", "lost_answer"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which faults are on. Shares lie between 0 and 1, times are in seconds."""

    down: bool = False
    """Everything is answered by 503."""
    slow: float = 0.0
    """How much longer each answer takes."""
    lost_calls: float = 0.0
    """Share of calls that never arrive: nothing is done, and there is no answer."""
    lost_answers: float = 0.0
    """Share of calls that are done and whose answer never comes back."""
    lost_callbacks: float = 0.0
    doubled_callbacks: float = 0.0
    late_callbacks: float = 0.0
    """Longest time a callback is held up; so they also come out of order."""
    lying_callbacks: float = 0.0
    """Share of callbacks that say something else than what happened."""

    def view(self) -> dict[str, Any]:
        """Return the plan as JSON."""
        return asdict(self)

    def changed(self, wanted: dict[str, Any]) -> Self:
        """Return the plan with some faults changed.

        :raises ValueError: if a fault is unknown or out of its range
        """
        unknown = set(wanted) - set(asdict(self))
        if unknown:
            raise ValueError(f"unknown faults: {', '.join(sorted(unknown))}")
        numbers = {name: float(value) for name, value in wanted.items() if name != "down"}
        for name, value in numbers.items():
            most = LONGEST if name in _TIMES else 1.0
            if not 0 <= value <= most:
                raise ValueError(f"{name} lies between 0 and {most:g}")
        return replace(self, down=bool(wanted.get("down", self.down)), **numbers)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a callback."""

    after: float
    """Seconds after it could have been made."""
    lies: bool


@dataclass(slots=True)
class Mishaps:
    """The plan and the dice of one partner's twin. Safe to share between threads."""

    seed: str = "1"
    plan: Plan = field(default_factory=Plan)
    _dice: Random = field(init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        self._dice = Random(self.seed)  # noqa: S311 - accidents to repeat, not secrets

    def reset(self, seed: str | None = None) -> None:
        """Switch every fault off and start the dice again."""
        with self._lock:
            self.seed = self.seed if seed is None else seed
            self.plan = Plan()
            self._dice = Random(self.seed)  # noqa: S311

    def befalls(self) -> Befalls:
        """Return what befalls a call of the bank's, or nothing."""
        with self._lock:
            if self.plan.down:
                return "down"
            if self._hits(self.plan.lost_calls):
                return "lost_call"
            return "lost_answer" if self._hits(self.plan.lost_answers) else ""

    def deliveries(self) -> list[Delivery]:
        """Return how often a callback is delivered, and when: none at all when it is lost."""
        with self._lock:
            if self._hits(self.plan.lost_callbacks):
                return []
            times = 2 if self._hits(self.plan.doubled_callbacks) else 1
            return [self._delivery() for _ in range(times)]

    def _delivery(self) -> Delivery:
        late = self._dice.uniform(0, self.plan.late_callbacks) if self.plan.late_callbacks else 0.0
        return Delivery(late, lies=self._hits(self.plan.lying_callbacks))

    def _hits(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share
