"""How much: amounts in every way people write them, and nothing that is none.

A number is an amount where a sign says so: a currency beside it, a way of counting that only money
has (*2k*, *soo tano*), a word of money that moves in the same sentence, a phone number, or a bank
that has just asked for one. Measured on requests to a bank, such words make a bare number safe to
take as long as what it counts does not follow it (*3 times*) and no clock leads to it (*at 5*).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flows.understanding.entities import currencies, quantities, signs
from flows.understanding.entities.quantities import Quantity
from flows.understanding.entities.tokens import Message

BEFORE, AFTER = 12, 5
"""So many tokens a word of money may stand before a bare number, and behind it."""
LEAST_ALONE = 50
"""A smaller number alone may as well be an option, a day, or how many."""
LEAST_APART = 10
"""A smaller number in figures stands right behind the word of money: send 5."""
LEAST_IN_WORDS = 10
"""Less than ten in words is mostly no amount: one of them, the two."""
RIGHT_BEHIND = 4
_ENDS = frozenset({".", "?", "!", ";"})
_TO = frozenset({"to", "and"})
CLOCK_ENDS = 60
_SECRET = re.compile(r"[0-9]{4,6}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
_LINE = re.compile(r"0[0-9]+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_BEFORE_YEAR = frozenset({"in", "since", "year", "mwaka", "en", "depuis", "tangu", "of", "during"})
_HELD = frozenset({"*", "#", "/", ":", "@", "_", "+", "%"})
_HELD_BEHIND = frozenset({"*", "/", ":", "@", "_"})
_TIMES = frozenset({"#", "saa", "siku", "mara", "wiki", "miezi", "miaka", "dakika"})


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount and what was said of it."""

    value: str
    """A decimal without zeros at its end, such as ``1500.5``."""
    currency: str | None
    at: int
    """Where it begins, its currency with it."""
    other: str | None
    """What else its words may mean."""


def take(message: Message, country: str, *, expected: bool, phone: bool) -> Amount | None:
    """Take every amount of a message, and return the first of them.

    :param expected: the bank has asked for one, so that a number alone is one
    :param phone: a phone number was said; what would one name beside it but an amount?
    """
    moves = [at for at, token in enumerate(message.tokens) if signs.moves_money(token.plain)]
    alone = _is_alone(message)
    first: Amount | None = None
    at = 0
    while at < len(message):
        quantity = quantities.read(message, at) if _may_begin(message, at) else None
        if quantity is None or quantity.value == quantities.UNCLEAR:
            at = quantity.end if quantity else at + 1
            continue
        trusted = expected or phone or (quantity.value >= LEAST_ALONE and (
            alone or _corrects(message, at) or _opens(message, at, quantity)
        ))  # fmt: skip
        found = _judged(message, at, quantity, country, moves, trusted=trusted)
        first = first or found
        at = quantity.end
    return first


def _may_begin(message: Message, at: int) -> bool:
    """Return whether a number may begin here: nobody has read it, nothing else holds it."""
    if not message.free(at) or message.kind(at) == "mark" or _LINE.fullmatch(message.plain(at)):
        return False
    if message.kind(at) == "word" and message.glued(at) and message.plain(at - 1) != "(":
        return message.plain(at - 1) in {"-", ",", ".", "'"}
    return True


def _judged(
    message: Message,
    at: int,
    quantity: Quantity,
    country: str,
    moves: Sequence[int],
    *,
    trusted: bool,
) -> Amount | None:
    """Take a number as an amount where a sign says that it is one."""
    code, start = currencies.before(message, at, country)
    end = quantity.end
    behind, last = currencies.after(message, end, country)
    if behind and (code is None or code == behind or message.glued(end)):
        code, end = behind, last
    elif code is not None and message.plain(end) in {"/=", "/-"}:
        end += 1
    held = _is_held(message, start, at, quantity.end, end)
    if held or not (code or _stands(message, at, quantity, moves, trusted=trusted)):
        return None
    value = _decimal(quantity.value)
    message.take("amount", start, end, f"{code} {value}" if code else value)
    return Amount(value, code, start, _decimal(quantity.other) if quantity.other else None)


