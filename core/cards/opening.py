"""A card opens: it can pay from now on, and the card whose place it takes cannot any more."""

from core.access.actors import SYSTEM
from core.access.audit import Doer
from core.cards import cards, lifecycle, scheme_orders
from core.cards.cards import Card
from core.store.unit import Unit

SUCCEEDED = frozenset({"active", "paused"})
"""How a card stands that its successor ends; one that was lost stays told as lost."""


def open_card(unit: Unit, card: Card, *, by: Doer, why: str) -> Card:
    """Open a card and return it. Whoever calls has it locked.

    :raises CardMoveRefused: if it cannot be opened as it stands, or not by them
    """
    opened = lifecycle.move(unit, card, "active", by=by, why=why)
    if card.replaces is not None:
        _end(unit, cards.locked(unit, card.replaces))
    return opened


def _end(unit: Unit, old: Card) -> None:
    if old.status in SUCCEEDED:
        lifecycle.move(unit, old, "replaced", by=SYSTEM, why="replaced")
        scheme_orders.owe_close(unit, old, scheme_id=old.scheme_id, reason="replaced")
