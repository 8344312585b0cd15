"""A card's own PIN: the account's first, then one for the card, twice. No story sees either."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.own_cards import OwnCards, after_pin
from flows.story import Ask, Become, End, Flow, NewSecret, Prove, RepeatSecret

if TYPE_CHECKING:
    from core.bank import CardDoing


class CardPin(OwnCards, Flow):
    """Set or change the PIN of a card, for machines that ask for one."""

    name = "card_pin"
    doing: ClassVar["CardDoing"] = "set_pin"

    steps = (
        Prove("pin"),
        Ask("card", lists="cards"),
        NewSecret("new"),
        RepeatSecret("again"),
        End("done"),
        End("none", offers=("card_status", "card_request")),
        Become("reset_pin"),
    )

    paths = (
        # when                at       go to   if    unless first do
        *after_pin("new"),
        ("chosen",             "new",   "again"),
        ("repeated",           "again", "done", None, None, "set_pin"),
        ("pins_differ",        "again", "new"),
        ("card_has_no_number", "again", "none"),
        ("unknown_card",       "again", "none"),
    )  # fmt: skip

    writes = frozenset({"set_pin"})
    widest: ClassVar[Mapping[str, object]] = OwnCards.widest

    def set_pin(self, _: str) -> None:
        """Make the PIN that was repeated the card's."""
        if self.proof is None:
            raise LookupError("a PIN is set only when it was repeated")
        self.bank.set_card_pin(self.slots["card"], self.proof.new_hash)
