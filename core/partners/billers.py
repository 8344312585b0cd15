"""The switch that billers are reached through: whose an account is, what it owes, and paying it.

JSON over HTTP, as bill aggregators have it: ``GET /v1/billers/<code>/accounts/<number>``,
``POST /v1/payments`` (its ``id`` is ours, and makes it one payment), ``GET /v1/payments/<id>``.
Calls of either side are signed: ``X-Signature`` is the HMAC-SHA256, in hex, of the body.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from core.money import Money
from core.names import masked_name
from core.partners.answers import Accepted, Done, NotKnown, Refused, Unclear
from core.partners.callbacks import read_id, read_object
from core.partners.calling import Sent, certain
from core.partners.orders import Order
from core.partners.partner import Call, NotGenuine, Told, Unreadable
from core.partners.questions import Answered, Declined, Unavailable
from core.partners.wire import NoAnswer, NotReached, Reply, Wire

SIGNATURE = "X-Signature"
NOT_FOUND = 404
REFUSED = 422
CODES = frozenset({"account_unknown", "amount", "biller_closed", "meter_closed"})
"""The switch's own words for why it refuses; any other is told as ``refused``."""
LONGEST_TOKEN = 40


@dataclass(frozen=True, slots=True)
class BillEnquiry:
    """The question whose an account at a biller is, and what it owes."""

    biller: str
    """What the switch calls the biller."""
    account_no: str
    currency: str


def signature(secret: str, body: bytes) -> str:
    """Return what a body is signed with."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class BillerSwitch:
    """Pays bills. A `core.partners.partner.Partner`; it answers `BillEnquiry`, and calls us."""

    name = "billers"
    thanks = ""

    def __init__(
        self, base: str, *, secret: str, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._secret = secret
        self._wire = Wire(base, headers={"Accept": "application/json"}, transport=transport)

    @certain
    def send(self, order: Order, *, seconds: float) -> Sent:
        """Pay a bill, once."""
        amount = Money.load(order.body["amount"])
        body = {
            "id": order.key,
            "biller": order.body["biller"],
            "account": order.body["account"],
            "amount": {"currency": amount.currency, "value": f"{amount.major:f}"},
            "reference": order.body["reference"],
        }
        reply = self._call("POST", "/v1/payments", seconds, json.dumps(body).encode())
        if reply.status == REFUSED:
            code = str(reply.json().get("code", ""))
            return Refused(code if code in CODES else "refused", code[:80])
        return _stands(reply.json(), order) if reply.ok else Unclear(f"HTTP {reply.status}")

    @certain
    def query(self, order: Order, *, seconds: float) -> Sent | NotKnown:
        """Ask how a payment stands."""
        reply = self._call("GET", f"/v1/payments/{order.key}", seconds)
        if reply.status == NOT_FOUND and reply.json().get("code") == "unknown_payment":
            return NotKnown()
        return _stands(reply.json(), order) if reply.ok else Unclear(f"HTTP {reply.status}")

    def ask(self, question: BillEnquiry, *, seconds: float) -> Answered | Declined | Unavailable:
        """Return whose an account is (``name``, masked) and what it ``owes``, if the biller tells.

        Declined with ``account_unknown`` where the biller has no such account.
        """
        biller, number = (quote(one, safe="") for one in (question.biller, question.account_no))
        path = f"/v1/billers/{biller}/accounts/{number}"
        try:
            reply = self._call("GET", path, seconds)
        except (NotReached, NoAnswer) as error:
            return Unavailable(str(error))
        if reply.status == NOT_FOUND and reply.json().get("code") == "account_unknown":
            return Declined("account_unknown")
        name = reply.json().get("name")
        if not reply.ok or not isinstance(name, str) or not name:
            return Unavailable(f"HTTP {reply.status} without a name")
        return Answered({"name": masked_name(name[:200]), "owes": _owes(reply.json(), question)})

    def hear(self, call: Call) -> Sequence[Told]:
        """Return the payment that a call is about.

        :raises NotGenuine: if it is not signed with our secret
        :raises Unreadable: if it names no payment
        """
        given = call.headers.get(SIGNATURE.lower(), "")
        if not self._secret or not hmac.compare_digest(given, signature(self._secret, call.body)):
            raise NotGenuine
        told = read_object(call.body)
        order = read_id(str(told.get("id", "")))
        if "event" not in told:
            raise Unreadable("no event")
        return [Told(str(told["event"]) or order.hex, order=order)]

    def _call(self, method: str, path: str, seconds: float, body: bytes = b"") -> Reply:
        # A call without a body signs its path, so that none can be made out of another.
        signed = body or path.encode()
        return self._wire.call(
            method,
            path,
            seconds=seconds,
            headers={
                SIGNATURE: signature(self._secret, signed),
                "Content-Type": "application/json",
            },
            content=body or None,
        )


def _stands(told: Mapping[str, Any], order: Order) -> Accepted | Done | Refused | Unclear:
    """Return how a payment stands; one that is not ours, or says nothing we know, is unclear."""
    if told.get("id") != order.key:
        return Unclear("it tells of another payment", failure="id" not in told)
    reference = str(told.get("reference") or "")
    match told.get("status"):
        case "pending":
            return Accepted(reference)
        case "failed":
            code = str(told.get("code", ""))
            return Refused(code if code in CODES else "refused", code[:80], reference)
        case "completed":
            facts = {
                name: str(told[name])[:LONGEST_TOKEN]
                for name in ("token", "receipt")
                if told.get(name)
            }
            amount = _money(told.get("amount"))
            return Done(reference, facts | ({"amount": str(amount)} if amount else {}))
    return Unclear("a status nobody knows")


def _owes(told: Mapping[str, Any], question: BillEnquiry) -> str:
    """Return what is owed as ``str(Money)``; empty for nothing, or where it is not told."""
    owed = _money(told.get("due"))
    return str(owed) if owed and owed.minor > 0 and owed.currency == question.currency else ""


def _money(amount: object) -> Money | None:
    if not isinstance(amount, dict):
        return None
    try:
        return Money.load(f"{amount.get('currency')} {amount.get('value')}")
    except ValueError:
        return None
