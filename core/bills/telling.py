"""What customers are told of airtime and bills: on their channel, in their language."""

from core.bills import billers, store
from core.bills.store import Bought
from core.ledger import book
from core.phone import mask
from core.store.outbox import queue_notice
from core.store.unit import Unit


def ordered(unit: Unit, one: Bought, account: str) -> None:
    """Tell by SMS that it was ordered, after USSD, whose screen is gone with its session."""
    if one.channel == "ussd":
        balance = book.balance(unit, one.wallet).available
        _tell(unit, one, account, "ordered", {"balance": str(balance)}, channel="sms")


def done(unit: Unit, one: Bought, *, token: str) -> None:
    """Tell that it happened; a prepaid meter's token goes along, and is told nowhere else."""
    account = store.account(unit, one)
    if token:
        _tell(unit, one, account, "token", {"token": token})
    else:
        _tell(unit, one, account, "done", {})


def returned(unit: Unit, one: Bought, *, code: str, case: str = "") -> None:
    """Tell that it did not happen, why, that the money is back, and the number of a case."""
    balance = book.balance(unit, one.wallet).available
    facts = {"reason": code, "balance": str(balance)}
    what = "failed_case" if case else "failed"
    _tell(unit, one, store.account(unit, one), what, facts | ({"case": case} if case else {}))


def returning(unit: Unit, one: Bought, *, code: str) -> None:
    """Tell that it did not happen, and that the wallet cannot take the money back just now."""
    _tell(unit, one, store.account(unit, one), "owed", {"reason": code})


def held_up(unit: Unit, one: Bought) -> None:
    """Tell that it takes longer, and that somebody looks after it."""
    _tell(unit, one, store.account(unit, one), "late", {})


def _tell(
    unit: Unit,
    one: Bought,
    account: str,
    what: str,
    facts: dict[str, str],
    *,
    channel: str | None = None,
) -> None:
    known = {"amount": str(one.amount), "reference": one.reference}
    if one.biller is None:
        known |= {"phone": mask(account)}
    else:
        known |= {
            "biller": billers.short_name(unit, one.biller),
            "account": billers.shown(account),
        }
    queue_notice(
        unit,
        customer_id=one.customer,
        alert=f"{one.kind}_{what}",
        facts=known | facts,
        channel=channel,
    )
