"""An amount whose words can be read in two ways: which of the two was meant is asked.

In Swahili *elfu kumi na tano* is fifteen thousand, or ten thousand and five.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from core.errors import Refusal
from core.money import Money
from flows.picking import AMOUNT, Listed

if TYPE_CHECKING:
    from core.bank import Bank

_EITHER = " | "
"""Stands between the two, the likelier first; no amount that anybody writes has it."""


class AmountInDoubt(Refusal):
    """The words of an amount may mean either of two."""

    code = "amount_in_doubt"


class Readings:
    """The step of a story that offers both readings of an amount."""

    widest: ClassVar[Mapping[str, object]] = {
        "readings": {str(n): {"amount": AMOUNT} for n in range(2)}
    }
    """Both amounts, as wide as they get."""
    bank: "Bank"
    slots: dict[str, str]
    refusal: Refusal | None

    def readings(self) -> Listed:
        """Return the amounts that were meant, each by itself."""
        said = self.slots["readings"].split(_EITHER)
        return {one: {"amount": str(Money.parse(one, self._currency(one)))} for one in said}

    def note_readings(self, _: str) -> None:
        """Remember what the words may mean."""
        if self.refusal is not None:
            self.slots["readings"] = self.refusal.facts["readings"]

    def _currency(self, said: str) -> str:
        return said.rpartition(" ")[0] or self.bank.currency


def either(amount: str, other: str) -> str:
    """Return two amounts as one answer; the second is in the first's currency."""
    currency, _, _ = amount.rpartition(" ")
    return f"{amount}{_EITHER}{f'{currency} {other}' if currency else other}"


def likelier(said: str) -> str:
    """Return the amount that was said; of two the likelier."""
    return said.partition(_EITHER)[0]


def the_one(said: str) -> str:
    """Return the amount that was said.

    :raises AmountInDoubt: if it may be either of two
    """
    if _EITHER in said:
        raise AmountInDoubt(readings=said)
    return said
