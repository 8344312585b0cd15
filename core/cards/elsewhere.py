"""Cards blocked from any phone, by who knows the account number and the birth date of its owner.

That is enough to stop a card and not to end it: somebody else may know as much. Its owner reports
it from a phone of their own, or a person lets it go again.
"""

from datetime import date
from uuid import UUID

from core.access import audit, locking
from core.access.actors import SYSTEM
from core.cards import cards, lifecycle, reveal_store, telling
from core.store.unit import Unit

WHY = "reported_elsewhere"


def block_all(unit: Unit, *, account_no: str, born: date, channel: str, address: str) -> None:
    """Block every card of an account's owner that could be used, and tell them.

    Tries are counted with those of locking everything (`core.access.locking`), and answered the
    same whether or not there is any card.

    :raises NothingLocked: if account and birth date do not belong together
    :raises LockTriesSpent: if it was tried too often
    """
    owner = locking.owner_of(
        unit, account_no=account_no, born=born, channel=channel, address=address
    )
    blocked = [one for each in sorted(_ids(unit, owner)) if (one := _block(unit, each))]
    for card in blocked:
        audit.note(
            unit,
            audit.customer(unit, owner),
            "card.blocked_elsewhere",
            subject="card",
            subject_id=card.id,
            customer=owner,
            after={"status": card.status},
        )


def _ids(unit: Unit, owner: UUID) -> list[UUID]:
    return [one.id for one in cards.own_cards(unit, owner)]


def _block(unit: Unit, card: UUID) -> cards.Card | None:
    found = cards.locked(unit, card)
    if "blocked" not in lifecycle.possible(unit, found, by="system"):
        return None
    blocked = lifecycle.move(unit, found, "blocked", by=SYSTEM, why=WHY)
    reveal_store.end(unit, card)
    telling.blocked(unit, blocked)
    return blocked
