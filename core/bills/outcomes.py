"""What airtime and bills hear of the answers to their orders, in the unit that moves the status.

Facts that a partner tells when it is done: ``receipt`` (its own number), ``token`` (of a prepaid
meter), ``amount`` (what it really charged, ``str(Money)``) and ``discount`` (what it leaves us).
"""

from datetime import timedelta
from uuid import UUID

from core.bills import postings, store, telling
from core.bills.store import Bought
from core.crm import cases, failed_payments
from core.money import Money
from core.partners.answers import Answer, Done, Heard, Refused
from core.partners.orders import Order
from core.store.unit import Unit

AGAIN_AFTER = timedelta(hours=1)
"""Between two tries to bring money back to a wallet that cannot take it."""
REASONS = frozenset(
    {"account_unknown", "amount", "biller_closed", "number_invalid", "out_of_stock", "meter_closed"}
)
"""Codes of refusals that customers are told by words of their own; others are ``refused``."""
CUSTOMERS = frozenset({"account_unknown", "amount", "number_invalid", "meter_closed"})
"""Those that came of what the customer wrote."""


def done(unit: Unit, order: Order, answer: Answer) -> None:
    """Pay the partner, and tell the customer, with the token if there is one.

    A partner that charged another amount is not believed: a person compares with its bill.
    """
    one = _ours(unit, order)
    if not isinstance(answer, Done):
        raise TypeError("only what is done can be settled")
    told = answer.facts.get("amount", str(one.amount))
    if told != str(one.amount):
        _open_case(unit, one, f"{order.partner} tells of another amount", f"It says {told}.")
    postings.settle(unit, one, discount=_discount(answer, one.amount))
    token = answer.facts.get("token", "")
    store.done(unit, one, receipt=answer.facts.get("receipt", answer.reference), token=token)
    telling.done(unit, one, token=token)


def refused(unit: Unit, order: Order, answer: Answer) -> None:
    """Give the money back, fee and all, and say why."""
    one = _ours(unit, order)
    code = answer.code if isinstance(answer, Refused) and answer.code in REASONS else "refused"
    if give_back(unit, one, code=code):
        return
    telling.returning(unit, one, code=code)
    _open_case(
        unit, one, "a refund cannot be paid in", "The wallet is on hold or full. Tried every hour."
    )


def stuck(unit: Unit, order: Order, _: Answer) -> None:
    """Have a person look after it, and tell the customer that it takes longer."""
    one = _ours(unit, order)
    telling.held_up(unit, one)
    _open_case(
        unit,
        one,
        f"no final word from {order.partner}",
        "The money stands in clearing and is asked after every hour.",
    )


def give_back(unit: Unit, one: Bought, *, code: str) -> bool:
    """Bring the money back and tell its customer; return whether the wallet took it."""
    if not postings.give_back(unit, one):
        store.returning(unit, one, code=code, due=unit.now + AGAIN_AFTER)
        return False
    store.returned(unit, one, code=code)
    telling.returned(unit, one, code=code, case=_case_of(unit, one, code))
    return True


def give_back_due(unit: Unit) -> UUID | None:
    """Try the way back of one payment whose wallet could not take it; return its id."""
    found = store.due(unit)
    if found is None:
        return None
    one = store.lock(unit, found)
    if one is None or one.code is None:
        raise LookupError("what is on its way back was refused for a reason")
    give_back(unit, one, code=one.code)
    return found


def _case_of(unit: Unit, one: Bought, code: str) -> str:
    """Return the number of the case of what failed by no fault of its customer's, or nothing."""
    if code in CUSTOMERS:
        return ""
    return failed_payments.open_case(
        unit,
        kind="airtime" if one.biller is None else "bill",
        customer=one.customer,
        amount=one.amount,
        reference=one.reference,
        transaction=one.id,
        why=code,
    )


def _ours(unit: Unit, order: Order) -> Bought:
    one = store.lock(unit, order.subject_id)
    if one is None or one.order_id != order.id:
        raise LookupError(f"order {order.id} is for nothing that was bought")
    return one


def _discount(answer: Done, amount: Money) -> Money:
    """Return what the partner leaves us of the amount; nothing where that makes no sense."""
    none = Money(0, amount.currency)
    try:
        discount = Money.load(answer.facts.get("discount", str(none)))
    except ValueError:
        return none
    fits = discount.currency == amount.currency and 0 < discount.minor < amount.minor
    return discount if fits else none


def _open_case(unit: Unit, one: Bought, title: str, words: str) -> None:
    cases.open_case(
        unit,
        customer=one.customer,
        category="Transfer",
        sub_category="not_received",
        title=f"{one.kind.capitalize()} {one.reference}: {title}",
        description=f"{one.amount.grouped}. {words}",
        priority="High",
        channel="desk",
        conversation=None,
        transaction=one.id,
        by="system",
    )


AIRTIME = BILLS = Heard(done=done, refused=refused, stuck=stuck)
"""For orders of the subjects ``airtime`` and ``bill``."""
