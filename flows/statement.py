"""Mini statement: the last few movements of the customer's money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flows.story import Become, End, Flow, Prove

LINES = 5


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as the words see it, as wide as lines get."""

    when: str = "2026-09-28T21:59:00+00:00"
    amount: str = "KES 9999999.99"
    incoming: bool = True
    who: str = "M***a N***a"
    type: str = "transfer"


class Statement(Flow):
    """Tell the last five lines, newest first."""

    name = "statement"

    steps = (
        Prove("pin"),
        End("shown", offers=("dated_statement", "receipt")),
        Become("reset_pin"),
    )

    paths = (
        # when        at       go to        if         unless first do
        ("open",       "start", "shown",     "trusted"),
        ("open",       "start", "pin"),
        ("proven",     "pin",   "shown"),
        ("pin_locked", "pin",   "reset_pin"),
    )  # fmt: skip

    long = frozenset({"shown"})
    widest: ClassVar[Mapping[str, object]] = {"lines": (_Line(),) * LINES}

    def facts(self) -> Mapping[str, object]:
        """Give the lines to the last step only; they are read when they are told, never kept."""
        if self.state != "shown":
            return self.slots
        return {**self.slots, "lines": self.bank.recent(LINES)}
