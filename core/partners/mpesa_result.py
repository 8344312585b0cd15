"""What M-Pesa's result codes mean, and how the answer to a status query is read.

Result codes are told for prompts and payouts alike; the words customers read are found by ours.
"""

from collections.abc import Mapping
from typing import Any

from core.money import Money, NotAnAmount
from core.partners.answers import Accepted, Done, NotKnown, Refused, Unclear
from core.partners.orders import Order

CODES: Mapping[str, str] = {
    "1": "insufficient",  # the balance is too low
    "2": "below_least",
    "3": "over_limit",
    "4": "over_limit",  # of the day
    "8": "over_ceiling",  # the payee may not hold that much
    "17": "busy",  # the same amount to the same number a moment ago
    "26": "busy",
    "1001": "busy",  # another prompt is open on that phone
    "1019": "expired",
    "1025": "not_delivered",
    "1032": "cancelled",
    "1037": "no_answer",
    "2001": "wrong_pin",
    "2006": "account_blocked",
    "2040": "account_unknown",  # not registered with M-Pesa
    "9999": "not_delivered",
}
"""Our word for each; any other is ``declined``."""
UNKNOWN = ("not found", "does not exist", "no transaction")
PENDING = frozenset({"pending", "initiated", "authorized", "processing"})


def why(code: str) -> str:
    """Return our word for a result code that is not zero."""
    return CODES.get(code, "declined")


def read(told: Mapping[str, Any], order: Order) -> Accepted | Done | Refused | NotKnown | Unclear:
    """Return what the answer to a status query says of an order.

    A result that is not zero is about the question and not about the payment, so nothing is
    certain then; but "no such transaction" is an answer.
    """
    result = told.get("Result")
    if not isinstance(result, dict) or str(result.get("ResultCode")) != "0":
        return _no_status(result)
    facts = parameters(result)
    status, number = facts.get("TransactionStatus", "").lower(), facts.get("ReceiptNo", "")
    if status == "completed" and number:
        return _completed(facts, order, number)
    if status in PENDING or not status:
        return Accepted(order.reference) if status else Unclear("the answer has no status")
    return Refused(why(facts.get("ResultCode", "")), status, number)


def parameters(result: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters of a result by their keys, as text."""
    box = result.get("ResultParameters")
    rows = box.get("ResultParameter") if isinstance(box, dict) else None
    rows = [rows] if isinstance(rows, dict) else rows if isinstance(rows, list) else []
    return {
        str(row["Key"]): str(row.get("Value", ""))
        for row in rows
        if isinstance(row, dict) and "Key" in row
    }


def amount(text: str) -> Money | None:
    """Return shillings as M-Pesa writes them, or None when they are none."""
    try:
        return Money.parse(text, "KES")
    except NotAnAmount:
        return None


def _no_status(result: object) -> NotKnown | Unclear:
    """Return what an answer says that tells of no transaction."""
    if not isinstance(result, dict):
        return Unclear("the answer has no result")
    words = str(result.get("ResultDesc", ""))
    if any(part in words.lower() for part in UNKNOWN):
        return NotKnown()
    return Unclear(f"the question ended as {result.get('ResultCode')}")


def _completed(facts: Mapping[str, str], order: Order, number: str) -> Done | Unclear:
    moved = amount(facts.get("Amount", ""))
    if moved is None:
        return Unclear("the answer has no amount")
    party = facts.get("CreditPartyName" if order.action == "pay" else "DebitPartyName", "")
    phone, _, name = party.partition(" - ")
    told = {"number": number, "amount": str(moved), "name": name.strip()}
    if phone.strip().isdecimal():
        told["phone"] = f"+{phone.strip()}"
    if account := order.body.get("account"):
        told["account"] = account
    return Done(number, told)
