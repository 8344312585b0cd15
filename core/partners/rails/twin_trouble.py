"""What a payment meets at the twin, by the last three digits of the account it goes to.

Everybody else's account takes the money. The numbers are for tests and demonstrations; they say the
same in every run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal[
    "none", "refused", "refused_late", "returned", "lost_call", "lost_answer", "lingers",
    "doubled", "lies", "false_alarm",
]  # fmt: skip
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What befalls a payment. ``reason`` is ISO 20022's, where it is refused or comes back."""

    kind: Kind = "none"
    reason: str = ""
    after: timedelta = timedelta()
    """How long after it was taken or, for what comes back, after it was settled."""
    kept: int = 0
    """Hundredths of a per cent that the other bank keeps of what it sends back."""


NONE = Trouble()
TROUBLES: Mapping[str, Trouble] = {
    "404": Trouble("refused", "AC01"),  # no such account
    "410": Trouble("refused", "AC04"),  # closed
    "411": Trouble("refused", "AC06"),  # blocked
    "412": Trouble("refused", "BE01"),  # another name
    "413": Trouble("refused", "AM14"),  # more than that bank takes over this rail
    "503": Trouble("refused", "AB08"),  # that bank is not online
    "420": Trouble("refused_late", "AC04", MINUTE),  # taken, and refused after a minute
    "430": Trouble("returned", "AC04", DAY),  # settled, and back on the next business day
    "431": Trouble("returned", "AC04", MINUTE),  # settled, and back after a minute
    "432": Trouble("returned", "MD07", MINUTE, 100),  # back after a minute, less one per cent
    "504": Trouble("lost_answer"),  # no answer, and settled all the same
    "505": Trouble("lost_call"),  # no answer, and never seen; the second try arrives
    "506": Trouble("lingers", after=timedelta(hours=26)),  # pending for a day and more
    "508": Trouble("doubled"),  # its callback comes three times
    "509": Trouble("lies"),  # every status tells one minor unit less than moved
    "510": Trouble("false_alarm"),  # the callback says refused, the status says settled
}


def trouble(account: str) -> Trouble:
    """Return what befalls a payment to an account."""
    return TROUBLES.get(account[-3:], NONE)
