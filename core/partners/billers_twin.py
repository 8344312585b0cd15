"""The billers' twin: has every account there could be, and pays each payment once.

Pure, but for what it remembers. The last three digits of a few accounts ask for trouble, see
``TROUBLE``.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Literal

from core.money import DIGITS, Money
from core.partners.name_enquiry_twin import FIRST_NAMES, LAST_NAMES

Answer = tuple[int, dict[str, Any]]

TROUBLE: Mapping[str, Literal["unknown", "away", "refused", "fails", "never"]] = {
    "404": "unknown",
    "503": "away",
    "422": "refused",
    "409": "fails",
    "504": "never",
}
"""What befalls accounts that end so: unknown, not found out, refused at once or later, no end."""
PREPAID = frozenset({"888880", "001000", "YAKA", "WOYOFAL"})
"""Billers whose meters are fed with a token, and that nothing is owed to."""
SCALE = {"TZS": 20, "UGX": 30, "XOF": 5}
"""How much more a bill is in the currencies of small units, so that it is what people pay."""
TAKES = timedelta(seconds=1)


@dataclass
class _Payment:
    id: str
    biller: str
    account: str
    amount: dict[str, str]
    at: datetime

    def view(self, now: datetime) -> dict[str, Any]:
        """Return the payment as a query finds it."""
        seed = _seed(self.id)
        told: dict[str, Any] = {
            "id": self.id,
            "status": "pending",
            "reference": f"BP{seed.hex()[:10].upper()}",
        }
        trouble = TROUBLE.get(self.account[-3:])
        if trouble == "never" or now < self.at + TAKES:
            return told
        if trouble == "fails":
            return told | {"status": "failed", "code": "meter_closed"}
        told |= {"status": "completed", "receipt": told["reference"], "amount": self.amount}
        if self.biller in PREPAID:
            digits = f"{int.from_bytes(seed[:9]) % 10**20:020}"
            told["token"] = "-".join(digits[at : at + 4] for at in range(0, 20, 4))
        return told


@dataclass
class TwinBillers:
    """All billers behind one switch. Safe to ask at once."""

    _payments: dict[str, _Payment] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def account(self, biller: str, number: str, currency: str) -> Answer:
        """Return whose an account is, and what it owes in the biller's currency."""
        match TROUBLE.get(number[-3:]):
            case "unknown":
                return 404, {"code": "account_unknown"}
            case "away":
                return 503, {"code": "biller_away"}
        seed = _seed(f"{biller} {number}")
        first = FIRST_NAMES[seed[0] % len(FIRST_NAMES)]
        last = LAST_NAMES[seed[1] % len(LAST_NAMES)]
        told: dict[str, Any] = {"name": f"{first} {last}", "account": number}
        if biller not in PREPAID:
            minor = (seed[2] + 20) * 10 * SCALE.get(currency, 1) * 10 ** DIGITS[currency]
            told["due"] = {"currency": currency, "value": f"{Money(minor, currency).major:f}"}
        return 200, told

    def pay(self, body: Mapping[str, Any], now: datetime) -> Answer:
        """Take a payment; sent again, it is the same one."""
        try:
            wanted = _Payment(
                str(body["id"]),
                str(body["biller"]),
                str(body["account"]),
                dict(body["amount"]),
                now,
            )
        except (KeyError, TypeError, ValueError):
            return 400, {"code": "bad_request"}
        if TROUBLE.get(wanted.account[-3:]) == "refused":
            return 422, {"code": "account_unknown"}
        with self._lock:
            payment = self._payments.setdefault(wanted.id, wanted)
        return 202, payment.view(now)

    def payment(self, id: str, now: datetime) -> Answer:  # noqa: A002
        """Return how a payment stands."""
        with self._lock:
            payment = self._payments.get(id)
        if payment is None:
            return 404, {"code": "unknown_payment"}
        return 200, payment.view(now)

    @property
    def paid(self) -> int:
        """How many payments were taken."""
        return len(self._payments)


def _seed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
