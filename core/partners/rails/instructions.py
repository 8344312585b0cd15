"""Orders as the messages that instruct a rail, and messages as the facts that engines book.

The body of an order ``pay``: ``amount``, ``end_to_end``, ``creditor_name``, ``creditor_account``,
``creditor_bic``, ``creditor_code``, ``debtor_name``, ``debtor_account``, ``purpose`` (the payer's
words). Of ``verify``: ``number`` of a payment that came, or ``return``, of one that came back. Of
``return``: ``number``, ``amount``, ``reason`` and the facts the payment was told by.
"""

from collections.abc import Mapping
from datetime import date, datetime

from core.iso.messages import CreditTransfer, Party, Returned
from core.money import Money
from core.partners.orders import Order

WHY = {
    "unknown_payee": "AC01",
    "account_closed": "AC04",
    "account_frozen": "AC06",
    "over_ceiling": "AM14",
    "other_currency": "AC06",
}
"""ISO 20022's reasons for ours, why a payment that came cannot stay."""
NO_REASON = "MS03"


def payment(order: Order, *, us: Party, on: date) -> CreditTransfer:
    """Return the payment that an order asks for, to be settled on a day. Asked again, it is equal.

    :raises KeyError: if the body leaves out where the money goes
    """
    body = order.body
    return CreditTransfer(
        id=order.key,
        end_to_end=body["end_to_end"],
        amount=Money.load(body["amount"]),
        debtor=Party(body.get("debtor_name", ""), body.get("debtor_account", ""), us.bic, us.code),
        creditor=Party(
            body.get("creditor_name", ""),
            body["creditor_account"],
            body.get("creditor_bic", ""),
            body.get("creditor_code", ""),
        ),
        settles_on=on,
        made_at=order.created_at,
        words=body.get("purpose", ""),
    )


def given_back(order: Order, *, on: date) -> Returned:
    """Return the message that gives a payment back as an order asks."""
    body = order.body
    amount = Money.load(body["amount"])
    return Returned(
        id=order.key,
        end_to_end=body.get("end_to_end") or body["number"],
        amount=amount,
        reason=WHY.get(body.get("reason", ""), NO_REASON),
        settles_on=on,
        made_at=order.created_at,
        original=body["number"],
        original_amount=amount,
    )


def facts_of_incoming(told: CreditTransfer, *, us: Party) -> Mapping[str, str]:
    """Return what is booked of a payment that came: the account, else what the payer wrote.

    Whoever pays to the bank's own account writes in words whom it is for.
    """
    named = told.creditor.account
    return {
        "number": told.id,
        "amount": str(told.amount),
        "account": named if named and named != us.account else told.words,
        "name": told.debtor.name,
        "payer_account": told.debtor.account,
        "payer_bic": told.debtor.bic,
        "payer_code": told.debtor.code,
        "words": told.words,
        "end_to_end": told.end_to_end,
    }


def facts_of_return(told: Returned) -> Mapping[str, str]:
    """Return what is booked of money that came back."""
    return {
        "number": told.id,
        "end_to_end": told.end_to_end,
        "amount": str(told.amount),
        "reason": told.reason,
        "words": told.words,
    }


def settlement_day(at: datetime) -> date:
    """Return the day that a message asks to be settled on; the switch takes its own calendar."""
    return at.date()
