"""Undoing a transaction: the opposite is posted today, and both stay in the book."""

from dataclasses import dataclass
from uuid import UUID

from core.ledger.refusals import answered
from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Reversed:
    """Money went back, now or when the same id was first presented. Of a group: its first leg."""

    transaction_id: UUID
    amount: Money
    replayed: bool


def reverse(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    transaction: UUID,
    amount: Money | None = None,
    force: bool = False,
    note: str = "",
    reference: str = "",
) -> Reversed:
    """Post the opposite of a transaction, for an amount or for all that was not reversed yet.

    All reversals of a transaction together never exceed it, and what a recall gave back or has set
    aside counts as one. A group is reversed whole, and a reversal cannot be reversed: pay anew
    instead. It is posted today, so no closed period changes. What moved on at once, as money that
    waited for its recipient does, is recalled and not reversed: its payee has passed it on.
    Whoever had paid gets the amount back on their limits, the day's if it was paid today, the
    month's if this month; what a capture moved was counted by its hold and stays counted.

    The payee is judged as any payer is. With ``force`` the bank advances what the payee lacks from
    its ``receivable`` account and is owed it. A frozen payee is released and frozen again in the
    same unit, by somebody with a name: `set_status`.

    :raises UnknownTransaction: if there is no such transaction
    :raises ReversalOfReversal: if it is a reversal itself
    :raises ReversedWholeOnly: if it is a group and an amount was given
    :raises ReversalExceedsRest: if less than that is left to reverse
    :raises InsufficientFunds: if the payee has spent it, and it is not forced
    :raises Refusal: whatever `post` may refuse
    """
    row = unit.one(
        "select code, facts, replayed, hash, moved, currency"
        " from ledger_reverse(%(id)s, %(transaction)s, %(amount)s, %(currency)s, %(force)s,"
        " %(reference)s, %(note)s, %(now)s, %(correlation)s)",
        id=id,
        transaction=transaction,
        amount=None if amount is None else amount.minor,
        currency=None if amount is None else amount.currency,
        force=force,
        reference=reference,
        note=note,
        now=unit.now,
        correlation=unit.correlation,
    )
    answered(row, wanted="posted", id=id)
    return Reversed(id, Money(row.moved, row.currency), row.replayed)
