"""What the scheme says of a payment by card, and what it is answered: plain values, of no protocol.

Both doors read their own protocol into a `Request` and dress an `Answer`; they decide nothing.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID, uuid5

from core.access.pins import Proof
from core.money import Money

Kind = Literal["authorise", "advise", "reverse", "clear"]
"""A question; or news: what the scheme decided in our stead, a reversal, what a merchant takes."""
What = Literal["purchase", "cash", "refund"]
Way = Literal["chip", "contactless", "stripe", "online", "atm"]
MESSAGES = UUID("6b9f6bb0-8d0f-4f0e-9e0e-5d0b8d1f3c84")
"""The namespace of ids that follow from the scheme's own."""
APPROVED, IN_PART = "00", "10"


@dataclass(frozen=True, slots=True)
class Merchant:
    """Where a card is used."""

    name: str
    id: str
    """What the acquirer calls it."""
    city: str
    country: str
    """ISO 3166, two letters."""
    mcc: str
    """Its merchant category code (ISO 18245), four digits."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a merchant asks for, in a currency that the bank need not keep."""

    minor: int
    """Whole smallest units, as the scheme counts them."""
    currency: str
    """ISO 4217, three letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One message of the scheme."""

    scheme: str
    told: str
    """The scheme's id of this message: the same when it is repeated."""
    kind: Kind
    ref: str
    """The scheme's id of the payment's whole life, from the first question to the last refund."""
    pan: str = field(repr=False)
    what: What
    amount: Money
    """What is billed, in the wallet's currency. Of a reversal: what stands after it."""
    paid: Paid
    """The same in the merchant's currency."""
    rate: Decimal | None = None
    """The scheme's: billed for one of what was paid; None within one currency."""
    merchant: Merchant
    way: Way
    expiry: tuple[int, int] | None = None
    """Year and month on the card."""
    code_matches: bool | None = None
    """Whether the card's security code was right, as the scheme found; None: nobody looked."""
    pin: Proof | None = None
    """What was found about the PIN before any lock; None: none was entered."""
    partial: bool = False
    """A smaller amount may be approved."""
    final: bool = True
    """Of a clearing: the merchant takes nothing more."""
    decided: str = ""
    """Of an advice: what the scheme answered in our stead."""

    @property
    def id(self) -> UUID:
        """The id of this message here."""
        return uuid5(MESSAGES, f"{self.scheme} {self.kind} {self.told}")

    def body_hash(self, card: str) -> bytes:
        """Return what tells whether a repeated message says the same.

        ``card`` is the keyed hash of the number: a plain one in here could be found by trying.
        """
        said = (
            card, self.ref, self.what, str(self.amount), self.paid, str(self.rate),
            self.merchant, self.way, self.partial, self.final, self.decided,
        )  # fmt: skip
        return hashlib.sha256(repr(said).encode()).digest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the scheme is told. ``code`` is an ISO 8583 response code."""

    code: str
    reason: str = ""
    """Why not, as `core.cards.declines` has it; empty when it is approved."""
    amount: Money | None = None
    """What was approved, where that is something."""
    approval: str = ""
    """Six signs by which a merchant knows an approval."""
    replayed: bool = False

    @property
    def approved(self) -> bool:
        """Whether it may go on, with all of the amount or a part."""
        return self.code in {APPROVED, IN_PART}


def approval_code(message: UUID) -> str:
    """Return the six digits by which a merchant knows an approval."""
    return f"{message.int % 1_000_000:06d}"


def is_good(expires_on: date, told: tuple[int, int] | None, today: date) -> bool:
    """Return whether a card is good today, and the expiry that was told is its own."""
    return today <= expires_on and told in {None, (expires_on.year, expires_on.month)}
