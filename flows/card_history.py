"""How stories come to a payment by card: which card, then which of its payments."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.own_cards import OwnCards
from flows.picking import AMOUNT, Listed
from flows.story import Path

if TYPE_CHECKING:
    from core.bank import CardDoing, CardPayment

MOST_PAYMENTS = 8


def to_payment() -> tuple[Path, ...]:
    """Return the paths to an ``Ask("payment", lists="payments")``; ``nothing`` ends without any."""
    return (
        ("open", "start", "unlock", None, "trusted"),
        *_picked("open", "start"),
        *_picked("proven", "unlock"),
        ("answer", "card", "payment", "was_used", None, "pick"),
        ("answer", "card", "nothing", None, None, "pick"),
        ("pin_locked", "unlock", "reset_pin"),
    )


def _picked(when: str, at: str) -> tuple[Path, ...]:
    return (
        (when, at, "none", None, "has_cards"),
        (when, at, "nothing", "only_unused"),
        (when, at, "payment", "is_only", None, "take_only"),
        (when, at, "card"),
    )


class CardHistory(OwnCards):
    """Conditions around a card's payments; cards that are over have theirs too."""

    doing: ClassVar["CardDoing"] = "recall"
    long: ClassVar[frozenset[str]] = OwnCards.long | {"payment"}
    widest: ClassVar[Mapping[str, object]] = {
        **OwnCards.widest,
        "payments": {
            str(n): {
                "when": "2026-09-28T21:59:00+00:00", "amount": AMOUNT, "outcome": "approved",
                "merchant": f"{'W' * 23}{n}",
            }
            for n in range(MOST_PAYMENTS)
        },
        "when": "2026-09-28T21:59:00+00:00",
        "amount": AMOUNT,
        "merchant": "W" * 40,
        "outcome": "captured",
    }  # fmt: skip

    @property
    def only_unused(self) -> bool:
        """Whether there is one card alone, and no payment of it to pick."""
        return self.is_only and not self._paid(str(self._open()[0].id))

    def was_used(self, said: str) -> bool:
        """Return whether the card that was picked has a payment to pick."""
        meant = [str(one.id) for one in self._open() if said in (str(one.id), one.last4)]
        return any(self._paid(one) for one in meant)

    def payments(self) -> Listed:
        """Return the payments of the card that may be picked, the newest first."""
        return {str(one.id): payment_facts(one) for one in self._paid(self.slots["card"])}

    def _paid(self, card: str) -> "list[CardPayment]":
        """Return the payments of a card that may be picked."""
        return self.bank.card_payments(card)


def payment_facts(one: "CardPayment") -> dict[str, str]:
    """Return what words may tell of a payment by card."""
    return {
        "when": one.at.isoformat(),
        "amount": str(one.captured if one.captured.minor else one.amount),
        "merchant": one.merchant,
        "outcome": one.status,
    }
