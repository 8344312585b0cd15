"""Days as people say them, in three languages, told from today; the day before the month."""

import calendar
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from flows.understanding.entities import numbers_en, numbers_fr, numbers_sw
from flows.understanding.entities.tokens import Message

_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "sw": "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
}
# Three letters tell the months apart, but for the French June and July.
_BY_NAME = MappingProxyType(
    {
        name[:length]: number
        for names in _MONTHS.values()
        for number, name in enumerate(names.split(), start=1)
        for length in (3, 4, len(name))
        if not (name in {"juin", "juillet"} and length == 3)
    }
    | {"sept": 9, "agost": 8, "disemba": 12}
)
_WEEKDAYS = MappingProxyType({
    name: day
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "jumatatu jumanne jumatano alhamisi ijumaa jumamosi jumapili",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
    )
    for day, name in enumerate(names.split())
} | {"tues": 1, "thur": 3, "thurs": 3, "fri": 4, "jumamos": 5, "j3": 0})  # fmt: skip
_NEXT = frozenset({"next", "coming", "ijayo", "ijao", "prochain", "prochaine"})
_LAST = frozenset({"last", "past", "previous", "iliyopita", "jana", "dernier", "derniere", "passe"})
_DAYS_AWAY = (
    (("day", "after", "tomorrow"), 2), (("day", "before", "yesterday"), -2),
    (("kesho", "kutwa"), 2), (("keshokutwa",), 2), (("apres", "demain"), 2),
    (("apres", "-", "demain"), 2), (("avant", "hier"), -2), (("avant", "-", "hier"), -2),
    (("today",), 0), (("tonight",), 0), (("tomorrow",), 1), (("tmrw",), 1), (("tomorow",), 1),
    (("tommorow",), 1), (("tommorrow",), 1), (("yesterday",), -1), (("leo",), 0), (("kesho",), 1),
    (("jana",), -1), (("juzi",), -2), (("aujourdhui",), 0), (("demain",), 1), (("hier",), -1),
)  # fmt: skip
_MONTH_ENDS = (
    ("end", "of", "month"), ("end", "of", "the", "month"), ("end", "of", "this", "month"),
    ("month", "end"), ("end", "month"), ("mwisho", "wa", "mwezi"), ("mwisho", "wa", "mwezi", "huu"),
    ("fin", "du", "mois"), ("fin", "de", "mois"),
)  # fmt: skip
_ORDINALS = frozenset({"st", "nd", "rd", "th", "er", "eme"})
# After these a day without a year is one that has been.
_SINCE = frozenset({"since", "from", "tangu", "depuis", "after", "on", "of", "le", "tarehe"})
_HAS_BEEN = frozenset({"since", "tangu", "depuis", "kuanzia"})
# A number before such words repeats, and is no day: the 22nd of each month.
_EACH = frozenset({"each", "every", "kila", "chaque"})
_ON = frozenset({"the", "le", "tarehe"})
# Numbers of a fraction or an offer, rather than of a day: 1/2, 24/7.
_NO_DAYS = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (24, 7)})
_UNITS = MappingProxyType(
    dict.fromkeys(("day", "days", "siku", "jour", "jours"), 1)
    | dict.fromkeys(("week", "weeks", "wiki", "semaine", "semaines"), 7)
)
_YEARS = range(1900, 2100)
_YEAR_DAYS = 366
Found = tuple[int, date]
"""Where the words of a day end, and the day."""


def take(message: Message, today: date, *, expected: bool) -> str | None:
    """Take every day of a message, and return the first in ISO form.

    :param expected: a number alone is a day of the month
    """
    first: str | None = None
    at = 0
    while at < len(message):
        found = _read(message, at, today, expected=expected)
        if found is None or not message.free(at, found[0]):
            _hide_year(message, at)
            at += 1
            continue
        end, day = found
        said = message.take("date", at, end, day.isoformat())
        first = first or said
        at = end
    return first


def _hide_year(message: Message, at: int) -> None:
    """Let the year of a month alone, September 2023, be read as nothing else."""
    year = message.plain(at + 1)
    if message.plain(at) in _BY_NAME and re.fullmatch(r"(?:19|20)[0-9]{2}", year):
        message.hide(at, at + 2)


def _read(message: Message, at: int, today: date, *, expected: bool) -> Found | None:
    if message.kind(at) != "number" and message.plain(at) not in _FIRST:
        return None
    for reader in _READERS:
        if found := reader(message, at, today):
            return found
    if expected and len(message) == 1:
        return _day_alone(message, at, today)
    return None


