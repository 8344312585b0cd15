"""Activate a card that has arrived: the PIN, then the last four digits that stand on it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.own_cards import OwnCards, after_pin
from flows.story import Ask, Become, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardDoing


class CardActivate(OwnCards, Flow):
    """Open a physical card for who holds it."""

    name = "card_activate"
    doing: ClassVar["CardDoing"] = "activate"

    steps = (
        Prove("pin"),
        Ask("card", lists="cards"),
        Ask("digits", free=True),
        End("active", offers=("card_pin", "card_limits")),
        End("spent", offers=("agent",)),
        End("none", offers=("card_status", "card_request")),
        Become("reset_pin"),
    )

    paths = (
        # when               at        go to     if    unless first do
        *after_pin("digits"),
        ("answer",            "digits", "active", None, None, "activate"),
        ("card_digits_locked", "digits", "spent"),
        ("card_move_refused", "digits", "none"),
        ("unknown_card",      "digits", "none"),
    )  # fmt: skip

    writes = frozenset({"activate"})
    widest: ClassVar[Mapping[str, object]] = OwnCards.widest

    def activate(self, said: str) -> None:
        """Open it."""
        self.bank.activate_card(self.slots["card"], said)
