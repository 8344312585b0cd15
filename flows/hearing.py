"""How words are compared: without case, accents, or the marks that thumbs add."""

import re
import unicodedata

from core.errors import Refusal
from core.money import DIGITS

_MARKS = re.compile(r"[^\w\s]|_")
_SPACES = re.compile(r"\s+")
# What people call a currency, besides its code.
CURRENCIES = {
    "ksh": "KES", "kshs": "KES", "bob": "KES", "tsh": "TZS", "ush": "UGX",
    "fcfa": "XOF", "cfa": "XOF",
    "dollars": "USD", "dollar": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP",
    "dola": "USD", "yuro": "EUR", "pauni": "GBP", "pound": "GBP", "naira": "NGN", "cedi": "GHS",
    "cedis": "GHS", "rand": "ZAR",
    "$": "USD", "\u20ac": "EUR", "\u00a3": "GBP",
} | {code.casefold(): code for code in DIGITS}  # fmt: skip
# What somebody takes back who says another thing instead: not 500, si 500, pas 500.
_TAKEN_BACK = re.compile(
    r"\b(?:not|instead of|rather than|sio|siyo|si|wala|badala ya|pas|au lieu de|et non)\s+"
    r"(?:[a-z]{2,4}\s?)??\+?\d[\d.,]*(?:(?<=\d)k\b|\s\d{3}\b)*(?:\s?(?:bob|/=))?",
    re.IGNORECASE,
)
_ONE_DIGIT = re.compile(r"(?<!\d)\d(?!\d)")  # it may as well stand for an option
_PUTS_RIGHT = re.compile(
    r"(?:no|nope|sorry|wait|actually|oops|hapana|la|pole|samahani|subiri|non|pardon|attends)\b"
    r"|.*\b(?:instead|badala yake|plutot)$|\d{2,} "
)
# What leads to somebody named in the place of another.
_MEANT = re.compile(
    r"(?:(?:no|nope|sorry|hapana|la|pole|non|pardon)[\s,]+)?"
    r"(?:i meant|i mean|it ?s for|make it|nilimaanisha|namaanisha|ni kwa|ni ya|iwe|je voulais dire|"
    r"cest pour|plutot|to|kwa|for|pour)\s+(?:to\s+|kwa\s+|a\s+)?([^\W\d]+(?: [^\W\d]+){0,2}?)"
    r"(?:\s+(?:instead|rather|not .*|badala yake|plutot|si .*|pas .*))?"
)
LONGEST = 400  # nobody commands a bank in more; the rest is not looked at


class NotAnOption(Refusal):
    """The customer picked something that was not offered."""

    code = "not_an_option"


def plain(text: str) -> str:
    """Return the words alone: case folded, accents and punctuation gone, single spaces.

    ``"1."``, ``"#1"`` and the keycap emoji become ``"1"``; ``"Reçu!"`` becomes ``"recu"``.
    """
    # Apostrophes part words in French (l'aide) and join them in English (what's): drop them.
    joined = text[:LONGEST].replace("'", "").replace("\u2019", "").replace("\u02bc", "")
    bare = "".join(c for c in unicodedata.normalize("NFKD", joined) if not unicodedata.combining(c))
    return _SPACES.sub(" ", _MARKS.sub(" ", bare.casefold())).strip()


def phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of a comma-separated list, each as ``plain`` writes it."""
    return tuple(found for part in text.split(",") if (found := plain(part)))


def mended(text: str) -> str:
    """Return words without the number they take back: ``si 500 ni 1500`` becomes ``ni 1500``."""
    found = _SPACES.sub(" ", _TAKEN_BACK.sub(" ", text[:LONGEST])).strip(" ,;.")
    return found if any(c.isalnum() for c in found) else text


def puts_right(text: str) -> bool:
    """Return whether words say that something before them was wrong: "no, 1500"."""
    return bool(_PUTS_RIGHT.match(plain(text))) and not _ONE_DIGIT.search(text)


def meant_instead(text: str) -> str | None:
    """Return who is named in the place of somebody else: Neema in "no, I meant Neema"."""
    found = _MEANT.fullmatch(plain(text))
    return found[1] if found else None
