"""Naming somebody by a word of the customer's own, which several saved people may have."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from core.errors import Refusal
from flows import picking
from flows.picking import Listed

if TYPE_CHECKING:
    from core.bank import Bank

MOST_PEOPLE = 4
"""They fit a USSD screen; the others go by their name."""


class Naming:
    """The lists of a story in which a saved person is picked or named."""

    most_people: ClassVar[int] = MOST_PEOPLE
    widest: ClassVar[Mapping[str, object]] = {
        "people": picking.widest_people(MOST_PEOPLE),
        "called": picking.widest_people(MOST_PEOPLE),
        "said": "W" * 20,
        "name": "M***a N***a",
        "label": "W" * 20,
        "phone": "+255 7** *** 003",
    }
    """The lists, and who was found in them, as wide as they get."""
    bank: "Bank"
    slots: dict[str, str]
    refusal: Refusal | None

    def people(self) -> Listed:
        """Return whom the customer pays most."""
        return picking.people(self.bank.people()[: self.most_people])

    def called(self) -> Listed:
        """Return whom the customer may have meant by a name."""
        return picking.people(self.bank.people_called(self.slots["said"])[:MOST_PEOPLE])

    def note_called(self, _: str) -> None:
        """Remember the name that several people may have."""
        if self.refusal is not None:
            self.slots["said"] = self.refusal.facts["said"]
