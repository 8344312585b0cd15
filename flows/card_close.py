"""Close a card for good, once the PIN was given and it was read back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.own_cards import OwnCards, after_pin
from flows.story import Ask, Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardDoing


class CardClose(OwnCards, Flow):
    """End a card that its customer wants no more. The wallet stays as it is."""

    name = "card_close"
    doing: ClassVar["CardDoing"] = "close"

    steps = (
        Prove("pin"),
        Ask("card", lists="cards"),
        Choose("confirm", options=("yes", "no")),
        End("closed"),
        End("kept"),
        End("none", offers=("card_status",)),
        Become("reset_pin"),
    )

    paths = (
        # when               at         go to     if    unless first do
        *after_pin("confirm"),
        ("yes",               "confirm", "closed", None, None, "close"),
        ("no",                "confirm", "kept"),
        ("card_move_refused", "confirm", "none"),
        ("unknown_card",      "confirm", "none"),
    )  # fmt: skip

    writes = frozenset({"close"})
    widest: ClassVar[Mapping[str, object]] = OwnCards.widest

    def close(self, _: str) -> None:
        """Close it."""
        self.bank.close_card(self.slots["card"])
