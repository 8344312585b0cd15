"""Asking for a card: the wallet is verified, the fee taken, the card written down, and ordered.

All of it happens in the customer's own turn. What the scheme answers is heard by `outcomes`.
"""

from dataclasses import dataclass
from uuid import UUID

from core.access import audit
from core.access.actors import SYSTEM
from core.access.audit import Doer
from core.cards import cards, delivery, fees, products, scheme_orders
from core.cards.address import Address
from core.cards.cards import Card, Occasion, Status, Type
from core.cards.products import Offer
from core.crm import customers
from core.errors import Refusal
from core.ledger import book
from core.ledger.reference import reference_of
from core.money import Money
from core.store.crashpoints import reached
from core.store.unit import Unit
from core.wallets import wallets

REPLACEABLE: frozenset[Status] = frozenset({"active", "paused", "lost", "stolen"})
"""How a card stands in whose place its customer may have another."""


class CardAddressNeeded(Refusal):
    """A physical card has to go somewhere."""

    code = "card_address_needed"


class CardNotReplaceable(Refusal):
    """No other card can take that one's place now. Fact: ``status``."""

    code = "card_not_replaceable"


@dataclass(frozen=True, slots=True)
class Requested:
    """A card that was asked for, as its customer may be told."""

    card: Card
    fee: Money
    balance: Money
    """What may still be spent from the wallet."""


def request(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once, and the card's own
    customer: UUID,
    wallet: UUID,
    type: Type,  # noqa: A002 - the column's name
    channel: str,
    to: Address | None = None,
) -> Requested:
    """Ask for a first card of a kind, once however often; ``to`` is where a physical one goes.

    :raises WalletGone: if the wallet is not the customer's
    :raises CardAddressNeeded: if a physical card goes nowhere
    :raises Refusal: whatever `products.offer` and `book.post` may refuse
    """
    customers.lock(unit, customer)
    again = _again(unit, id, customer)
    if again is not None:
        return again
    if wallet not in {one.id for one in wallets.own_wallets(unit, customer)}:
        raise wallets.WalletGone
    if type == "physical" and to is None:
        raise CardAddressNeeded
    offer = products.offer(unit, customer=customer, wallet=wallet, type=type)
    return _ask(
        unit, id, offer, wallet=wallet, channel=channel, to=to, old=None, occasion="first",
        by=audit.customer(unit, customer), customer=customer,
    )  # fmt: skip


def look_replacement(unit: Unit, customer: UUID, card: UUID) -> Offer:
    """Return what a card in another's place would cost, having refused what could not be had.

    :raises Refusal: whatever `replace` may refuse
    """
    old = _own(unit, customer, card)
    _require_replaceable(unit, old)
    return products.offer(
        unit, customer=customer, wallet=old.wallet, type=old.type, occasion="replacement"
    )


def replace(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - as above
    customer: UUID,
    card: UUID,
    channel: str,
    to: Address | None = None,
) -> Requested:
    """Ask for a card in the place of one that is lost, stolen or worn, once however often.

    One that can still pay does so until the other opens. A physical one goes where the last went
    unless told.

    :raises UnknownCard: if the customer has no such card
    :raises CardNotReplaceable: if none can take its place now
    :raises CardAddressNeeded: if a physical card goes nowhere
    :raises Refusal: whatever `products.offer` and `book.post` may refuse
    """
    customers.lock(unit, customer)
    again = _again(unit, id, customer)
    if again is not None:
        return again
    _own(unit, customer, card)
    old = cards.locked(unit, card)
    _require_replaceable(unit, old)
    to = to or delivery.address_of(unit, old.id)
    if old.type == "physical" and to is None:
        raise CardAddressNeeded
    offer = products.offer(
        unit, customer=customer, wallet=old.wallet, type=old.type, occasion="replacement"
    )
    return _ask(
        unit, id, offer, wallet=old.wallet, channel=channel, to=to, old=old,
        occasion="replacement", by=audit.customer(unit, customer), customer=customer,
    )  # fmt: skip


def renew(unit: Unit, old: Card) -> Card | None:
    """Order the card that follows one whose last day is near; None where there can be none.

    It is free. Whoever calls has the old one locked.
    """
    to = delivery.address_of(unit, old.id)
    unreachable = old.type == "physical" and to is None
    if unreachable or cards.successor(unit, old) is not None or not _is_open(unit, old.wallet):
        return None
    product = products.product(unit, old.product)
    offer = Offer(product, Money(0, product.currency))
    asked = _ask(
        unit, unit.new_id(), offer, wallet=old.wallet, channel=old.channel, to=to, old=old,
        occasion="renewal", by=SYSTEM, customer=old.customer,
    )  # fmt: skip
    return asked.card


def _ask(
    unit: Unit,
    id: UUID,  # noqa: A002
    offer: Offer,
    *,
    customer: UUID,
    wallet: UUID,
    channel: str,
    to: Address | None,
    old: Card | None,
    occasion: Occasion,
    by: Doer,
) -> Requested:
    product, reference = offer.product, reference_of(id)
    leaving = Money(0, product.currency) if occasion == "renewal" else product.least_balance
    fees.take(unit, id, wallet=wallet, fee=offer.fee, leaving=leaving, reference=reference)
    reached("card.fee_taken")
    card = Card(
        id=id,
        customer=customer,
        wallet=wallet,
        product=product.id,
        type=product.type,
        status="requested",
        limit=product.monthly_limit if old is None else old.limit,
        replaces=None if old is None else old.id,
        occasion=occasion,
        order_id=scheme_orders.issue_id(id),
        reference=reference,
        channel=channel,
        status_by_kind=by.kind,
        status_by=by.id,
        status_why="asked",
        status_at=unit.now,
        created_at=unit.now,
    )
    cards.add(unit, card)
    fees.note(unit, id, wallet=wallet, fee=offer.fee)
    if to is not None and product.type == "physical":
        delivery.note(unit, id, to)
    holder = customers.people(unit, [customer])[customer]
    scheme_orders.owe_issue(unit, card, product=product, holder=holder, to=to, old=old)
    reached("card.ordered")
    return Requested(card, offer.fee, book.balance(unit, wallet).available)


def _again(unit: Unit, id: UUID, customer: UUID) -> Requested | None:  # noqa: A002
    card = cards.by_id(unit, id)
    if card is None:
        return None
    if card.customer != customer:
        raise LookupError("an effect is one customer's")
    fee = fees.paid(unit, id) or Money(0, card.currency)
    return Requested(card, fee, book.balance(unit, card.wallet).available)


def _own(unit: Unit, customer: UUID, card: UUID) -> Card:
    found = cards.by_id(unit, card)
    if found is None or found.customer != customer:
        raise cards.UnknownCard
    return found


def _require_replaceable(unit: Unit, old: Card) -> None:
    ahead = cards.successor(unit, old)
    if old.status not in REPLACEABLE or (ahead is not None and ahead.keeps_its_place):
        raise CardNotReplaceable(status=old.status)


def _is_open(unit: Unit, wallet: UUID) -> bool:
    found: bool = unit.value(
        "select exists(select from wallets where wallet_id = %(wallet)s and status <> 'closed')",
        wallet=wallet,
    )
    return found
