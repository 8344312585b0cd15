"""The card scheme's twin: makes each card once, produces and ships physical ones, tells secrets.

Pure, but for what it remembers; and what it has forgotten by being started anew it finds again in
the card's own id, which says all that its number is made of. The last three characters of a few
postcodes ask for trouble, see ``TROUBLE``.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Literal

from stdnum import luhn

Answer = tuple[int, dict[str, Any]]

TROUBLE: Mapping[str, Literal["refused", "never"]] = {"404": "refused", "504": "never"}
"""What befalls cards sent to postcodes that end so: refused at once, or never produced."""
PRODUCED_AFTER, SHIPPED_AFTER = timedelta(seconds=10), timedelta(seconds=20)
CARRIER = "Posta"
_PAN_DIGITS = 16
_ID = re.compile(r"crd_(?P<type>[vp])(?P<bin>\d{6})(?P<expiry>\d{6})(?P<order>[0-9a-f]{32})")


def card_id(*, type: str, bin: str, expiry: str, order: str) -> str:  # noqa: A002
    """Return what the scheme calls a card: its id says what its number is made of."""
    return f"crd_{type[0]}{bin}{expiry.replace('-', '')}{order}"


def pan_of(card: str) -> str:
    """Return the number of a card, from its id: always the same, with its check digit.

    :raises ValueError: if no card can be called so
    """
    found = _found(card)
    count = _PAN_DIGITS - len(found["bin"]) - 1
    front = f"{found['bin']}{int.from_bytes(_seed(card)[:8]) % 10**count:0{count}d}"
    return front + str(luhn.calc_check_digit(front))


def expiry_of(card: str) -> str:
    """Return the last month of a card, such as ``2028-11``.

    :raises ValueError: if no card can be called so
    """
    digits = _found(card)["expiry"]
    return f"{digits[:4]}-{digits[4:]}"


def cvv_of(card: str) -> str:
    """Return the three digits on a card's back."""
    return f"{int.from_bytes(_seed('cvv ' + card)[:4]) % 1000:03d}"


@dataclass
class _Made:
    card: str
    order: str
    type: str
    at: datetime | None
    """None for one made before the twin was started: it has come as far as it will."""
    never: bool = False
    closed: bool = False

    def state(self, now: datetime) -> str:
        """Return how far it has come."""
        if self.closed:
            return "closed"
        if self.type == "virtual":
            return "active"
        if self.at is None:
            return "shipped"
        if self.never or now < self.at + PRODUCED_AFTER:
            return "ordered"
        return "produced" if now < self.at + SHIPPED_AFTER else "shipped"

    def view(self, now: datetime) -> dict[str, Any]:
        """Return the card as its issuer is told it, without what is secret."""
        told: dict[str, Any] = {"id": self.order, "card": self.card, "state": self.state(now)}
        if told["state"] == "shipped":
            serial = int.from_bytes(_seed(f"post {self.card}")[:4]) % 10**8
            told |= {"carrier": CARRIER, "tracking": f"EE{serial:08d}KE"}
        return told


@dataclass
class TwinScheme:
    """The scheme. Safe to ask at once."""

    _made: dict[str, _Made] = field(default_factory=dict)
    """By what the scheme calls them."""
    _orders: dict[str, str] = field(default_factory=dict)
    _shown: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def make(self, body: Mapping[str, Any], now: datetime) -> Answer:
        """Make a card; asked again under the same id, it is the same one."""
        try:
            order, kind, bin_ = str(body["id"]), str(body["type"]), str(body["bin"])
            months, name = int(body["months"]), str(body["name"])
            address = dict(body["address"]) if kind == "physical" else {}
        except (KeyError, TypeError, ValueError):
            return 400, {"code": "bad_request"}
        if not 2 <= len(name) <= 26:
            return 422, {"code": "name"}
        trouble = TROUBLE.get(str(address.get("postcode", ""))[-3:])
        if trouble == "refused":
            return 422, {"code": "address"}
        month = now.year * 12 + now.month - 1 + months
        card = card_id(
            type=kind, bin=bin_, expiry=f"{month // 12:04d}-{month % 12 + 1:02d}", order=order
        )
        if _ID.fullmatch(card) is None:
            return 422, {"code": "product"}
        with self._lock:
            card = self._orders.setdefault(order, card)
            made = self._made.setdefault(
                card, _Made(card, order, kind, now, never=trouble == "never")
            )
        return 201, made.view(now) | {"pan": pan_of(card), "expiry": expiry_of(card)}

    def find(self, order: str, now: datetime) -> Answer:
        """Return the card that was made for an order, number and all."""
        with self._lock:
            card = self._orders.get(order)
        if card is None:
            return 404, {"code": "unknown_card"}
        return 200, self._known(card).view(now) | {"pan": pan_of(card), "expiry": expiry_of(card)}

    def look(self, card: str, now: datetime) -> Answer:
        """Return how far a card has come."""
        try:
            return 200, self._known(card).view(now)
        except ValueError:
            return 404, {"code": "unknown_card"}

    def close(self, card: str, now: datetime) -> Answer:
        """End a card; again, it is ended."""
        try:
            made = self._known(card)
        except ValueError:
            return 404, {"code": "unknown_card"}
        made.closed = True
        return 200, made.view(now)

    def secrets(self, card: str, showing: str) -> Answer:
        """Return what stands on a card, once for each showing; a closed one tells nothing."""
        try:
            made = self._known(card)
        except ValueError:
            return 404, {"code": "unknown_card"}
        with self._lock:
            if not showing or showing in self._shown or made.closed:
                return 409, {"code": "shown"}
            self._shown.add(showing)
        return 200, {"pan": pan_of(card), "expiry": expiry_of(card), "cvv": cvv_of(card)}

    @property
    def cards(self) -> int:
        """How many cards were made."""
        return len(self._orders)

    def _known(self, card: str) -> _Made:
        """Return a card, also one made before the twin was started anew.

        :raises ValueError: if no card can be called so
        """
        found = _found(card)
        kind = "virtual" if found["type"] == "v" else "physical"
        with self._lock:
            return self._made.setdefault(card, _Made(card, found["order"], kind, at=None))


def _found(card: str) -> dict[str, str]:
    found = _ID.fullmatch(card)
    if found is None:
        raise ValueError("no card is called so")
    return found.groupdict()


def _seed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
