"""The card scheme: makes the cards we issue, closes them, and tells a card's secrets once.

JSON over HTTP, as issuers' processors of Visa and Mastercard have it. ``POST /v1/cards`` makes one
(its ``id`` is ours, and makes it one card), ``GET /v1/cards?id=`` finds it again,
``GET /v1/cards/<theirs>`` says how far it has come, ``POST /v1/cards/<theirs>/close`` ends it, and
``POST /v1/cards/<theirs>/secrets`` answers each showing once. We prove ourselves by a key; they
sign their calls: ``X-Scheme-Signature`` is the HMAC-SHA256, in hex, of the body.

Fields of a body: to ``issue`` or ``replace`` ``type``, ``bin``, ``months``, ``name``, with
``address`` (JSON) of a physical card and ``replaces``; to ``close`` ``card`` and ``reason``; to
``verify`` ``card``. Facts of what is done: ``card`` (the scheme's id), ``pan`` and ``expiry``
(``2028-11``) of one that was made; ``state``, ``carrier`` and ``tracking`` of one that was looked
at.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from stdnum import luhn

from core.partners.answers import LONGEST_REFERENCE, Done, NotKnown, Refused, Unclear
from core.partners.callbacks import read_object
from core.partners.calling import Asking, ByAction, Sent
from core.partners.orders import Order
from core.partners.partner import Call, NotGenuine, Told, Unreadable
from core.partners.questions import Answered, Declined, Unavailable
from core.partners.wire import NoAnswer, NotReached, Reply, Wire

SIGNATURE = "X-Scheme-Signature"
NOT_FOUND, CONFLICT, REFUSED = 404, 409, 422
CODES = frozenset({"address", "name", "product"})
"""The scheme's own words for why it refuses; any other is told as ``refused``."""
STATES = frozenset({"ordered", "produced", "shipped", "active", "closed"})
LONGEST_FACT = 40
_EXPIRY = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class CardSecrets:
    """The question what stands on a card: answered with ``pan``, ``expiry`` and ``cvv``."""

    card: str
    """What the scheme calls it."""
    showing: str
    """Our id of this one showing; a second time the scheme declines with ``shown``."""


