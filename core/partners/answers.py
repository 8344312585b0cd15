"""What a partner may answer, and what came of it in words that every engine understands.

A partner's client turns whatever came over the wire into one of these. When in doubt it is
`Unclear`: an order is asked after until somebody is certain, and nothing is guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from core.store.unit import Unit

if TYPE_CHECKING:
    from core.partners.orders import Order

LONGEST_REASON = 200
LONGEST_REFERENCE = 120


@dataclass(frozen=True, slots=True)
class Accepted:
    """The partner has taken the order; the final word comes later."""

    reference: str = ""
    """What the partner calls it, if it said so."""
    kind: Literal["accepted"] = "accepted"


@dataclass(frozen=True, slots=True)
class Done:
    """Final: it happened."""

    reference: str = ""
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What came of it, such as a token or the amount that really moved (``str(Money)``).

    A query tells the same facts as a send: the answer to the send may have been lost.
    """
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Refused:
    """Final: certainly nothing happened, nor will it.

    "There is an order of this id already" is no refusal but `Unclear`: something did happen.
    """

    code: str
    """A word of ours for why, such as ``account_unknown``; customers are told by it."""
    reason: str = ""
    """The partner's own code, for people who look after the bank: no name, number or free word."""
    reference: str = ""
    words: str = field(default="", repr=False)
    """What the partner wrote of it besides: whatever that may be, so it is kept sealed or not."""
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class NotKnown:
    """To a query only: the partner never saw the order."""

    kind: Literal["not_known"] = "not_known"


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing is certain: no answer in time, or none that can be read. ``reason`` is for people."""

    reason: str
    kind: Literal["unclear"] = "unclear"
    failure: bool = True
    """False where it says nothing against the partner: it did answer, if not about this order as
    it is (a duplicate, another payment, not known yet), or there was no way to ask it.

    Such answers open no circuit: the order alone is in doubt, and others must not wait for it.
    """


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly never left the house: nobody could be connected to. Asked again later."""

    reason: str
    kind: Literal["not_sent"] = "not_sent"


Answer = Accepted | Done | Refused | NotKnown | Unclear | NotSent

Hear = Callable[[Unit, "Order", Answer], None]
"""What an engine does about an answer, inside the unit that moves the order's status."""


def nothing(unit: Unit, order: "Order", answer: Answer) -> None:
    """Do nothing about an answer that an engine has no use for."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What an engine does about the answers to its orders; each is called at most once an order.

    ``stuck`` hears an `Unclear` when a day has passed without a final word. A final word may still
    come after it.
    """

    done: Hear
    refused: Hear
    accepted: Hear = nothing
    stuck: Hear = nothing


def reason_of(answer: Answer) -> str:
    """Return what people who look after the bank read about an answer, cut to what is kept."""
    match answer:
        case Refused(code, reason):
            told = f"{code}: {reason}" if reason else code
        case Unclear(reason) | NotSent(reason):
            told = reason
        case _:
            told = ""
    return told[:LONGEST_REASON]


def reference_of(answer: Answer) -> str:
    """Return what the partner calls the order, if this answer said so."""
    if isinstance(answer, Accepted | Done | Refused):
        return answer.reference[:LONGEST_REFERENCE]
    return ""
