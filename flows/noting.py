"""Words of the customer's own that go with money, or with a request for it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from core.bank import Bank


class Noting:
    """The note of a story in which one may be said, and dropped again."""

    widest: ClassVar[Mapping[str, object]] = {"note": "n" * 140}
    """A note, as wide as it gets."""
    bank: "Bank"
    slots: dict[str, str]

    def note_words(self, said: str) -> None:
        """Remember the words, as they will be shown."""
        self.slots["note"] = self.bank.clean_note(said)

    def forget_note(self, _: str) -> None:
        """Go without words."""
        self.slots.pop("note", None)
