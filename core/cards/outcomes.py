"""What cards hear of the answers to their orders, in the unit that moves the order's status.

The number comes with the answer to ``issue`` and ``replace``. It goes into the vault and nowhere
else: what is left of it here are its first six and last four digits.
"""

from uuid import UUID

from core.access.actors import SYSTEM
from core.cards import cards, delivery, fees, lifecycle, opening, pin, scheme_orders, telling, vault
from core.cards.cards import Card
from core.cards.scheme_orders import CLOSE, MADE_BY, VERIFY
from core.crm import cases
from core.partners.answers import Answer, Done, Heard, Refused
from core.partners.orders import Order
from core.store.unit import Unit

REASONS = frozenset({"address", "name", "product"})
"""Codes of refusals that customers are told by words of their own; others are ``refused``."""


def done(unit: Unit, order: Order, answer: Answer) -> None:
    """Put a card's number away and open it, or move it on as far as the scheme says it has come."""
    if not isinstance(answer, Done):
        raise TypeError("only what is done can be written down")
    if order.action in MADE_BY:
        _made(unit, order, answer)
    elif order.action == VERIFY:
        _verified(unit, answer)


def refused(unit: Unit, order: Order, answer: Answer) -> None:
    """Give the fee back where there will be no card; have a person look where one cannot be ended.

    A card that the scheme does not know was ended long ago.
    """
    code = answer.code if isinstance(answer, Refused) else "refused"
    if order.action in MADE_BY:
        _failed(unit, _ours(unit, order), code=code if code in REASONS else "refused")
    elif order.action == CLOSE and code != "unknown_card":
        _open_case(unit, _of(unit, order), "the scheme does not close it", f"It says {code}.")


def stuck(unit: Unit, order: Order, _: Answer) -> None:
    """Have a person look after it; the customer hears where a card is what takes so long."""
    if order.action == VERIFY:
        return
    card = _of(unit, order)
    if order.action in MADE_BY:
        telling.held_up(unit, card)
    _open_case(
        unit, card, "no final word from the scheme", f"The order to {order.action} it is open."
    )


def give_back_due(unit: Unit) -> UUID | None:
    """Try the way back of one fee whose wallet could not take it; return its card's id."""
    found = fees.due(unit)
    if found is not None:
        _give_back(unit, cards.locked(unit, found))
    return found


def _made(unit: Unit, order: Order, answer: Done) -> None:
    card = _ours(unit, order)
    if card.status != "requested":  # it was closed meanwhile: nobody needs its number
        scheme_orders.owe_close(unit, card, scheme_id=answer.facts["card"], reason="closed")
        return
    card = vault.number(
        unit,
        card.id,
        pan=answer.facts["pan"],
        expires_on=cards.last_day(answer.facts["expiry"]),
        scheme_id=answer.facts["card"],
    )
    if card.occasion == "renewal" and card.replaces is not None:
        pin.carry_over(unit, card.replaces, to=card.id)
    if card.type == "virtual":
        telling.ready(unit, opening.open_card(unit, card, by=SYSTEM, why="provisioned"))


def _verified(unit: Unit, answer: Done) -> None:
    known = cards.by_scheme_id(unit, answer.facts["card"])
    if known is None:  # it was closed before it had a number, or is none of ours
        return
    card = cards.locked(unit, known.id)
    state = answer.facts["state"]
    if state == "closed":
        _closed_by_scheme(unit, card)
        return
    delivery.heard(
        unit,
        card,
        state=state,
        carrier=answer.facts.get("carrier", ""),
        number=answer.facts.get("tracking", ""),
    )


def _closed_by_scheme(unit: Unit, card: Card) -> None:
    if card.is_living:
        telling.closed(
            unit, lifecycle.move(unit, card, "closed", by=SYSTEM, why="closed_by_scheme")
        )


def _failed(unit: Unit, card: Card, *, code: str) -> None:
    if card.status == "requested":
        unit.run("update cards set code = %(code)s where card_id = %(id)s", id=card.id, code=code)
        lifecycle.move(unit, card, "failed", by=SYSTEM, why="refused")
        telling.refused(unit, card, reason=code)
    _give_back(unit, card)


def _give_back(unit: Unit, card: Card) -> None:
    tried_before = fees.is_owed(unit, card.id)
    fee = fees.give_back(unit, card)
    if fee is not None:
        telling.fee_back(unit, card, fee)
    elif fees.is_owed(unit, card.id) and not tried_before:
        _open_case(
            unit,
            card,
            "its fee cannot be paid back",
            "The wallet is on hold, full or closed. Tried every hour.",
        )


def _ours(unit: Unit, order: Order) -> Card:
    card = cards.locked(unit, order.subject_id)
    if card.order_id != order.id:
        raise LookupError(f"order {order.id} makes no card")
    return card


def _of(unit: Unit, order: Order) -> Card:
    card = cards.by_id(unit, order.subject_id)
    if card is None:
        raise LookupError(f"order {order.id} is about no card")
    return card


def _open_case(unit: Unit, card: Card, title: str, words: str) -> None:
    cases.open_case(
        unit,
        customer=card.customer,
        category="Card",
        sub_category="",
        title=f"Card {card.shown or card.reference}: {title}",
        description=words,
        priority="High",
        channel="desk",
        conversation=None,
        transaction=fees.posting_id(card.id) if fees.paid(unit, card.id) else None,
        by="system",
    )


HEARD = Heard(done=done, refused=refused, stuck=stuck)
"""For orders of the subject ``card``."""
