"""How a notice becomes a provider's template: the standing words, and the values that change.

WhatsApp takes words from us unasked only as a template it has approved, with ``{{1}}``, ``{{2}}``
... in it. The bank's own words are templates too, so they are rendered once with marks in place of
the facts, which shows where the values stand, and then matched with what the customer shall read.
"""

import re
from collections.abc import Mapping
from typing import Protocol

from channels.message import MARKS, Notice
from core.money import Money

_MONEY = re.compile(r"[A-Z]{3} -?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.+")
# What a language makes of a marked amount, with its currency before or after it.
_MARKED_AMOUNT = r"(?:[A-Z]{3,4} )?777[ ,.]7%02d(?:[.,]\d+)?(?: [A-Z]{3,4})?"
_MARKED_DAY = r"%d [^\W\d]+\.?(?: 2077)?"  # day, month and perhaps a year
_MARKED_TIME = r"\d\d:%d"  # whichever hour it is there


class Voice(Protocol):
    """The bank's words in one language on one channel."""

    language: str

    def say(self, page: str, block: str, facts: Mapping[str, object] | None = None) -> str:
        """Return a block of a page."""
        ...


def notice_of(voice: Voice, alert: str, facts: Mapping[str, str], text: str) -> Notice | None:
    """Return the notice that reads as ``text``; None when its values cannot be told from its words.

    The same alert in the same language always has the same body, whatever its facts are.
    """
    marks = {name: _mark(n, value) for n, (name, value) in enumerate(sorted(facts.items()))}
    try:
        marked = voice.say("alerts", alert, {name: mark for name, (mark, _) in marks.items()})
    except (ValueError, LookupError, ArithmeticError):  # a filter that takes no marks
        return None
    if not marks:
        return Notice(alert, voice.language, marked, ())
    anywhere = re.compile("|".join(pattern for _, pattern in marks.values()))
    standing = anywhere.split(marked)
    shape = "(.*?)".join(re.escape(words) for words in standing)
    found = re.fullmatch(shape, text, re.DOTALL)
    if found is None:
        return None
    body = "".join(
        f"{words}{{{{{n}}}}}" if n < len(standing) else words
        for n, words in enumerate(standing, start=1)
    )
    return Notice(alert, voice.language, body, found.groups())


def _mark(number: int, value: str) -> tuple[str, str]:
    """Return what stands in for a fact, and the pattern of what the words make of it."""
    if _MONEY.fullmatch(value):
        currency = value[:3]
        return str(Money.parse(f"7777{number:02d}", currency)), _MARKED_AMOUNT % number
    if _DAY.fullmatch(value):
        return f"2077-11-{10 + number}", _MARKED_DAY % (10 + number)
    if _MOMENT.fullmatch(value):
        # Noon in UTC is the same day wherever the bank is, and the minute is the same everywhere.
        day, minute = 10 + number, 30 + number
        moment = f"2077-11-{day}T12:{minute}:00+00:00"
        return moment, f"{_MARKED_DAY % day}|{_MARKED_TIME % minute}"
    mark = chr(MARKS[number])
    return mark * 5, f"{mark}[{mark}*]*"  # a masked name keeps its ends
