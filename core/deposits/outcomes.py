"""What becomes of orders about money that comes in: heard once each, by `core.outcomes`.

Facts that a partner tells of money in: ``number`` (its receipt number), ``amount``, ``account``
(whom it is for, as the payer wrote it) and whatever is known of the payer, such as ``phone`` and
``name``. A deposit is found by its order, by ``order`` among the facts, or by the account.
"""

from uuid import UUID

from core.crm import cases, failed_payments
from core.deposits import asking, incoming, parking, suspense, telling
from core.deposits.asking import Deposit
from core.deposits.incoming import Incoming
from core.money import Money
from core.partners.answers import Accepted, Answer, Done, Heard, Refused
from core.partners.orders import Order
from core.store.unit import Unit

CARD_MINUTES = 15
OURS = frozenset({"number", "amount", "account", "order"})
"""Facts of the payment itself; all others are of its payer."""
VERIFY = "verify"


def _deposit_done(unit: Unit, order: Order, answer: Answer) -> None:
    deposit = _locked(unit, order)
    incoming.take_in(unit, _came(order, answer), deposit=deposit)


def _deposit_refused(unit: Unit, order: Order, answer: Answer) -> None:
    deposit = _locked(unit, order)
    code = answer.code if isinstance(answer, Refused) else ""
    if asking.end(unit, deposit, status="failed", code=code):
        case = ""
        if deposit.way == "mobile" and order.reference and code not in telling.FAILED:
            # The partner had taken it on, and nobody but the partner made it fail. What a card is
            # refused for, its issuer tells its owner.
            case = failed_payments.open_case(
                unit,
                kind="deposit",
                customer=deposit.customer,
                amount=deposit.amount,
                reference=deposit.reference,
                transaction=deposit.id,
                why=code or "refused",
            )
        telling.tell_failed(unit, deposit, code=code, case=case)


def _deposit_accepted(unit: Unit, order: Order, answer: Answer) -> None:
    """Tell a customer where their page is; a prompt has reached its phone by itself."""
    deposit = asking.find(unit, order.subject_id)
    link = answer.reference if isinstance(answer, Accepted) else ""
    if deposit is not None and deposit.way == "card" and link:
        telling.tell_link(unit, deposit, link=link, minutes=CARD_MINUTES)


def _receipt_done(unit: Unit, order: Order, answer: Answer) -> None:
    if order.action != VERIFY:
        suspense.returned(unit, order)
        return
    came = _came(order, answer)
    told = answer.facts.get("order", "") if isinstance(answer, Done) else ""
    deposit = None
    if told:
        deposit = asking.locked(unit, order=UUID(told))
    elif came.account:
        deposit = asking.locked(unit, reference=came.account.strip().upper())
    if deposit is not None and deposit.partner != order.partner:
        deposit = None
    incoming.take_in(unit, came, deposit=deposit)


def _receipt_refused(unit: Unit, order: Order, _: Answer) -> None:
    """Put money back that its payer did not take; news that was not true leaves nothing."""
    if order.action != VERIFY:
        suspense.not_returned(unit, order)


def _stuck(unit: Unit, order: Order, _: Answer) -> None:
    deposit = asking.find(unit, order.subject_id) if order.subject == "deposit" else None
    cases.open_case(
        unit,
        customer=None if deposit is None else deposit.customer,
        category=parking.CATEGORY,
        sub_category=parking.STUCK,
        title=f"{order.partner}: no final word on an order to {order.action}",
        description=f"Order {order.id}, asked {order.asked_at}. It goes on being asked after.",
        priority="High",
        channel="desk",
        conversation=None,
        by="system",
    )


def _locked(unit: Unit, order: Order) -> Deposit:
    deposit = asking.locked(unit, deposit=order.subject_id)
    if deposit is None:
        raise LookupError("an order to collect has its deposit")
    return deposit


def _came(order: Order, answer: Answer) -> Incoming:
    """Return the payment that a partner's last word tells of."""
    if not isinstance(answer, Done):
        raise TypeError("money comes by a last word")
    facts = answer.facts
    return Incoming(
        partner=order.partner,
        number=facts.get("number", ""),
        amount=Money.load(facts["amount"]),
        account=facts.get("account", ""),
        payer={name: value for name, value in facts.items() if name not in OURS and value},
    )


DEPOSIT = Heard(
    done=_deposit_done, refused=_deposit_refused, accepted=_deposit_accepted, stuck=_stuck
)
RECEIPT = Heard(done=_receipt_done, refused=_receipt_refused, stuck=_stuck)
