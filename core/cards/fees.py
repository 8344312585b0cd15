"""What a card costs, posted by itself: taken when the card is ordered, given back if there is none.

Every posting has an id that follows from the card's, so nothing is taken or given back twice.
"""

from datetime import timedelta
from uuid import UUID, uuid5

from core.cards.cards import Card
from core.ledger import book
from core.money import Money
from core.store.unit import Row, Unit

AGAIN_AFTER = timedelta(hours=1)
"""Between two tries to bring a fee back to a wallet that cannot take it."""


def take(
    unit: Unit, card: UUID, *, wallet: UUID, fee: Money, leaving: Money, reference: str
) -> None:
    """Take a card's fee out of a wallet, in which ``leaving`` must stay free; nothing for none.

    :raises TooLittleLeft: if less would stay free than that
    :raises Refusal: whatever `book.post` may refuse
    """
    if not fee.minor:
        book.lock_holds(unit, [], accounts=[wallet])
        left = book.balance(unit, wallet).available
        if left < leaving:
            raise book.TooLittleLeft(left=str(left), wanted=str(leaving))
        return
    book.post(
        unit,
        id=posting_id(card),
        type="fee",
        legs=[book.Leg(wallet, _income(unit, card, fee), fee)],
        wallet=wallet,
        reference=reference,
        only_if=book.OnlyIf(left=leaving),
    )


def note(unit: Unit, card: UUID, *, wallet: UUID, fee: Money) -> None:
    """Write down what was taken for a card, once the card itself is written down."""
    if fee.minor:
        unit.run(
            """
            insert into card_fees (card_id, wallet_id, amount, currency)
            values (%(card)s, %(wallet)s, %(amount)s, %(currency)s)
            """,
            card=card,
            wallet=wallet,
            amount=fee.minor,
            currency=fee.currency,
        )


def paid(unit: Unit, card: UUID) -> Money | None:
    """Return what was taken for a card and not given back; None where that is nothing."""
    row = unit.maybe(
        "select amount, currency from card_fees where card_id = %(card)s and status <> 'returned'",
        card=card,
    )
    return None if row is None else Money(row.amount, row.currency)


def give_back(unit: Unit, card: Card) -> Money | None:
    """Bring a card's fee back; return it, or None where nothing has come home.

    A wallet that is frozen or full does not take it: it is tried again every hour.
    """
    row = unit.maybe(
        "select wallet_id, amount, currency, tries from card_fees"
        " where card_id = %(card)s and status <> 'returned' for no key update",
        card=card.id,
    )
    return None if row is None else _return(unit, card, row)


def is_owed(unit: Unit, card: UUID) -> bool:
    """Return whether a card's fee is to come back and has not yet."""
    owed: bool = unit.value(
        "select exists(select from card_fees where card_id = %(card)s and status = 'returning')",
        card=card,
    )
    return owed


def due(unit: Unit) -> UUID | None:
    """Return a card whose fee is to be tried to come back now, so that nobody else tries it."""
    found: UUID | None = unit.value(
        """
        select card_id from card_fees where status = 'returning' and due_at <= %(now)s
        order by due_at limit 1 for no key update skip locked
        """,
        now=unit.now,
    )
    return found


def posting_id(card: UUID) -> UUID:
    """Return the id of the posting that took a card's fee."""
    return uuid5(card, "fee")


def _return(unit: Unit, card: Card, row: Row) -> Money | None:
    fee = Money(row.amount, row.currency)
    income = _income(unit, card.id, fee)
    done = book.attempt(
        unit,
        lambda: book.post_return(
            unit,
            # What the ledger refused once stays refused: each try is a posting of its own.
            id=uuid5(card.id, f"fee back {row.tries}"),
            paid=posting_id(card.id),
            leg=book.Leg(income, row.wallet_id, fee),
            wallet=row.wallet_id,
            reference=card.reference,
        ),
    )
    unit.run(
        """
        update card_fees set status = %(status)s, tries = tries + 1, due_at = %(due)s
        where card_id = %(card)s
        """,
        card=card.id,
        status="returned" if done else "returning",
        due=None if done else unit.now + AGAIN_AFTER,
    )
    return fee if done else None


def _income(unit: Unit, card: UUID, fee: Money) -> UUID:
    return book.system_account(unit, "fees", fee.currency, spread_by=card)
