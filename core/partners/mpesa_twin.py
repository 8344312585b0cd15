"""The twin of M-Pesa: Daraja as the bank meets it, with phones that answer prompts by themselves.

Pure: who serves it over HTTP says what time it is and posts its calls. It remembers what it was
asked by the ids it was asked with, so that what is asked twice happens once. Some amounts and some
phones ask for trouble, see ``TROUBLE``.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from core.partners.name_enquiry_twin import FIRST_NAMES, LAST_NAMES

TROUBLE: Mapping[str, str] = {
    "1032": "1032",  # cancelled on the phone
    "1037": "1037",  # no answer
    "2001": "2001",  # a wrong PIN
    "1001": "1",  # not enough money
    "1019": "1019",  # too late
}
"""Amounts in shillings that are not paid, and the result code of each."""
PHONES: Mapping[str, str] = {"932": "1032", "937": "1037", "901": "2001", "910": "1", "940": "2040"}
"""Phones, by their last three digits, whose owners do the same whatever the amount."""
WORDS: Mapping[str, str] = {
    "0": "The service request is processed successfully.",
    "1": "The balance is insufficient for the transaction.",
    "1019": "Transaction has expired.",
    "1032": "Request cancelled by user.",
    "1037": "DS timeout user cannot be reached.",
    "2001": "The initiator information is invalid.",
    "2040": "Credit Party customer type can't be supported by the service.",
}
ANSWERS_AFTER = timedelta(seconds=3)
"""How long the owner of a phone takes."""
LIE = 10
"""How many times too much a lying call tells."""
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

Body = Mapping[str, Any]
Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Calling:
    """A call the twin owes the bank. Without a ``url`` it goes where payments are told."""

    url: str
    body: dict[str, Any] = field(repr=False)
    lie: dict[str, Any] | None = field(default=None, repr=False)
    after: float = 0.0


@dataclass(slots=True)
class _Moved:
    """A prompt or a payout, and what becomes of it when it is due."""

    id: str
    phone: str
    shillings: int
    account: str
    code: str
    due: datetime
    number: str


@dataclass(slots=True)
class MpesaTwin:
    """Safaricom's side. Safe to share between threads."""

    shortcode: str
    _prompts: dict[str, _Moved] = field(default_factory=dict)
    _payouts: dict[str, _Moved] = field(default_factory=dict)
    _paid_in: dict[str, _Moved] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def token(self) -> Answer:
        """Give a token; whoever serves this has looked at the keys."""
        return 200, {"access_token": "demo-token", "expires_in": "3599"}

    def push(self, body: Body, now: datetime) -> tuple[Answer, list[Calling]]:
        """Prompt a phone; what its owner does is told later."""
        if not self._password_is_right(body):
            return _fault(400, "400.002.02", "Bad Request - Invalid Password"), []
        phone, shillings = str(body.get("PhoneNumber", "")), body.get("Amount")
        if not isinstance(shillings, int) or shillings < 1 or not phone.isdecimal():
            return _fault(400, "400.002.02", "Bad Request - Invalid Amount"), []
        made = f"{phone}:{shillings}:{body.get('AccountReference')}:{now.isoformat()}"
        checkout = f"ws_CO_{_digest(made)[:24]}"
        asked = _Moved(
            checkout,
            phone,
            shillings,
            str(body.get("AccountReference", "")),
            _code(phone, shillings),
            now + ANSWERS_AFTER,
            _receipt(checkout),
        )
        with self._lock:
            self._prompts[checkout] = asked
            if asked.code == "0":
                self._paid_in[asked.number] = asked
        told = {
            "MerchantRequestID": _digest(checkout)[:16],
            "CheckoutRequestID": checkout,
            "ResponseCode": "0",
            "ResponseDescription": "Success. Request accepted for processing",
            "CustomerMessage": "Success. Request accepted for processing",
        }
        return (200, told), self._calls_of_prompt(asked, str(body.get("CallBackURL", "")), now)

    def push_state(self, body: Body, now: datetime) -> Answer:
        """Tell what became of a prompt."""
        asked = self._prompts.get(str(body.get("CheckoutRequestID", "")))
        if asked is None:
            return _fault(400, "400.002.02", "Bad Request - Invalid CheckoutRequestID")
        if now < asked.due:
            return _fault(500, "500.001.1001", "The transaction is being processed")
        return 200, {
            "ResponseCode": "0",
            "ResponseDescription": "The service request has been accepted successsfully",
            "MerchantRequestID": _digest(asked.id)[:16],
            "CheckoutRequestID": asked.id,
            "ResultCode": asked.code,
            "ResultDesc": WORDS[asked.code],
        }

    def pay(self, body: Body, now: datetime) -> tuple[Answer, list[Calling]]:
        """Pay a phone, once for each id of the bank's."""
        theirs = str(body.get("OriginatorConversationID", ""))
        phone, shillings = str(body.get("PartyB", "")), body.get("Amount")
        if not isinstance(shillings, int) or shillings < 10 or not theirs or not phone.isdecimal():
            return _fault(400, "400.002.02", "Bad Request - Invalid Amount"), []
        with self._lock:
            if theirs in self._payouts:
                return _fault(500, "500.002.1001", "Duplicate OriginatorConversationID"), []
            code = _code(phone, shillings)
            paid = _Moved(
                theirs, phone, shillings, "", code, now + ANSWERS_AFTER, _receipt(f"out:{theirs}")
            )
            self._payouts[theirs] = paid
        told = {
            "ConversationID": f"AG_{_digest(theirs)[:24]}",
            "OriginatorConversationID": theirs,
            "ResponseCode": "0",
            "ResponseDescription": "Accept the service request successfully.",
        }
        calling = Calling(
            str(body.get("ResultURL", "")),
            {"Result": self._result(paid, told["ConversationID"])},
            after=ANSWERS_AFTER.total_seconds(),
        )
        return (200, told), [calling]

    def status(self, body: Body, now: datetime) -> tuple[Answer, list[Calling]]:
        """Take a question about a transaction; the answer is a call."""
        number = str(body.get("TransactionID", ""))
        theirs = str(body.get("OriginalConversationID", ""))
        found = self._paid_in.get(number) or self._payouts.get(theirs)
        asked = f"AG_{_digest(f'{number}{theirs}{now.isoformat()}')[:24]}"
        told = {
            "OriginatorConversationID": _digest(asked)[:20],
            "ConversationID": asked,
            "ResponseCode": "0",
            "ResponseDescription": "Accept the service request successfully.",
        }
        result = self._status(found, asked, now)
        return (200, told), [Calling(str(body.get("ResultURL", "")), {"Result": result})]

    def paybill(
        self, *, phone: str, shillings: int, account: str, now: datetime
    ) -> tuple[str, list[Calling]]:
        """Have the owner of a phone pay the bank's paybill; return the receipt's number."""
        number = _receipt(f"in:{phone}:{shillings}:{account}:{now.isoformat()}")
        paid = _Moved(number, phone.removeprefix("+"), shillings, account, "0", now, number)
        with self._lock:
            self._paid_in[number] = paid
        return number, [self._notice(paid, after=0.0)]

    def _calls_of_prompt(self, asked: _Moved, url: str, now: datetime) -> list[Calling]:
        """Return what is told of a prompt: how it ended, and the payment as any other one."""
        after = (asked.due - now).total_seconds()
        calls = [Calling(url, _callback(asked), _callback(asked, times=LIE), after)]
        return [*calls, self._notice(asked, after=after)] if asked.code == "0" else calls

    def _notice(self, paid: _Moved, *, after: float) -> Calling:
        def body(times: int) -> dict[str, Any]:
            return {
                "TransactionType": "Pay Bill",
                "TransID": paid.number,
                "TransTime": _stamp(paid.due),
                "TransAmount": f"{paid.shillings * times}.00",
                "BusinessShortCode": self.shortcode,
                "BillRefNumber": paid.account,
                "InvoiceNumber": "",
                "OrgAccountBalance": "",
                "ThirdPartyTransID": "",
                # Safaricom hashes the payer's number here; the status query has it in clear.
                "MSISDN": _digest(paid.phone),
                "FirstName": _name(paid.phone).partition(" ")[0],
            }

        return Calling("", body(1), body(LIE), after)

    def _status(self, found: _Moved | None, asked: str, now: datetime) -> dict[str, Any]:
        if found is None:
            return {
                "ResultType": 0,
                "ResultCode": 2033,
                "ResultDesc": "The transaction does not exist.",
                "ConversationID": asked,
            }
        state = "Pending" if now < found.due else "Completed" if found.code == "0" else "Failed"
        out = found.id in self._payouts
        party = f"{found.phone} - {_name(found.phone).upper()}"
        ours = f"{self.shortcode} - Wekeza"
        return {
            "ResultType": 0,
            "ResultCode": 0,
            "ResultDesc": WORDS["0"],
            "ConversationID": asked,
            "ResultParameters": {
                "ResultParameter": [
                    {"Key": "TransactionStatus", "Value": state},
                    {"Key": "ResultCode", "Value": found.code},
                    {"Key": "ReceiptNo", "Value": found.number},
                    {"Key": "Amount", "Value": f"{found.shillings}.00"},
                    {"Key": "DebitPartyName", "Value": ours if out else party},
                    {"Key": "CreditPartyName", "Value": party if out else ours},
                ]
            },
        }

    def _result(self, paid: _Moved, conversation: str) -> dict[str, Any]:
        return {
            "ResultType": 0,
            "ResultCode": int(paid.code),
            "ResultDesc": WORDS[paid.code],
            "OriginatorConversationID": paid.id,
            "ConversationID": conversation,
            "TransactionID": paid.number,
        }

    def _password_is_right(self, body: Body) -> bool:
        stamp = str(body.get("Timestamp", ""))
        try:
            words = base64.b64decode(str(body.get("Password", "")), validate=True).decode()
        except ValueError:
            return False
        return len(stamp) == 14 and words.startswith(self.shortcode) and words.endswith(stamp)


