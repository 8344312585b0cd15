"""Corridors: what has to be changed into what when money is sent in a currency that was named."""

from typing import TYPE_CHECKING, NamedTuple

from core.money import DIGITS
from flows.quoted import Side

if TYPE_CHECKING:
    from core.bank import Bank


class Trade(NamedTuple):
    """What is sold and bought, and which of the two the amount is of."""

    sell: str
    buy: str
    side: Side


class Corridor:
    """The part of sending money that sees whether it has to be changed on the way.

    ``theirs`` is the recipient's currency, where they do not take the payer's own.
    """

    bank: "Bank"
    slots: dict[str, str]

    def is_direct(self, said: str) -> bool:
        """Return whether another currency was named, which payer and recipient both have."""
        code = named(said)
        if code in ("", self.bank.currency) or "invited" in self.slots:
            return False
        return code in self.bank.convertible().held and code in self.bank.takes(self.slots["to"])

    def is_trade(self, said: str) -> bool:
        """Return whether the money has to be changed to be sent as it was said."""
        return "invited" not in self.slots and self._trade(named(said)) is not None

    def _trade(self, code: str) -> Trade | None:
        """Return what is changed when an amount of this currency is said; None for nothing.

        What the recipient takes is bought with the payer's own currency. Another one that the payer
        holds is sold for the recipient's.
        """
        home, theirs = self.bank.currency, self.slots.get("theirs", "")
        if code in ("", home):
            return Trade(home, theirs, "sell") if theirs else None
        offered, takes = self.bank.convertible(), self.bank.takes(self.slots["to"])
        if code in takes and code in offered.buy:
            return Trade(home, code, "buy")
        if code in offered.sell and takes:
            return Trade(code, theirs or takes[0], "sell")
        return None


def named(said: str) -> str:
    """Return the currency that stands before an amount; empty when none does."""
    first, _, rest = said.strip().partition(" ")
    return first if rest and first in DIGITS else ""
