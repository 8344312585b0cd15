"""The money of disputes, as groups of the ledger; each has an id that follows from the dispute's.

For the time being the customer has it from ``card_disputes``: what the bank claims from the scheme.
Won, the scheme owes it (clearing); lost, the customer gives it back, or owes it where the wallet
has not got it, or the bank bears it.
"""

from uuid import UUID, uuid5

from core.cards import clearing, debts, postings
from core.cards.dispute_store import Dispute
from core.cards.payments import CardPayment
from core.ledger import book
from core.money import Money
from core.store.unit import Unit

TYPE = "card_dispute"


def credit(unit: Unit, dispute: Dispute) -> bool:
    """Give a customer the money for the time being; return whether the wallet took it."""
    claims = _account(unit, "card_disputes", dispute)
    book.lock_holds(unit, [], accounts=[dispute.wallet, claims])
    # What a wallet refused once stays refused, so each day's try has an id of its own.
    id_ = uuid5(dispute.id, f"credit {dispute.credit_due.isoformat()}")
    leg = book.Leg(claims, dispute.wallet, dispute.amount)
    return book.attempt(unit, lambda: _post(unit, id_, dispute, [leg]))


def won(unit: Unit, dispute: Dispute, one: CardPayment) -> None:
    """Have the scheme owe what the customer has, or pay them now what they have not had yet."""
    clears = postings.clearing(unit, one.id, dispute.amount.currency)
    id_ = uuid5(dispute.id, "won")
    if dispute.credited:
        claims = _account(unit, "card_disputes", dispute)
        book.lock_holds(unit, [], accounts=[claims, clears])
        _post(unit, id_, dispute, [book.Leg(clears, claims, dispute.amount)])
    else:
        _pay(unit, id_, dispute, one, clears)
    minus = Money(-dispute.amount.minor, dispute.amount.currency)
    told = f"dispute {dispute.reference}"
    clearing.note(unit, id_, one, told=told, kind="dispute_won", amount=minus)


def bear(unit: Unit, dispute: Dispute, one: CardPayment) -> None:
    """Have the bank bear the loss: what the customer has is theirs, or they get it now."""
    loss = _account(unit, "loss", dispute)
    id_ = uuid5(dispute.id, "borne")
    if dispute.credited:
        claims = _account(unit, "card_disputes", dispute)
        book.lock_holds(unit, [], accounts=[claims, loss])
        _post(unit, id_, dispute, [book.Leg(loss, claims, dispute.amount)])
    else:
        _pay(unit, id_, dispute, one, loss)


def take_back(unit: Unit, dispute: Dispute, one: CardPayment) -> None:
    """Take what the customer had for the time being; what the wallet has not got, they owe."""
    claims = _account(unit, "card_disputes", dispute)
    owes = _account(unit, "card_overdraft", dispute)
    book.lock_holds(unit, [], accounts=[dispute.wallet, claims, owes])
    free = max(book.balance(unit, dispute.wallet).available.minor, 0)
    ours = Money(min(free, dispute.amount.minor), dispute.amount.currency)
    rest = dispute.amount - ours
    legs = [book.Leg(dispute.wallet, claims, ours)] if ours.minor else []
    legs += [book.Leg(owes, claims, rest)] if rest.minor else []
    if not book.attempt(unit, lambda: _post(unit, uuid5(dispute.id, "back"), dispute, legs)):
        rest = dispute.amount
        _post(unit, uuid5(dispute.id, "back owed"), dispute, [book.Leg(owes, claims, rest)])
    debts.add(unit, dispute.id, one, owed=rest, why="dispute", due_in=debts.AGAIN_AFTER)


def _pay(unit: Unit, id: UUID, dispute: Dispute, one: CardPayment, source: UUID) -> None:  # noqa: A002
    """Pay the customer from an account; what their wallet cannot take waits for it."""
    waits = _account(unit, "card_returns", dispute)
    book.lock_holds(unit, [], accounts=[dispute.wallet, source, waits])
    leg = book.Leg(source, dispute.wallet, dispute.amount)
    if book.attempt(unit, lambda: _post(unit, id, dispute, [leg])):
        return
    _post(unit, uuid5(id, "waits"), dispute, [book.Leg(source, waits, dispute.amount)])
    debts.keep_refund(unit, id, one, dispute.amount)


def _post(unit: Unit, id: UUID, dispute: Dispute, legs: list[book.Leg]) -> None:  # noqa: A002
    book.post(unit, id=id, type=TYPE, legs=legs, wallet=dispute.wallet, reference=dispute.reference)


def _account(unit: Unit, kind: str, dispute: Dispute) -> UUID:
    return book.system_account(unit, kind, dispute.amount.currency, spread_by=dispute.id)