def signature(secret: str, body: bytes) -> str:
    """Return what a call of the scheme's is signed with."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Scheme(ByAction):
    """The card scheme as a partner; it answers `CardSecrets`, and calls us."""

    name = "scheme"
    thanks = ""

    def __init__(
        self,
        base: str,
        *,
        key: str,
        webhook_key: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._webhook_key = webhook_key
        headers = {"Accept": "application/json", "Authorization": f"Bearer {key}"}
        self._wire = Wire(base, headers=headers, transport=transport)

    def ask(self, question: CardSecrets, *, seconds: float) -> Answered | Declined | Unavailable:
        """Return what stands on a card, for one showing.

        Declined with ``shown`` where it was told before, ``unknown_card`` where they know none.
        """
        try:
            reply = self._wire.call(
                "POST",
                f"/v1/cards/{quote(question.card, safe='')}/secrets",
                seconds=seconds,
                json={"showing": question.showing},
            )
        except (NotReached, NoAnswer) as error:
            return Unavailable(str(error))
        if reply.status == CONFLICT:
            return Declined("shown")
        if reply.status == NOT_FOUND:
            return Declined("unknown_card")
        told = reply.json()
        pan, expiry, cvv = (str(told.get(name, "")) for name in ("pan", "expiry", "cvv"))
        if not reply.ok or not _is_number(pan, expiry) or not re.fullmatch(r"\d{3,4}", cvv):
            return Unavailable(f"HTTP {reply.status} without secrets")
        return Answered({"pan": pan, "expiry": expiry, "cvv": cvv})

    def hear(self, call: Call) -> Sequence[Told]:
        """Return which card a call tells news of; what it has become is asked.

        :raises NotGenuine: if it is not signed by the scheme
        :raises Unreadable: if it names no card
        """
        given = call.headers.get(SIGNATURE.lower(), "")
        right = signature(self._webhook_key, call.body)
        if not self._webhook_key or not hmac.compare_digest(given.encode(), right.encode()):
            raise NotGenuine
        told = read_object(call.body)
        event, card = str(told.get("event", "")), str(told.get("card", ""))
        if not event or not 0 < len(card) <= LONGEST_REFERENCE:
            raise Unreadable("no card")
        return [Told(event, verify={"card": card}, subject="card")]

    def _sends(self) -> Mapping[str, Asking]:
        made = {"issue": self._issue, "replace": self._issue}
        return made | {"close": self._close, "verify": self._verify}

    def _queries(self) -> Mapping[str, Asking]:
        made = {"issue": self._issued, "replace": self._issued}
        return made | {"close": self._closed, "verify": self._verify}

    def _issue(self, order: Order, seconds: float) -> Sent:
        body: dict[str, Any] = {
            "id": order.key,
            "type": order.body["type"],
            "bin": order.body["bin"],
            "months": int(order.body["months"]),
            "name": order.body["name"],
        }
        if "address" in order.body:
            body["address"] = json.loads(order.body["address"])
        if "replaces" in order.body:
            body["replaces"] = order.body["replaces"]
        reply = self._wire.call("POST", "/v1/cards", seconds=seconds, json=body)
        if reply.status == REFUSED:
            code = str(reply.json().get("code", ""))
            return Refused(code if code in CODES else "refused", code[:LONGEST_FACT])
        return _made(reply, order) if reply.ok else Unclear(f"HTTP {reply.status}")

    def _issued(self, order: Order, seconds: float) -> Sent | NotKnown:
        reply = self._wire.call("GET", "/v1/cards", seconds=seconds, params={"id": order.key})
        if _is_unknown(reply):
            return NotKnown()
        return _made(reply, order) if reply.ok else Unclear(f"HTTP {reply.status}")

    def _close(self, order: Order, seconds: float) -> Sent:
        path = f"/v1/cards/{quote(order.body['card'], safe='')}/close"
        reply = self._wire.call(
            "POST", path, seconds=seconds, json={"id": order.key, "reason": order.body["reason"]}
        )
        if _is_unknown(reply):
            return Refused("unknown_card")
        return _stands(reply, order, wanted="closed")

    def _closed(self, order: Order, seconds: float) -> Sent | NotKnown:
        told = self._verify(order, seconds)
        if isinstance(told, Done) and told.facts["state"] != "closed":
            return NotKnown()
        return told

    def _verify(self, order: Order, seconds: float) -> Sent:
        path = f"/v1/cards/{quote(order.body['card'], safe='')}"
        reply = self._wire.call("GET", path, seconds=seconds)
        if _is_unknown(reply):
            return Refused("unknown_card")
        return _stands(reply, order)


def _made(reply: Reply, order: Order) -> Done | Unclear:
    """Return the card that was made for an order; what cannot be one of ours is unclear."""
    told = reply.json()
    if told.get("id") != order.key:
        return Unclear("it tells of another card", failure="id" not in told)
    card, pan, expiry = (str(told.get(name, "")) for name in ("card", "pan", "expiry"))
    if not 0 < len(card) <= LONGEST_REFERENCE or not _is_number(pan, expiry):
        return Unclear("the card has no number")
    if not pan.startswith(order.body["bin"]):
        return Unclear("the card's number is of another issuer", failure=False)
    return Done(card, {"card": card, "pan": pan, "expiry": expiry})


def _stands(reply: Reply, order: Order, *, wanted: str = "") -> Done | Unclear:
    """Return how a card stands; only as ``wanted`` it is done, where something is."""
    told = reply.json()
    card, state = str(told.get("card", "")), str(told.get("state", ""))
    if not reply.ok or state not in STATES:
        return Unclear(f"HTTP {reply.status}")
    if card != order.body["card"]:
        return Unclear("it tells of another card", failure=False)
    if wanted and state != wanted:
        return Unclear(f"it is {state}", failure=False)
    shipped = {
        name: str(told[name])[:LONGEST_FACT] for name in ("carrier", "tracking") if told.get(name)
    }
    return Done(card, {"card": card, "state": state, **shipped})


def _is_unknown(reply: Reply) -> bool:
    return reply.status == NOT_FOUND and reply.json().get("code") == "unknown_card"


def _is_number(pan: str, expiry: str) -> bool:
    """Return whether these can stand on a card."""
    whole = pan.isascii() and pan.isdigit() and 13 <= len(pan) <= 19
    return whole and bool(luhn.is_valid(pan)) and _EXPIRY.fullmatch(expiry) is not None
