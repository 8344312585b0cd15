"""Cards: an acquirer's page takes them, so that a card's number never comes to this house.

Flutterwave's API version 3, "Standard": the page asks for the card and runs 3-D Secure. An order
``collect`` makes a page that lives for minutes and is accepted under its link; ``verify`` asks
whether a payment is true, ``refund`` gives one back. Fields of a body: ``amount``, ``reference``;
``order`` (the collect's id) to verify; ``transaction`` and ``amount`` to refund. Facts of what is
done: ``number`` (the acquirer's reference), ``amount`` that was really paid, ``transaction``,
``order``, ``card`` (the last four digits).
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.money import DIGITS, Money
from core.partners.answers import (
    LONGEST_REFERENCE,
    Accepted,
    Done,
    NotKnown,
    Refused,
    Unclear,
)
from core.partners.callbacks import part_of, read_id, read_object
from core.partners.calling import Asking, ByAction, Sent
from core.partners.orders import Order
from core.partners.partner import Call, NotGenuine, Told
from core.partners.wire import Reply, Wire

PAGE_MINUTES = 15
LATE = timedelta(minutes=15)
"""After the page's end: what was begun on it has ended by then."""
MOST_TRIES = 5
SIGNATURE = "flutterwave-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsAccount:
    """The bank's account at the acquirer."""

    base: str
    key: str = field(repr=False)
    webhook_key: str = field(repr=False)
    """What the acquirer signs its calls with."""
    back: str
    """Where the page leads when it is done."""
    mail: str
    """The domain of the address that the acquirer wants of a payer; no mail ever goes there."""


class Cards(ByAction):
    """The acquirer as a partner, and as somebody who calls us."""

    name = "cards"
    thanks = ""

    def __init__(self, account: CardsAccount, *, clock: Callable[[], datetime]) -> None:
        self._account, self._clock = account, clock
        self._wire = Wire(account.base, headers={"Authorization": f"Bearer {account.key}"})

    def hear(self, call: Call) -> Sequence[Told]:
        """Return what a call tells: news of a page, and of money when it says that it was paid.

        Money is asked about also on its own, for it may come when the page is long given up.

        :raises NotGenuine: if it is not the acquirer's
        :raises Unreadable: if it cannot be read
        """
        signed = hmac.digest(self._account.webhook_key.encode(), call.body, hashlib.sha256)
        given = call.headers.get(SIGNATURE, "")
        if not self._account.webhook_key or not hmac.compare_digest(
            given.encode(), base64.b64encode(signed)
        ):
            raise NotGenuine
        told = part_of(read_object(call.body), "data")
        order, number = read_id(str(told.get("tx_ref", ""))), str(told.get("flw_ref", ""))
        state = str(told.get("status", ""))
        news = [Told(f"{order}:{told.get('id', '')}:{state}", order=order)]
        if state == "successful":
            news.append(Told(f"paid:{order}:{number}", verify={"order": str(order)}))
        return news

    def _sends(self) -> Mapping[str, Asking]:
        return {"collect": self._page, "verify": self._verify, "refund": self._refund}

    def _queries(self) -> Mapping[str, Asking]:
        return {"collect": self._paid, "verify": self._verify, "refund": self._refunded}

    def _page(self, order: Order, seconds: float) -> Sent:
        amount, reference = Money.load(order.body["amount"]), order.body["reference"]
        reply = self._wire.call(
            "POST",
            "/v3/payments",
            seconds=seconds,
            json={
                "tx_ref": str(order.id),
                "amount": f"{amount.major:f}",
                "currency": amount.currency,
                "redirect_url": self._account.back,
                "payment_options": "card",
                "customer": {"email": f"{reference.lower()}@{self._account.mail}"},
                "customizations": {"title": "Wekeza"},
                "meta": {"reference": reference},
                "configurations": {
                    "session_duration": PAGE_MINUTES,
                    "max_retry_attempt": MOST_TRIES,
                },
            },
        )
        told = reply.json()
        data = told.get("data")
        link = data.get("link") if isinstance(data, dict) else None
        if reply.ok and isinstance(link, str) and len(link) <= LONGEST_REFERENCE:
            return Accepted(link)
        if 400 <= reply.status < 500:
            return Refused("invalid", _shown(reply, told))
        return Unclear(_shown(reply, told))

    def _paid(self, order: Order, seconds: float) -> Sent | NotKnown:
        """Return how a page stands: a card that was declined may be tried again while it lives."""
        told = self._transaction(str(order.id), seconds)
        over = self._clock() > order.created_at + timedelta(minutes=PAGE_MINUTES) + LATE
        if isinstance(told, NotKnown):
            if over:
                return Refused("expired", "nobody paid on the page", order.reference)
            return Accepted(order.reference) if order.reference else told
        if isinstance(told, Refused) and not over:
            return Accepted(order.reference)
        return told

    def _verify(self, order: Order, seconds: float) -> Sent | NotKnown:
        told = self._transaction(order.body["order"], seconds)
        if isinstance(told, NotKnown):
            return Refused("not_found", "nobody paid on this page")
        return told

    def _transaction(self, order: str, seconds: float) -> Sent | NotKnown:
        reply = self._wire.call(
            "GET", "/v3/transactions/verify_by_reference", seconds=seconds,
            params={"tx_ref": order},
        )  # fmt: skip
        told = reply.json()
        data = told.get("data")
        if "no transaction" in str(told.get("message", "")).lower():
            return NotKnown()
        if not reply.ok or not isinstance(data, dict) or "tx_ref" not in data:
            return Unclear(_shown(reply, told))
        return _stands(data, order)

    def _refund(self, order: Order, seconds: float) -> Sent:
        amount = Money.load(order.body["amount"])
        reply = self._wire.call(
            "POST",
            f"/v3/transactions/{order.body['transaction']}/refund",
            seconds=seconds,
            json={"amount": f"{amount.major:f}", "comments": str(order.id)},
        )
        told = reply.json()
        if reply.ok and told.get("status") == "success":
            return _refunded(told.get("data"), amount)
        if 400 <= reply.status < 500:
            return Refused("invalid", _shown(reply, told))
        return Unclear(_shown(reply, told))

    def _refunded(self, order: Order, seconds: float) -> Sent | NotKnown:
        reply = self._wire.call(
            "GET", "/v3/refunds", seconds=seconds, params={"tx_id": order.body["transaction"]}
        )
        told = reply.json()
        rows = told.get("data")
        if not reply.ok or not isinstance(rows, list):
            return Unclear(_shown(reply, told))
        own = [row for row in rows if isinstance(row, dict) and row.get("comment") == str(order.id)]
        return _refunded(own[0], Money.load(order.body["amount"])) if own else NotKnown()


