"""A payment before it is made, and what was decided of it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.errors import Refusal
from core.money import Money
from core.screening.party import Party

Kind = Literal[
    "transfer", "request", "payout", "abroad", "airtime", "bill", "cash", "card", "plan", "exchange"
]
"""What may be judged; the table ``payment_kinds`` says what a hold comes to for each."""
Verdict = Literal["allow", "step_up", "hold", "block"]
"""What may come of it, from the mildest on."""
RANK: dict[Verdict, int] = {"allow": 0, "step_up": 1, "hold": 2, "block": 3}


class PaymentNotPossible(Refusal):
    """The payment is not made. It has no facts, and nobody who serves the customer knows more."""

    code = "payment_not_possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment that is asked for. Its ``id`` is the effect's: it is judged once."""

    id: UUID
    kind: Kind
    customer: UUID
    """Who pays."""
    amount: Money
    channel: str
    """Where it was asked for: a channel, ``plan`` or ``card``."""
    wallet: UUID | None = None
    """What it is paid from; None: the payer's in that currency."""
    address: str = ""
    """Where the payer stands; empty where nobody stands anywhere."""
    payee: UUID | None = None
    """A customer, or what stands for somebody elsewhere."""
    counterparty: Party | None = None
    """Who is paid, where that is no customer and their name is known."""
    country: str | None = None
    """Where the money goes, where the payee does not tell."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a payment, the same each time it is asked for."""

    verdict: Verdict
    reasons: tuple[str, ...]
    """Codes, the weightiest first; never told to a customer or who serves them."""
    score: float
