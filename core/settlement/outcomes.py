"""What payments hear of the answers to their orders, inside the unit that moves the order's status.

An order of subject ``settlement`` is a payment that left; one of subject ``return`` asks a rail
whether money really came back, and its facts are what is booked: ``end_to_end`` (our reference of
the payment), ``amount``, ``reason`` (ISO 20022), ``number`` (the returning message's own), and
``words`` where the other bank wrote any.
"""

from core.money import Money
from core.partners.answers import Accepted, Answer, Done, Heard, Refused, reason_of
from core.partners.orders import Order
from core.settlement import cases, endings, liquidity, reasons, sending, store, telling
from core.settlement.store import Settlement
from core.store.unit import Unit

IN_FLIGHT = ("sent", "accepted")


def accepted(unit: Unit, order: Order, answer: Answer) -> None:
    """Note that the partner has taken a payment."""
    one = _ours(unit, order, answer)
    if one is None or one.status != "sent":
        return
    reference = answer.reference if isinstance(answer, Accepted) else ""
    changes = {"partner_reference": reference}
    store.move(unit, one, "accepted", event="accepted", changes=changes)


def done(unit: Unit, order: Order, answer: Answer) -> None:
    """Settle a payment that arrived. A partner that tells of another amount is not believed.

    The payment is settled as it was ordered and a person looks into it: the statement of the nostro
    will tell.
    """
    one = _ours(unit, order, answer)
    if one is None or not isinstance(answer, Done):
        return
    told = answer.facts.get("amount", str(one.amount))
    facts = {"number": answer.reference} if answer.reference else {}
    if told != str(one.amount):
        facts["told"] = told
        cases.other_amount(unit, one, told=told)
    settled = endings.settle(unit, one, facts=facts)
    telling.settled(unit, settled)


def refused(unit: Unit, order: Order, answer: Answer) -> None:
    """Try the next rail where the fault is this one's; else bring the money back and say why."""
    one = _ours(unit, order, answer)
    if one is None or not isinstance(answer, Refused):
        return
    reason = reasons.reason(answer.code)
    if not reason.next_rail:
        endings.fail(unit, one, code=reason.code, event="refused", words=answer.words)
        return
    if one.reserved_at is not None:
        liquidity.lock_all(unit, one.amount.currency)
        liquidity.release(unit, one.reserved_at, one.amount)
    waiting = store.move(
        unit,
        one,
        "queued",
        event="next_rail",
        code=reason.code,
        changes={
            "tried": [*one.tried, one.rail],
            "due_at": unit.now,
            "waits_for": "turn",
            "reserved_at": None,
            "window_id": None,
            "reason_code": reason.code,
        },
    )
    sending.advance(unit, waiting)


def stuck(unit: Unit, order: Order, answer: Answer) -> None:
    """Have a person look after a payment of which nobody has said for a day what became of it."""
    one = _ours(unit, order, answer)
    if one is None:
        return
    noted = store.note(unit, one, "stuck")
    cases.no_final_word(unit, noted)
    telling.held_up(unit, noted)


def came_back(unit: Unit, order: Order, answer: Answer) -> None:
    """Book money that a rail confirms has come back; nobody's payment goes to a person."""
    if not isinstance(answer, Done):
        return
    facts = answer.facts
    one = _of_reference(unit, facts.get("end_to_end", ""))
    if one is None:
        cases.unknown_return(unit, order, partner=order.partner)
        return
    amount = Money.load(facts["amount"])
    code = reasons.reason(facts.get("reason", "")).code
    number = f"{order.partner} {facts.get('number') or order.key}"
    if _is_known(unit, number):
        return
    if one.status in IN_FLIGHT:
        # What came back had arrived: the word that says so may still be on its way.
        one = endings.settle(unit, one, facts={"by": "return"})
    if one.status != "settled" or amount.currency != one.amount.currency or one.amount < amount:
        noted = store.note(unit, one, "return_unfit", code=code, facts={"amount": str(amount)})
        cases.unfit_return(unit, noted)
        return
    endings.come_back(
        unit, one, amount=amount, code=code, reference=number, words=facts.get("words", "")
    )


def not_back(unit: Unit, order: Order, answer: Answer) -> None:
    """Do nothing about a return that the rail itself knows nothing of: somebody else told of it."""


def _ours(unit: Unit, order: Order, answer: Answer) -> Settlement | None:
    """Return the payment an answer moves; None when it has moved on, which is written down."""
    one = store.lock(unit, order.subject_id)
    if one is None:
        raise LookupError(f"order {order.id} is for no payment there is")
    if one.order_id == order.id and one.status in IN_FLIGHT:
        return one
    facts = {"order": str(order.id), "answer": answer.kind}
    late = store.note(unit, one, "late_answer", code=answer.kind, facts=facts)
    if isinstance(answer, Done) and one.status not in ("settled", "returned", "returning"):
        cases.arrived_after_all(unit, late, said=reason_of(answer))
    return None


def _of_reference(unit: Unit, reference: str) -> Settlement | None:
    found = unit.value(
        "select settlement_id from settlements where reference = %(reference)s", reference=reference
    )
    return None if found is None else store.lock(unit, found)


def _is_known(unit: Unit, number: str) -> bool:
    """Return whether this very return was booked already; it may be told of twice."""
    known: bool = unit.value(
        "select exists(select from settlements where return_reference = %(number)s)", number=number
    )
    return known


PAYMENTS = Heard(done=done, refused=refused, accepted=accepted, stuck=stuck)
"""For orders of subject ``settlement``."""
RETURNS = Heard(done=came_back, refused=not_back)
"""For orders of subject ``return``."""
