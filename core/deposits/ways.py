"""How money comes in, by country: which mobile money, within which amounts, and where it stands."""

from dataclasses import dataclass
from typing import Literal

from core.errors import Refusal
from core.money import Money

Way = Literal["mobile", "card", "bank"]


class DepositTooSmall(Refusal):
    """Less than the partner takes. Fact: ``least``."""

    code = "deposit_too_small"


class DepositTooLarge(Refusal):
    """More than the partner takes at once. Fact: ``limit``."""

    code = "deposit_too_large"


class WholeAmount(Refusal):
    """Mobile money takes no part of a main unit. Fact: ``currency``."""

    code = "whole_amount"


@dataclass(frozen=True, slots=True)
class Mobile:
    """A country's mobile money: who brings it, what it is called, and what one payment may be."""

    partner: str
    name: str
    least: str
    most: str


MOBILE = {
    "KE": Mobile("mpesa", "M-Pesa", "KES 10.00", "KES 250000.00"),
    "TZ": Mobile("momo", "Mobile money", "TZS 500.00", "TZS 5000000.00"),
    "UG": Mobile("momo", "MTN MoMo", "UGX 500", "UGX 5000000"),
    "RW": Mobile("momo", "MTN MoMo", "RWF 100", "RWF 2000000"),
    "GH": Mobile("momo", "MTN MoMo", "GHS 1.00", "GHS 10000.00"),
    "SN": Mobile("momo", "Orange Money", "XOF 100", "XOF 2000000"),
    "CI": Mobile("momo", "Orange Money", "XOF 100", "XOF 2000000"),
    "CM": Mobile("momo", "MTN MoMo", "XAF 100", "XAF 2000000"),
}
"""By country. Safaricom's ceiling for one M-Pesa payment is 250,000; the others are the bank's."""
CARD_LEAST_MAJOR = 1
WAYS: dict[str, Way] = {"mpesa": "mobile", "momo": "mobile", "cards": "card"}
NOSTROS = {"mobile": "nostro_mobile", "card": "nostro_card", "bank": "nostro_central"}
PAPSS = "papss"


def way_of(partner: str) -> Way:
    """Return how money of a partner's comes; whoever is no other is a rail of banks."""
    return WAYS.get(partner, "bank")


def nostro_of(partner: str) -> str:
    """Return the kind of account where a partner's money stands before it is anybody's here."""
    return "nostro_papss" if partner == PAPSS else NOSTROS[way_of(partner)]


def require_fit(amount: Money, *, country: str, way: Way) -> None:
    """Let amounts pass that a partner can take from a customer of this country.

    :raises WholeAmount: if mobile money would have to take a part of a main unit
    :raises DepositTooSmall: if it is less than one payment may be
    :raises DepositTooLarge: if it is more
    """
    if way == "card":
        if amount.major < CARD_LEAST_MAJOR:
            raise DepositTooSmall(least=f"{amount.currency} {CARD_LEAST_MAJOR}")
        return
    mobile = MOBILE[country]
    if amount.major != amount.major.to_integral_value():
        raise WholeAmount(currency=amount.currency)
    if amount < Money.load(mobile.least):
        raise DepositTooSmall(least=mobile.least)
    if Money.load(mobile.most) < amount:
        raise DepositTooLarge(limit=mobile.most)
