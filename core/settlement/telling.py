"""What payers are told of money that leaves: on their channel, in their language, at each change.

Reasons go as codes; the words for each stand with the alerts.
"""

from core.ledger import book
from core.money import Money
from core.names import masked_name
from core.settlement import banks, destinations, store
from core.settlement.destinations import Checked
from core.settlement.store import Settlement
from core.store.outbox import queue_notice
from core.store.unit import Unit


def started(unit: Unit, one: Settlement, where: Checked, *, left: Money) -> None:
    """Tell by SMS that a payment was begun, after USSD, whose screen is gone with its session."""
    if one.channel != "ussd":
        return
    facts = {
        "amount": str(one.amount),
        "name": masked_name(where.name),
        "bank": where.bank.short_name,
        "reference": one.reference,
        "until": one.expected_by.isoformat(),
        "balance": str(left),
    }
    queue_notice(unit, customer_id=one.customer, alert="payout_started", facts=facts, channel="sms")


def longer(unit: Unit, one: Settlement) -> None:
    """Tell those whose screen is gone that it takes longer, as after any wait; never why."""
    if one.channel in ("ussd", "plan"):
        facts = {"amount": str(one.amount), "reference": one.reference}
        sms = "sms" if one.channel == "ussd" else None
        queue_notice(
            unit, customer_id=one.customer, alert="payment_longer", facts=facts, channel=sms
        )


def settled(unit: Unit, one: Settlement) -> None:
    """Tell that it arrived."""
    _tell(unit, one, "payout_settled", {})


def failed(unit: Unit, one: Settlement, *, case: str = "") -> None:
    """Tell that it did not arrive, why, that the money is back, and the number of a case."""
    _tell(unit, one, *_with_case("payout_failed", _because(unit, one), case))


def returned(unit: Unit, one: Settlement, *, case: str = "") -> None:
    """Tell that the other bank sent it back, why, what is in the wallet again, and a case."""
    facts = _because(unit, one) | {"amount": str(one.returned)}
    _tell(unit, one, *_with_case("payout_returned", facts, case))


def later(unit: Unit, one: Settlement) -> None:
    """Tell that it arrives later than was said."""
    _tell(unit, one, "payout_later", {"until": one.expected_by.isoformat()})


def held_up(unit: Unit, one: Settlement) -> None:
    """Tell that it takes longer, and that somebody looks after it."""
    _tell(unit, one, "payout_held_up", {})


def _with_case(alert: str, facts: dict[str, str], case: str) -> tuple[str, dict[str, str]]:
    """Return the alert that tells the number of a case as well, where there is one."""
    return (f"{alert}_case", facts | {"case": case}) if case else (alert, facts)


def _because(unit: Unit, one: Settlement) -> dict[str, str]:
    balance = book.balance(unit, one.wallet).available
    return {"reason": one.reason_code or "", "balance": str(balance)}


def _tell(unit: Unit, one: Settlement, alert: str, facts: dict[str, str]) -> None:
    bank = banks.bank(unit, one.bank_id)
    known = {
        "amount": str(one.amount),
        "name": masked_name(store.payee(unit, one)),
        "bank": bank.short_name,
        "account": destinations.shown(one.kind, store.account(unit, one)),
        "reference": one.reference,
    }
    queue_notice(unit, customer_id=one.customer, alert=alert, facts=known | facts)
