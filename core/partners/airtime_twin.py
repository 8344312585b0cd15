"""The wholesaler's twin: sells airtime and data as Africa's Talking does, as far as we use it.

Pure, but for what it remembers: each order once, whatever its key is sent with. The last three
digits of a few numbers ask for trouble, see ``TROUBLE``.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from core.money import Money

Answer = tuple[int, dict[str, Any]]

TROUBLE: Mapping[str, tuple[str, str]] = {
    "404": ("at once", "Invalid Phone Number"),
    "409": ("later", "User is Not Registered"),
    "412": ("at once", "Insufficient Balance"),
    "504": ("never", ""),
}
"""What befalls numbers that end so: refused at once, refused later, or never answered finally."""
TAKES = timedelta(seconds=1)
"""How long an order takes to be carried out."""
DISCOUNT = 4
"""Per cent of what is sold that the bank keeps."""


@dataclass
class _Sale:
    reference: str
    key: str
    phone: str
    value: Money | None
    """None for data, which is on the wholesaler's bill."""
    at: datetime
    why: str
    final: bool

    def view(self, now: datetime) -> dict[str, Any]:
        """Return the sale as a query finds it."""
        over = self.final and now >= self.at + TAKES
        status = ("Failed" if self.why else "Success") if over else "Sent"
        told = {
            "requestId": self.reference,
            "phoneNumber": self.phone,
            "status": status,
            "description": self.why if over else "",
            "requestMetadata": {"order": self.key},
        }
        if self.value is None:
            return told
        discount = Money(self.value.minor * DISCOUNT // 100, self.value.currency)
        return told | {"value": str(self.value), "discount": str(discount)}


@dataclass
class TwinWholesaler:
    """Sells to whoever asks. Safe to ask at once."""

    _by_key: dict[str, _Sale] = field(default_factory=dict)
    _by_reference: dict[str, _Sale] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def sell(self, key: str, phone: str, value: str, now: datetime) -> Answer:
        """Return the answer to an order under an idempotency key; ``value`` is empty for data."""
        when, why = TROUBLE.get(phone[-3:], ("", ""))
        entry: dict[str, Any] = {"phoneNumber": phone, "amount": value, "discount": "KES 0"}
        if when == "at once":
            entry |= {"status": "Failed", "errorMessage": why, "requestId": "None"}
            return 201, _body(entry)
        with self._lock:
            sale = self._by_key.get(key)
            if sale is None:
                reference = f"ATQid_{hashlib.sha256(key.encode()).hexdigest()[:32]}"
                money = _money(value)
                sale = _Sale(reference, key, phone, money, now, why, final=when != "never")
                self._by_key[key] = self._by_reference[reference] = sale
        entry |= {"status": "Sent", "errorMessage": "None", "requestId": sale.reference}
        return 201, _body(entry)

    def find(self, *, reference: str, key: str, now: datetime) -> Answer:
        """Return what became of an order, by the wholesaler's id or by ours."""
        with self._lock:
            sale = self._by_reference.get(reference) if reference else self._by_key.get(key)
        if sale is None:
            return 404, {"status": "Failure", "errorMessage": "No transaction found"}
        return 200, {"status": "Success", "data": sale.view(now)}

    def callback(self, key: str, now: datetime) -> dict[str, Any] | None:
        """Return what the wholesaler calls about once an order is over; None for one it has not."""
        with self._lock:
            sale = self._by_key.get(key)
        if sale is None or not sale.final:
            return None
        return sale.view(max(now, sale.at + TAKES))

    @property
    def sold(self) -> int:
        """How many orders were carried out or will be."""
        return sum(not sale.why for sale in self._by_key.values())


def _body(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "errorMessage": entry["errorMessage"],
        "numSent": int(entry["status"] == "Sent"),
        "totalAmount": entry["amount"],
        "totalDiscount": entry["discount"],
        "responses": [entry],
    }


def _money(text: str) -> Money | None:
    """Return the amount of an order; None for data."""
    return Money.load(text) if text else None
