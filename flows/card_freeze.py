"""Freeze a card: it pays nothing until its customer says so. It protects, so it takes no PIN."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.own_cards import OwnCards, once_trusted
from flows.story import Ask, Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardDoing


class CardFreeze(OwnCards, Flow):
    """Pause a card. Who has lost it is led to where it is ended."""

    name = "card_freeze"
    doing: ClassVar["CardDoing"] = "freeze"

    steps = (
        Prove("unlock"),
        Ask("card", lists="cards"),
        Choose("confirm", options=("yes", "no")),
        End("frozen", offers=("card_unfreeze", "card_lost")),
        End("kept"),
        End("none", offers=("card_status",)),
        Become("reset_pin"),
    )

    paths = (
        # when               at         go to      if    unless first do
        *once_trusted("confirm"),
        ("yes",               "confirm", "frozen",  None, None, "freeze"),
        ("no",                "confirm", "kept"),
        ("card_move_refused", "confirm", "none"),
        ("unknown_card",      "confirm", "none"),
    )  # fmt: skip

    writes = frozenset({"freeze"})
    widest: ClassVar[Mapping[str, object]] = OwnCards.widest

    def freeze(self, _: str) -> None:
        """Pause it."""
        self.bank.freeze_card(self.slots["card"])
