"""What stories that end in a file have in common: whether one reaches the customer, and which way.

Such a story asks ``where`` it is to go, if there is more than one way. The file is made outside the
conversation and comes by itself.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from core.bank import Bank


class SentFile:
    """Conditions around a file, and its order by the way that was picked."""

    widest: ClassVar[Mapping[str, object]] = {
        "carrier": "mail",
        "to": "m***@a-long-name.example.org",
    }
    """The facts of an order, as wide as they get."""
    bank: "Bank"
    slots: dict[str, str]

    @property
    def reachable(self) -> bool:
        """Whether a file reaches the customer at all."""
        return bool(self.bank.carriers())

    @property
    def has_ways(self) -> bool:
        """Whether there is more than one way to send it."""
        return len(self.bank.carriers()) > 1

    @property
    def may_have_document(self) -> bool:
        """Whether the customer may have one more today."""
        return self.bank.may_have_document

    def order_by(self, way: str) -> None:
        """Have it made and sent by the way that was picked."""
        self._order(way)

    def _order(self, way: str = "") -> None:
        """Have it made and sent, by the first way there is where none was picked."""
        self.slots |= {"carrier": self._ordered(way), "to": self.bank.mail_address()}

    def _ordered(self, way: str) -> str:
        """Order the file; return what carries it: ``whatsapp`` or ``mail``."""
        raise NotImplementedError
