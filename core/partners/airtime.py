"""The wholesaler of airtime and data: Africa's Talking, over its own wire.

``POST /version1/airtime/send`` and ``POST /mobile/data/request`` with our id as
``Idempotency-Key``, which makes an order one order there; ``GET /query/transaction/find`` for what
became of it; a callback for each change (https://developers.africastalking.com/docs/airtime). A
transaction is found by the wholesaler's id, or by our key where the answer that told that id was
lost.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx

from core.money import Money
from core.partners.answers import Accepted, Done, NotKnown, Refused, Unclear
from core.partners.callbacks import read_object, require_secret
from core.partners.calling import Sent, certain
from core.partners.orders import Order
from core.partners.partner import Call, Told, Unreadable
from core.partners.wire import Reply, Wire

KEY_HEADER = "Idempotency-Key"
HTTP_NOT_FOUND = 404
UNITS = {1024: ("GB", 1024), 1: ("MB", 1)}
TAKEN = frozenset({"sent", "queued", "pending", "processing", "pendingconfirmation"})
HAPPENED = frozenset({"success", "delivered"})
FAILED = frozenset({"failed", "rejected", "cancelled"})
CODES: Mapping[str, str] = {
    "Invalid Phone Number": "number_invalid",
    "User is Not Registered": "number_invalid",
    "Value Outside The Allowed Limits": "amount",
    "Insufficient Balance": "out_of_stock",
    "Insufficient Credit": "out_of_stock",
}
"""The wholesaler's words for why it refuses, and ours."""
DUPLICATE = "duplicate"


class AirtimeWholesaler:
    """Sells airtime and data to any number. A `core.partners.partner.Partner`, and it calls us.

    ``secret`` stands in the path of its callbacks, for it signs nothing.
    """

    name = "airtime"
    thanks = ""

    def __init__(
        self,
        base: str,
        *,
        username: str,
        api_key: str,
        secret: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._username, self._secret = username, secret
        self._wire = Wire(
            base, headers={"apiKey": api_key, "Accept": "application/json"}, transport=transport
        )

    @certain
    def send(self, order: Order, *, seconds: float) -> Sent:
        """Ask for airtime (action ``airtime``) or data (``bundle``), once."""
        ask = self._bundle if order.action == "bundle" else self._airtime
        reply = ask(order, seconds)
        entries = reply.json().get("responses") or reply.json().get("entries")
        if not reply.ok or not isinstance(entries, list) or len(entries) != 1:
            return Unclear(f"HTTP {reply.status} without one entry")
        return _sent(entries[0])

    @certain
    def query(self, order: Order, *, seconds: float) -> Sent | NotKnown:
        """Ask what became of an order; only its own phone and amount are believed."""
        known = (
            {"transactionId": order.reference} if order.reference else {"idempotencyKey": order.key}
        )
        reply = self._wire.call(
            "GET",
            "/query/transaction/find",
            seconds=seconds,
            params={"username": self._username, **known},
        )
        if reply.status == HTTP_NOT_FOUND and reply.json().get("status") == "Failure":
            return NotKnown()
        found = reply.json().get("data")
        if not reply.ok or not isinstance(found, dict):
            return Unclear(f"HTTP {reply.status} without a transaction")
        return _found(found, order)

    def hear(self, call: Call) -> Sequence[Told]:
        """Return the transaction that a callback is about.

        :raises NotGenuine: if the path does not hold our secret
        :raises Unreadable: if it names no transaction
        """
        require_secret(call, self._secret)
        told = read_object(call.body)
        reference, status = told.get("requestId"), told.get("status")
        if not (isinstance(reference, str) and isinstance(status, str) and reference):
            raise Unreadable("no transaction")
        return [Told(f"{reference} {status}", order=_ours(told), reference=reference)]

    def _airtime(self, order: Order, seconds: float) -> Reply:
        amount = Money.load(order.body["amount"])
        recipient = {
            "phoneNumber": order.body["phone"],
            "amount": f"{amount.currency} {amount.major:.2f}",
        }
        return self._wire.call(
            "POST",
            "/version1/airtime/send",
            seconds=seconds,
            headers={KEY_HEADER: order.key},
            form={
                "username": self._username,
                "recipients": json.dumps([recipient]),
                "requestMetadata": json.dumps({"order": order.key}),
            },
        )

    def _bundle(self, order: Order, seconds: float) -> Reply:
        megabytes = int(order.body["megabytes"])
        unit, size = UNITS[1024 if megabytes % 1024 == 0 else 1]
        recipient = {
            "phoneNumber": order.body["phone"],
            "quantity": megabytes // size,
            "unit": unit,
            "validity": order.body["validity"],
            "metadata": {"order": order.key},
        }
        return self._wire.call(
            "POST",
            "/mobile/data/request",
            seconds=seconds,
            headers={KEY_HEADER: order.key},
            json={"username": self._username, "productName": "wekeza", "recipients": [recipient]},
        )


def _sent(entry: Mapping[str, Any]) -> Sent:
    """Return what an entry of the answer says of the one number that was asked for."""
    reference = str(entry.get("requestId") or entry.get("transactionId") or "")
    error, status = str(entry.get("errorMessage") or "None"), str(entry.get("status")).lower()
    if DUPLICATE in error.lower():
        return Unclear("a duplicate, it says", failure=False)
    if status in FAILED:
        return _refused(error, reference)
    if status in TAKEN | HAPPENED and reference not in {"", "None"}:
        return Accepted(reference)
    return Unclear(f"status {status[:40]}")


def _refused(why: str, reference: str) -> Refused:
    """Return a refusal in the wholesaler's words: a code where they are those that it documents."""
    return Refused(CODES.get(why, "refused"), why if why in CODES else "", reference, why)


def _found(found: Mapping[str, Any], order: Order) -> Accepted | Done | Refused | Unclear:
    reference = str(found.get("requestId") or found.get("transactionId") or "")
    if found.get("phoneNumber") != order.body["phone"]:
        return Unclear("it tells of another number", failure="phoneNumber" not in found)
    status, why = str(found.get("status")).lower(), str(found.get("description") or "")
    if status in TAKEN:
        return Accepted(reference)
    if status in FAILED:
        return _refused(why, reference)
    if status not in HAPPENED:
        return Unclear(f"status {status[:40]}")
    facts = {"receipt": reference}
    for fact, name in (("amount", "value"), ("discount", "discount")):
        money = _money(found.get(name))
        if money is not None:
            facts[fact] = str(money)
    return Done(reference, facts)


def _money(text: object) -> Money | None:
    """Return an amount such as ``KES 100.0000``; None for what is none."""
    currency, _, number = str(text).partition(" ")
    try:
        return Money.load(f"{currency} {number}")
    except ValueError:
        return None


def _ours(told: Mapping[str, Any]) -> UUID | None:
    """Return our id, which the wholesaler sends back with what we told it of the order."""
    metadata = told.get("requestMetadata") or told.get("metadata")
    key = metadata.get("order") if isinstance(metadata, dict) else None
    try:
        return UUID(key) if isinstance(key, str) else None
    except ValueError:
        return None
