"""Replace a card that is worn, lost or stolen: what it costs, where it goes, read back, proved."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.card_request import WIDEST_ADDRESS
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, refused
from flows.own_cards import OwnCards
from flows.picking import AMOUNT
from flows.story import Ask, Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardDoing

NO_CARD = (
    "unknown_card", "card_not_replaceable", "card_not_offered", "too_many_cards",
    "card_balance_too_low", "no_tariff",
)  # fmt: skip
"""Refusals of what was possible when it was read back; nothing but beginning anew mends them."""


class CardReplace(OwnCards, Flow):
    """Ask for a card in another's place; one that can pay does so until the new one opens."""

    name = "card_replace"
    doing: ClassVar["CardDoing"] = "replace"

    steps = (
        Prove("unlock"),
        Ask("card", lists="cards"),
        Choose("where", options=("same", "other")),
        Ask("address", free=True),
        Choose("review", options=("yes", "no"), mints=True),
        Prove("pin"),
        End("ordered", offers=("card_status",)),
        End("cancelled"),
        End("none", offers=("card_status", "card_request")),
        Become("reset_pin"),
    )

    # Also one card alone is picked: what may be refused of it is told while another may be meant.
    paths = (
        # when         at         go to        if            unless first do
        ("open",        "start",   "unlock",    None,         "trusted"),
        ("open",        "start",   "card",      "has_cards"),
        ("open",        "start",   "none"),
        ("proven",      "unlock",  "card",      "has_cards"),
        ("proven",      "unlock",  "none"),
        ("answer",      "card",    "where",     "has_address", None, "look"),
        ("answer",      "card",    "address",   "is_physical", None, "look"),
        ("answer",      "card",    "review",    None,          None, "look"),
        ("same",        "where",   "review"),
        ("other",       "where",   "address"),
        ("answer",      "address", "review",    None,          None, "note_address"),
        ("yes",         "review",  "pin"),
        ("no",          "review",  "cancelled"),
        ("proven",      "pin",     "ordered",   None,          None, "order"),
        *refused("cancelled", *NO_CARD, *NOTHING_HELPS, *ANOTHER_AMOUNT_HELPS, at="pin"),
        *refused("cancelled", "too_little_left", "period_closed", at="pin"),
        *refused("address", "card_address_needed", "card_address_invalid", at="pin"),
        ("pin_locked",  ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = moves_money = frozenset({"order"})
    widest: ClassVar[Mapping[str, object]] = {
        **OwnCards.widest,
        **WIDEST_ADDRESS,
        "fee": "TZS 12500.00",
        "least": "TZS 12500.00",
        "balance": AMOUNT,
        "reference": "WK9Q8P7R6T5W",
    }

    def has_address(self, said: str) -> bool:
        """Return whether the bank knows where that card was sent."""
        return bool(self._town(said))

    def is_physical(self, said: str) -> bool:
        """Return whether that card is one that has to be sent."""
        return any(
            one.type == "physical" for one in self._open() if said in (str(one.id), one.last4)
        )

    def look(self, said: str) -> None:
        """Remember which card is meant, and what another in its place costs."""
        self.pick(said)
        offer = self.bank.replacement_offer(self.slots["card"])
        self.slots |= {"fee": str(offer.fee), "least": str(offer.product.least_balance)}
        self.slots["town"] = self._town(said)

    def note_address(self, said: str) -> None:
        """Remember where it goes."""
        to = self.bank.read_address(said)
        self.slots |= {"line": to.line, "town": to.town}

    def order(self, _: str) -> None:
        """Have it made, once, however often this is asked."""
        asked = self.bank.replace_card(
            self.slots["card"],
            line=self.slots.get("line", ""),
            town=self.slots["town"],
            effect_id=self.agreed_id,
        )
        self.slots |= {"reference": asked.card.reference, "balance": str(asked.balance)}

    def facts(self) -> Mapping[str, object]:
        """Add the street, where another than the known one was told."""
        return {"line": "", **self.slots}

    def _town(self, said: str) -> str:
        found = [one for one in self._open() if said in (str(one.id), one.last4)]
        return self.bank.card_goes_to(str(found[0].id)) if found else ""