def _words(message: Message, at: int, today: date) -> Found | None:
    """Read today, kesho, avant-hier, and the end of the month."""
    word = message.plain(at)
    if message.kind(at) != "word" or word not in _FIRST_WORDS:
        return None
    for words, away in _DAYS_AWAY:
        if message.phrase(at, [words]) > at:
            return _away(at + len(words), today, away)
    end = message.phrase(at, _MONTH_ENDS)
    if end == at:
        return None
    last = calendar.monthrange(today.year, today.month)[1]
    return end, today.replace(day=last)


def _weekday(message: Message, at: int, today: date) -> Found | None:
    """Read a day of the week: the one to come, today's own unless another is asked for."""
    turned = message.plain(at) in _NEXT | _LAST
    place = at + turned
    day = _WEEKDAYS.get(message.plain(place))
    if day is None:
        return None
    behind = message.plain(place + 1) in (_NEXT | _LAST) - {"jana"} and not turned
    turn = message.plain(at) if turned else message.plain(place + 1) if behind else ""
    ahead = (day - today.weekday()) % 7
    if turn in _NEXT:
        ahead = ahead or 7
    if turn in _LAST:
        ahead = ahead - 7
    return _away(place + 1 + behind, today, ahead)


def _figures(message: Message, at: int, today: date) -> Found | None:
    """Read 2026-12-25, 25/12, 25/12/2026, 25-12-2026 and 25.12.2026."""
    if message.kind(at) != "number" or message.glued(at):
        return None
    if re.fullmatch(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", message.plain(at)):
        day, month, year = (int(part) for part in message.plain(at).split("."))
        return _made(at + 1, year, month, day)
    mark = message.plain(at + 1)
    glued = message.glued(at + 1) and message.glued(at + 2)
    return _parted(message, at, mark, today) if glued and mark in {"/", "-"} else None


def _parted(message: Message, at: int, mark: str, today: date) -> Found | None:
    """Read a day whose numbers are parted by this mark."""
    whole = message.plain(at + 3) == mark and message.glued(at + 3) and message.glued(at + 4)
    parts = [message.plain(at + place) for place in ((0, 2, 4) if whole else (0, 2))]
    if not all(part.isdecimal() for part in parts):
        return None
    if whole:
        return _three_figures(at + 5, parts)
    day, month = _small(parts[0]), _small(parts[1])
    if mark == "-" or not day or not month or (day, month) in _NO_DAYS:
        return None
    return _without_year(message, at, at + 3, month, day, today)


def _three_figures(end: int, parts: Sequence[str]) -> Found | None:
    """Read a day in three numbers: the year first where it has four digits, else the day."""
    sizes = tuple(map(len, parts))
    if sizes[0] == 4 and sizes[1] < 3 and sizes[2] < 3:
        return _made(end, int(parts[0]), int(parts[1]), int(parts[2]))
    if sizes[0] < 3 and sizes[1] < 3 and sizes[2] in {2, 4}:
        year = int(parts[2]) + (2000 if sizes[2] == 2 else 0)
        return _made(end, year, int(parts[1]), int(parts[0]))
    return None


def _named_month(message: Message, at: int, today: date) -> Found | None:
    """Read 25 Dec, 25th of December 2026, le 1er mars, tarehe 5 Machi, Dec 25."""
    if message.plain(at) in _ON:
        return _named_month(message, at + 1, today) if message.kind(at + 1) == "number" else None
    if message.plain(at) in _BY_NAME and message.kind(at + 1) == "number":
        month, place, end = _BY_NAME[message.plain(at)], at + 1, at + 2
    elif message.kind(at) == "number" and not message.glued(at):
        place = at
        end = at + 1
        end += message.plain(end) in _ORDINALS
        end += message.plain(end) in {"of", "ya", "de", "wa", "-"}
        month = _BY_NAME.get(message.plain(end), 0)
        end += 1
    else:
        return None
    day = _small(message.plain(place))
    if not month or not 1 <= day <= 31:
        return None
    if place > at:
        end += message.plain(end) in _ORDINALS
    return _with_year(message, at, end, month, day, today)


def _with_year(
    message: Message, at: int, end: int, month: int, day: int, today: date
) -> Found | None:
    comma = message.plain(end) == ","
    year = message.plain(end + comma)
    if len(year) == 4 and year.isdecimal() and int(year) in _YEARS:
        return _made(end + comma + 1, int(year), month, day)
    return _without_year(message, at, end, month, day, today)


def _day_of_month(message: Message, at: int, today: date) -> Found | None:
    """Read tarehe 5, the 5th, on the 22nd; not the 22nd of each month."""
    word = message.plain(at)
    place = at + (word in _ON)
    day = _small(message.plain(place))
    ordinal = message.plain(place + 1) in _ORDINALS and message.glued(place + 1)
    if not 1 <= day <= 31 or not (ordinal or word == "tarehe"):
        return None
    end = place + 1 + ordinal
    near = {message.plain(end), message.plain(end + 1)}
    if near & _EACH or (word not in _ON and message.plain(at - 1) not in _SINCE):
        return None
    if message.phrase(end, [("mwezi", "wa")]) > end:  # tarehe 5 mwezi wa tatu
        month, last = small_number(message, end + 2)
        if 1 <= month <= 12:
            return _with_year(message, at, last, month, day, today)
    return _coming_day(end, day, today)


def _day_alone(message: Message, at: int, today: date) -> Found | None:
    day = _small(message.plain(at))
    return _coming_day(at + 1, day, today) if 1 <= day <= 31 else None


def _counted(message: Message, at: int, today: date) -> Found | None:
    """Read in 3 days, dans deux semaines, baada ya siku 3, 3 days ago, siku 3 zilizopita."""
    for words in _LEADS:
        if message.phrase(at, [words]) == at + len(words):
            start = at + len(words)
            found = _quantity(message, start)
            if found is None:
                continue
            days, end = found
            lead = words[0] if words else ""
            sign, end = _direction(message, lead, end)
            return _away(end, today, sign * days) if sign else None
    return None


def _direction(message: Message, lead: str, end: int) -> tuple[int, int]:
    """Return whether counted days lie ahead (1) or behind (-1), and where the words end."""
    behind = message.plain(end)
    if lead == "il" or behind in {"ago", "zilizopita", "iliyopita", "back"}:
        return -1, end + (lead != "il")
    if lead:
        return 1, end
    return (1, end + 1) if behind in {"zijazo", "ijayo"} else (0, end)


def _quantity(message: Message, at: int) -> tuple[int, int] | None:
    """Return how many days are counted at a place, and where that ends: 3 days, wiki mbili."""
    if message.plain(at) in _UNITS:  # Swahili counts behind the word
        number, end = small_number(message, at + 1)
        return (number * _UNITS[message.plain(at)], end) if number else None
    number, end = small_number(message, at)
    unit = _UNITS.get(message.plain(end))
    return (number * unit, end + 1) if number and unit else None


def small_number(message: Message, at: int) -> tuple[int, int]:
    """Return the number below a hundred at a place, in figures or words, and where it ends."""
    if message.kind(at) == "number":
        return _small(message.plain(at)), at + 1
    if message.plain(at) not in _STARTS:
        return 0, at
    words = [message.plain(at + place) for place in range(4)]
    for reader in (numbers_en.read, numbers_sw.read, numbers_fr.read):
        found = reader(words)
        if found and found.value < 100 and found.value == found.value.to_integral_value():
            return int(found.value), at + found.length
    return 0, at


def _small(figures: str) -> int:
    return int(figures) if figures.isdecimal() and figures.isascii() and len(figures) < 3 else 0


def _away(end: int, today: date, days: int) -> Found | None:
    try:
        return end, today + timedelta(days=days)
    except OverflowError:
        return None


def _made(end: int, year: int, month: int, day: int) -> Found | None:
    try:
        return (end, date(year, month, day)) if year in _YEARS else None
    except ValueError:
        return None


def _coming_day(end: int, day: int, today: date) -> Found | None:
    """Return the next such day of a month, today's own among them."""
    year, month = today.year, today.month
    for _ in range(13):
        last = calendar.monthrange(year, month)[1]
        if day <= last and date(year, month, day) >= today:
            return end, date(year, month, day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if year not in _YEARS:
            return None
    return None


def _without_year(
    message: Message, at: int, end: int, month: int, day: int, today: date
) -> Found | None:
    """Return the next such day, or the latest where it is said to have been."""
    before = {message.plain(at - 1), message.plain(at - 2)}
    been = bool(before & _HAS_BEEN)
    years = range(today.year, today.year + 9) if not been else range(today.year, today.year - 9, -1)
    for year in years:
        found = _made(end, year, month, day)
        if found and (found[1] <= today if been else found[1] >= today):
            return found
    return None


_FIRST_WORDS = frozenset({words[0] for words, _ in _DAYS_AWAY} | {way[0] for way in _MONTH_ENDS})
_STARTS = numbers_en.STARTS | numbers_sw.STARTS | numbers_fr.STARTS
_LEADS = (("in",), ("dans",), ("baada", "ya"), ("il", "y", "a"), ("after",), ())
_FIRST = frozenset({
    *_FIRST_WORDS, *_BY_NAME, *_WEEKDAYS, *_NEXT, *_LAST, *_ON, *_UNITS, *_STARTS,
    *(lead[0] for lead in _LEADS if lead),
})  # fmt: skip
"""Every word that a day may begin with."""
_READERS: Sequence[Callable[[Message, int, date], Found | None]] = (
    _figures,
    _named_month,
    _words,
    _weekday,
    _day_of_month,
    _counted,
)
