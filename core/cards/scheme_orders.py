"""What the card scheme is asked to do, as orders: make a card, close one, say how far one is."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID, uuid5

from anyascii import anyascii

from core.cards.address import Address
from core.cards.cards import Card
from core.cards.products import Product
from core.crm.customers import Person
from core.partners import orders
from core.store.unit import Unit

PARTNER, SUBJECT = "scheme", "card"
ISSUE, REPLACE, CLOSE, VERIFY = "issue", "replace", "close", "verify"
MADE_BY = frozenset({ISSUE, REPLACE})
"""Actions whose answer is a new card."""
SHORTEST_NAME, LONGEST_NAME = 2, 26  # ISO/IEC 7813: what fits on a card
NAMELESS = "WEKEZA CUSTOMER"


def issue_id(card: UUID) -> UUID:
    """Return the id of the order that makes a card."""
    return uuid5(card, ISSUE)


def owe_issue(
    unit: Unit,
    card: Card,
    *,
    product: Product,
    holder: Person,
    to: Address | None,
    old: Card | None,
) -> None:
    """Order a card of its scheme, once; ``old`` is the card whose place it takes."""
    body: dict[str, str] = {
        "type": card.type,
        "bin": product.bin,
        "months": str(product.valid_months),
        "name": embossed(holder),
    }
    if to is not None:
        body["address"] = json.dumps(asdict(to))
    if old is not None and old.scheme_id:
        body["replaces"] = old.scheme_id
    _owe(unit, ISSUE if old is None else REPLACE, card.id, body, order_id=card.order_id)


def owe_close(unit: Unit, card: Card, *, scheme_id: str, reason: str) -> None:
    """Have the scheme end a card, once. ``reason`` is a word such as ``lost``."""
    body = {"card": scheme_id, "reason": reason}
    _owe(unit, CLOSE, card.id, body, order_id=uuid5(card.id, CLOSE))


def owe_verify(unit: Unit, *, card: UUID, scheme_id: str) -> None:
    """Ask the scheme how far a card has come, once for each moment that asks."""
    order = uuid5(card, f"{VERIFY} {unit.now.isoformat()}")
    _owe(unit, VERIFY, card, {"card": scheme_id}, order_id=order)


def embossed(holder: Person) -> str:
    """Return a customer's name as a card has it: capitals of ASCII, 26 at most."""
    words = anyascii(f"{holder.first_name} {holder.last_name}").upper().split()
    name = " ".join("".join(c for c in word if c.isalpha() or c in "-'.") for word in words)
    name = " ".join(name.split())[:LONGEST_NAME].strip()
    return name if len(name) >= SHORTEST_NAME else NAMELESS


def _owe(unit: Unit, action: str, card: UUID, body: Mapping[str, str], *, order_id: UUID) -> None:
    orders.owe(
        unit,
        partner=PARTNER,
        action=action,
        subject=SUBJECT,
        subject_id=card,
        body=body,
        order_id=order_id,
    )
