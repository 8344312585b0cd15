"""What the bank may refuse at the last moment, and the paths that lead on from there.

What was possible when a payment was read back may not be so any more when it is proved.
"""

from flows.story import Path

PROVING = ("pin", "code")
"""The steps on which a payment is proved, and so refused: the PIN, and a code that adds to it."""
ANOTHER_AMOUNT_HELPS = ("insufficient_funds", "limit_exceeded", "balance_ceiling")
"""Refusals that every payment may meet, and that are mended by paying less."""
NOTHING_HELPS = ("account_frozen", "no_rate", "id_reused", "account_moved")
"""Refusals that every payment may meet, and that nothing the customer says would mend."""


def refused(
    to: str, *codes: str, at: str | tuple[str, ...] = PROVING, do: str | None = None
) -> tuple[Path, ...]:
    """Return the paths of refusals that all lead to one step: where they are mended, or an end.

    ``at`` are the steps on which they are met, ``do`` is an effect on the way.
    """
    rest = (None, None, do) if do else ()
    return tuple((code, at, to, *rest) for code in codes)
