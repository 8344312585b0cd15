"""How words are compared: without case, accents, or the marks that thumbs add."""

import re
import unicodedata

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
LONGEST = 400  # nobody commands a bank in more; the rest is not looked at


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
