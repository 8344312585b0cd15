"""Phone numbers: read as people write them, kept as E.164, shown masked."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from core.errors import Refusal

SHOWN_LAST = 3
_LOOKS_LIKE_ONE = re.compile(r"^\+?[\d\s().\-\u00a0]{6,24}$")
_E164 = re.compile(r"^\+[1-9]\d{6,14}$")
_WHATSAPP_ID = re.compile(r"([A-Z]{2})\.\w")  # ISO 3166 country, then Meta's business-scoped id


class NotAPhone(Refusal):
    """What was written is not a phone number anywhere."""

    code = "not_a_phone"


def parse(text: str, country: str) -> str:
    """Return the number in E.164, read as somebody in ``country`` writes it.

    Understands ``0712 000 002``, ``712000002``, ``254712000002``, ``00221770000004`` and ``+...``.

    :raises NotAPhone: if no such number can exist
    """
    written = text.strip()
    if not _LOOKS_LIKE_ONE.match(written):
        raise NotAPhone(typed=written[:20])
    found = _first_valid(_digits(written), country)
    if found is None:
        raise NotAPhone(typed=written[:20])
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def is_phone(address: str) -> bool:
    """Return whether an address is a number in E.164, rather than a provider's own id."""
    return bool(_E164.match(address))


@lru_cache(maxsize=4096)
def country_of(address: str, default: str) -> str:
    """Return the country of an E.164 number or of a WhatsApp id such as ``TZ.1349…``.

    The default stands where no single country has it.
    """
    if is_phone(address):
        return phonenumbers.region_code_for_number(phonenumbers.parse(address)) or default
    known = _WHATSAPP_ID.match(address)
    return known[1] if known else default


def prefix(number: str) -> str:
    """Return what an E.164 number of a country begins with, ``+254``; nothing of anything else."""
    return f"+{phonenumbers.parse(number).country_code}" if is_phone(number) else ""


def spaced(number: str) -> str:
    """Return an E.164 number as people read it, ``+254 700 000100``; anything else as it is."""
    if not is_phone(number):
        return number
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)


def mask(number: str) -> str:
    """Return an E.164 number with only enough left to recognise: ``+254 7** *** 002``.

    Anything else comes back as stars, so that no unmasked address slips through.
    """
    if not is_phone(number):
        return "***"
    parsed = phonenumbers.parse(number)
    national = phonenumbers.national_significant_number(parsed)
    hidden = len(national) - 1 - SHOWN_LAST
    stars = (
        national[0] + "*" * hidden + national[-SHOWN_LAST:] if hidden > 0 else "*" * len(national)
    )
    head = len(stars) % 3
    groups = [stars[:head], *(stars[i : i + 3] for i in range(head, len(stars), 3))]
    return " ".join([f"+{parsed.country_code}", *filter(None, groups)])


def _digits(written: str) -> str:
    plus = "+" if written.startswith("+") else ""
    return plus + re.sub(r"\D", "", written)


def _first_valid(digits: str, country: str) -> PhoneNumber | None:
    # As written; then with 00 or with nothing where the + belongs.
    for attempt in (digits, "+" + digits.removeprefix("00")):
        try:
            number = phonenumbers.parse(attempt, country)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return number
        if digits.startswith("+"):
            break
    return None
