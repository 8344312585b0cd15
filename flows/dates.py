"""Reads the dates that people type, day first as in all our countries."""

import re
from datetime import date

from core.errors import Refusal
from flows.hearing import plain
from flows.words import LANGUAGES

_NUMBERS = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NO_YEAR = re.compile(r"(\d{1,2})(?:[\s./-]+(\d{1,2})|(?:st|nd|rd|th|er)? ([a-z]+))")
_SOLID = re.compile(r"(\d{2})(\d{2})(\d{4})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er)? ([a-z]+) (\d{4})")
EARLIEST = 1900
_LEAP = 8
"""Years from one 29 February to the next, at most."""

_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "sw": "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
}
# Three letters tell the months apart, but for the French June and July.
_BY_NAME = {
    name[:length]: number
    for language in LANGUAGES
    for number, name in enumerate(_MONTHS[language].split(), start=1)
    for length in (3, 4, len(name))
    if not (name in {"juin", "juillet"} and length == 3)
}


class NotADate(Refusal):
    """What the customer typed is not a date."""

    code = "not_a_date"


def read_date(text: str) -> date:
    """Return the date a person typed, such as 14/03/1990, 14031990 or 14 March 1990.

    :raises NotADate: if it is none, or lies before 1900
    """
    said = text.strip()
    if found := _ISO.fullmatch(said):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NUMBERS.fullmatch(said) or _SOLID.fullmatch(said):
        day, month, year = (int(part) for part in found.groups())
    elif (found := _NAMED.fullmatch(plain(said))) and found[2] in _BY_NAME:
        day, month, year = int(found[1]), _BY_NAME[found[2]], int(found[3])
    else:
        raise NotADate(typed=said[:20])
    return _made(said, year, month, day)


def read_coming_date(text: str, *, since: date) -> date:
    """Return the date a person typed; one without a year is the next such day from ``since`` on.

    :raises NotADate: if it is none, or lies before 1900
    """
    said = text.strip()
    found = _NO_YEAR.fullmatch(said) or _NO_YEAR.fullmatch(plain(said))
    if found is None:
        return read_date(text)
    day, month = int(found[1]), int(found[2] or _BY_NAME.get(found[3], 0))
    for year in range(since.year, since.year + _LEAP + 1):
        try:
            coming = date(year, month, day)
        except ValueError:
            continue
        if coming >= since:
            return coming
    raise NotADate(typed=said[:20])


def _made(said: str, year: int, month: int, day: int) -> date:
    try:
        read = date(year, month, day)
    except ValueError:
        raise NotADate(typed=said[:20]) from None
    if read.year < EARLIEST:
        raise NotADate(typed=said[:20])
    return read
