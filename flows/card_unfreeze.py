"""Unfreeze a card: one that its customer froze pays again, once the PIN was given."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.own_cards import OwnCards, after_pin
from flows.story import Ask, Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardDoing


class CardUnfreeze(OwnCards, Flow):
    """Let a frozen card pay again. What the bank has blocked, a person looks at."""

    name = "card_unfreeze"
    doing: ClassVar["CardDoing"] = "unfreeze"

    steps = (
        Prove("pin"),
        Ask("card", lists="cards"),
        Choose("confirm", options=("yes", "no")),
        End("open"),
        End("kept"),
        End("none", offers=("card_status", "agent")),
        Become("reset_pin"),
    )

    paths = (
        # when               at         go to   if    unless first do
        *after_pin("confirm"),
        ("yes",               "confirm", "open", None, None, "unfreeze"),
        ("no",                "confirm", "kept"),
        ("card_move_refused", "confirm", "none"),
        ("unknown_card",      "confirm", "none"),
    )  # fmt: skip

    writes = frozenset({"unfreeze"})
    widest: ClassVar[Mapping[str, object]] = OwnCards.widest

    def unfreeze(self, _: str) -> None:
        """Let it pay again."""
        self.bank.unfreeze_card(self.slots["card"])
