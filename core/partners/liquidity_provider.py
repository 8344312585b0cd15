"""One provider of liquidity over HTTP: its prices, and the deals the bank covers itself with.

``POST /v1/quotes`` gives firm prices in bands until a time; ``POST /v1/deals`` trades under the
bank's own id, once; ``GET /v1/deals/{id}`` says what became of it. Calls are signed by an HMAC over
method, path and body; one that is played back does nothing anew.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from core.money import DIGITS, Money
from core.partners.answers import Accepted, Done, NotKnown, Refused, Unclear
from core.partners.calling import Sent, certain
from core.partners.liquidity import MOST_BANDS, Band, Closed, NoPrice, Price
from core.partners.orders import Order
from core.partners.wire import NoAnswer, NotReached, Reply, Wire

SIGNATURE_HEADER = "X-Signature"
NOT_FOUND = 404


def signature(secret: str, *, method: str, path: str, body: bytes) -> str:
    """Return the signature of a call, in hexadecimal digits."""
    words = f"{method}\n{path}\n".encode() + body
    return hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()


class LiquidityProvider:
    """A provider: asked for prices, and a `core.partners.partner.Partner` for deals."""

    def __init__(self, name: str, wire: Wire, *, secret: str) -> None:
        self.name = name
        self._wire, self._secret = wire, secret

    def price(self, pairs: Sequence[tuple[str, str]], *, seconds: float) -> tuple[Price, ...]:
        """Return what it offers for these pairs (sold, bought).

        :raises NoPrice: if it gave no answer that can be used
        :raises Closed: if it offers nothing for now
        """
        asked = {"pairs": [f"{sell}/{buy}" for sell, buy in pairs]}
        try:
            reply = self._call("POST", "/v1/quotes", asked, seconds=seconds)
        except (NotReached, NoAnswer) as error:
            raise NoPrice(str(error)) from None
        told = reply.json()
        if not reply.ok:
            raise NoPrice(f"HTTP {reply.status}")
        try:
            prices = tuple(_price(self.name, one) for one in told["quotes"])
        except (KeyError, TypeError, ValueError, InvalidOperation):
            raise NoPrice("an answer that cannot be read") from None
        offered = tuple(one for one in prices if (one.sell, one.buy) in pairs and one.bands)
        if not offered:
            raise Closed(str(told.get("code") or "offers nothing")[:60])
        return offered

    @certain
    def send(self, order: Order, *, seconds: float) -> Sent:
        """Trade once: the order's body says ``sell`` and ``buy`` (amounts), and the ``side``.

        The side's amount is fixed, the other is the worst that is taken for it; ``value_date`` is
        when it should be delivered. Done has the facts ``sold``, ``bought`` (amounts), ``rate``
        and ``value_date``.
        """
        sell, buy = Money.load(order.body["sell"]), Money.load(order.body["buy"])
        deal = {
            "clientDealId": order.key,
            "sell": sell.currency,
            "buy": buy.currency,
            "side": order.body["side"],
            "sellAmount": f"{sell.major:f}",
            "buyAmount": f"{buy.major:f}",
            "valueDate": order.body["value_date"],
        }
        return _deal(self._call("POST", "/v1/deals", deal, seconds=seconds), order)

    @certain
    def query(self, order: Order, *, seconds: float) -> Sent | NotKnown:
        """Ask what became of a deal."""
        reply = self._call("GET", f"/v1/deals/{order.key}", None, seconds=seconds)
        if reply.status == NOT_FOUND and reply.json().get("code") == "unknown_deal":
            return NotKnown()
        return _deal(reply, order)

    def _call(
        self, method: str, path: str, body: Mapping[str, object] | None, *, seconds: float
    ) -> Reply:
        content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: signature(self._secret, method=method, path=path, body=content),
        }
        return self._wire.call(method, path, seconds=seconds, headers=headers, content=content)


def _price(provider: str, told: Mapping[str, Any]) -> Price:
    sell, _, buy = str(told["pair"]).partition("/")
    until = datetime.fromisoformat(str(told["validUntil"]))
    if sell not in DIGITS or buy not in DIGITS or until.tzinfo is None:
        raise ValueError("no price of ours")
    bands = tuple(
        Band(_positive(one["size"]), _positive(one["rate"])) for one in told["tiers"][:MOST_BANDS]
    )
    return Price(provider, sell, buy, bands, until, max(0, int(told["settlesIn"])))


def _positive(text: object) -> Decimal:
    number = Decimal(str(text))
    if not number.is_finite() or number <= 0 or number > Decimal(10) ** 15:
        raise ValueError("no amount")
    return number


def _deal(reply: Reply, order: Order) -> Accepted | Done | Refused | Unclear:
    told = reply.json()
    if told.get("clientDealId") != order.key:
        named = reply.ok and "clientDealId" in told
        return Unclear(f"HTTP {reply.status} that names no deal of ours", failure=not named)
    reference = str(told.get("dealId", ""))
    match told.get("status"):
        case "pending":
            return Accepted(reference)
        case "rejected":
            return Refused(str(told.get("code", "rejected")), reference=reference)
        case "filled":
            return _filled(told, order, reference)
    return Unclear(f"HTTP {reply.status} without a status")


def _filled(told: Mapping[str, Any], order: Order, reference: str) -> Done | Unclear:
    try:
        facts = {
            "sold": str(Money.load(f"{told['sell']} {told['sold']}")),
            "bought": str(Money.load(f"{told['buy']} {told['bought']}")),
            "rate": str(_positive(told["rate"])),
            "value_date": date.fromisoformat(str(told["valueDate"])).isoformat(),
        }
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return Unclear("a fill that cannot be read")
    told_of = (told["sell"], told["buy"])
    asked = tuple(Money.load(order.body[name]).currency for name in ("sell", "buy"))
    if told_of != asked:
        return Unclear("a fill of another pair", failure=False)
    return Done(reference, facts)
