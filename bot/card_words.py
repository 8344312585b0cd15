"""What both doors read alike: a merchant's name as it may be shown, and currencies by number."""

import re
import unicodedata
from collections.abc import Mapping

from core import pii
from core.cards.messages import Merchant

NUMERIC: Mapping[str, str] = {
    "KES": "404", "TZS": "834", "UGX": "800", "RWF": "646", "BIF": "108", "ETB": "230",
    "NGN": "566", "GHS": "936", "ZAR": "710", "XOF": "952", "XAF": "950", "TND": "788",
    "LYD": "434", "EGP": "818", "MAD": "504", "ZMW": "967", "MWK": "454", "BWP": "072",
    "MUR": "480", "USD": "840", "EUR": "978", "GBP": "826", "CHF": "756", "CAD": "124",
    "AUD": "036", "JPY": "392", "CNY": "156", "INR": "356", "AED": "784", "SAR": "682",
    "TRY": "949", "SEK": "752", "NOK": "578", "DKK": "208", "PLN": "985", "BRL": "986",
}  # fmt: skip
"""ISO 4217's numbers; a merchant's currency that is none of these stays a number."""
ALPHABETIC: Mapping[str, str] = {number: name for name, number in NUMERIC.items()}
LONGEST_NAME, LONGEST_CITY, LONGEST_ID = 25, 13, 15
NOWHERE = "ZZ"
"""A country that was not told, or cannot be one."""
_SHOWN = re.compile(r"[^A-Za-z0-9 &'./-]+")
_LINK = re.compile(r"(?i)\b(?:https?|www)\b\S*|\b\S+\.(?:com|net|org|io|co|ke|tz|ug|link|me)\b\S*")
_PHONE = re.compile(r"\d{6,}")


def merchant_of(*, name: str, id: str, city: str, country: str, mcc: str) -> Merchant:  # noqa: A002
    """Return a merchant whose words may be shown to a customer.

    Whoever is paid chooses these words: no card number stands in them, no link and no number to
    call, and nothing that a feature phone cannot show.
    """
    return Merchant(
        name=_shown(name, LONGEST_NAME) or "A MERCHANT",
        id=_shown(id, LONGEST_ID),
        city=_shown(city, LONGEST_CITY),
        country=country if re.fullmatch(r"[A-Z]{2}", country) else NOWHERE,
        mcc=mcc if re.fullmatch(r"[0-9]{4}", mcc) else "0000",
    )


def _shown(text: str, most: int) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    safe = _PHONE.sub(" ", _LINK.sub(" ", pii.mask_cards(plain)))
    return " ".join(_SHOWN.sub(" ", safe).split())[:most].strip()
