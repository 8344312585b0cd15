"""Finds what tells who somebody is, or opens what is theirs, in words that are about to be kept.

Card numbers are those of PCI DSS 4.0 (requirement 3.4: no more than the last four digits of a PAN
are shown); the rest is personal data under GDPR article 4(1) and Kenya's Data Protection Act s.2.
A detector speaks up only for what it can check: length, prefix, check digit, the word before it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from phonenumbers import NumberParseException
from stdnum import iban, luhn
from stdnum.za import idnr

Kind = Literal["email", "pan", "iban", "id_number", "phone", "secret"]

SERVED = ("KE", "TZ", "UG", "RW", "NG", "GH", "ZA", "SN", "CM")
"""The countries whose way of writing a number without its country's code is known."""
_CARDS = re.compile(
    # Visa, Mastercard, American Express, Discover, JCB, UnionPay, Maestro, Verve (ISO/IEC 7812).
    r"4\d{12}(\d{3}|\d{6})?$|5[1-5]\d{14}$|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}$"
    r"|3[47]\d{13}$|6(011|5\d\d)\d{12}$|35(2[89]|[3-8]\d)\d{12}$|62\d{14,17}$"
    r"|(50|5[6-9]|6\d)\d{11,17}$"
)
# Not inside a longer word or number: ids in hex, references and decimals are left as they are.
_START, _END = r"(?<![\w.,+-])", r"(?![\w]|[.,-]\d)"
_EMAIL = re.compile(r"[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-zA-Z]{2,24}")
_DIGITS = re.compile(rf"{_START}\+?\(?\d(?:[ \u00a0().-]{{0,2}}\d){{6,21}}{_END}")
_IBAN = re.compile(
    rf"{_START}[A-Z]{{2}}\d{{2}}(?: ?[A-Z0-9]{{4}}){{2,7}}(?: ?[A-Z0-9]{{1,4}})?{_END}"
)
_GHANA_CARD = re.compile(rf"{_START}GHA-?\d{{9}}-?\d{_END}", re.IGNORECASE)
_UGANDA_NIN = re.compile(rf"{_START}C[MF]\d{{5,7}}[A-Z0-9]{{5,7}}{_END}", re.IGNORECASE)
_KRA_PIN = re.compile(rf"{_START}[AP]\d{{9}}[A-Z]{_END}", re.IGNORECASE)
_SAID_ID = re.compile(
    r"\b(?:id|identity|passport|kitambulisho|pasipoti|nida|nin|bvn|cni|pi[èe]ce|passeport|carte)\b"
    r"(?:\s+(?:card|number|no|namba|ya|taifa|d.identit[ée]|num[ée]ro|nationale?|is|ni|est))*"
    r"[\s.:#=-]{1,3}([A-Z]{0,3}\d{5,20}[A-Z]?)(?![\w-])",
    re.IGNORECASE,
)
_SAID_SECRET = re.compile(
    r"\b(?:pin|otp|code|password|nywila|siri|namba ya siri|mot de passe|cvv|cvc)\b"
    r"(?:\s+(?:is|ni|est|yangu|my|mon))*[\s.:#=-]{1,3}(\d{3,8})(?!\w|[.,]\d)",
    re.IGNORECASE,
)
_CARD_RUN = re.compile(r"(?<![\w+-])(?<!\d[.,])\d(?:[ \u00a0.-]{0,2}\d){12,40}(?!\w)")
_GROUP = re.compile(r"\d+")
_AMEX, _DINERS = [4, 6, 5], [4, 6, 4]
"""How their numbers are printed, in groups of digits; others are in groups of one length."""
MOST_GROUPS = 8
LONGEST_AT_HOME = 10
"""Digits of a number without its country's code; a longer one stands for itself."""
_DECIMAL = re.compile(r"\d+\.\d+")
_HINT = re.compile(r"\d{3}|@")
"""Without three digits in a row or an @ there is nothing to look for; most words have neither."""
_SPACED_HINT = re.compile(r"\d[ \u00a0().-]{1,2}\d")


