"""How stories come to know which of a customer's cards is meant, before they do something with it.

Such a story says what it is ``doing``. Among its steps are an ``Ask("card", lists="cards")``, an
``End("none")`` and its proof. CardPlace there is one card alone, it is not asked for.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.picking import Listed
from flows.story import Path

if TYPE_CHECKING:
    from core.bank import Bank, Card, CardDoing

MOST_CARDS = 8


def after_pin(to: str) -> tuple[Path, ...]:
    """Return the paths to a card for what always takes the PIN, which comes first.

    Who is told that there is none, on a line that is trusted, is not asked for it in vain.
    """
    return (
        ("open", "start", "none", "knows_none"),
        ("open", "start", "pin"),
        *_picked("proven", "pin", to),
        ("answer", "card", to, None, None, "pick"),
        ("pin_locked", "pin", "reset_pin"),
    )


def once_trusted(to: str) -> tuple[Path, ...]:
    """Return the paths to a card for what needs no more proof than a line that is trusted."""
    return (
        ("open", "start", "unlock", None, "trusted"),
        *_picked("open", "start", to),
        *_picked("proven", "unlock", to),
        ("answer", "card", to, None, None, "pick"),
        ("pin_locked", "unlock", "reset_pin"),
    )


def _picked(when: str, at: str, to: str) -> tuple[Path, ...]:
    return (
        (when, at, "none", None, "has_cards"),
        (when, at, to, "is_only", None, "take_only"),
        (when, at, "card"),
    )


class OwnCards:
    """Conditions and effects around the card a story is about."""

    doing: ClassVar["CardDoing"]
    """What is asked of it: only cards that it may be asked of are listed."""
    long: ClassVar[frozenset[str]] = frozenset({"card"})
    """Many cards take several screens."""
    widest: ClassVar[Mapping[str, object]] = {
        "cards": {
            str(n): {"type": "physical", "last4": f"444{n}", "status": "produced"}
            for n in range(MOST_CARDS)
        },
        "type": "physical",
        "last4": "4444",
        "status": "produced",
    }
    """The facts of a card, and of a list of them, as wide as they get."""
    bank: "Bank"
    slots: dict[str, str]

    @property
    def has_cards(self) -> bool:
        """Whether there is any card of which this may be asked."""
        return bool(self._open())

    @property
    def is_only(self) -> bool:
        """Whether there is one such card alone."""
        return len(self._open()) == 1

    @property
    def knows_none(self) -> bool:
        """Whether there is none, and it may be said so at once."""
        return self.bank.trusted and not self.has_cards

    def cards(self) -> Listed:
        """Return the cards of which this may be asked, the newest first."""
        return {str(one.id): _facts(one) for one in self._open()}

    def pick(self, said: str) -> None:
        """Remember which card is meant."""
        self._take(self.bank.card_to(self.doing, said))

    def take_only(self, _: str) -> None:
        """Remember the only card there is."""
        self._take(self._open()[0])

    def _take(self, card: "Card") -> None:
        self.slots |= {"card": str(card.id), **_facts(card)}

    def _open(self) -> "list[Card]":
        return self.bank.cards_to(self.doing)


def _facts(card: "Card") -> dict[str, str]:
    return {"type": card.type, "last4": card.last4, "status": card.status}
