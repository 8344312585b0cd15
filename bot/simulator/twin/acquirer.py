"""The merchant's side of the card network: sales as messages, by ISO 8583 or as signed JSON.

True to the wire, and knows nothing of the bank but its address and the keys that both share.
"""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from bot import card_iso
from bot.card_door import signed
from bot.card_words import NUMERIC
from core.money import Money

ACQUIRER = "400384"
"""What this acquirer is called in the network."""
TYPES = {"authorise": "0100", "advise": "0120", "clear": "0220", "reverse": "0420"}
CODES = {"purchase": "000000", "cash": "010000", "refund": "200000"}
ENTRIES = {"chip": "051", "contactless": "071", "stripe": "901", "online": "812", "atm": "051"}
SECONDS = 10.0


class NoAnswer(Exception):
    """The bank said nothing: nobody knows what became of it, and it is taken back."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant of this acquirer."""

    name: str
    city: str
    country: str
    mcc: str
    id: str = "SHOP00000000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One message about a sale. ``amount`` is what is billed, or what stands after a reversal."""

    kind: str
    """authorise, advise, clear or reverse."""
    ref: str
    """The network's id of the sale's whole life."""
    trace: int
    """The number of this message; repeated with it, it is the same message."""
    at: datetime
    pan: str = field(repr=False)
    expiry: str
    """``2028-11``."""
    amount: Money
    shop: Shop
    what: str = "purchase"
    way: str = "chip"
    paid: tuple[int, str] | None = None
    """In the merchant's currency, minor units, where that is another."""
    rate: str | None = None
    pin_block: bytes | None = field(default=None, repr=False)
    code_result: str | None = None
    """``match`` or ``no_match``: what the scheme found of the security code."""
    partial: bool = False
    sequence: str = "0101"
    """Of a clearing: which of how many."""
    decided: str = ""
    again: bool = False
    """It is sent once more."""


def fields_of(sale: Sale) -> dict[str, str]:
    """Return a message as ISO 8583 has it."""
    repeated = "1" if sale.again else "0"
    paid = sale.paid or (sale.amount.minor, sale.amount.currency)
    is_reversal = sale.kind == "reverse"
    told = {
        "t": TYPES[sale.kind][:3] + repeated,
        "2": sale.pan,
        "3": CODES[sale.what],
        "4": f"{paid[0]:012d}",
        "7": f"{sale.at:%m%d%H%M%S}",
        "11": f"{sale.trace % 1_000_000:06d}",
        "12": f"{sale.at:%H%M%S}",
        "13": f"{sale.at:%m%d}",
        "14": sale.expiry[2:4] + sale.expiry[5:7],
        "18": sale.shop.mcc,
        "22": ENTRIES[sale.way],
        "32": ACQUIRER,
        "37": f"{sale.trace:012d}",
        "42": f"{sale.shop.id:15.15}",
        "43": f"{sale.shop.name:25.25}{sale.shop.city:13.13}{sale.shop.country:2.2}",
        "48": card_iso.untagged(_private(sale)),
        "49": NUMERIC[paid[1]],
        "62": sale.sequence if sale.kind == "clear" else "",
        "63": sale.ref,
        "39": sale.decided,
        "52": "" if sale.pin_block is None else sale.pin_block.hex(),
    }
    if sale.paid is not None:
        told |= {"6": f"{sale.amount.minor:012d}", "51": NUMERIC[sale.amount.currency]}
        told["10"] = _rate(sale.rate or "1")
    if is_reversal:
        stands = sale.amount.minor
        told["95"] = f"{0 if sale.paid else stands:012d}{0:012d}{stands:012d}{0:06d}"
        told["90"] = f"0100{sale.trace % 1_000_000:06d}{sale.at:%m%d%H%M%S}{0:022d}"
    return {name: value for name, value in told.items() if value}


def json_of(sale: Sale) -> dict[str, Any]:
    """Return a message as JSON has it."""
    card: dict[str, object] = {"number": sale.pan, "expiry": sale.expiry}
    if sale.code_result is not None:
        card["code_result"] = sale.code_result
    if sale.pin_block is not None:
        card["pin_block"] = sale.pin_block.hex()
    told: dict[str, Any] = {
        "id": f"{sale.ref}-{sale.trace}",
        "transaction": sale.ref,
        "card": card,
        "kind": sale.what,
        "amount": {"minor": sale.amount.minor, "currency": sale.amount.currency},
        "merchant": {
            "name": sale.shop.name, "id": sale.shop.id, "city": sale.shop.city,
            "country": sale.shop.country, "mcc": sale.shop.mcc,
        },
        "way": sale.way,
        "partial": sale.partial,
        "final": sale.sequence[:2] == sale.sequence[2:],
    }  # fmt: skip
    if sale.paid is not None:
        told["paid"] = {"minor": sale.paid[0], "currency": sale.paid[1]}
        told["rate"] = sale.rate or "1"
    return told | ({"decided": sale.decided} if sale.decided else {})


def signed_body(told: Mapping[str, Any], *, key: str, at: datetime) -> tuple[bytes, dict[str, str]]:
    """Return the body of a call, and the headers that prove it."""
    body = json.dumps(told).encode()
    headers = {"Content-Type": "application/json", **signed(key, int(at.timestamp()), body)}
    return body, headers


class Line:
    """A connection to the bank's switch: one question at a time, each with its answer."""

    def __init__(self, host: str, port: int, *, key: str, seconds: float = SECONDS) -> None:
        self._key, self._lock = key, Lock()
        self._socket = socket.create_connection((host, port), timeout=seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def sign_on(self, at: datetime) -> str:
        """Say that questions are to come; return the answer's code."""
        return self.network("001", at)

    def network(self, what: str, at: datetime) -> str:
        """Sign on (001) or off (002), or ask whether the bank is there (301)."""
        told = {"t": "0800", "7": f"{at:%m%d%H%M%S}", "11": "000001", "70": what}
        return self.ask(told).get("39", "")

    def ask(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return the fields of the answer to a message.

        :raises NoAnswer: if none came, or the bank hung up
        """
        with self._lock:
            try:
                self._socket.sendall(card_iso.framed(card_iso.encode(fields, self._key)))
                return card_iso.decode(self.receive())
            except OSError as error:
                raise NoAnswer(type(error).__name__) from error

    def send(self, raw: bytes) -> None:
        """Put bytes on the line as they are."""
        self._socket.sendall(raw)

    def receive(self) -> bytes:
        """Return the next message on the line.

        :raises NoAnswer: if the bank hung up
        """
        length = int.from_bytes(self._exactly(card_iso.LENGTH_BYTES), "big")
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = self._socket.recv(count - len(found))
            if not more:
                raise NoAnswer("the bank hung up")
            found += more
        return found


def _private(sale: Sale) -> dict[str, str]:
    parts = {}
    if sale.partial:
        parts["61"] = "1"
    if sale.code_result is not None:
        parts["87"] = "M" if sale.code_result == "match" else "N"
    return parts


def _rate(text: str) -> str:
    """Return a rate as field 10 has it: how many decimals, then seven digits."""
    whole, _, decimals = text.partition(".")
    decimals = decimals[: max(7 - len(whole), 0)]
    return f"{len(decimals)}{int(whole + decimals):07d}"