@dataclass(frozen=True, slots=True)
class Found:
    """Something personal in a text: what it is, and where it begins and ends."""

    kind: Kind
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Return what is personal in a text, in its order; nothing overlaps."""
    if not _HINT.search(text) and not _SPACED_HINT.search(text):
        return []
    found: list[Found] = []
    for one in _looked_for(text):
        if all(one.end <= other.start or one.start >= other.end for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def mask(text: str) -> str:
    """Return a text without what is personal in it; the end of a number is left to recognise it."""
    return _without(text, find(text))


def _without(text: str, found: list[Found]) -> str:
    """Return a text with these parts of it masked; they are in its order."""
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], _masked(one.kind, text[one.start : one.end])]
        at = one.end
    return "".join([*parts, text[at:]])


def mask_cards(text: str) -> str:
    """Return a text without card numbers, for words that are kept in full otherwise."""
    if not _HINT.search(text) and not _SPACED_HINT.search(text):
        return text
    return _without(text, [Found("pan", *span) for span in _cards(text)])


def _looked_for(text: str) -> Iterator[Found]:
    """Yield what the detectors say, the surest first: of two that overlap the first one counts."""
    yield from (Found("email", *m.span()) for m in _EMAIL.finditer(text))
    yield from (Found("pan", *span) for span in _cards(text))
    yield from (Found("secret", *m.span(1)) for m in _SAID_SECRET.finditer(text))
    yield from (Found("id_number", *m.span(1)) for m in _SAID_ID.finditer(text))
    for pattern in (_GHANA_CARD, _UGANDA_NIN, _KRA_PIN):
        yield from (Found("id_number", *m.span()) for m in pattern.finditer(text))
    yield from (Found("iban", *m.span()) for m in _IBAN.finditer(text) if iban.is_valid(m[0]))
    for m in _DIGITS.finditer(text):
        yield from _numbers(text, *m.span())


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Yield where card numbers begin and end, also next to other numbers and in groups."""
    for run in _CARD_RUN.finditer(text):
        groups = [m.span() for m in _GROUP.finditer(text, *run.span())]
        first = 0
        while first < len(groups):
            ends = range(len(groups), first, -1)
            last = next((one for one in ends if _is_card(text, groups[first:one])), None)
            if last is not None:
                yield groups[first][0], groups[last - 1][1]
            first = last or first + 1


def _is_card(text: str, groups: list[tuple[int, int]]) -> bool:
    lengths = [end - start for start, end in groups]
    even = len(set(lengths[:-1])) <= 1 and lengths[-1] <= lengths[0]
    if not even and lengths not in (_AMEX, _DINERS):
        return False
    digits = "".join(text[start:end] for start, end in groups)
    return bool(_CARDS.match(digits)) and luhn.is_valid(digits)


def _numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield what a run of digits is, as a whole or else in parts: an amount may stand before it."""
    kind = _number_kind(text[start:end])
    if kind is not None:
        yield Found(kind, start, end)
        return
    groups = [m.span() for m in _GROUP.finditer(text, start, end)]
    first = 0
    while len(groups) > 1 and first < len(groups):
        ends = range(min(len(groups), first + MOST_GROUPS), first, -1)
        last = next(
            (one for one in ends if _is_part(text[groups[first][0] : groups[one - 1][1]])), None
        )
        if last is not None:
            yield Found("phone", groups[first][0], groups[last - 1][1])
        first = last or first + 1


def _is_part(written: str) -> bool:
    """Return whether a part of a run of digits is a phone number: it says so by how it begins."""
    alone = written.isdigit() and len(written) > LONGEST_AT_HOME
    return (written.startswith("0") or alone) and _is_phone(written)


def _number_kind(written: str) -> Kind | None:
    digits = re.sub(r"\D", "", written)
    checks: tuple[tuple[Kind, Callable[[str, str], bool]], ...] = (
        ("phone", lambda text, _: text.startswith("+") and _is_phone(text)),
        ("id_number", lambda _, number: _is_id(number)),
        ("phone", lambda text, _: _is_phone(text)),
    )
    return next((kind for kind, is_it in checks if is_it(written, digits)), None)


def _is_id(digits: str) -> bool:
    """Return whether digits alone are an identity number: South Africa's, Rwanda's, Tanzania's."""
    match len(digits):
        case 13:
            return idnr.is_valid(digits)
        case 16:  # 1, the year of birth, 7 or 8 by sex (NIDA Rwanda)
            return digits[0] == "1" and digits[1:3] in {"19", "20"} and digits[5] in "78"
        case 20:  # the date of birth, then the ward (NIDA Tanzania)
            return digits[:2] in {"19", "20"} and "01" <= digits[4:6] <= "12"
    return False


def _is_phone(written: str) -> bool:
    if not 9 <= sum(map(str.isdigit, written)) <= 15 or _DECIMAL.fullmatch(written):
        return False
    international = written if written.startswith("+") else f"+{written.removeprefix('00')}"
    if _is_valid(international, None):
        return True
    # Without its country's code a number is one only if it is written like one.
    at_home = written.lstrip("(").startswith("0") or " " in written
    return at_home and any(_is_valid(written, country) for country in SERVED)


def _is_valid(number: str, country: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, country))
    except NumberParseException:
        return False


def _masked(kind: Kind, text: str) -> str:
    digits = re.sub(r"\D", "", text)
    match kind:
        case "pan":
            return f"****{digits[-4:]}"
        case "phone":
            head = text[:4] if text.startswith("+") else ""
            return f"{head}***{digits[-3:]}"
        case "email":
            return f"{text[0]}***@***"
    return "****"
