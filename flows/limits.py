"""Limits: how much may be sent at once, today and this month, and what is left of it."""

from collections.abc import Mapping
from typing import ClassVar

from flows.story import Become, End, Flow, Prove

HIGHEST_TIER = 3
_WIDE = "TZS 99999999.99"


class Limits(Flow):
    """Tell the customer's limits, how much of them is used, and how to get more."""

    name = "limits"

    steps = (
        Prove("unlock"),
        End("shown", offers=("agent",)),
        Become("reset_pin"),
    )

    paths = (
        # when        at        go to        if         unless first do
        ("open",       "start",  "shown",     "trusted"),
        ("open",       "start",  "unlock"),
        ("proven",     "unlock", "shown"),
        ("pin_locked", "unlock", "reset_pin"),
    )  # fmt: skip

    long = frozenset({"shown"})
    widest: ClassVar[Mapping[str, object]] = {
        "at_once": _WIDE,
        "day": _WIDE,
        "day_used": _WIDE,
        "day_left": _WIDE,
        "month": _WIDE,
        "month_used": _WIDE,
        "month_left": _WIDE,
        "lowered_until": "2026-09-28T21:59:00+00:00",
        "more": "yes",
    }

    def facts(self) -> Mapping[str, object]:
        """Give the limits to the last step only; they are read when they are told, never kept."""
        if self.state != "shown":
            return self.slots
        now = self.bank.limits()
        return {
            **self.slots,
            "at_once": _told(now.at_once),
            "day": _told(now.today.limit),
            "day_used": str(now.today.used),
            "day_left": _told(now.today.left),
            "month": _told(now.month.limit),
            "month_used": str(now.month.used),
            "month_left": _told(now.month.left),
            "lowered_until": now.lowered_until.isoformat() if now.lowered_until else "",
            "more": "yes" if now.tier < HIGHEST_TIER else "",
        }


def _told(amount: object) -> str:
    return "" if amount is None else str(amount)
