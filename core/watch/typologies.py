"""The typologies that are looked for: what each is, in words for whoever looks into an alert.

How each is looked for stands in ``migrations/functions/bank/watch_patterns.sql`` and
``watch_chains.sql``; from where on, in the table ``watch_sets``.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typology:
    """One way in which money is laundered, as it shows in what moves."""

    name: str
    told: str
    """What it is, in a sentence."""
    why: str
    """What makes a payment a part of it."""
    parameters: frozenset[str]
    """All that a set has to give for it."""


_WINDOW = frozenset(
    {
        "hours", "least", "new_percent", "surprise", "through_percent", "through_hours",
        "lookback_days", "least_worth", "least_each", "piece_percent", "most_percent",
    }
)  # fmt: skip

TYPOLOGIES: Mapping[str, Typology] = {
    one.name: one
    for one in (
        Typology(
            "structuring",
            "Amounts are kept below the one that is reported.",
            "below the threshold, with others like it",
            frozenset(
                {
                    "days",
                    "threshold",
                    "near_percent",
                    "least_near",
                    "least_share",
                    "least_parts",
                    "part_percent",
                    "usual_days",
                    "most_above",
                    "habit_days",
                }
            ),
        ),
        Typology(
            "fan_in",
            "Many who never paid a customer do so within hours, and the money goes on.",
            "from one of many new senders",
            _WINDOW,
        ),
        Typology(
            "fan_out",
            "Money that had just come goes to many new recipients, who take it out at once.",
            "to one of many new recipients",
            _WINDOW | {"drained_percent", "drained_hours"},
        ),
        Typology(
            "cycle",
            "Money goes round through several customers, back to where it began.",
            "a step of the round",
            frozenset(
                {
                    "days",
                    "hop_hours",
                    "least_length",
                    "most_length",
                    "loss_percent",
                    "gain_percent",
                    "least_worth",
                }
            ),
        ),
        Typology(
            "pass_through",
            "Again and again what comes in goes out within hours, nearly whole.",
            "came in, or went out soon after",
            frozenset(
                {
                    "days",
                    "hours",
                    "least_percent",
                    "most_percent",
                    "least_turns",
                    "most_outs",
                    "least_worth",
                }
            ),
        ),
        Typology(
            "dormant_awakening",
            "An account that was silent for long moves more than ever, and is emptied.",
            "after a long silence",
            frozenset(
                {"days", "hours", "out_percent", "least_worth", "least_movements", "surprise"}
            ),
        ),
        Typology(
            "scatter_gather",
            "Money goes from one customer through several to the same other one.",
            "scattered, or gathered",
            frozenset({"hours", "least", "keep_percent", "gain_percent", "least_worth"}),
        ),
        Typology(
            "round_trip",
            "What was sent away comes back, nearly whole, several times.",
            "sent away, or come back",
            frozenset(
                {
                    "days",
                    "hours",
                    "keep_percent",
                    "gain_percent",
                    "least_returns",
                    "least_worth",
                    "share_percent",
                }
            ),
        ),
        Typology(
            "sim_change",
            "After a SIM was changed, more leaves than is usual.",
            "soon after the SIM was changed",
            frozenset({"hours", "least_movements", "least_worth", "surprise", "habit_days"}),
        ),
    )
}


def why(typology: str) -> str:
    """Return what makes a payment part of a typology."""
    return TYPOLOGIES[typology].why
