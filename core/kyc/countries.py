"""The countries the bank serves: their currency, and the language a newcomer is greeted in."""

from dataclasses import dataclass

from core.errors import Refusal


class CountryNotServed(Refusal):
    """The bank does not open accounts for numbers of that country yet."""

    code = "country_not_served"


@dataclass(frozen=True, slots=True)
class Country:
    """A market of the bank. The ledger's table of countries says the same of the currency."""

    currency: str
    language: str


SERVED = {
    "KE": Country("KES", "en"),
    "TZ": Country("TZS", "sw"),
    "UG": Country("UGX", "en"),
    "RW": Country("RWF", "en"),
    "NG": Country("NGN", "en"),
    "GH": Country("GHS", "en"),
    "ZA": Country("ZAR", "en"),
    "SN": Country("XOF", "fr"),
    "CM": Country("XAF", "fr"),
}


def served(code: str) -> Country:
    """Return a country by its ISO code.

    :raises CountryNotServed: if the bank is not there
    """
    try:
        return SERVED[code]
    except KeyError:
        raise CountryNotServed(country=code) from None
