"""The twin of the switch: answers name enquiries by the GSMA Mobile Money API 1.2, always the same.

Pure functions from a number to what the switch would say of it, for whoever serves them over HTTP.
Most numbers belong to somebody elsewhere; the last three digits of a few ask for trouble, see
``TROUBLE``.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Literal

_E164 = re.compile(r"\+[1-9]\d{6,14}")

Trouble = Literal["unknown", "failing", "slow", "garbled"]
TROUBLE: Mapping[str, Trouble] = {
    "404": "unknown",
    "503": "failing",
    "504": "slow",
    "502": "garbled",
}
SLOW_SECONDS = 30.0

INSTITUTIONS = {
    "+254": ("M-PESA", "KCB M-Pesa", "Equity Bank", "Airtel Money"),
    "+255": ("M-Pesa Tanzania", "Mixx by Yas", "CRDB Bank"),
    "+256": ("MTN MoMo", "Airtel Money", "Stanbic Bank"),
    "+221": ("Orange Money", "Wave", "Ecobank"),
}
ELSEWHERE = ("MTN MoMo", "Ecobank", "Standard Bank")
FIRST_NAMES = (
    "Achieng", "Baraka", "Chidi", "Daudi", "Esther", "Fatuma", "Gathoni", "Hamisi", "Imani",
    "Juma", "Kwame", "Lindiwe", "Mariam", "Ngozi", "Ousmane", "Penina", "Rehema", "Samuel",
    "Tabitha", "Zawadi",
)  # fmt: skip
LAST_NAMES = (
    "Abdallah", "Banda", "Chege", "Diop", "Eze", "Faye", "Githinji", "Hassan", "Kiplagat",
    "Lukwago",
    "Mbeki", "Mwangi", "Nakato", "Okello", "Owusu", "Sarr", "Tembo", "Wafula", "Wekesa", "Yeboah",
)  # fmt: skip


def answer(msisdn: str) -> tuple[int, dict[str, object]]:
    """Return the HTTP status and body that ``/accounts/msisdn/{msisdn}/accountname`` answers."""
    if not _E164.fullmatch(msisdn):
        return 400, _error("validation", "formatError", "Not an msisdn", msisdn)
    match TROUBLE.get(msisdn[-3:]):
        case "unknown":
            return 404, _error(
                "identification", "identifierError", "Account does not exist", msisdn
            )
        case "failing":
            return 503, _error("serviceUnavailable", "genericError", "Try later", msisdn)
        case "garbled":
            return 200, {"holder": None}
    seed = _seed(msisdn)
    first = FIRST_NAMES[seed[0] % len(FIRST_NAMES)]
    last = LAST_NAMES[seed[1] % len(LAST_NAMES)]
    return 200, {"name": {"firstName": first, "lastName": last, "fullName": f"{first} {last}"}}


def seconds(msisdn: str) -> float:
    """Return how long the switch takes to answer."""
    return SLOW_SECONDS if TROUBLE.get(msisdn[-3:]) == "slow" else 0.0


def headers(msisdn: str) -> dict[str, str]:
    """Return the headers that say which institution keeps the account."""
    institutions = INSTITUTIONS.get(msisdn[:4], ELSEWHERE)
    return {
        "X-Account-Holding-Institution-Identifier-Type": "organisationid",
        "X-Account-Holding-Institution-Identifier": institutions[
            _seed(msisdn)[2] % len(institutions)
        ],
    }


def _seed(msisdn: str) -> bytes:
    return hashlib.sha256(msisdn.encode()).digest()


def _error(category: str, code: str, description: str, value: str) -> dict[str, object]:
    return {
        "errorCategory": category,
        "errorCode": code,
        "errorDescription": description,
        "errorParameters": [{"key": "providedValue", "value": value[:256]}],
    }
