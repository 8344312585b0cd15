"""Freezing, releasing and closing accounts. Who did it and why is kept for ever."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.ledger.refusals import answered
from core.money import Money
from core.store.unit import Unit

LONGEST_HISTORY = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """Who changes an account's status, and why; both are kept. Neither may be empty."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One change of an account's status."""

    before: str
    after: str
    reason: Reason
    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """An account was closed, now or when the same id was first presented; ``swept`` was left."""

    account_id: UUID
    swept: Money
    replayed: bool


def set_status(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    account: UUID,
    status: str,
    reason: Reason,
) -> str:
    """Freeze or release an account, once however often the id is presented; return what it was.

    Statuses: active, debit_frozen, credit_frozen, frozen, dormant (takes, does not give). A freeze
    stops what is new. An open hold was approved before and still settles, as card schemes have it:
    to stop that money, void the hold as well. These ids are not those of money.

    :raises AccountClosed: if the account is closed, for that is for good
    :raises IdReused: if the id was presented before with another body
    """
    row = unit.one(
        "select code, facts, hash, before from ledger_set_status(%(id)s, %(account)s, %(status)s,"
        " %(by)s, %(why)s, %(now)s, %(correlation)s)",
        id=id,
        account=account,
        status=status,
        by=reason.by,
        why=reason.why,
        now=unit.now,
        correlation=unit.correlation,
    )
    answered(row, wanted="changed", id=id)
    before: str = row.before
    return before


def close(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    account: UUID,
    to: UUID | None,
    reason: Reason,
) -> Closed:
    """Sweep what is left to another account and close this one, in one step; it stays closed.

    An empty account needs no ``to``. The sweep is a transaction under the same id. A dormant
    account may be swept; a frozen one is released first.

    :raises AccountClosed: if it is closed already
    :raises HoldsOpen: if money is set aside from it or for it
    :raises AccountOwes: if its balance is below zero, or a debt is to be taken from it
    :raises AccountAwaits: if a dispute or a refund is still to be paid into it
    :raises AccountNotEmpty: if something is left and there is no ``to``
    :raises AccountFrozen: if it may not give, or the other may not take
    :raises BalanceCeiling: if the other may not hold that much
    :raises IdReused: if the id was presented before with another body
    """
    row = unit.one(
        "select c.code, c.facts, c.replayed, c.hash, c.swept, a.currency"
        " from ledger_close(%(id)s, %(account)s, %(to)s, %(by)s, %(why)s, %(now)s,"
        " %(correlation)s) c, ledger_accounts a where a.account_id = %(account)s",
        id=id,
        account=account,
        to=to,
        by=reason.by,
        why=reason.why,
        now=unit.now,
        correlation=unit.correlation,
    )
    answered(row, wanted="closed", id=id)
    return Closed(account, Money(row.swept, row.currency), row.replayed)


def status_history(unit: Unit, account: UUID) -> list[StatusChange]:
    """Return the last hundred changes of an account's status, newest first."""
    rows = unit.all(
        "select before, after, changed_by, reason, at from account_status_changes"
        " where account_id = %(account)s order by seq desc limit %(limit)s",
        account=account,
        limit=LONGEST_HISTORY,
    )
    return [
        StatusChange(row.before, row.after, Reason(row.changed_by, row.reason), row.at)
        for row in rows
    ]
