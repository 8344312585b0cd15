"""What M-Pesa tells us of its own accord, and how it is known to be M-Pesa.

Daraja signs nothing. Its calls are known by a secret in the address that we give it, and by the
networks they come from. Nothing in them is believed either way: they make us ask.
"""

from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.partners.callbacks import part_of, read_id, read_object, require_secret
from core.partners.mailbox import Mailbox
from core.partners.partner import Call, NotGenuine, Told, Unreadable

Facts = dict[str, Any]
Ear = Callable[[Facts, str, Call], Sequence[Told]]
THANKS = '{"ResultCode": 0, "ResultDesc": "Accepted"}'
FIELDS = {
    "number": "TransID",
    "amount": "TransAmount",
    "account": "BillRefNumber",
    "phone": "MSISDN",
}
"""Ours, and what they are called in the notice of a payment to our paybill."""


class MpesaHearing:
    """The ear of M-Pesa."""

    name = "mpesa"
    thanks = THANKS

    def __init__(self, *, secret: str, allowed: Sequence[str], mailbox: Mailbox) -> None:
        self._secret = secret
        self._allowed = [ip_network(one, strict=False) for one in allowed]
        self._mailbox = mailbox
        self._ears: dict[str, Ear] = {
            "stk": self._prompt,
            "b2c": _paid_out,
            "timeout": _timed_out,
            "status": self._answered,
            "paybill": _paid_in,
            "ignored": _nothing,
        }

    def hear(self, call: Call) -> Sequence[Told]:
        """Return what a call tells.

        :raises NotGenuine: if it is not M-Pesa's
        :raises Unreadable: if it cannot be read
        """
        self._require_genuine(call)
        query = parse_qs(urlsplit(call.url).query)
        told = read_object(call.body)
        kind, _, about = query.get("is", ["paybill"])[0].partition(":")
        if kind not in self._ears:
            raise Unreadable(kind)
        return self._ears[kind](told, about, call)

    def _require_genuine(self, call: Call) -> None:
        """Let calls pass that carry the secret, from a network that may call."""
        require_secret(call, self._secret)
        if not self._may_call(call.remote):
            raise NotGenuine

    def _may_call(self, remote: str) -> bool:
        if not self._allowed:
            return True
        try:
            address = ip_address(remote)
        except ValueError:
            return False
        return any(address in network for network in self._allowed)

    def _answered(self, told: Facts, _: str, call: Call) -> Sequence[Told]:
        asked = str(part_of(told, "Result").get("ConversationID", ""))
        self._mailbox.leave(asked, call.body.decode())
        return []

    def _prompt(self, told: Facts, about: str, _: Call) -> Sequence[Told]:
        order = read_id(about)
        callback = part_of(part_of(told, "Body"), "stkCallback")
        checkout = str(callback.get("CheckoutRequestID", ""))
        # Our own answer to the push may have been lost, and then this alone names the prompt.
        self._mailbox.leave(f"stk:{order}", checkout)
        return [Told(f"stk:{checkout}", order=order, reference=checkout)]


def _nothing(_: Facts, __: str, ___: Call) -> Sequence[Told]:
    return []


def _paid_out(told: Facts, about: str, _: Call) -> Sequence[Told]:
    conversation = part_of(told, "Result").get("ConversationID", about)
    return [Told(f"b2c:{conversation}", order=read_id(about))]


def _timed_out(_: Facts, about: str, __: Call) -> Sequence[Told]:
    return [Told(f"timeout:{about}", order=read_id(about))]


def _paid_in(told: Facts, _: str, __: Call) -> Sequence[Told]:
    body = {ours: str(told.get(theirs, "")) for ours, theirs in FIELDS.items()}
    if not body["number"]:
        raise Unreadable("a payment without a number")
    return [Told(f"c2b:{body['number']}", reference=body["number"], verify=body)]
