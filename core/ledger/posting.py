"""Posting: money moves between accounts, all legs or none, once however often it is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.errors import Refusal
from core.ledger.refusals import Sticky, answered, refusal
from core.money import Money
from core.store.unit import Row, Unit, jsonb

LONGEST_GROUP = 100


@dataclass(frozen=True, slots=True)
class Leg:
    """One movement: the account it leaves, the account it reaches, and how much."""

    debit: UUID
    credit: UUID
    amount: Money


@dataclass(frozen=True, slots=True)
class Posted:
    """Money has moved, now or when the same id was first presented."""

    transaction_id: UUID
    replayed: bool


@dataclass(frozen=True, slots=True)
class OnlyIf:
    """What must hold of the first leg's payer, judged on the locked account.

    ``version`` is the account's version the caller decided on: somebody who moved it since makes
    the posting a refusal. ``left`` is what must stay free above the floor after the leg.
    """

    version: int | None = None
    left: Money | None = None


def post(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    type: str,  # noqa: A002 - the column's name
    legs: Sequence[Leg],
    wallet: UUID | None,
    note: str = "",
    reference: str = "",
    value_date: date | None = None,
    only_if: OnlyIf | None = None,
) -> Posted:
    """Move money between accounts, all legs or none, once however often the id is presented.

    The same id with the same body gets its first answer again, a refusal too: what was refused
    stays refused, so a new attempt needs a new id. Legs are judged in their order. The value date
    is today's in UTC unless given.

    The refusal is recorded in the unit. Where a savepoint around the effect rolls that back, hand
    the refusal to `keep` afterwards.

    :raises InsufficientFunds: if a payer does not hold that much
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises BalanceCeiling: if the payee's tier may not hold that much
    :raises AccountFrozen: if an account may not give or take
    :raises NoRate: if the payment cannot be valued in the payer's home currency
    :raises PeriodClosed: if the value date lies in a period that is closed
    :raises AccountMoved: if the payer's account is not at the version expected
    :raises TooLittleLeft: if less than the wanted rest would be left free
    :raises IdReused: if the id was presented before with another body
    """
    if not 1 <= len(legs) <= LONGEST_GROUP:
        raise ValueError(f"a posting has 1 to {LONGEST_GROUP} legs")
    only_if = only_if or OnlyIf()
    if only_if.left is not None and only_if.left.currency != legs[0].amount.currency:
        raise ValueError("what is to be left is in the payer's currency")
    row = (_post_one if len(legs) == 1 else _post_group)(
        unit,
        legs,
        {
            "id": id,
            "type": type,
            "wallet": wallet,
            "reference": reference,
            "note": note,
            "value_date": value_date,
            "now": unit.now,
            "correlation": unit.correlation,
            "version": only_if.version,
            "left": None if only_if.left is None else only_if.left.minor,
        },
    )
    return posted(id, row)


def posted(id: UUID, row: Row) -> Posted:  # noqa: A002 - the caller's id
    """Return what ``ledger_post`` answered: its code, facts, hash and whether it was a replay.

    For a statement that posts among other things.

    :raises InsufficientFunds: if a payer does not hold that much
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises BalanceCeiling: if the payee's tier may not hold that much
    :raises AccountFrozen: if an account may not give or take
    :raises NoRate: if the payment cannot be valued in the payer's home currency
    :raises PeriodClosed: if the value date lies in a period that is closed
    :raises AccountMoved: if the payer's account is not at the version expected
    :raises TooLittleLeft: if less than the wanted rest would be left free
    :raises IdReused: if the id was presented before with another body
    """
    answered(row, wanted="posted", id=id)
    return Posted(id, replayed=row.replayed)


def look(
    unit: Unit,
    *,
    debit: UUID,
    credit: UUID | None,
    amount: Money,
    type: str,  # noqa: A002 - the column's name
) -> None:
    """Raise what `post` would answer now, without lock or trace. A credit not known yet is None.

    :raises InsufficientFunds: if the payer does not hold that much
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises BalanceCeiling: if the payee's tier may not hold that much
    :raises AccountFrozen: if an account may not give or take
    :raises NoRate: if the payment cannot be valued in the payer's home currency
    """
    row = unit.one(
        "select code, facts from ledger_look(%(type)s, %(debit)s, %(credit)s, %(amount)s,"
        " %(currency)s, %(now)s)",
        type=type,
        debit=debit,
        credit=credit,
        amount=amount.minor,
        currency=amount.currency,
        now=unit.now,
    )
    if row.code != "ok":
        raise refusal(row.code, row.facts)


def keep(unit: Unit, refused: Refusal) -> None:
    """Record a refusal of `post` again, after the savepoint it was made in was rolled back.

    Does nothing for a refusal that is already recorded or that is not the ledger's.
    """
    if isinstance(refused, Sticky) and refused.request is not None:
        unit.run(
            "select ledger_keep_refusal(%(id)s, %(hash)s, %(code)s, %(facts)s, %(now)s)",
            id=refused.request.id,
            hash=refused.request.hash,
            code=refused.code,
            facts=jsonb(refused.facts),
            now=unit.now,
        )


def attempt(unit: Unit, work: Callable[[], object]) -> bool:
    """Do what posts; return whether the ledger took it. What it refused is recorded.

    What was refused stays refused: the next try posts under another id.
    """
    try:
        with unit.savepoint():
            work()
    except Refusal as refused:
        keep(unit, refused)
        return False
    return True


def _post_one(unit: Unit, legs: Sequence[Leg], head: dict[str, object]) -> Row:
    (leg,) = legs
    return unit.one(
        "select code, facts, replayed, hash from ledger_post(%(id)s, %(type)s, %(debit)s,"
        " %(credit)s, %(amount)s, %(currency)s, %(wallet)s, %(reference)s, %(note)s,"
        " %(value_date)s, %(now)s, %(correlation)s, %(version)s, %(left)s)",
        debit=leg.debit,
        credit=leg.credit,
        amount=leg.amount.minor,
        currency=leg.amount.currency,
        **head,
    )


def _post_group(unit: Unit, legs: Sequence[Leg], head: dict[str, object]) -> Row:
    return unit.one(
        "select code, facts, replayed, hash from ledger_post_group(%(id)s, %(type)s, %(debits)s,"
        " %(credits)s, %(amounts)s::bigint[], %(currencies)s, %(wallet)s, %(reference)s, %(note)s,"
        " %(value_date)s, %(now)s, %(correlation)s, %(version)s, %(left)s)",
        debits=[leg.debit for leg in legs],
        credits=[leg.credit for leg in legs],
        amounts=[leg.amount.minor for leg in legs],
        currencies=[leg.amount.currency for leg in legs],
        **head,
    )
