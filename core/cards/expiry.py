"""The end of a card's days: another is ordered a month before, and the old one is closed.

A card that its customer has paused is renewed as well; one that is blocked, or never arrived, is
not: its customer is told its last day, and asks for another.
"""

from uuid import UUID

from core.access.actors import SYSTEM
from core.cards import cards, issuing, lifecycle, reveal_store, scheme_orders, telling
from core.store.unit import Unit

RENEWED_DAYS_AHEAD = 30
RENEWED = frozenset({"active", "paused"})


def renew_due(unit: Unit) -> UUID | None:
    """Look after one card whose last day is within a month, once; return its id."""
    found: UUID | None = unit.value(
        f"""
        select c.card_id {_ON_ITS_DAY} and c.told_expiry_at is null
            and c.expires_on <= {_TODAY} + %(ahead)s
        order by c.expires_on, c.card_id limit 1 for no key update of c skip locked
        """,
        now=unit.now,
        ahead=RENEWED_DAYS_AHEAD,
    )
    if found is None:
        return None
    card = cards.locked(unit, found)
    unit.run(
        "update cards set told_expiry_at = %(now)s where card_id = %(id)s", id=found, now=unit.now
    )
    follows = issuing.renew(unit, card) if card.status in RENEWED else None
    telling.expires(unit, card, renewed=follows is not None)
    return found


def close_due(unit: Unit) -> UUID | None:
    """Close one card whose last day is over in its country; return its id."""
    found: UUID | None = unit.value(
        f"""
        select c.card_id {_ON_ITS_DAY} and c.expires_on < {_TODAY}
        order by c.expires_on, c.card_id limit 1 for no key update of c skip locked
        """,
        now=unit.now,
    )
    if found is None:
        return None
    card = cards.locked(unit, found)
    closed = lifecycle.move(unit, card, "closed", by=SYSTEM, why="expired")
    reveal_store.end(unit, card.id)
    scheme_orders.owe_close(unit, closed, scheme_id=closed.scheme_id, reason="expired")
    telling.expired(unit, closed)
    return found


_TODAY = "(%(now)s::timestamptz at time zone n.timezone)::date"
_ON_ITS_DAY = """
from cards c join card_products p on p.product_id = c.product_id
    join countries n on n.code = p.country
where c.status in ('produced', 'shipped', 'active', 'paused', 'blocked')"""