def _callback(asked: _Moved, *, times: int = 1) -> dict[str, Any]:
    callback: dict[str, Any] = {
        "MerchantRequestID": _digest(asked.id)[:16],
        "CheckoutRequestID": asked.id,
        "ResultCode": int(asked.code),
        "ResultDesc": WORDS[asked.code],
    }
    if asked.code == "0":
        callback["CallbackMetadata"] = {
            "Item": [
                {"Name": "Amount", "Value": asked.shillings * times},
                {"Name": "MpesaReceiptNumber", "Value": asked.number},
                {"Name": "TransactionDate", "Value": int(_stamp(asked.due))},
                {"Name": "PhoneNumber", "Value": int(asked.phone)},
            ]
        }
    return {"Body": {"stkCallback": callback}}


def _code(phone: str, shillings: int) -> str:
    return TROUBLE.get(str(shillings)) or PHONES.get(phone[-3:], "0")


def _stamp(at: datetime) -> str:
    return at.astimezone(ZoneInfo("Africa/Nairobi")).strftime("%Y%m%d%H%M%S")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _receipt(text: str) -> str:
    """Return a receipt number as M-Pesa's look: ten letters and digits."""
    number = int(_digest(text), 16)
    return "".join(
        _ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(10)
    )


def _name(phone: str) -> str:
    seed = hashlib.sha256(phone.encode()).digest()
    return f"{FIRST_NAMES[seed[0] % len(FIRST_NAMES)]} {LAST_NAMES[seed[1] % len(LAST_NAMES)]}"


def _fault(status: int, code: str, words: str) -> Answer:
    return status, {"requestId": "twin", "errorCode": code, "errorMessage": words}
