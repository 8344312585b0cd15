"""Numbers of national identity cards: how each country writes them, and what they tell.

No country but South Africa has published how its check digits are made (python-stdnum has that
one): of the others the form is judged, and the date and sex where the number carries them. Whether
there is such a card is for the verification firm to say.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum.exceptions import ValidationError
from stdnum.za import idnr

from core.errors import Refusal

Sex = Literal["F", "M"]
_SPARE = re.compile(r"[\s./-]")
_OTHER = re.compile(r"(?=.*\d)[A-Z0-9]{5,20}")
_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{6,9}")


class IdNumberWrong(Refusal):
    """A country's cards have no such number. Fact: ``country``."""

    code = "id_number_wrong"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number as it is kept, and what it tells of its owner."""

    country: str
    number: str
    born: date | None = None
    born_year: int | None = None
    """The year alone, where the number tells no more; its last two figures below 100."""
    sex: Sex | None = None
    any_century: bool = False
    """Whether the day is told without its century."""

    def allows(self, born: date) -> bool:
        """Return whether somebody born then may have this number."""
        if self.born is not None:
            days = [f"{one:%Y%m%d}"[2 if self.any_century else 0 :] for one in (self.born, born)]
            return days[0] == days[1]
        if self.born_year is None:
            return True
        return self.born_year == (born.year if self.born_year >= 100 else born.year % 100)


_Told = tuple[date | None, int | None, Sex | None]
_NOTHING: _Told = (None, None, None)


def _kenya(number: str) -> _Told:
    return _fits(r"\d{6,9}|\d{14}", number)


def _uganda(number: str) -> _Told:
    # C (a citizen) or another letter, F or M, the year, and ten more: 14 in all.
    found = _found(r"[A-Z]([FM])(\d{2})[A-Z0-9]{10}", number)
    return None, int(found[2]), _sex(found[1], female="F")


def _tanzania(number: str) -> _Told:
    # The day of birth, the place, a serial number and two check digits: 20 in all.
    found = _found(r"(\d{8})\d{12}", number)
    return _day(found[1]), None, None


def _nigeria(number: str) -> _Told:
    return _fits(r"\d{11}", number)


def _ghana(number: str) -> _Told:
    # A country's letters, nine figures, and a check digit whose rule is not published.
    return _fits(r"[A-Z]{3}\d{10}", number)


def _south_africa(number: str) -> _Told:
    try:
        idnr.validate(number)
    except ValidationError:
        raise ValueError(number) from None
    return idnr.get_birth_date(number), None, _sex(idnr.get_gender(number), female="F")


def _rwanda(number: str) -> _Told:
    # Status, year of birth, sex (7 is a woman), and ten more: 16 in all.
    found = _found(r"[123](\d{4})([78])\d{10}", number)
    return None, _year(found[1]), _sex(found[2], female="7")


def _senegal(number: str) -> _Told:
    # Sex (2 is a woman), registry, year and entry: 13 or 14. The ECOWAS card has the whole day: 17.
    with suppress(ValueError):
        found = _found(r"([12])\d{2}(\d{8})\d{6}", number)
        return _day(found[2]), None, _sex(found[1], female="2")
    found = _found(r"([12])\d{3}(\d{4})\d{5,6}", number)
    return None, _year(found[2]), _sex(found[1], female="2")


def _ivory_coast(number: str) -> _Told:
    return _fits(r"C\d{10}|CI\d{9}|\d{11}", number)


def _cameroon(number: str) -> _Told:
    return _fits(r"\d{9}|\d{17}|\d{20}|[A-Z]{2}\d{8,10}", number)


READERS: Mapping[str, Callable[[str], _Told]] = {
    "KE": _kenya,
    "UG": _uganda,
    "TZ": _tanzania,
    "NG": _nigeria,
    "GH": _ghana,
    "ZA": _south_africa,
    "RW": _rwanda,
    "SN": _senegal,
    "CI": _ivory_coast,
    "CM": _cameroon,
}
"""The countries whose cards are known, and who reads their numbers."""


def compact(text: str) -> str:
    """Return a number without what people put between its parts, in capitals."""
    return _SPARE.sub("", text).upper()


def read_national(text: str, *, country: str) -> IdNumber:
    """Return the number of a national identity card as it was typed.

    Of a country whose cards are not known anything that looks like a number is taken.

    :raises IdNumberWrong: if that country's cards have no such number
    """
    number = compact(text)
    read = READERS.get(country)
    try:
        born, year, sex = _fits(_OTHER.pattern, number) if read is None else read(number)
    except ValueError:
        raise IdNumberWrong(country=country) from None
    return IdNumber(country, number, born, year, sex, any_century=country == "ZA")


def read_number(text: str, *, kind: str, country: str) -> IdNumber:
    """Return the number of an identity document: ``national_id``, ``passport`` or ``alien_card``.

    :raises IdNumberWrong: if such documents have no such number
    """
    if kind == "national_id":
        return read_national(text, country=country)
    number = compact(text)
    if not (_PASSPORT if kind == "passport" else _OTHER).fullmatch(number):
        raise IdNumberWrong(country=country)
    return IdNumber(country, number)


def masked(number: str) -> str:
    """Return a number of which its owner alone knows the rest: ``***678``."""
    return f"***{number[-3:]}"


def _found(pattern: str, number: str) -> re.Match[str]:
    found = re.fullmatch(pattern, number)
    if found is None:
        raise ValueError(number)
    return found


def _fits(pattern: str, number: str) -> _Told:
    _found(pattern, number)
    return _NOTHING


def _day(digits: str) -> date:
    """Return a day of eight figures, of this or the last century."""
    day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    _year(digits[:4])
    return day


def _year(digits: str) -> int:
    if not digits.startswith(("19", "20")):
        raise ValueError(digits)
    return int(digits)


def _sex(given: str, *, female: str) -> Sex:
    return "F" if given == female else "M"