def _decimal(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _is_held(message: Message, start: int, at: int, number_end: int, end: int) -> bool:
    """Return whether a number is part of something else: a percentage, a short code, 24/7."""
    if message.plain(number_end) in {"%", "percent", *signs.UNCLEAR}:
        return True
    return _is_held_before(message, start, at) or _is_held_behind(message, end)


def _is_held_before(message: Message, start: int, at: int) -> bool:
    before = message.plain(start - 1)
    if not message.glued(start):
        return False
    minus = before == "-" and start == at
    return minus or before in _HELD or message.kind(start - 1) in {"word", "number"}


def _is_held_behind(message: Message, end: int) -> bool:
    behind = message.plain(end)
    if not message.glued(end):
        return False
    dash = behind == "-" and message.glued(end + 1)
    return dash or behind in _HELD_BEHIND or message.kind(end) in {"word", "number"}


def _stands(
    message: Message, at: int, quantity: Quantity, moves: Sequence[int], *, trusted: bool
) -> bool:
    """Return whether a number without a currency is an amount all the same."""
    before, behind = message.plain(at - 1), message.plain(quantity.end)
    follows = any(at - RIGHT_BEHIND <= place < at for place in moves)
    which = before in _TIMES or signs.says_which(before, moving=follows or trusted)
    hour = behind in signs.DAYTIMES and quantity.value < CLOCK_ENDS
    # Moja and un count anything; but nobody writes 8,000 of anything else to a bank.
    one = quantity.in_words and quantity.value == 1 and not _is_alone(message)
    if which or hour or one or behind in signs.COUNTED:
        return False
    said = _GROUPED.fullmatch(message.plain(at)) or _is_said_in_full(message, at, quantity)
    if quantity.counts_money or trusted or said:
        return True
    if _YEAR.fullmatch(message.plain(at)) and not follows:
        return False
    near = any(_near(message, at, quantity.end, place) for place in moves)
    return near and not _is_something_else(message, at, quantity)


def _is_said_in_full(message: Message, at: int, quantity: Quantity) -> bool:
    """Return whether hundreds and thousands are told in words, or how much of something it is.

    To a bank nobody counts anything else like that: elfu tano, two hundred and fifty. Alone, a
    hundred or mille may be a manner of speaking.
    """
    if quantity.value < LEAST_ALONE or _YEAR.fullmatch(message.plain(at)):
        return False
    if message.plain(at - 1) in signs.WORTH:
        return True
    round_one = quantity.value >= 100 and quantity.value % 50 == 0
    alone = quantity.end - at == 1 or message.plain(at) == "a"
    return quantity.in_words and round_one and not alone


def _near(message: Message, at: int, end: int, money: int) -> bool:
    """Return whether a word of money stands near enough to a number, in the same sentence."""
    between = range(money + 1, at) if money < at else range(end, money)
    if not (at - BEFORE <= money < at or 0 <= money - end < AFTER):
        return False
    return not any(message.plain(place) in _ENDS for place in between)


def _is_something_else(message: Message, at: int, quantity: Quantity) -> bool:
    """Return whether a bare number looks like a time, a year, a secret, or how many."""
    before = message.plain(at - 1)
    if quantity.in_words:
        return quantity.value < LEAST_IN_WORDS or before in signs.CLOCK
    if quantity.value < LEAST_APART and not signs.moves_money(before):
        return True
    if quantity.value < CLOCK_ENDS and _is_of_clock(message, at, quantity.end):
        return True
    year = before in _BEFORE_YEAR and _YEAR.fullmatch(message.plain(at))
    secret = _SECRET.fullmatch(message.plain(at)) and _speaks_of_secrets(message)
    return bool(year or secret)


def _is_of_clock(message: Message, at: int, end: int) -> bool:
    """Return whether a small number is part of a time: at 5, 9 05, 15 to 19."""
    before, behind = message.plain(at - 1), message.plain(end)
    beside = "number" in {message.kind(end), message.kind(at - 1)}
    leads_on = behind in _TO and message.kind(end + 1) == "number"
    follows = before in _TO and message.kind(at - 2) == "number"
    return before in signs.CLOCK or beside or leads_on or follows


def _speaks_of_secrets(message: Message) -> bool:
    return any(token.plain in signs.SECRETS for token in message.tokens)


def _corrects(message: Message, at: int) -> bool:
    """Return whether the words before a number say that it takes the place of another."""
    return any(
        at >= len(words) and message.phrase(at - len(words), [words]) == at
        for words in signs.CORRECTS
    )


def _opens(message: Message, at: int, quantity: Quantity) -> bool:
    """Return whether a message begins with a number for somebody: 500 kwa Brian."""
    hundred = quantity.in_words and quantity.end == 1  # mia kwa mia: entirely
    return at == 0 and not hundred and message.plain(quantity.end) in {"to", "kwa", "kwenda"}


def _is_alone(message: Message) -> bool:
    """Return whether a message is a number and nothing else, but for marks around it."""
    free = [at for at in range(len(message)) if message.kind(at) != "mark"]
    if not free or not message.free(free[0], free[-1] + 1):
        return False
    quantity = quantities.read(message, free[0])
    return quantity is not None and quantity.end > free[-1]
