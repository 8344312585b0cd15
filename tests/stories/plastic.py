"""What happens to cards in a story: made, sent, used up, and stopped by somebody else."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from stdnum import luhn

from core.access.actors import SYSTEM
from core.cards import (
    address,
    cards,
    delivery,
    disputes,
    holding,
    issuing,
    lifecycle,
    outcomes,
    payments,
    products,
)
from core.cards.cards import Card, Status, Type
from core.cards.messages import Merchant
from core.cards.scheme_orders import ISSUE, PARTNER, REPLACE, SUBJECT
from core.ledger import book
from core.partners.answers import Done, Refused
from core.partners.orders import Order
from core.store.unit import Unit
from tests.core.cards.terminal import BOOKS, Terminal

if TYPE_CHECKING:
    from tests.stories.stage import Telling

ENDS: dict[Type, str] = {"virtual": "4242", "physical": "5454"}
"""The last four digits of everybody's cards, by their type; a second one of a type ends on 1111."""
SECOND = "1111"
EXPIRY = "2029-11"
BEFORE = timedelta(hours=1)
"""How long ago the first payment was."""
LONG_AGO = timedelta(days=130)
"""Longer ago than anything can be disputed."""
SHOP = Merchant("DUKA LETU", "DUKA00000000001", "MJI MPYA", "KE", "5411")
_WHERE = "Uhuru Street 12"


def _number(telling: "Telling", card: Card, role: str, *, last4: str) -> str:
    """Return a number that no other card of any telling has, with the right check digit."""
    whose = sorted(telling.customers).index(role)
    front = {"virtual": "424242", "physical": "555555"}[card.type]
    for filler in "0123456789":
        pan = f"{front}{telling.number:04}{whose}{filler}{last4}"
        if luhn.is_valid(pan):
            return pan
    raise LookupError("one of ten digits is right")


def _latest(telling: "Telling", unit: Unit, role: str) -> Card:
    """Return the card that somebody asked for last."""
    return cards.own_cards(unit, telling.customers[role], ended=True)[0]


def _order(card: Card, action: str) -> Order:
    """Return the order for a card as the scheme has it."""
    return Order(
        id=card.order_id, partner=PARTNER, action=action, subject=SUBJECT, subject_id=card.id,
        body={}, reference="", attempts=1, created_at=card.created_at, asked_at=card.created_at,
    )  # fmt: skip


def _ask(telling: "Telling", unit: Unit, role: str, kind: Type) -> None:
    home = telling.cast.people[role]
    to = address.read(line=_WHERE, town="Mji Mpya", country=home.country)
    issuing.request(
        unit, id=unit.new_id(), customer=telling.customers[role], wallet=telling.wallets[role],
        type=kind, channel="sms", to=to if kind == "physical" else None,
    )  # fmt: skip


def _make(telling: "Telling", unit: Unit, role: str) -> None:
    """Have the scheme make the card that was asked for last."""
    card = _latest(telling, unit, role)
    taken = {one.last4 for one in cards.own_cards(unit, card.customer, ended=True)}
    last4 = SECOND if ENDS[card.type] in taken else ENDS[card.type]
    pan = _number(telling, card, role, last4=last4)
    facts = {"card": f"crd_{card.id.hex}", "pan": pan, "expiry": EXPIRY}
    outcomes.done(unit, _order(card, REPLACE if card.replaces else ISSUE), Done("", facts))


def _ship(telling: "Telling", unit: Unit, role: str) -> None:
    """Have the scheme send it."""
    card = cards.locked(unit, _latest(telling, unit, role).id)
    delivery.heard(unit, card, state="shipped", carrier="EMS", number="EE123456789")


def _give(telling: "Telling", unit: Unit, role: str, kind: Type) -> None:
    """See that somebody has an open card."""
    _ask(telling, unit, role, kind)
    _make(telling, unit, role)
    if kind == "physical":
        _ship(telling, unit, role)
        card = _latest(telling, unit, role)
        holding.activate(unit, customer=card.customer, card=card.id, digits=card.last4)


def _send(telling: "Telling", unit: Unit, role: str) -> None:
    """See that a card is on its way to somebody."""
    _ask(telling, unit, role, "physical")
    _make(telling, unit, role)
    _ship(telling, unit, role)


def _refuse(telling: "Telling", unit: Unit) -> None:
    """Have the scheme refuse to make the card."""
    card = _latest(telling, unit, "customer")
    outcomes.refused(unit, _order(card, ISSUE), Refused("address"))


def _freeze(telling: "Telling", unit: Unit, role: str = "customer") -> None:
    card = _latest(telling, unit, role)
    holding.pause(unit, customer=card.customer, card=card.id)


def _stop(telling: "Telling", unit: Unit, status: Status) -> None:
    """Have all of the customer's cards that live come to stand so, without the customer."""
    for one in cards.own_cards(unit, telling.customers["customer"]):
        if status in lifecycle.possible(unit, one, by="system"):
            lifecycle.move(unit, cards.locked(unit, one.id), status, by=SYSTEM, why="story")


