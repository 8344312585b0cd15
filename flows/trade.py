"""What is changed, and how much of which of the two: of what goes, or of what comes."""

from core.errors import Refusal
from core.money import DIGITS, Money
from flows.quoted import Side

BUYS = "buy"
"""Stands before an amount that was said to be got: ``buy 5000``."""


class NotExchanged(Refusal):
    """What the customer typed is no money that can be given here, or got. Fact: ``typed``."""

    code = "not_exchanged"


class NotOfThePair(Refusal):
    """The amount is in neither of the two currencies. Facts: ``source``, ``target``."""

    code = "not_of_the_pair"


def read_trade(said: str, *, sell: str, buy: str) -> tuple[Side, Money]:
    """Return which side an amount fixes, and the amount: ``100``, ``USD 100``, ``buy 5000``.

    :raises NotOfThePair: if it is in neither currency
    :raises NotAnAmount: if it is none
    """
    first, _, rest = said.strip().partition(" ")
    buying = first == BUYS
    named, _, number = (rest if buying else said.strip()).partition(" ")
    if named not in DIGITS:
        named, number = buy if buying else sell, rest if buying else said
    if named not in (sell, buy):
        raise NotOfThePair(source=sell, target=buy)
    return ("buy" if named == buy else "sell"), Money.parse(number, named)
