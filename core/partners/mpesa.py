"""M-Pesa of Kenya: Safaricom's Daraja API, for money in and money out.

An order ``collect`` is a prompt on a phone (STK push), ``pay`` a payout (B2C version 3), ``verify``
asks whether a payment to our paybill is true. Fields of a body: ``amount`` and ``phone``;
``reference`` (at most 12 letters, shown on the phone) to collect; ``number`` and ``account``, as a
notice told them, to verify. Facts of what is done: ``number`` (M-Pesa's receipt), ``amount``,
``name`` and ``phone`` of the other party, ``account`` that the payer wrote.

What Daraja answers by calling us (`mpesa_result`) waits in the mailbox. Amounts are whole
shillings: others are refused here, before they leave.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.money import Money
from core.partners import mpesa_result
from core.partners.answers import Accepted, Done, NotKnown, Refused, Unclear
from core.partners.calling import Asking, ByAction, Sent
from core.partners.daraja import Daraja
from core.partners.mailbox import Mailbox
from core.partners.mpesa_hearing import MpesaHearing
from core.partners.orders import Order
from core.partners.wire import Reply

CURRENCY = "KES"
PUSH, PUSH_QUERY = "/mpesa/stkpush/v1/processrequest", "/mpesa/stkpushquery/v1/query"
B2C, STATUS = "/mpesa/b2c/v3/paymentrequest", "/mpesa/transactionstatus/v1/query"
LONGEST_REFERENCE = 12
IN_PROCESS = frozenset({"4999"})
"""Result codes that say no more than that the customer has not answered yet."""
HEADROOM = 0.5
"""Seconds of a call's time that are left for reading an answer that waits in the mailbox."""

BELIEVED_FOR = timedelta(minutes=15)
"""How long a payment that a notice tells of may be unknown to the status query."""
NAMED_WITHIN = timedelta(hours=6)
"""How long a call may take to come that names a prompt whose answer was lost.

A prompt lives for a minute or two and calls are tried again for hours. What was paid on one that
was given up still comes as a payment to the paybill, with our reference.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MpesaAccount:
    """The bank's account at Safaricom, and where it is called back."""

    base: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    shortcode: str
    passkey: str = field(repr=False)
    initiator: str
    credential: str = field(repr=False)
    """The initiator's password, sealed with Safaricom's certificate."""
    callback: str
    """Where calls come to, without the secret: ``https://…/webhooks/payments/mpesa``."""
    secret: str = field(repr=False)
    allowed: tuple[str, ...] = ()
    """Networks that calls may come from; everywhere when empty."""

    def called_at(self, *parts: str) -> str:
        """Return the address of one kind of call, with the secret in it."""
        return f"{self.callback}/{self.secret}?is={':'.join(parts)}"


