"""Addresses that a card can be sent to, as they are written on a letter."""

import re
from dataclasses import dataclass, field

from core.errors import Refusal

_LINE, _TOWN, _POSTCODE = (5, 80), (2, 40), 12


class CardAddressInvalid(Refusal):
    """Nothing can be sent there. Fact: ``what`` is wrong: ``line``, ``town`` or ``postcode``."""

    code = "card_address_invalid"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a card is sent to. Made by `read`, which checks it."""

    line: str = field(repr=False)
    """Street and house, or a box."""
    town: str
    postcode: str
    """Empty where there are none."""
    country: str
    """ISO 3166."""


def read(*, line: str, town: str, postcode: str = "", country: str) -> Address:
    """Return an address as it is written on a letter: blanks put right, nothing too long.

    :raises CardAddressInvalid: if a letter could not be sent there
    """
    line, town = " ".join(line.split()), " ".join(town.split())
    postcode = " ".join(postcode.split()).upper()
    if not _LINE[0] <= len(line) <= _LINE[1] or not line.isprintable():
        raise CardAddressInvalid(what="line")
    if not _TOWN[0] <= len(town) <= _TOWN[1] or re.search(r"[^\W\d_]", town) is None:
        raise CardAddressInvalid(what="town")
    if len(postcode) > _POSTCODE or re.fullmatch(r"[A-Z0-9 -]*", postcode) is None:
        raise CardAddressInvalid(what="postcode")
    return Address(line, town, postcode, country)
