"""Amounts, times and words on their way between a message and plain values. All exact."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from xsdata.models.datatype import XmlDate, XmlDateTime

from core.iso.messages import LONGEST_ID, Unreadable
from core.money import DIGITS, LARGEST_MINOR, Money

_ID = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]+")
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\s\ufffe\uffff\ud800-\udfff]+")


def money(number: Decimal | str, currency: str) -> Money:
    """Return an amount exactly as told.

    :raises Unreadable: if the currency is none of ours, or the amount has no whole minor units
    """
    if currency not in DIGITS:
        raise Unreadable("a currency that the bank does not keep")
    try:
        minor = Decimal(number).scaleb(DIGITS[currency])
        exact = minor == minor.to_integral_value()
    except InvalidOperation:
        raise Unreadable("an amount that is no number") from None
    if not exact or abs(minor) > LARGEST_MINOR:
        raise Unreadable("an amount of no whole minor units, or beyond any payment")
    return Money(int(minor), currency)


def identity(text: str) -> str:
    """Return an id of ours that every rail carries unchanged.

    :raises ValueError: if it is empty, longer than 35, or has a sign that SWIFT would not carry
    """
    if not 0 < len(text) <= LONGEST_ID or not _ID.fullmatch(text) or text != text.strip():
        raise ValueError("an id has 1 to 35 plain characters")
    return text


def words(text: str, longest: int) -> str | None:
    """Return a person's words as one line of at most so many characters; None when nothing is left.

    Control characters cannot stand in XML, whoever typed them.
    """
    return _UNPRINTED.sub(" ", text).strip()[:longest].strip() or None


def moment(at: datetime) -> XmlDateTime:
    """Return a time as messages write it: in UTC, to the second.

    :raises ValueError: if it is naive
    """
    if at.tzinfo is None:
        raise ValueError("a time in a message says where")
    return XmlDateTime.from_datetime(at.astimezone(UTC).replace(microsecond=0))


def day(on: date) -> XmlDate:
    """Return a day as messages write it."""
    return XmlDate.from_date(on)


def time_of(told: XmlDateTime) -> datetime:
    """Return a time a message tells; one that does not say where is taken as UTC.

    :raises Unreadable: if there is no such time
    """
    try:
        at = told.to_datetime()
    except ValueError:
        raise Unreadable("a time that cannot be") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def date_of(told: XmlDate | None) -> date | None:
    """Return a day a message tells.

    :raises Unreadable: if there is no such day
    """
    try:
        return None if told is None else told.to_date()
    except ValueError:
        raise Unreadable("a day that cannot be") from None
