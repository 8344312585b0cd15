"""What else a bank is told: the kind of a card, a case's number, an account."""

import re
from functools import cache
from types import MappingProxyType

from stdnum import damm

from flows.hearing import phrases
from flows.understanding.entities.tokens import Message
from flows.words import LANGUAGES, Words

KINDS = ("virtual", "physical")
SERIAL_DIGITS = 6
MOST_DIGITS = 12
_CASE = frozenset({"case", "kesi", "ticket", "tiketi", "dossier", "complaint", "lalamiko", "c"})
_CASE_SOLID = re.compile(r"c[0-9]{7,12}")
_ACCOUNT = frozenset({
    "account", "acc", "acct", "accnt", "akaunti", "compte", "iban", "meter", "mita", "compteur",
    "smartcard", "decoder",
})  # fmt: skip
# What may stand between such a word and the digits: account no. 12…, akaunti namba: 12…
_BETWEEN = frozenset({
    "no", "number", "num", "nr", "nambari", "namba", "numero", "n", "id", "ref", "reference", "is",
    "ni", "ya", "yangu", "est", "le", "la", "du", "\u00b0", "#", ":", ".", "-", "=",
})  # fmt: skip
MOST_BETWEEN = 4
_SAID_TOO = MappingProxyType({
    "virtual": (
        ("online", "card"), ("card", "ya", "online"), ("kadi", "ya", "online"), ("for", "online"),
        ("ya", "mtandaoni"), ("carte", "en", "ligne"), ("netflix",), ("spotify",),
    ),
    "physical": (("ya", "kushika"), ("ya", "mkononi"), ("atm", "card"), ("plastic", "card")),
})  # fmt: skip
"""What else tells a kind of card, by what it is for or how it feels."""
MOST_IN_GROUP = 4
"""Digits that stand together where a number is written in groups with spaces."""
_ACCOUNT_DIGITS = range(6, 17)


def take_case(message: Message, *, expected: bool) -> str | None:
    """Take a case's number and return it in its one form, ``C-104-283-1``.

    :param expected: the number alone, without its letter or a word for it, is looked for too
    """
    for at in range(len(message)):
        start, end = _case_digits(message, at, expected=expected)
        if not message.free(at, max(end, at + 1)) or end <= start:
            continue
        number = case_number("".join(filter(str.isdigit, message.written(start, end))))
        if number:
            return message.take("case_ref", at, end, number)
    return None


def case_number(digits: str) -> str | None:
    """Return the number of a case as the house writes it, or None where its last digit is wrong.

    The last digit is by Damm's method over the serial, which has six digits at least.
    """
    if not (digits.isascii() and digits.isdigit() and SERIAL_DIGITS < len(digits) <= MOST_DIGITS):
        return None
    if not int(digits[:-1]) or not damm.is_valid(digits):
        return None
    serial = f"{int(digits[:-1]):0{SERIAL_DIGITS}d}"
    first = len(serial) % 3
    groups = [serial[:first]] if first else []
    groups += [serial[place : place + 3] for place in range(first, len(serial), 3)]
    return "-".join(["C", *groups, digits[-1]])


def _case_digits(message: Message, at: int, *, expected: bool) -> tuple[int, int]:
    """Return where the digits begin and end of a case's number whose first token is at a place."""
    if message.plain(at) in _CASE:
        start = _skip(message, at + 1)
        if message.plain(start) == "c":
            start = _skip(message, start + 1)
        return start, _digits_end(message, start, MOST_DIGITS)
    if message.kind(at) != "number" or message.glued(at):
        return at, at
    end = _digits_end(message, at, MOST_DIGITS)
    written = message.written(at, end) if end > at else ""
    if expected or re.fullmatch(r"(?:[0-9]{1,3}-)?[0-9]{3}-[0-9]{3}-[0-9]", written):
        return at, end
    return at, at


def take_account(message: Message, *, expected: bool) -> str | None:
    """Take the number of an account, said after a word for one, and return its digits.

    :param expected: digits alone are an account too
    """
    for at in range(len(message)):
        start = _account_starts(message, at, expected=expected)
        end = _digits_end(message, start, _ACCOUNT_DIGITS.stop - 1)
        if end <= start or not message.free(start, end):
            continue
        digits = "".join(filter(str.isdigit, message.written(start, end)))
        if len(digits) in _ACCOUNT_DIGITS and not _of_money(message, end):
            return message.take("account", start, end, digits)
    return None


def _account_starts(message: Message, at: int, *, expected: bool) -> int:
    if message.plain(at) in _ACCOUNT:
        return _skip(message, at + 1)
    slashed = [message.plain(at + place) for place in range(3)] == ["a", "/", "c"]
    if slashed and message.glued(at + 1) and message.glued(at + 2):
        return _skip(message, at + 3)
    return at if expected and message.kind(at) == "number" else len(message)


def _of_money(message: Message, end: int) -> bool:
    return message.plain(end) in {"kes", "ksh", "tzs", "ugx", "usd", "/=", "/-", "bob", "k", "m"}


def _skip(message: Message, at: int) -> int:
    """Return where the digits may begin behind a word that announces them."""
    for _ in range(MOST_BETWEEN):
        if message.plain(at) in _BETWEEN:
            at += 1
    return at


def _digits_end(message: Message, at: int, most: int) -> int:
    """Return where digits in groups end that begin at a place: 104-283-1, 0123 4567 8901."""
    end, size = at, 0
    for place in range(at, len(message)):
        token = message.tokens[place]
        near = place == at or token.start - message.tokens[place - 1].end <= 1
        if token.kind == "number" and token.text.isdigit() and near:
            size += len(token.text)
            apart = end > at and not message.glued(place)
            if size > most or (apart and len(message.tokens[end - 1].text) > MOST_IN_GROUP):
                break  # 12345678 500 is an account, and how much
            end = place + 1
        elif token.text not in {"-", "."} or not near or place == at:
            break
    return end


def take_card_kind(message: Message) -> str | None:
    """Return which kind of card is spoken of, if it is one of them alone."""
    kinds: set[str] = set()
    for at, token in enumerate(message.tokens):
        for words, kind in _card_kinds().get(token.plain, ()):
            end = at + len(words)
            if message.phrase(at, [words]) == end and message.free(at, end):
                kinds.add(message.take("card_kind", at, end, kind))
    return kinds.pop() if len(kinds) == 1 else None


@cache
def _card_kinds() -> MappingProxyType[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return the words, of every language, that tell a kind of card, by the first of them."""
    found: dict[str, set[tuple[tuple[str, ...], str]]] = {}
    for kind in KINDS:
        for language in LANGUAGES:
            for way in phrases(Words(language, "sms").say("card_request", f"words_{kind}")):
                words = tuple(way.split())
                found.setdefault(words[0], set()).add((words, kind))
    for kind, ways in _SAID_TOO.items():
        for words in ways:
            found.setdefault(words[0], set()).add((words, kind))
    return MappingProxyType({first: tuple(sorted(ways)) for first, ways in found.items()})
