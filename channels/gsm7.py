"""GSM-7, the alphabet of feature phones: what fits, what it costs, and how to come down to it.

One character outside the alphabet turns a whole SMS into UCS-2 and makes it dearer by half, and a
USSD screen cannot carry it at all. So typographic marks and accents the alphabet lacks are written
plainly: ``’`` as ``'``, ``ç`` as ``c``, ``ọ`` as ``o``.
"""

# ruff: noqa: RUF001, RUF002 - look-alikes are what this file is about

import unicodedata
from typing import Literal

import smsutil
from smsutil.codecs import GSM_BASIC_CHARSET, GSM_EXT_CHARSET

Encoding = Literal["GSM-7", "UCS-2"]

ESCAPE = "\x1b"  # the library's table lists it, yet it only announces an extension character
BASIC = frozenset(GSM_BASIC_CHARSET) - {ESCAPE}
EXTENSION = frozenset(GSM_EXT_CHARSET)
ALPHABET = BASIC | EXTENSION
_SETTLED = ALPHABET - set("\r\f")

_SPELLINGS = {
    "'": "‘’‚‛ʻʼʹ′´`",
    '"': "“”„‟″«»",
    "-": "‐‑‒–—―−•·‣",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000",
    "\n": "\v\f\x1c\x1d\x1e\x85\u2028\u2029",
    "": "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff",
    "...": "…",
    "->": "→",
    "<-": "←",
    "x": "×",
    "/": "÷",
    "<": "‹",
    ">": "›",
    "oe": "œ",
    "OE": "Œ",
    "l": "ł",
    "L": "Ł",
    "u": "µ",
    # Letters of West and East African languages that no decomposition reaches.
    "b": "ɓ",
    "B": "Ɓ",
    "d": "ɗɖđ",
    "D": "ƊƉĐ",
    "k": "ƙ",
    "K": "Ƙ",
    "y": "ƴ",
    "Y": "Ƴ",
    "e": "ɛ",
    "E": "Ɛ",
    "o": "ɔ",
    "O": "Ɔ",
    "n": "ŋɲ",
    "N": "ŊƝ",
    "f": "ƒ",
    "F": "Ƒ₣",
    "g": "ɣ",
    "G": "Ɣ",
    "v": "ʋ",
    "V": "Ʋ",
    "i": "ı",
    "NGN ": "₦",
    "GHS ": "₵",
}
_PLAIN = {ord(char): plain for plain, chars in _SPELLINGS.items() for char in chars}


def encoding(text: str) -> Encoding:
    """Return the alphabet an SMS with this text is sent in."""
    return "GSM-7" if ALPHABET.issuperset(text) else "UCS-2"


def width(text: str) -> int:
    """Return the septets of a text in GSM-7; a bracket, brace, ``~``, ``|`` or ``€`` takes two."""
    if EXTENSION.isdisjoint(text):
        return len(text)
    return len(text) + sum(c in EXTENSION for c in text)


def segments(text: str) -> int:
    """Return how many SMS the text takes; an empty one still takes one."""
    if not text:
        return 1
    split = smsutil.gsm_split if encoding(text) == "GSM-7" else smsutil.unicode_split
    return len(split(text).parts)


def to_gsm7(text: str) -> str:
    """Return the text with all that has a plain spelling spelt plainly; the rest stays as it is."""
    if _SETTLED.issuperset(text):
        return text
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    out: list[str] = []
    for char in plain:
        out.extend(_plainly(char, after="".join(out[-1:])))
    return "".join(out)


def only_gsm7(text: str) -> str:
    """Return the text in GSM-7 alone: a sign without a spelling goes, a letter becomes ``?``."""
    plain = to_gsm7(text)
    if ALPHABET.issuperset(plain):
        return plain
    return "".join(c if c in ALPHABET else _stand_in(c) for c in plain)


def lightest(text: str) -> str:
    """Return the cheaper spelling of an SMS: plain if that fits GSM-7 whole, else as written."""
    plain = to_gsm7(text)
    return plain if encoding(plain) == "GSM-7" else text


def _plainly(char: str, *, after: str) -> str:
    """Return the plain spelling of one character that follows ``after``."""
    if char in BASIC:
        return char
    if (spelt := char.translate(_PLAIN)) != char or char in EXTENSION:
        return spelt
    if unicodedata.combining(char) and after in ALPHABET:
        return ""  # an accent whose letter has already come down
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return base if base and ALPHABET.issuperset(base) else char


def _stand_in(char: str) -> str:
    # A letter leaves a gap that shows; an emoji or a stray mark is not missed.
    return "?" if unicodedata.category(char).startswith("L") else ""
