"""What the readers of number words share: what they return, and what stands among the words."""

import re
from dataclasses import dataclass
from decimal import Decimal

# 5 | 15 | 2.5 | 2,5, as they stand beside number words: 5 thousand, elfu 2, 2,5 millions.
_DIGITS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")
MOST_WORDS = 24
"""999,999,999 takes no more words in any of our languages."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number said in words."""

    value: Decimal
    length: int
    """How many words said it."""
    others: tuple[Decimal, ...] = ()
    """What the same words may mean besides."""


def digits(word: str) -> Decimal | None:
    """Return the number that a word in digits stands for, where it may stand among number words."""
    return Decimal(word.replace(",", ".")) if _DIGITS.fullmatch(word) else None
