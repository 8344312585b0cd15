"""The twin of mobile money beyond Kenya: the GSMA Mobile Money API 1.2, as the bank meets it.

Pure: who serves it over HTTP says what time it is and posts its calls. What was asked is remembered
by the bank's ``X-CorrelationID``. Some phones ask for trouble, see ``TROUBLE``.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from threading import Lock
from typing import Any

from core.partners.mpesa_twin import Calling

TROUBLE: Mapping[str, str] = {
    "932": "declined",
    "937": "expired",
    "901": "incorrectPin",
    "910": "insufficientFunds",
    "940": "identifierError",
}
"""Phones by their last three digits, and the ``errorCode`` each ends with."""
ANSWERS_AFTER = timedelta(seconds=3)
LIE = 10

Body = Mapping[str, Any]
Answer = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class _Request:
    """One request, and what becomes of it when it is due."""

    id: str
    kind: str
    body: dict[str, Any]
    fault: str
    due: datetime

    @property
    def reference(self) -> str:
        """The transaction's reference at the scheme."""
        return f"MM{hashlib.sha256(self.id.encode()).hexdigest()[:12].upper()}"


@dataclass(slots=True)
class MomoTwin:
    """The scheme's side. Safe to share between threads."""

    _requests: dict[str, _Request] = field(default_factory=dict)
    _transactions: dict[str, _Request] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def ask(
        self, kind: str, body: Body, *, correlation: str, callback: str, now: datetime
    ) -> tuple[Answer, list[Calling]]:
        """Take a ``merchantpay`` or a ``disbursement``, once for each correlation id."""
        phone = _phone(body, kind)
        if not phone or not _is_amount(body.get("amount")) or not correlation:
            return _fault(400, "validation", "formatError"), []
        with self._lock:
            known = self._requests.get(correlation)
            if known is None:
                fault = TROUBLE.get(phone[-3:], "")
                known = _Request(correlation, kind, dict(body), fault, now + ANSWERS_AFTER)
                self._requests[correlation] = known
                self._transactions[known.reference] = known
        after = max(0.0, (known.due - now).total_seconds())
        told, lie = self._transaction(known), self._transaction(known, times=LIE)
        if known.fault:
            told, lie = self._state(known, known.due), self._state(known, known.due)
        return (202, self._state(known, now)), [Calling(callback, told, lie, after)]

    def state(self, server: str, now: datetime) -> Answer:
        """Tell how a request stands."""
        known = self._requests.get(server.removeprefix("srv-"))
        return (200, self._state(known, now)) if known else _unknown()

    def response(self, correlation: str) -> Answer:
        """Tell where a request is found whose answer was lost."""
        if correlation not in self._requests:
            return _unknown()
        return 200, {"link": f"/requeststates/srv-{correlation}"}

    def transaction(self, reference: str, now: datetime) -> Answer:
        """Tell a transaction."""
        known = self._transactions.get(reference)
        if known is None or known.fault:
            return _unknown()
        told = self._transaction(known)
        if now < known.due:
            told["transactionStatus"] = "pending"
        return 200, told

    def pay_in(
        self, *, phone: str, amount: str, currency: str, account: str, now: datetime
    ) -> tuple[str, Calling]:
        """Have the owner of a phone pay the bank unasked; return the transaction's reference."""
        body = {
            "amount": amount,
            "currency": currency,
            "debitParty": [{"key": "msisdn", "value": phone}],
            "requestingOrganisationTransactionReference": account,
        }
        paid = _Request(f"in:{phone}:{now.isoformat()}", "merchantpay", body, "", now)
        with self._lock:
            self._transactions[paid.reference] = paid
        told = Calling("", self._transaction(paid), self._transaction(paid, times=LIE))
        return paid.reference, told

    def _state(self, known: _Request, now: datetime) -> dict[str, Any]:
        told: dict[str, Any] = {
            "serverCorrelationId": f"srv-{known.id}",
            "status": "pending",
            "notificationMethod": "callback",
            "objectReference": "",
            "pollLimit": 100,
        }
        if now >= known.due and known.fault:
            fault = {"errorCategory": "businessRule", "errorCode": known.fault}
            return told | {"status": "failed", "errorReference": fault}
        if now >= known.due:
            return told | {"status": "completed", "objectReference": known.reference}
        return told

    def _transaction(self, known: _Request, *, times: int = 1) -> dict[str, Any]:
        amount = Decimal(str(known.body["amount"])) * times
        return {
            **known.body,
            "amount": f"{amount:f}",
            "transactionReference": known.reference,
            "transactionStatus": "completed",
            "type": known.kind,
        }


def _phone(body: Body, kind: str) -> str:
    party = body.get("creditParty" if kind == "disbursement" else "debitParty")
    for one in party if isinstance(party, list) else []:
        if isinstance(one, dict) and one.get("key") == "msisdn":
            return str(one.get("value", ""))
    return ""


def _is_amount(text: object) -> bool:
    try:
        return Decimal(str(text)) > 0
    except InvalidOperation:
        return False


def _fault(status: int, category: str, code: str) -> Answer:
    return status, {"errorCategory": category, "errorCode": code}


def _unknown() -> Answer:
    return _fault(404, "identification", "identifierError")
