"""What to do about a message: act on it, ask which of a few was meant, or own to not knowing.

How sure the bank must be follows from what a mistake would cost. Every threshold stands in one
table; ``docs/guides/understanding.md`` says how they were found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flows.understanding.intents import OUT_OF_SCOPE
from flows.understanding.meaning import Decision

OFFERED = 3
"""So many choices fit the buttons of a chat and one screen of USSD."""
CLARIFIES = 0.25
"""Below this, what leads is a guess: asking which one it was would only puzzle."""
NOT_OURS = 0.60
"""So sure that it is nothing we serve, nothing is offered instead."""
OFFERS = 0.12
"""The least that a choice is offered at."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How sure it must be to act: at least so likely, and so much likelier than the next."""

    likely: float
    margin: float


USUAL = Bar(0.80, 0.60)
"""Opens a story that shows something or asks; a customer who did not mean it says so."""
MONEY = Bar(0.88, 0.70)
"""Begins to move money. It is read back and proven, but a wrong beginning shakes trust."""
LIGHT = Bar(0.70, 0.50)
"""Costs a customer nothing but a glance, or is what somebody wants who has waited long enough."""
BARS: Mapping[str, Bar] = MappingProxyType({
    **dict.fromkeys(
        ("send_money", "withdraw", "deposit", "exchange", "airtime", "pay_bill"), MONEY
    ),
    # A thief does not wait for a question; a freeze is undone in a minute.
    "card_block": Bar(0.50, 0.15),
    # What undoes a block must not be begun by a slip.
    "card_unblock": MONEY,
    # What is under way would be lost.
    "cancel": MONEY,
    **dict.fromkeys(("agent", "open_case", "menu", "help", "thanks", "language"), LIGHT),
})  # fmt: skip


def decide(likely: Mapping[str, float]) -> Decision:
    """Return what to do about intents so likely."""
    ranked = sorted(likely.items(), key=lambda one: (-one[1], one[0]))
    (first, p), (_, following) = ranked[0], ranked[1] if len(ranked) > 1 else ("", 0.0)
    if first == OUT_OF_SCOPE:
        return "fallback" if p >= NOT_OURS or following < CLARIFIES else "clarify"
    bar = BARS.get(first, USUAL)
    if p >= bar.likely and p - following >= bar.margin:
        return "act"
    return "clarify" if p >= CLARIFIES else "fallback"


def offered(likely: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the intents worth offering, the likeliest first, at most ``OFFERED``."""
    ours = [(one, p) for one, p in likely.items() if one != OUT_OF_SCOPE and p >= OFFERS]
    return sorted(ours, key=lambda one: (-one[1], one[0]))[:OFFERED]
