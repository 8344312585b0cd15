"""What customers are told of their cards: on their channel, in their language.

A fact ``card`` is the last four digits; nobody is ever told more of a number here.
"""

from core.cards.cards import Card
from core.ledger import book
from core.money import Money
from core.store.outbox import queue_notice
from core.store.unit import Unit


def ready(unit: Unit, card: Card) -> None:
    """Tell that a virtual card can pay."""
    _tell(unit, card, "card_ready")


def shipped(unit: Unit, card: Card, *, carrier: str, number: str) -> None:
    """Tell that a physical card is on its way, and under which number where there is one."""
    if carrier and number:
        _tell(unit, card, "card_shipped", carrier=carrier, tracking=number)
    else:
        _tell(unit, card, "card_sent")


def activated(unit: Unit, card: Card) -> None:
    """Tell that a physical card can pay from now on."""
    _tell(unit, card, "card_activated")


def refused(unit: Unit, card: Card, *, reason: str) -> None:
    """Tell that there will be no card, and why."""
    _tell(unit, card, "card_refused", named=False, reason=reason, reference=card.reference)


def fee_back(unit: Unit, card: Card, fee: Money) -> None:
    """Tell that a card's fee has come back."""
    balance = book.balance(unit, card.wallet).available
    _tell(
        unit, card, "card_fee_back", named=False, amount=str(fee), reference=card.reference,
        balance=str(balance),
    )  # fmt: skip


def held_up(unit: Unit, card: Card) -> None:
    """Tell that a card takes longer, and that somebody looks after it."""
    _tell(unit, card, "card_late", named=False, reference=card.reference)


def blocked(unit: Unit, card: Card) -> None:
    """Tell that the bank has blocked a card."""
    _tell(unit, card, "card_blocked")


def unblocked(unit: Unit, card: Card) -> None:
    """Tell that the bank no longer blocks a card."""
    _tell(unit, card, "card_unblocked")


def reported(unit: Unit, card: Card) -> None:
    """Tell that a card was reported lost or stolen and will never pay again."""
    _tell(unit, card, "card_reported")


def closed(unit: Unit, card: Card) -> None:
    """Tell that a card was closed."""
    _tell(unit, card, "card_closed")


def expired(unit: Unit, card: Card) -> None:
    """Tell that a card's last day is over."""
    _tell(unit, card, "card_expired")


def expires(unit: Unit, card: Card, *, renewed: bool) -> None:
    """Tell which day is a card's last, and whether another is on its way."""
    if card.expires_on is None:
        raise ValueError("a card without a number has no last day")
    what = "card_renewed" if renewed else "card_expires"
    _tell(unit, card, what, day=card.expires_on.isoformat())


def pin_set(unit: Unit, card: Card) -> None:
    """Warn that a card's PIN was set."""
    _tell(unit, card, "card_pin_set")


def number_shown(unit: Unit, card: Card) -> None:
    """Warn that a card's number was shown."""
    _tell(unit, card, "card_shown")


def _tell(unit: Unit, card: Card, alert: str, *, named: bool = True, **facts: str) -> None:
    known = {"card": card.last4} if named else {}
    queue_notice(unit, customer_id=card.customer, alert=alert, facts=known | facts)
