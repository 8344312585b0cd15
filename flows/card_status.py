"""My cards: how each stands, how far one has come that is on its way, what it may spend."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.own_cards import OwnCards, once_trusted
from flows.picking import AMOUNT
from flows.story import Ask, Become, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardDoing


class CardStatus(OwnCards, Flow):
    """Tell how a card stands."""

    name = "card_status"
    doing: ClassVar["CardDoing"] = "look"

    steps = (
        Prove("unlock"),
        Ask("card", lists="cards"),
        End("told", offers=("card_recent", "card_limits", "card_more")),
        End("none", offers=("card_request",)),
        Become("reset_pin"),
    )

    paths = once_trusted("told")

    widest: ClassVar[Mapping[str, object]] = {
        **OwnCards.widest,
        "limit": AMOUNT,
        "until": "2028-11-30",
        "carrier": "Posta Kenya EMS Courier",
        "tracking": "EE123456789KE",
    }

    def facts(self) -> Mapping[str, object]:
        """Give the last step how the card stands now; it is read when it is told, never kept."""
        if self.state != "told":
            return self.slots
        now = self.bank.card_now(self.slots["card"])
        card, way = now.card, now.tracking
        return {
            **self.slots,
            "status": card.status,
            "limit": str(card.limit),
            "until": card.expires_on.isoformat() if card.expires_on else "",
            "carrier": way.carrier if way else "",
            "tracking": way.number if way else "",
        }