def _report(telling: "Telling", unit: Unit) -> None:
    card = _latest(telling, unit, "customer")
    holding.report(unit, customer=card.customer, card=card.id, missing="lost")


def _fill(telling: "Telling", unit: Unit) -> None:
    """See that the customer has as many virtual cards as may be had."""
    customer, home = telling.customers["customer"], telling.cast.plenty.currency
    country = telling.cast.people["customer"].country
    for one in products.offered(unit, country=country, currency=home):
        held = [card for card in cards.own_cards(unit, customer) if card.type == one.type]
        for _ in range(one.most - len(held)):
            _ask(telling, unit, "customer", one.type)


def _pay(
    telling: "Telling",
    unit: Unit,
    amount: str,
    *,
    role: str = "customer",
    taken: bool = True,
    ago: timedelta = BEFORE,
    **facts: object,
) -> None:
    """Have somebody's last card pay at a shop, a minute after it did before; the shop takes it."""
    card = _latest(telling, unit, role)
    unit.now -= ago - timedelta(minutes=len(payments.of_card(unit, card.id)))
    terminal = Terminal(unit, card, telling.cast.plenty.currency)
    ref = unit.new_id().hex
    given: dict[str, object] = {"told": ref, "merchant": SHOP, **facts}
    answer = terminal.pay(f"{Decimal(amount):.2f}", ref, **given)
    if taken and answer.approved:
        terminal.take(f"{Decimal(amount):.2f}", ref, **given | {"told": f"{ref}-taken"})


def _dispute(telling: "Telling", unit: Unit) -> None:
    """Have the last payment disputed on another channel."""
    card = _latest(telling, unit, "customer")
    (one, *_) = payments.of_card(unit, card.id)
    disputes.open_dispute(
        unit, customer=card.customer, payment=one.id, reason="duplicate", words="Twice.",
        channel="sms",
    )  # fmt: skip


def _give_back(telling: "Telling", unit: Unit) -> None:
    """Have the merchant give back what it took last."""
    card = _latest(telling, unit, "customer")
    (one, *_) = payments.of_card(unit, card.id)
    terminal = Terminal(unit, card, telling.cast.plenty.currency)
    terminal.back(f"{one.captured.major:.2f}", one.ref, told=unit.new_id().hex, merchant=SHOP)


def _nearly_spend(telling: "Telling", unit: Unit) -> None:
    """Leave the customer enough for a card's price, and not for what must stay."""
    home = telling.cast.plenty.currency
    country = telling.cast.people["customer"].country
    virtual = products.offered(unit, country=country, currency=home)[0]
    left = products.fee_of(unit, virtual, "first")
    wallet = telling.wallets["customer"]
    spent = book.balance(unit, wallet).available - left
    equity = book.system_account(unit, "equity", home)
    legs = [book.Leg(wallet, equity, spent)]
    book.post(unit, id=unit.new_id(), type="adjustment", legs=legs, wallet=wallet)


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer has a virtual card": lambda t, u: _give(t, u, "customer", "virtual"),
    "the customer has a physical card": lambda t, u: _give(t, u, "customer", "physical"),
    "the newcomer has a virtual card": lambda t, u: _give(t, u, "newcomer", "virtual"),
    "the newcomer has a physical card": lambda t, u: _give(t, u, "newcomer", "physical"),
    "a card is on its way to the customer": lambda t, u: _send(t, u, "customer"),
    "a card is on its way to the newcomer": lambda t, u: _send(t, u, "newcomer"),
    "the customer's card is made": lambda t, u: _make(t, u, "customer"),
    "the customer's card is sent": lambda t, u: _ship(t, u, "customer"),
    "the customer's card can't be made": _refuse,
    "the customer's card is frozen": _freeze,
    "the newcomer's card is frozen": lambda t, u: _freeze(t, u, "newcomer"),
    "the customer's cards are blocked": lambda t, u: _stop(t, u, "blocked"),
    "the customer's cards are closed": lambda t, u: _stop(t, u, "closed"),
    "the customer's card is reported": _report,
    "the customer's card pays": lambda t, u: _pay(t, u, "1500"),
    "the customer's card paid long ago": lambda t, u: _pay(t, u, "1500", ago=LONG_AGO),
    "the newcomer's card pays": lambda t, u: _pay(t, u, "1500", role="newcomer"),
    "the customer's card pays again": lambda t, u: _pay(t, u, "1500", merchant=BOOKS),
    "the customer's card is charged at a hotel": lambda t, u: _pay(t, u, "900", taken=False),
    "the customer's card is declined": lambda t, u: _pay(t, u, "90000000"),
    "what the customer's card paid is disputed": _dispute,
    "what the customer's card paid comes back": _give_back,
    "the customer's money is almost gone": _nearly_spend,
    "the customer has all the cards there may be": _fill,
}