class Mpesa(ByAction, MpesaHearing):
    """M-Pesa as a partner, and as somebody who calls us."""

    name = "mpesa"

    def __init__(
        self, account: MpesaAccount, *, mailbox: Mailbox, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(secret=account.secret, allowed=account.allowed, mailbox=mailbox)
        self._account = account
        self._daraja = Daraja(
            account.base, account.consumer_key, account.consumer_secret, clock=clock
        )
        self._clock = clock

    def _sends(self) -> Mapping[str, Asking]:
        return {"collect": self._push, "pay": self._pay, "verify": self._verify}

    def _queries(self) -> Mapping[str, Asking]:
        return {"collect": self._ask_push, "pay": self._ask_pay, "verify": self._verify}

    def _push(self, order: Order, seconds: float) -> Sent:
        shillings = _shillings(order.body["amount"])
        if shillings is None:
            return Refused("whole_shillings", order.body["amount"])
        phone = order.body["phone"].removeprefix("+")
        reply = self._daraja.post(
            PUSH,
            {
                **self._signed(),
                "TransactionType": "CustomerPayBillOnline",
                "Amount": shillings,
                "PartyA": phone,
                "PartyB": self._account.shortcode,
                "PhoneNumber": phone,
                "CallBackURL": self._account.called_at("stk", str(order.id)),
                "AccountReference": order.body["reference"][:LONGEST_REFERENCE],
                "TransactionDesc": "Wekeza deposit",
            },
            seconds=seconds,
        )
        told = reply.json()
        if reply.ok and str(told.get("ResponseCode")) == "0":
            return Accepted(str(told.get("CheckoutRequestID", "")))
        return _not_taken(reply, told)

    def _ask_push(self, order: Order, seconds: float) -> Accepted | Done | Refused | Unclear:
        # Where the answer to the push was lost, the call about it has named the prompt.
        checkout = order.reference or self._mailbox.wait(f"stk:{order.id}", seconds=0)
        if not checkout:
            return self._unnamed(order)
        body = {**self._signed(), "CheckoutRequestID": checkout}
        reply = self._daraja.post(PUSH_QUERY, body, seconds=seconds)
        told = reply.json()
        code = str(told.get("ResultCode", ""))
        if not reply.ok or not code:
            # While the customer is asked, the query answers with an error that says so.
            waits = "process" in str(told.get("errorMessage", "")).lower()
            return Accepted(checkout) if waits else Unclear(_shown(reply, told))
        if code == "0":
            return Done(checkout, {"amount": order.body["amount"], "phone": order.body["phone"]})
        if code in IN_PROCESS:
            return Accepted(checkout)
        words = str(told.get("ResultDesc", ""))
        return Refused(mpesa_result.why(code), code, checkout, words)

    def _unnamed(self, order: Order) -> Refused | Unclear:
        """Return what is said of a prompt that nobody can be asked about."""
        if self._clock() - (order.asked_at or order.created_at) > NAMED_WITHIN:
            return Refused("expired", "nobody said which prompt this is")
        return Unclear("nobody has said which prompt this is", failure=False)

    def _pay(self, order: Order, seconds: float) -> Sent:
        shillings = _shillings(order.body["amount"])
        if shillings is None:
            return Refused("whole_shillings", order.body["amount"])
        reply = self._daraja.post(
            B2C,
            {
                "OriginatorConversationID": str(order.id),
                "InitiatorName": self._account.initiator,
                "SecurityCredential": self._account.credential,
                "CommandID": "BusinessPayment",
                "Amount": shillings,
                "PartyA": self._account.shortcode,
                "PartyB": order.body["phone"].removeprefix("+"),
                "Remarks": order.body.get("reference", "Wekeza")[:100],
                "Occasion": "",
                "QueueTimeOutURL": self._account.called_at("timeout", str(order.id)),
                "ResultURL": self._account.called_at("b2c", str(order.id)),
            },
            seconds=seconds,
        )
        told = reply.json()
        if reply.ok and str(told.get("ResponseCode")) == "0":
            return Accepted(str(told.get("ConversationID", "")))
        if "duplicate" in str(told.get("errorMessage", "")).lower():
            return Unclear("they have an order of this id already", failure=False)
        return _not_taken(reply, told)

    def _ask_pay(self, order: Order, seconds: float) -> Sent | NotKnown:
        return self._status(order, seconds, conversation=str(order.id))

    def _verify(self, order: Order, seconds: float) -> Sent | NotKnown:
        told = self._status(order, seconds, transaction=order.body["number"])
        if isinstance(told, NotKnown) and self._clock() - order.created_at > BELIEVED_FOR:
            return Refused("not_found", "nobody paid under this number")
        return told

    def _status(
        self, order: Order, seconds: float, *, transaction: str = "", conversation: str = ""
    ) -> Accepted | Done | Refused | NotKnown | Unclear:
        """Ask about a transaction, and wait for the answer, which comes as a call."""
        began = self._clock()
        reply = self._daraja.post(
            STATUS,
            {
                **self._initiated(),
                "CommandID": "TransactionStatusQuery",
                "TransactionID": transaction,
                "OriginalConversationID": conversation,
                "PartyA": self._account.shortcode,
                "IdentifierType": "4",
                "Remarks": "status",
                "Occasion": "",
                "QueueTimeOutURL": self._account.called_at("ignored", str(order.id)),
                "ResultURL": self._account.called_at("status", str(order.id)),
            },
            seconds=seconds,
        )
        told = reply.json()
        asked = str(told.get("ConversationID", ""))
        if not reply.ok or str(told.get("ResponseCode")) != "0" or not asked:
            return Unclear(_shown(reply, told))
        left = seconds - (self._clock() - began).total_seconds() - HEADROOM
        words = self._mailbox.wait(asked, seconds=max(0.0, left))
        if not words:
            return Unclear("the answer has not come yet")
        return mpesa_result.read(json.loads(words), order)

    def _signed(self) -> dict[str, str]:
        return {
            "BusinessShortCode": self._account.shortcode,
            **self._daraja.password(self._account.shortcode, self._account.passkey),
        }

    def _initiated(self) -> dict[str, str]:
        return {
            "Initiator": self._account.initiator,
            "SecurityCredential": self._account.credential,
        }


def _shillings(amount: str) -> int | None:
    """Return an amount as M-Pesa takes it, or None where that would change it."""
    money = Money.load(amount)
    if money.currency != CURRENCY or money.minor % 100:
        return None
    return money.minor // 100


def _not_taken(reply: Reply, told: Mapping[str, Any]) -> Refused | Unclear:
    """Return what it means that a request was not taken.

    Errors of the caller's and a full queue are certain: the request went no further than the door.
    """
    code = str(told.get("errorCode") or told.get("ResponseCode") or "")
    words = str(told.get("errorMessage") or told.get("ResponseDescription") or "")
    why = ""
    if 400 <= reply.status < 500 and reply.status != 408:
        why = "busy" if reply.status == 429 else "invalid"
    elif "unable to lock" in words.lower() or code == "500.003.02":
        why = "busy"
    elif reply.ok and code:
        why = "invalid"
    return Refused(why, _shown(reply, told), words=words) if why else Unclear(_shown(reply, told))


def _shown(reply: Reply, told: Mapping[str, Any]) -> str:
    code = told.get("errorCode") or told.get("ResponseCode") or ""
    return f"HTTP {reply.status} {code}".strip()
