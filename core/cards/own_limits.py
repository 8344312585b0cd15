"""What a customer lets a card do: how much at once, a day and a month, and where it may be used.

The month's limit stands with the card; everything else is a rule of theirs (`controls`), of which
there is one of a kind at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.access import audit
from core.cards import cards, controls, products
from core.cards.cards import Card
from core.cards.controls import Control, Scope
from core.errors import Refusal
from core.money import Money
from core.store.unit import Unit

Per = Literal["transaction", "day", "month"]
Where = Literal["online", "abroad", "atm"]
EVERYWHERE = Scope()
SCOPES: Mapping[Where, Scope] = {
    "online": Scope(ways=("online",)),
    "abroad": Scope(abroad=True),
    "atm": Scope(ways=("atm",)),
}
"""Which payments each of the switches is about."""


class CardLimitTooHigh(Refusal):
    """No card of that kind may spend so much in a month. Fact: ``limit``."""

    code = "card_limit_too_high"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLimits:
    """What a card may do, as far as its customer has a say."""

    transaction: Money | None
    day: Money | None
    month: Money
    allowed: frozenset[Where]
    """Where it may be used."""


def of(unit: Unit, card: Card) -> OwnLimits:
    """Return what a card's customer lets it do."""
    own = _own(unit, card)
    amounts = {rule.per: rule.most for rule in own if rule.per and rule.scope == EVERYWHERE}
    forbidden = [rule.scope for rule in own if rule.per is None]
    return OwnLimits(
        transaction=amounts.get("transaction"),
        day=amounts.get("day"),
        month=card.limit,
        allowed=frozenset(one for one, scope in SCOPES.items() if scope not in forbidden),
    )


def set_most(unit: Unit, *, customer: UUID, card: UUID, per: Per, most: Money | None) -> None:
    """Limit what a card may spend at once, in a day or a month; None is as much as any card may.

    :raises UnknownCard: if the customer has no such card
    :raises CardLimitTooHigh: if no card may spend so much in a month
    :raises TooManyRules: if the card has as many rules as it may have
    """
    found = _locked(unit, customer, card)
    if per == "month":
        _set_month(unit, found, most)
        return
    _drop(unit, found, scope=EVERYWHERE, per=per)
    if most is not None:
        controls.set_own(unit, customer, card, scope=EVERYWHERE, per=per, most=most)


def allow(unit: Unit, *, customer: UUID, card: UUID, where: Where, allowed: bool) -> None:
    """Let a card be used there, or not any more. As it is already, it stays.

    :raises UnknownCard: if the customer has no such card
    :raises TooManyRules: if the card has as many rules as it may have
    """
    found = _locked(unit, customer, card)
    _drop(unit, found, scope=SCOPES[where], per=None)
    if not allowed:
        controls.set_own(unit, customer, card, scope=SCOPES[where])


def _set_month(unit: Unit, card: Card, most: Money | None) -> None:
    highest = products.product(unit, card.product).monthly_limit
    if most is not None and most > highest:
        raise CardLimitTooHigh(limit=str(highest))
    cards.set_limit(unit, card, most or highest)
    audit.note(
        unit,
        audit.customer(unit, card.customer),
        "card.limit_set",
        subject="card",
        subject_id=card.id,
        customer=card.customer,
        before={"limit": str(card.limit)},
        after={"limit": str(most or highest)},
    )


def _drop(unit: Unit, card: Card, *, scope: Scope, per: str | None) -> None:
    for rule in _own(unit, card):
        if (rule.scope, rule.per) == (scope, per):
            controls.drop_own(unit, card.customer, rule.id)


def _own(unit: Unit, card: Card) -> list[Control]:
    return [rule for rule in controls.of_card(unit, card.id) if rule.set_by == "customer"]


def _locked(unit: Unit, customer: UUID, card: UUID) -> Card:
    found = cards.locked(unit, card)
    if found.customer != customer:
        raise cards.UnknownCard
    return found