def _stands(data: Mapping[str, Any], order: str) -> Accepted | Done | Refused | Unclear:
    """Return how a transaction stands, if it is the one of an order."""
    if str(data["tx_ref"]) != order:
        return Unclear("it tells of another payment", failure=False)
    match data.get("status"):
        case "successful":
            return _done(data, order)
        case "failed":
            return Refused("declined", words=str(data.get("processor_response", "")))
    return Accepted("")


def _done(data: Mapping[str, Any], order: str) -> Done | Unclear:
    currency, number = str(data.get("currency")), str(data.get("flw_ref", ""))
    try:
        amount = Money.load(f"{currency} {data.get('amount')}")
    except ValueError:
        return Unclear("the payment has no amount")
    if currency not in DIGITS or not number:
        return Unclear("the payment has no number")
    card = data.get("card")
    last = str(card.get("last_4digits", ""))[-4:] if isinstance(card, dict) else ""
    facts = {"number": number, "amount": str(amount), "order": order, "card": last}
    return Done(number, facts | {"transaction": str(data.get("id", ""))})


def _refunded(data: object, amount: Money) -> Accepted | Done | Refused | Unclear:
    if not isinstance(data, dict):
        return Unclear("the refund has no state")
    number = str(data.get("id", ""))
    match str(data.get("status", "")).split("-")[0]:
        case "completed":
            return Done(number, {"number": number, "amount": str(amount)})
        case "failed":
            return Refused("declined", "the refund failed", number)
    return Accepted(number)


def _shown(reply: Reply, told: Mapping[str, Any]) -> str:
    return f"HTTP {reply.status} {told.get('code', '')}".strip()
