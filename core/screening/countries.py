"""Countries as lists write them, turned into their codes: no two publishers write them alike."""

import re
from functools import cache

from babel import Locale

_LETTERS = re.compile(r"[a-z]+")
_IDLE = frozenset(
    ("the", "of", "and", "republic", "state", "states", "islamic", "arab", "people", "s")
)
_ALSO = {
    "burma": "MM", "myanmar": "MM", "turkey": "TR", "korea north": "KP", "north korea": "KP",
    "dprk": "KP", "democratic people's republic of korea": "KP", "korea south": "KR",
    "republic of korea": "KR", "korea": "KR", "democratic republic of the congo": "CD",
    "congo democratic republic of the": "CD", "democratic republic of the": "CD", "drc": "CD",
    "congo": "CG", "congo republic of the": "CG", "russian federation": "RU", "ussr": "RU",
    "united republic of tanzania": "TZ", "great britain": "GB", "england": "GB", "uk": "GB",
    "united kingdom of great britain and northern ireland": "GB", "usa": "US",
    "united states of america": "US", "macedonia": "MK", "north macedonia": "MK",
    "hong kong": "HK", "china hong kong special administrative region": "HK", "macau": "MO",
    "palestinian": "PS", "palestine": "PS", "state of palestine": "PS", "gaza": "PS",
    "gaza strip": "PS", "west bank": "PS", "palestinian territories": "PS", "cabo verde": "CV",
    "viet nam": "VN", "ivory coast": "CI", "cote d'ivoire": "CI", "east timor": "TL",
    "bosnia": "BA", "bosnia herzegovina": "BA", "lao people's democratic republic": "LA",
    "republic of moldova": "MD", "swaziland": "SZ",
    "czech republic": "CZ",
    "brunei darussalam": "BN", "syrian arab republic": "SY", "syrian": "SY",
    "venezuela bolivarian republic of": "VE", "bolivarian republic of venezuela": "VE",
    "bolivia plurinational state of": "BO", "plurinational state of bolivia": "BO",
    "republic of north macedonia": "MK", "turkiye": "TR", "eswatini": "SZ",
    "congo brazzaville": "CG",
    "congo kinshasa": "CD", "democratic peoples republic of korea": "KP", "philippines": "PH",
    "holy see": "VA", "comoros islands": "KM", "st kitts and nevis": "KN", "crimea": "UA",
    "serbia and montenegro": "RS", "yugoslavia": "RS", "republic of south sudan": "SS",
}  # fmt: skip
"""Names beside those of the Unicode CLDR, in plain words; what is no more is where it is now."""


def code_of(told: str) -> str | None:
    """Return the two letters of a country as a list or a person writes it; None for no country."""
    told = told.strip()
    if len(told) == 2 and told.upper() in Locale("en").territories:
        return told.upper()
    words = _words(told)
    return _known().get(words) or _known().get(_bare(words))


def codes_of(told: list[str]) -> tuple[str, ...]:
    """Return the codes of several, each once, sorted; what is no country is left out."""
    return tuple(sorted({code for one in told if (code := code_of(one))}))


@cache
def _known() -> dict[str, str]:
    """Return every known writing: the full one, and the same without what only titles a country."""
    told = {
        name: code
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha()
    }
    found = {_words(name): code for name, code in told.items()}
    found |= {_bare(_words(name)): code for name, code in told.items()}
    return found | {_words(name): code for name, code in _ALSO.items()}


def _words(told: str) -> str:
    return " ".join(_LETTERS.findall(told.casefold().replace("'", "").replace("\u2019", "")))


def _bare(words: str) -> str:
    left = sorted(word for word in words.split() if word not in _IDLE)
    return " ".join(left)
