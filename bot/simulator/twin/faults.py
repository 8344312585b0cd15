"""What may go wrong at the phone companies, on purpose and repeatably."""

from collections.abc import Container
from dataclasses import asdict, dataclass, field, replace
from random import Random
from typing import Any, Self

FIRMS = ("twilio", "meta", "africastalking", "bank", "mail")
LONGEST = 60.0  # seconds that anything may be held up


@dataclass(frozen=True, slots=True)
class Plan:
    """Which faults are on. Shares lie between 0 and 1, times are in seconds."""

    down: frozenset[str] = frozenset()
    """Firms whose API answers 503, or whose network swallows what is sent."""
    fail: str = ""
    """A provider's error code for messages of the bank's."""
    fail_share: float = 1.0
    duplicate: float = 0.0
    """Share of webhook calls delivered twice."""
    reorder: float = 0.0
    """Share of inbound messages held back until a later one has passed."""
    delay: float = 0.0
    """Longest wait before an inbound message reaches the bank."""
    late_receipts: float = 0.0
    """How much later than usual receipts come."""
    lost_receipts: float = 0.0
    """Share of receipts that never come."""
    swapped_receipts: float = 0.0
    """Share of receipts that come after the one that should have followed them."""

    def view(self) -> dict[str, Any]:
        """Return the plan as JSON."""
        return {**asdict(self), "down": sorted(self.down)}

    def changed(self, wanted: dict[str, Any]) -> Self:
        """Return the plan with some faults changed.

        :raises ValueError: if a fault is unknown or out of its range
        """
        unknown = set(wanted) - set(asdict(self))
        if unknown:
            raise ValueError(f"unknown faults: {', '.join(sorted(unknown))}")
        down = frozenset(wanted.get("down", self.down))
        if not down <= set(FIRMS):
            raise ValueError(f"down takes {', '.join(FIRMS)}")
        numbers = {k: float(v) for k, v in wanted.items() if k not in {"down", "fail"}}
        for name, value in numbers.items():
            most = LONGEST if name in {"delay", "late_receipts"} else 1.0
            if not 0 <= value <= most:
                raise ValueError(f"{name} lies between 0 and {most:g}")
        fail = str(wanted.get("fail", self.fail))[:20]
        return replace(self, down=down, fail=fail, **numbers)


@dataclass(slots=True)
class Faults:
    """The plan and the dice. One seed, one sequence of accidents."""

    seed: int = 1
    plan: Plan = field(default_factory=Plan)
    _dice: Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = Random(self.seed)  # noqa: S311 - accidents to repeat, not secrets

    def reset(self, seed: int | None = None) -> None:
        """Switch every fault off and start the dice again."""
        self.seed = self.seed if seed is None else seed
        self.plan = Plan()
        self._dice = Random(self.seed)  # noqa: S311

    def is_down(self, firm: str) -> bool:
        """Return whether a firm is out of order."""
        return firm in self.plan.down

    def code(self, codes: Container[str] | None = None) -> str:
        """Return the error that befalls this message of the bank's, or nothing.

        With ``codes``, only the planned code is looked at if it is one of them.
        """
        planned = self.plan.fail
        asked = planned and (codes is None or planned in codes)
        return planned if asked and self._hits(self.plan.fail_share) else ""

    def twice(self) -> bool:
        """Return whether this call is delivered twice."""
        return self._hits(self.plan.duplicate)

    def hold(self) -> float:
        """Return how many seconds an inbound message is held up."""
        held = self._dice.uniform(0, self.plan.delay) if self.plan.delay else 0.0
        return held + (1.0 if self._hits(self.plan.reorder) else 0.0)

    def receipt_is_lost(self) -> bool:
        """Return whether this receipt never comes."""
        return self._hits(self.plan.lost_receipts)

    def receipt_is_swapped(self) -> bool:
        """Return whether this receipt comes after the next."""
        return self._hits(self.plan.swapped_receipts)

    def _hits(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share
