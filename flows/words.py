"""Finds the words: one template per story and language, one block per step."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import NumberPattern, format_decimal, parse_pattern
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from channels.message import is_mark
from core.errors import Refusal
from core.money import DIGITS, Money

TEMPLATES = Path(__file__).parent.parent / "templates"
LANGUAGES = ("en", "sw", "fr")
CHANNELS = ("ussd", "sms", "whatsapp")

# Nobody sees coins of these any more (CLDR's cash digits), so whole amounts show none.
COINLESS = frozenset({"TZS", "UGX", "RWF", "XOF", "XAF", "BIF"})
# How the franc zone writes its money; the ISO codes mean nothing to its people.
FRENCH_NAMES = {"XOF": "FCFA", "XAF": "FCFA"}
ZONES = {
    "KE": "Africa/Nairobi", "TZ": "Africa/Dar_es_Salaam", "UG": "Africa/Kampala",
    "RW": "Africa/Kigali", "BI": "Africa/Bujumbura", "ET": "Africa/Addis_Ababa",
    "NG": "Africa/Lagos", "GH": "Africa/Accra", "ZA": "Africa/Johannesburg",
    "SN": "Africa/Dakar", "CI": "Africa/Abidjan", "CM": "Africa/Douala",
}  # fmt: skip
# How the bank is reached. One place, so that no sentence carries a number of its own. The house
# puts in its real numbers when it is built.
CONTACTS = {
    "ussd": "*384*100#",
    "sms": "21000",
    "whatsapp": "+254 700 000 100",
    "paybill": "384100",
}
_LOCALES = {language: Locale.parse(language) for language in LANGUAGES}
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})  # what Babel writes and phones break on


class MissingWords(LookupError):
    """A step, an option or a refusal has no words in this language."""


class Words:
    """The bank's voice in one language on one channel. Cheap to make: templates are shared."""

    __slots__ = ("channel", "language")

    def __init__(self, language: str, channel: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self.channel = channel

    def say(self, page: str, block: str, facts: Mapping[str, object] | None = None) -> str:
        """Return a block of a page, preferring the wording made for this channel.

        :raises MissingWords: if the page has no such block
        """
        found = self.find(page, block, facts)
        if found is None:
            raise MissingWords(f"{self.language}/{page}.j2 has no block {block!r}")
        return found

    def find(self, page: str, block: str, facts: Mapping[str, object] | None = None) -> str | None:
        """Return a block as ``say`` does, or None when the page has none of that name."""
        if facts is None:
            return _standing(self.language, self.channel, page, block)
        return _render(self.language, self.channel, page, block, facts)

    def refuse(self, refusal: Refusal) -> str:
        """Return the words of a refusal, with its facts."""
        return self.say("refusals", refusal.code, refusal.facts)

    def in_language(self, language: str | None) -> "Words":
        """Return the same voice in another language; itself when there is nothing to change."""
        return self if language in (None, "", self.language) else Words(str(language), self.channel)


def blocks(page: str, language: str) -> Mapping[str, Callable[[Context], object]]:
    """Return the blocks of a page by name, for checks and for the index of keywords."""
    return _template(language, page).blocks


@cache
def _standing(language: str, channel: str, page: str, block: str) -> str | None:
    """Return words that use no facts: labels, keywords, most of the manners. Said once, kept."""
    return _render(language, channel, page, block, {})


def _render(
    language: str, channel: str, page: str, block: str, facts: Mapping[str, object]
) -> str | None:
    template = _template(language, page)
    render = template.blocks.get(f"{block}__{channel}") or template.blocks.get(block)
    if render is None:
        return None
    known = {"country": "KE", **facts, "language": language, "channel": channel}
    # Blocks are called directly, so that a page is compiled once and never rendered whole. None
    # calls another, so the context is given none: listing them costs more than most blocks do.
    context = Context(_environment(), {**template.globals, **known}, template.name, {})
    return "".join(render(context)).strip()


@cache
def _template(language: str, page: str) -> Template:
    return _environment().get_template(f"{language}/{page}.j2")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters.update(money=_money, date=_date, day=_day, time=_time, currency=_currency)
    environment.filters.update(rate=_rate, clock=_clock)
    environment.filters.update(masked=_masked, phrase=_phrase)
    environment.globals["contacts"] = CONTACTS
    return environment


@cache
def _pattern(language: str, digits: int) -> NumberPattern:
    number = "#,##0" + ("." + "0" * digits if digits else "")
    return parse_pattern(f"{number} ¤¤" if language == "fr" else f"¤¤ {number}")


@pass_context
def _money(context: Context, value: str | Money) -> str:
    """Return an amount as people of the language write it: KES 1,500.00, 95 000 FCFA."""
    return _written(context["language"], str(value))


@lru_cache(maxsize=4096)  # the same amount is read back, sent, and told to the one who gets it
def _written(language: str, value: str) -> str:
    amount = Money.load(value)
    digits = DIGITS[amount.currency]
    if amount.currency in COINLESS and amount.major == amount.major.to_integral_value():
        digits = 0
    written = _pattern(language, digits).apply(
        amount.major, _LOCALES[language], currency=amount.currency, currency_digits=False
    )
    if language == "fr":
        code = amount.currency
        written = written.replace(code, FRENCH_NAMES.get(code, code))
    return str(written).translate(_SPACES)


@pass_context
def _currency(context: Context, code: str) -> str:
    """Return how people of the language call a currency: KES, FCFA."""
    return FRENCH_NAMES.get(code, code) if context["language"] == "fr" else code


@pass_context
def _rate(context: Context, value: str | Decimal) -> str:
    """Return a rate as people of the language write numbers: 129.35, 3 712,45.

    What is no number is left as it is: in a notice's template something else stands in its place.
    """
    try:
        figure = Decimal(value)
    except InvalidOperation:
        return str(value)
    written = format_decimal(figure, "#,##0.##########", locale=_LOCALES[context["language"]])
    return written.translate(_SPACES)


@pass_context
def _masked(context: Context, text: str) -> str:
    """Return a masked name or phone: WhatsApp would read its asterisks as bold type."""
    return text.replace("*", "\u2022") if context["channel"] == "whatsapp" else text


def _phrase(code: str, phrases: Mapping[str, str], otherwise: str) -> str:
    """Return the words that stand for a code, or those for any that has none of its own.

    What stands in a code's place in a notice's template is left as it is: the words go there.
    """
    return code if is_mark(code) else phrases.get(code, otherwise)


@pass_context
def _date(context: Context, value: str | date) -> str:
    """Return a date in full, such as 3 September 2026. Moments are told in the country's time."""
    return _dated(context, value, "d MMMM y")


@pass_context
def _day(context: Context, value: str | date) -> str:
    """Return a day of this year, short: 3 Sep."""
    return _dated(context, value, "d MMM")


@pass_context
def _time(context: Context, value: str | datetime) -> str:
    """Return a time of day in the country's time: 14:05."""
    return _timed(context, value, "HH:mm")


@pass_context
def _clock(context: Context, value: str | datetime) -> str:
    """Return a time of day to the second, for what is over soon: 14:05:30."""
    return _timed(context, value, "HH:mm:ss")


def _timed(context: Context, value: str | datetime, pattern: str) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return format_time(
        moment, pattern, tzinfo=_zone(context["country"]), locale=_LOCALES[context["language"]]
    )


def _dated(context: Context, value: str | date, pattern: str) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(_zone(context["country"]))
    written = format_date(value, pattern, locale=_LOCALES[context["language"]])
    return written.translate(_SPACES)


@cache
def _zone(country: str) -> ZoneInfo:
    return ZoneInfo(ZONES.get(country, "Africa/Nairobi"))


__all__ = ["CHANNELS", "LANGUAGES", "MissingWords", "Words", "blocks"]
