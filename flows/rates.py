"""Rates: what other currencies bring and cost at home today, and what can be done about it."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import TYPE_CHECKING, ClassVar

from flows.story import Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import RateLine

MOST_LINES = 5
_DOWN = Context(prec=5, rounding=ROUND_FLOOR)
_UP = Context(prec=5, rounding=ROUND_CEILING)


class Rates(Flow):
    """Show the bank's rates: what it gives for one of a currency, and what it takes for it."""

    name = "rates"

    steps = (
        Prove("unlock"),
        Choose("shown", options=("exchange", "rate_alert", "my_rate_alerts")),
        End("none"),
        Become("exchange"),
        Become("rate_alert"),
        Become("my_rate_alerts"),
        Become("reset_pin"),
    )

    paths = (
        # when            at        go to            if         unless
        ("open",           "start",  "unlock",        None,      "trusted"),
        ("open",           "start",  "shown",         "has_rates"),
        ("open",           "start",  "none"),
        ("proven",         "unlock", "shown",         "has_rates"),
        ("proven",         "unlock", "none"),
        ("exchange",       "shown",  "exchange"),
        ("rate_alert",     "shown",  "rate_alert"),
        ("my_rate_alerts", "shown",  "my_rate_alerts"),
        ("pin_locked",     "unlock", "reset_pin"),
    )  # fmt: skip

    long = frozenset({"shown"})
    widest: ClassVar[Mapping[str, object]] = {
        "home": "TZS",
        "lines": ({"currency": "USD", "brings": "3712.4", "costs": "3798.2"},) * MOST_LINES,
    }

    @property
    def has_rates(self) -> bool:
        """Whether anybody says what currencies are worth."""
        return bool(self.bank.rates())

    def facts(self) -> Mapping[str, object]:
        """Give the rates to the step that shows them; they are read when told, never kept."""
        if self.state != "shown":
            return self.slots
        lines = [_told(one) for one in self.bank.rates()[:MOST_LINES]]
        return {**self.slots, "home": self.bank.currency, "lines": lines}


def _told(line: "RateLine") -> dict[str, str]:
    """Return what one unit of a currency brings at home, and what it costs.

    The bank takes the same share off the middle of the market both ways.
    """
    costs = line.mid * line.mid / line.rate
    return {
        "currency": line.sell,
        "brings": f"{_DOWN.plus(line.rate):f}",
        "costs": f"{_UP.plus(costs):f}",
    }
