"""Which currency is meant: by its sign, its code, or what people call it where they live."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from core.money import DIGITS
from flows.hearing import CURRENCIES, phrases
from flows.understanding.entities.tokens import Message
from flows.words import LANGUAGES, Words

_SHILLINGS = MappingProxyType({"KE": "KES", "TZ": "TZS", "UG": "UGX"})
_FRANCS = MappingProxyType(
    dict.fromkeys(("SN", "CI", "ML", "BF", "TG", "BJ", "NE", "GW"), "XOF")
    | dict.fromkeys(("CM", "GA", "TD", "CG", "CF", "GQ"), "XAF")
    | {"RW": "RWF", "BI": "BIF"}
)
_NAMED = MappingProxyType(
    CURRENCIES
    | {
        "kshilingi": "KES", "tshs": "TZS", "tzsh": "TZS", "ushs": "UGX", "ugsh": "UGX",
        "bucks": "USD", "buck": "USD", "dolar": "USD", "dolla": "USD", "quid": "GBP",
        "sterling": "GBP", "paundi": "GBP", "paund": "GBP", "livres": "GBP",
        "yuros": "EUR", "euros": "EUR", "nairas": "NGN",
        "\u20a6": "NGN", "\u20b5": "GHS", "ghc": "GHS", "rands": "ZAR", "randi": "ZAR",
        "birr": "ETB", "rwf": "RWF", "frw": "RWF", "us$": "USD",
    }
)  # fmt: skip
# What is called the same in several countries, and is the money of the customer's own.
_OF_SHILLINGS = frozenset({"shilling", "shillings", "shilingi", "shiling", "shillingi"})
_OF_FRANCS = frozenset({"franc", "francs", "faranga", "frs", "balles"})
_OF_CFA = frozenset({"fcfa", "cfa"})
# Only beside a number are these a currency at all.
_SHORT_SHILLINGS = frozenset({"sh", "shs", "/=", "/-"})
_SHORT_FRANCS = frozenset({"f", "fr"})
_GLUED = MappingProxyType({"n": "NGN", "r": "ZAR"})
# Before the amount that is given for what is bought: buy dollars with 5000 kes.
_GIVEN = frozenset({"with", "for", "using", "worth", "kwa", "avec", "pour", "contre"})
# Before the currency that money is changed into.
INTO = frozenset({"to", "into", "for", "in", "kwa", "kuwa", "en", "vers", "contre"})
CODES = frozenset(DIGITS)


def named(word: str, country: str) -> str | None:
    """Return the currency that a plain word or a sign means by itself, in a country."""
    if word in _OF_SHILLINGS:
        return _SHILLINGS.get(country, "KES")
    if word in _OF_CFA:
        return "XAF" if _FRANCS.get(country) == "XAF" else "XOF"
    if word in _OF_FRANCS:
        return _FRANCS.get(country, "XOF")
    return _NAMED.get(word)


def beside(word: str, country: str) -> str | None:
    """Return the currency that a plain word or a sign means beside a number, in a country."""
    if word in _SHORT_SHILLINGS:
        return _SHILLINGS.get(country, "KES")
    if word in _SHORT_FRANCS:
        return _FRANCS.get(country, "XOF")
    return named(word, country)


def before(message: Message, at: int, country: str) -> tuple[str | None, int]:
    """Return the currency that stands before the token at a place, and where it begins."""
    place = at - 1
    if message.plain(place) in {".", ":"} and message.glued(place):
        place -= 1  # Ksh. 500
    if not message.free(place):
        return None, at
    word = message.plain(place)
    if place == at - 1 and message.glued(at) and word in _GLUED:
        return _GLUED[word], place
    code = beside(word, country) if word not in _SHORT_FRANCS else None
    if code is None:
        return None, at
    marked = message.kind(place) == "mark" and message.glued(place)
    before_cfa = word == "cfa" and message.plain(place - 1) in _OF_FRANCS
    if before_cfa or (marked and message.plain(place - 1) in {"gh", "us", "ksh"}):
        place -= 1  # GH₵ 50, US$ 50, francs CFA 5000
    return code, place


def after(message: Message, end: int, country: str) -> tuple[str | None, int]:
    """Return the currency that stands behind a number, and where it ends."""
    at = end
    if message.plain(at) in {"of", "de", "d", "za", "ya"}:
        at += 1  # un million de francs
    if message.plain(at) == "us" and message.plain(at + 1) in {"dollars", "dollar", "$"}:
        at += 1
    if not message.free(at):
        return None, end
    code = beside(message.plain(at), country)
    if code is None:
        return None, end
    at += 1
    if code in {"XOF", "XAF", "RWF", "BIF"} and message.plain(at) == "cfa":
        return ("XAF" if code == "XAF" else "XOF"), at + 1
    return code, at


@cache
def _buying() -> tuple[tuple[str, ...], ...]:
    """Return the words, of every language, that speak of money to be got."""
    voices = (Words(language, "sms") for language in LANGUAGES)
    said = {way for one in voices for way in phrases(one.say("exchange", "buying"))}
    return tuple(sorted(tuple(way.split()) for way in said))


def buys(message: Message) -> bool:
    """Return whether a message speaks of money to be got rather than given."""
    ways = _buying()
    first = {way[0] for way in ways}
    return any(
        token.plain in first and message.phrase(at, ways) > at
        for at, token in enumerate(message.tokens)
    )


def others(message: Message, country: str) -> Mapping[str, int]:
    """Take the currencies that stand away from every amount; return where each is first named."""
    found: dict[str, int] = {}
    for at, token in enumerate(message.tokens):
        code = named(token.plain, country) if message.free(at) else None
        if code:
            message.take("currency", at, at + 1, code)
            found.setdefault(code, at)
    return found


def pair(
    message: Message,
    amount: tuple[int, str | None] | None,
    apart: Mapping[str, int],
    *,
    buying: bool,
) -> tuple[str | None, str | None, bool]:
    """Return which currency is given for which, and whether the amount is one to be got.

    ``amount`` is where the amount begins, with the currency beside it. That one is given, or got
    where the message speaks of buying; ``apart`` are the currencies named elsewhere.
    """
    start, currency = amount or (0, None)
    rest = [code for code in apart if code != currency]
    if currency is not None:
        other = rest[0] if rest else None
        given = other is not None and apart[other] < start and message.plain(start - 1) in _GIVEN
        if buying and not given:
            return other, currency, True
        return currency, other, False
    if len(rest) == 1:
        into = message.plain(apart[rest[0]] - 1) in INTO
        return (None, rest[0], buying) if buying or into else (rest[0], None, buying)
    return (rest[0], rest[1], buying) if rest else (None, None, buying)
