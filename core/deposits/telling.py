"""What customers are told of money that comes in, or does not."""

from typing import TYPE_CHECKING
from uuid import UUID

from core.ledger import book
from core.money import Money
from core.store.outbox import queue_notice
from core.store.unit import Unit

if TYPE_CHECKING:
    from core.deposits.asking import Deposit
    from core.deposits.matching import Owner

FAILED = {
    "cancelled": "deposit_cancelled",
    "no_answer": "deposit_no_answer",
    "wrong_pin": "deposit_wrong_pin",
    "insufficient": "deposit_insufficient",
    "expired": "deposit_expired",
    "busy": "deposit_busy",
}
"""The alert for each word of why; any other is ``deposit_failed``."""


def _channel(deposit: "Deposit | None") -> str | None:
    """Return where a customer waits to hear of a deposit: by SMS where the screen is gone."""
    return "sms" if deposit is not None and deposit.channel == "ussd" else None


def tell_booked(
    unit: Unit,
    *,
    owner: "Owner",
    amount: Money,
    fee: Money,
    deposit: "Deposit | None",
    reference: str,
) -> None:
    """Tell whoever got money how much came, what it cost, and when it is not what they asked."""
    if owner.customer is None or owner.wallet is None:
        raise LookupError("money that is booked is somebody's")
    facts = {
        "amount": str(amount),
        "reference": reference,
        "balance": str(book.balance(unit, owner.wallet).available),
    }
    alert = "deposit_booked" if deposit is not None else "deposit_came"
    if deposit is not None and deposit.amount != amount:
        alert, facts = "deposit_differs", facts | {"asked": str(deposit.amount)}
    elif fee.minor:
        alert, facts = "deposit_booked_fee", facts | {"fee": str(fee)}
    queue_notice(
        unit, customer_id=owner.customer, alert=alert, facts=facts, channel=_channel(deposit)
    )


def tell_parked(unit: Unit, customer: UUID, *, amount: Money, reference: str) -> None:
    """Tell a customer that money came for them which their account cannot take now."""
    facts = {"amount": str(amount), "reference": reference}
    queue_notice(unit, customer_id=customer, alert="deposit_parked", facts=facts)


def tell_longer(unit: Unit, customer: UUID, *, amount: Money, reference: str) -> None:
    """Tell a customer that money which came for them takes a little longer, and nothing else."""
    facts = {"amount": str(amount), "reference": reference}
    queue_notice(unit, customer_id=customer, alert="deposit_longer", facts=facts)


def tell_failed(unit: Unit, deposit: "Deposit", *, code: str, case: str = "") -> None:
    """Tell a customer why a deposit they asked for did not come, and the number of a case."""
    facts = {"amount": str(deposit.amount)}
    alert = FAILED.get(code, "deposit_failed")
    if case:
        alert, facts = f"{alert}_case", facts | {"case": case}
    queue_notice(
        unit, customer_id=deposit.customer, alert=alert, facts=facts, channel=_channel(deposit)
    )


def tell_link(unit: Unit, deposit: "Deposit", *, link: str, minutes: int) -> None:
    """Tell a customer where the page for their card is: where links can be tapped, or by SMS."""
    facts = {"amount": str(deposit.amount), "link": link, "minutes": str(minutes)}
    queue_notice(
        unit,
        customer_id=deposit.customer,
        alert="deposit_link",
        facts=facts,
        channel=_channel(deposit),
    )
