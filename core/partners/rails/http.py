"""A switch over HTTP: messages of ISO 20022, calls signed, and failures told for what they are."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import quote

from core.iso.credit_transfer import credit_transfer, read_credit_transfers
from core.iso.documents import LARGEST_FILE, LARGEST_MESSAGE
from core.iso.initiation import initiation
from core.iso.messages import CreditTransfer, Initiation, Party, Returned, Status, Unreadable
from core.iso.returned import read_return, returned
from core.iso.status import read_status
from core.partners.rails.reach import Turned
from core.partners.rails.signing import signed
from core.partners.wire import NoAnswer, Reply, Wire

XML, JSON = "application/xml", "application/json"
PAYMENTS, FILES, RETURNS, TRANSFERS = "/v1/payments", "/v1/files", "/v1/returns", "/v1/transfers"
HOLDERS, REPORTS, STATEMENTS = "/v1/account-holders", "/v1/reports", "/v1/statements"
Message = TypeVar("Message")
UNKNOWN = "unknown"
"""What a switch says with a 404 when it means that it knows no such thing, and not that the path
is wrong: a proxy that has lost its way must not pass for a payment that was never seen."""
TURNED = {
    400: "not_supported",
    401: "not_registered_here",
    403: "not_registered_here",
    413: "not_supported",
    415: "not_supported",
    422: "not_supported",
}
"""Answers that say a call went no further than the door, and in which word of ours."""
BUSY = 429


class HttpReach:
    """The way to a switch over HTTP. A `core.partners.rails.reach.Reach`, safe between threads."""

    def __init__(self, wire: Wire, *, secret: str, clock: Callable[[], datetime]) -> None:
        self._wire, self._secret, self._clock = wire, secret, clock

    def pay(self, payment: CreditTransfer, *, seconds: float) -> Status | None:
        """Post a pacs.008."""
        return self._instructed(PAYMENTS, credit_transfer(payment), seconds)

    def hand_in(self, file: Initiation, *, seconds: float) -> None:
        """Post a pain.001."""
        self._taken(self._call("POST", FILES, initiation(file), seconds=seconds))

    def give_back(self, told: Returned, *, seconds: float) -> Status | None:
        """Post a pacs.004."""
        return self._instructed(RETURNS, returned(told), seconds)

    def status(self, end_to_end: str, *, seconds: float) -> Status | None:
        """Get a pacs.002."""
        body = self._get(f"{PAYMENTS}/{quote(end_to_end, safe='')}", seconds)
        return None if body is None else _read(read_status, body)

    def returned(self, number: str, *, seconds: float) -> Returned | None:
        """Get a pacs.004."""
        body = self._get(f"{RETURNS}/{quote(number, safe='')}", seconds)
        return None if body is None else _read(read_return, body)

    def incoming(self, number: str, *, seconds: float) -> CreditTransfer | None:
        """Get a pacs.008."""
        body = self._get(f"{TRANSFERS}/{quote(number, safe='')}", seconds)
        if body is None:
            return None
        found = _read(read_credit_transfers, body)
        if len(found) != 1 or found[0].id != number:
            raise NoAnswer("a transfer of another number")
        return found[0]

    def holder(self, at: Party, *, seconds: float) -> str | None:
        """Ask for the name, by a body: an account number has no place in anybody's log of paths."""
        asked = {"bic": at.bic, "code": at.code, "account": at.account}
        reply = self._call("POST", HOLDERS, json.dumps(asked).encode(), kind=JSON, seconds=seconds)
        if _is_unknown(reply):
            return None
        self._taken(reply)
        name = reply.json().get("name")
        if not isinstance(name, str) or not name.strip():
            raise NoAnswer("an answer without a name")
        return name.strip()

    def report(self, on: date, *, seconds: float) -> bytes:
        """Return what the switch says passed on a day, as CSV; see the guide for its columns."""
        return self._file(f"{REPORTS}/{on.isoformat()}", seconds)

    def statement(self, on: date, currency: str, *, seconds: float) -> bytes:
        """Return the settlement bank's statement of a day and currency: camt.053 or MT940."""
        return self._file(f"{STATEMENTS}/{on.isoformat()}/{currency}", seconds)

    def _instructed(self, path: str, message: bytes, seconds: float) -> Status | None:
        reply = self._call("POST", path, message, seconds=seconds)
        self._taken(reply)
        return _read(read_status, reply.body) if reply.body.strip() else None

    def _file(self, path: str, seconds: float) -> bytes:
        body = self._get(path, seconds, largest=LARGEST_FILE)
        if body is None:
            raise NoAnswer("nothing for that day")
        return body

    def _get(self, path: str, seconds: float, *, largest: int = LARGEST_MESSAGE) -> bytes | None:
        reply = self._call("GET", path, b"", seconds=seconds, largest=largest)
        if _is_unknown(reply):
            return None
        self._taken(reply)
        return reply.body

    def _call(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        seconds: float,
        kind: str = XML,
        largest: int = LARGEST_MESSAGE,
    ) -> Reply:
        headers = signed(self._secret, at=self._clock(), method=method, path=path, body=body)
        headers |= {"Accept": f"{XML}, {JSON}"}
        if body:
            headers["Content-Type"] = kind
        return self._wire.call(
            method,
            path,
            seconds=seconds,
            headers=headers,
            content=body or None,
            largest=largest,
        )

    def _taken(self, reply: Reply) -> None:
        """Let an answer pass that says a call was taken."""
        if reply.ok:
            return
        words = f"HTTP {reply.status} {reply.json().get('code', '')}".strip()
        if reply.status == BUSY:
            raise Turned("partner_down", words, again=True)
        if reply.status in TURNED:
            raise Turned(TURNED[reply.status], words)
        raise NoAnswer(words)


def _is_unknown(reply: Reply) -> bool:
    return reply.status == 404 and reply.json().get("code") == UNKNOWN


def _read(reader: Callable[[bytes], Message], body: bytes) -> Message:
    try:
        return reader(body)
    except Unreadable as error:
        raise NoAnswer(f"an answer that cannot be read: {error}") from None
