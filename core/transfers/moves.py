"""Moves: a customer's money goes from one wallet of theirs to another of the same currency."""

from dataclasses import dataclass
from uuid import UUID

from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from core.transfers.send import reference_of
from core.wallets.wallets import OwnWallet, WalletGone, own_wallets


@dataclass(frozen=True, slots=True)
class Moved:
    """What the owner may be told of a move."""

    reference: str
    left: Money
    """What may be spent from the wallet the money left."""


def movable(unit: Unit, customer: UUID) -> list[OwnWallet]:
    """Return the wallets that money can move from: those with another of the same currency."""
    wallets = own_wallets(unit, customer)
    held = [one.currency for one in wallets]
    return [one for one in wallets if held.count(one.currency) > 1]


def move(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    customer: UUID,
    source: UUID,
    target: UUID,
    amount: Money,
) -> Moved:
    """Move money between two of a customer's own wallets, once however often the id is presented.

    It counts against no limit: the money stays the customer's.

    :raises WalletGone: if a wallet is not theirs any more, or holds another currency
    :raises InsufficientFunds: if the first wallet does not hold that much
    :raises BalanceCeiling: if the second may not hold that much
    :raises AccountFrozen: if a wallet may not give or take
    :raises IdReused: if the id was presented before for something else
    """
    own = {one.id: one.currency for one in own_wallets(unit, customer)}
    if source == target or {own.get(source), own.get(target)} != {amount.currency}:
        raise WalletGone
    reference = reference_of(id)
    legs = [book.Leg(source, target, amount)]
    book.post(unit, id=id, type="move", legs=legs, wallet=source, reference=reference)
    return Moved(reference, book.balance(unit, source).available)


def check(unit: Unit, *, source: UUID, target: UUID, amount: Money) -> None:
    """Refuse an amount early that could not be moved now.

    :raises InsufficientFunds: if the first wallet does not hold that much
    :raises BalanceCeiling: if the second may not hold that much
    :raises AccountFrozen: if a wallet may not give or take
    """
    book.look(unit, debit=source, credit=target, amount=amount, type="move")
