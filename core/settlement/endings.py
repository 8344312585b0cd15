"""How a payment that leaves ends: it arrived, failed, came back, or its payer took it back."""

from datetime import datetime
from uuid import UUID

from core.crm.customers import people
from core.errors import Refusal
from core.fees import schedule
from core.money import Money
from core.monitoring import reviews
from core.settlement import cases, liquidity, postings, rails, reasons, store, telling
from core.settlement.store import Settlement, UnknownPayout
from core.store.crashpoints import reached
from core.store.unit import Unit


class PayoutGone(Refusal):
    """The payment has left, or has ended. Fact: ``status``."""

    code = "payout_gone"


def settle(unit: Unit, one: Settlement, *, facts: dict[str, str] | None = None) -> Settlement:
    """Write down that a payment has arrived: its nostro pays, the fee is taken."""
    rail = rails.rail(unit, one.rail)
    _let_go(unit, one)
    postings.settle(unit, one, rail)
    reached("payout.paid")
    return store.move(
        unit,
        one,
        "settled",
        event="settled",
        facts=facts,
        changes=_ended(unit, {"settled_at": unit.now, "expected_by": unit.now}),
    )


def fail(unit: Unit, one: Settlement, *, code: str, event: str, words: str = "") -> Settlement:
    """Bring the money of a payment that did not arrive back to the wallet, and say why.

    Where the wallet cannot take it now, it stays in clearing, is tried again, and people are told.
    """
    _let_go(unit, one)
    postings.release(unit, one)
    changes = _because(unit, one, code, words)
    if one.clearing is not None and not postings.give_back(unit, one):
        return _stuck(unit, one, event=event, code=code, changes=changes)
    ended = store.move(unit, one, "failed", event=event, code=code, changes=_ended(unit, changes))
    telling.failed(unit, ended, case=cases.of_failure(unit, ended))
    return ended


def come_back(
    unit: Unit, one: Settlement, *, amount: Money, code: str, reference: str, words: str = ""
) -> Settlement:
    """Bring what the other bank sent back to the wallet; ``reference`` is of its message.

    What came is what is booked: it may be less than what was sent. Where that was the payer's slip
    a return may cost something; where it was not, the fee is given back too.
    """
    rail = rails.rail(unit, one.rail)
    changes = _because(unit, one, code, words) | {
        "returned": amount.minor,
        "return_reference": reference,
    }
    taken = postings.bring_back(unit, one, rail, amount)
    if not taken:
        changes |= {"clearing": rail.clearing, "in_clearing": amount.minor}
        return _stuck(unit, one, event="returned", code=code, changes=changes)
    facts = {"amount": str(amount)} | _fees_of_return(unit, one, code)
    ended = store.move(
        unit,
        one,
        "returned",
        event="returned",
        code=code,
        facts=facts,
        changes=_ended(unit, changes),
    )
    if amount < one.amount:
        cases.less_came_back(unit, ended)
    telling.returned(unit, ended, case=cases.of_failure(unit, ended))
    return ended


def back_again(unit: Unit, one: Settlement, *, again_at: datetime) -> None:
    """Try again to bring money back to a wallet that could not take it."""
    if not postings.give_back(unit, one):
        # Counted, for each try is a posting with an id of its own.
        store.move(unit, one, one.status, event="wallet_full", changes={"due_at": again_at})
        return
    code = one.reason_code or reasons.OTHER
    if one.settled_at is None:
        ended = store.move(unit, one, "failed", event="failed", code=code, changes=_ended(unit, {}))
        telling.failed(unit, ended, case=cases.of_failure(unit, ended))
        return
    facts = _fees_of_return(unit, one, code)
    ended = store.move(
        unit,
        one,
        "returned",
        event="returned",
        code=code,
        facts=facts,
        changes=_ended(unit, {}),
    )
    telling.returned(unit, ended, case=cases.of_failure(unit, ended))


def cancel(unit: Unit, settlement: UUID, *, customer: UUID) -> None:
    """Take back a payment that has not left; twice does it once.

    :raises UnknownPayout: if the customer made none such
    :raises PayoutGone: if it has left or ended
    """
    one = store.lock(unit, settlement)
    if one is None or one.customer != customer:
        raise UnknownPayout
    if one.status == "cancelled":
        return
    if one.status not in ("held", "queued"):
        raise PayoutGone(status=one.status)
    postings.release(unit, one)
    if one.clearing is not None and not postings.give_back(unit, one):
        raise PayoutGone(status=one.status)
    store.move(unit, one, "cancelled", event="cancelled", changes=_ended(unit, {}))
    reviews.ended(unit, one.id, "withdrawn")


def _stuck(
    unit: Unit, one: Settlement, *, event: str, code: str, changes: dict[str, object]
) -> Settlement:
    waits = {"due_at": unit.now, "waits_for": "wallet", "reserved_at": None, "ended_at": None}
    moved = store.move(unit, one, "returning", event=event, code=code, changes=changes | waits)
    cases.wallet_cannot_take_it(unit, moved)
    telling.held_up(unit, moved)
    return moved


def _let_go(unit: Unit, one: Settlement) -> None:
    """Give back what was promised of the nostro; its line is locked before the ledger is."""
    if one.reserved_at is not None:
        liquidity.release(unit, one.reserved_at, one.amount)


def _because(unit: Unit, one: Settlement, code: str, words: str) -> dict[str, object]:
    sealed = unit.keys.seal(words, field=store.WORDS, row=one.id) if words else None
    return {"reason_code": code, "reason_words": sealed}


def _ended(unit: Unit, changes: dict[str, object]) -> dict[str, object]:
    return {
        **changes,
        "due_at": None,
        "waits_for": None,
        "clearing": None,
        "in_clearing": 0,
        "reserved_at": None,
        "ended_at": unit.now,
    }


def _fees_of_return(unit: Unit, one: Settlement, code: str) -> dict[str, str]:
    if not reasons.reason(code).payers:
        return {"fee": "given back"} if postings.refund_fee(unit, one) else {}
    country = people(unit, [one.customer])[one.customer].country
    fee = schedule.fee(unit, what="return", amount=one.amount, country=country)
    return {"charged": str(fee)} if postings.charge_return(unit, one, fee) else {}
