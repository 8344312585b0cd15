"""Asking for cards in tests, and what the scheme answers to the orders."""

from uuid import uuid4

from core import outcomes
from core.cards import address, cards, issuing
from core.ledger import book
from core.money import Money
from core.partners import hearing, order_queue, orders
from core.partners.answers import Answer, Done
from core.partners.partner import Told
from core.store.unit import Unit
from tests.core.cards.making import BINS, pan_of
from tests.core.people import Someone
from tests.support import unsealed

HOME = address.read(line="12 Moi Avenue", town="Nairobi", postcode="00100", country="KE")


def kes(text: str) -> Money:
    return Money.load(f"KES {text}")


def ask(unit: Unit, who: Someone, type="virtual", **facts) -> issuing.Requested:  # noqa: A002
    given = {"id": uuid4(), "wallet": who.wallet, "channel": "whatsapp", **facts}
    if type == "physical":
        given.setdefault("to", HOME)
    return issuing.request(unit, customer=who.id, type=type, **given)


def order_of(unit: Unit, action: str = "issue") -> tuple[orders.Order, order_queue.Taken]:
    for taken in order_queue.take(unit, "scheme", most=20):
        if taken.order.action == action:
            return taken.order, taken
    raise AssertionError(f"nothing is owed to {action}")


def answer(unit: Unit, said: Answer, action: str = "issue") -> orders.Order:
    order, taken = order_of(unit, action)
    noted = order_queue.note(unit, taken, said)
    assert noted is not None
    outcomes.tell(unit, order, noted, said)
    return order


def made(unit: Unit, card: cards.Card, *, expiry: str = "2028-03", action="issue") -> cards.Card:
    pan = pan_of(card.id, BINS[card.type])
    facts = {"card": f"crd_{card.id.hex}", "pan": pan, "expiry": expiry}
    answer(unit, Done(facts["card"], facts), action)
    found = cards.by_id(unit, card.id)
    assert found is not None
    return found


def verified(unit: Unit, card: cards.Card, state: str, **facts: str) -> None:
    """Have the scheme tell news of a card, and answer when it is asked about it."""
    notice = Told(uuid4().hex, verify={"card": card.scheme_id}, subject="card")
    hearing.keep(unit, "scheme", notice, body=b"{}")
    said = Done(card.scheme_id, {"card": card.scheme_id, "state": state, **facts})
    answer(unit, said, "verify")


def told(unit: Unit) -> list[str]:
    return [one.payload["alert"] for one in unsealed.outbox(unit)]


def balance(unit: Unit, who: Someone) -> Money:
    return book.balance(unit, who.wallet).available
