"""Mobile money beyond Kenya: the GSMA Mobile Money API 1.2, for money in and money out.

An order ``collect`` asks a phone to pay us (``merchantpay``), ``pay`` pays a phone
(``disbursement``), ``verify`` asks whether a payment to us is true. Fields of a body: ``amount``
and ``phone``, ``reference``; ``number`` and ``account`` to verify. Facts of what is done:
``number`` (the transaction's reference there), ``amount``, ``phone``, ``account``.

Our id is the ``X-CorrelationID``: the scheme does it once, and tells by it what became of a request
whose answer was lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.money import DIGITS, Money
from core.partners.answers import Accepted, Done, NotKnown, Refused, Unclear
from core.partners.callbacks import read_id, read_object, require_secret
from core.partners.calling import Asking, ByAction, Sent
from core.partners.orders import Order
from core.partners.partner import Call, Told, Unreadable
from core.partners.wire import Reply, Wire

KINDS = {"collect": "merchantpay", "pay": "disbursement"}
CODES: Mapping[str, str] = {
    "insufficientfunds": "insufficient",
    "identifiererror": "account_unknown",
    "accountnotactive": "account_blocked",
    "lessthantransactionminimum": "below_least",
    "greaterthantransactionmaximum": "over_limit",
    "payerlimitreached": "over_limit",
    "payeelimitreached": "over_ceiling",
    "declined": "cancelled",
    "expired": "no_answer",
    "incorrectpin": "wrong_pin",
}
"""Our word for each ``errorCode``, in small letters; any other is ``declined``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MomoAccount:
    """The bank's account at the scheme, and where it is called back."""

    base: str
    api_key: str = field(repr=False)
    organisation: str
    """What the scheme knows us by."""
    callback: str
    secret: str = field(repr=False)


class Momo(ByAction):
    """Mobile money as a partner, and as somebody who calls us."""

    name = "momo"
    thanks = ""

    def __init__(self, account: MomoAccount) -> None:
        self._account = account
        self._wire = Wire(account.base, headers={"X-API-Key": account.api_key})

    def hear(self, call: Call) -> Sequence[Told]:
        """Return what a call tells: of a request of ours, or of a payment nobody asked for.

        :raises NotGenuine: if it is not the scheme's
        :raises Unreadable: if it cannot be read
        """
        require_secret(call, self._account.secret)
        query = parse_qs(urlsplit(call.url).query)
        told = read_object(call.body)
        number = str(told.get("transactionReference") or told.get("objectReference") or "")
        order = query.get("is", [""])[0]
        if order:
            state = told.get("transactionStatus") or told.get("status") or ""
            return [Told(f"{order}:{state}", order=read_id(order), reference=number)]
        if not number:
            raise Unreadable("a payment without a number")
        return [Told(f"paid:{number}", reference=number, verify={"number": number})]

    def _sends(self) -> Mapping[str, Asking]:
        return {"collect": self._request, "pay": self._request, "verify": self._verify}

    def _queries(self) -> Mapping[str, Asking]:
        return {"collect": self._state, "pay": self._state, "verify": self._verify}

    def _request(self, order: Order, seconds: float) -> Sent:
        amount = Money.load(order.body["amount"])
        phone = [{"key": "msisdn", "value": order.body["phone"]}]
        ours = [{"key": "organisationid", "value": self._account.organisation}]
        collects = order.action == "collect"
        reply = self._wire.call(
            "POST",
            f"/transactions/type/{KINDS[order.action]}",
            seconds=seconds,
            headers={
                "X-CorrelationID": str(order.id),
                "X-Callback-URL": f"{self._account.callback}/{self._account.secret}?is={order.id}",
            },
            json={
                "amount": f"{amount.major:f}",
                "currency": amount.currency,
                "debitParty": phone if collects else ours,
                "creditParty": ours if collects else phone,
                "requestingOrganisationTransactionReference": order.body.get("reference", ""),
            },
        )
        told = reply.json()
        if reply.ok:
            return Accepted(str(told.get("serverCorrelationId", "")))
        if told.get("errorCode") == "duplicateRequest":
            return Unclear(_shown(reply, told), failure=False)
        # A fault of the request's is certain; so is a rule it broke. All else may have happened.
        if 400 <= reply.status < 500:
            return Refused(_why(told), _shown(reply, told))
        return Unclear(_shown(reply, told))

    def _state(self, order: Order, seconds: float) -> Sent | NotKnown:
        path = f"/requeststates/{order.reference}"
        if not order.reference:
            found = self._wire.call("GET", f"/responses/{order.id}", seconds=seconds)
            if found.status == 404:
                return NotKnown()
            path = str(found.json().get("link", ""))
            if not found.ok or not path.startswith("/"):
                return Unclear(_shown(found, found.json()))
        reply = self._wire.call("GET", path, seconds=seconds)
        return self._read(order, reply, seconds)

    def _read(self, order: Order, reply: Reply, seconds: float) -> Sent:
        told = reply.json()
        status = str(told.get("transactionStatus") or told.get("status") or "")
        if not reply.ok or not status:
            return Unclear(_shown(reply, told))
        if status == "failed":
            fault = told.get("errorReference")
            fault = fault if isinstance(fault, dict) else {}
            words = str(fault.get("errorDescription", ""))
            code = str(fault.get("errorCode", ""))
            return Refused(_why(fault), code, order.reference, words)
        if status != "completed":
            return Accepted(str(told.get("serverCorrelationId", order.reference)))
        if "amount" in told:
            return _done(order, told)
        made = self._wire.call(
            "GET", f"/transactions/{told.get('objectReference', '')}", seconds=seconds
        )
        return _done(order, made.json()) if made.ok else Unclear(_shown(made, made.json()))

    def _verify(self, order: Order, seconds: float) -> Sent | NotKnown:
        path = f"/transactions/{order.body['number']}"
        reply = self._wire.call("GET", path, seconds=seconds)
        if reply.status == 404:
            return Refused("not_found", "nobody paid under this number")
        return self._read(order, reply, seconds)


def _done(order: Order, told: Mapping[str, Any]) -> Done | Unclear:
    number, currency = str(told.get("transactionReference", "")), str(told.get("currency", ""))
    if not number or currency not in DIGITS:
        return Unclear("the transaction has no number or currency")
    try:
        amount = Money.load(f"{currency} {told.get('amount')}")
    except ValueError:
        return Unclear("the transaction has no amount")
    party = told.get("creditParty" if order.action == "pay" else "debitParty")
    facts = {"number": number, "amount": str(amount)}
    for one in party if isinstance(party, list) else []:
        if isinstance(one, dict) and one.get("key") == "msisdn":
            facts["phone"] = str(one.get("value", ""))
    if account := told.get("requestingOrganisationTransactionReference"):
        facts["account"] = str(account)
    return Done(number, facts)


def _why(fault: Mapping[str, Any]) -> str:
    return CODES.get(str(fault.get("errorCode", "")).lower(), "declined")


def _shown(reply: Reply, told: Mapping[str, Any]) -> str:
    return f"HTTP {reply.status} {told.get('errorCode', '')}".strip()
