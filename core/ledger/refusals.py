"""Why the ledger says no. The reasons are judged in the database; these are their names here."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.errors import Refusal
from core.store.unit import Row


@dataclass(frozen=True, slots=True)
class Request:
    """What the ledger recorded a refusal under: the caller's id and the hash of what was asked."""

    id: UUID
    hash: bytes


class Sticky:
    """A refusal that stays the answer to its id for ever, once the ledger has recorded it."""

    request: Request | None = None  # None when it was only a look


class InsufficientFunds(Sticky, Refusal):
    """The account does not hold that much. Facts: ``available``, ``wanted``."""

    code = "insufficient_funds"


class LimitExceeded(Sticky, Refusal):
    """The payer's tier does not allow it.

    Facts: ``scope`` (transaction, day, month), ``limit``, ``left``; ``lowered_until`` where the
    limits are lowered for now.
    """

    code = "limit_exceeded"


class BalanceCeiling(Sticky, Refusal):
    """The payee's tier may not hold that much. Fact: ``limit``."""

    code = "balance_ceiling"


class AccountFrozen(Sticky, Refusal):
    """An account may not give or take now. Facts: ``side`` (debit, credit), ``status``."""

    code = "account_frozen"


class NoRate(Sticky, Refusal):
    """A limit could not be valued for want of a rate. Facts: ``source``, ``target``."""

    code = "no_rate"


class PeriodClosed(Sticky, Refusal):
    """The value date lies in a closed period. Facts: ``value_date``, ``closed_through``."""

    code = "period_closed"


class PeriodRuns(Refusal):
    """A period is closed an hour after it ended, not before. Fact: ``through``."""

    code = "period_runs"


class AccountMoved(Sticky, Refusal):
    """The account moved since the caller looked. Facts: ``expected``, ``found`` (versions)."""

    code = "account_moved"


class TooLittleLeft(Sticky, Refusal):
    """Less would be left free than was asked for. Facts: ``left``, ``wanted``."""

    code = "too_little_left"


class UnknownHold(Sticky, Refusal):
    """There is no such hold."""

    code = "unknown_hold"


class HoldExpired(Sticky, Refusal):
    """The hold's time is over, whether or not its rest was given back yet. Fact: ``expired_at``."""

    code = "hold_expired"


class HoldClosed(Sticky, Refusal):
    """The hold was captured whole or voided. Fact: ``status`` (captured, voided)."""

    code = "hold_closed"


class CaptureExceedsHold(Sticky, Refusal):
    """More than the hold and its policy allow. Facts: ``left``, ``wanted``."""

    code = "capture_exceeds_hold"


class UnknownTransaction(Sticky, Refusal):
    """There is no such transaction."""

    code = "unknown_transaction"


class ReversalOfReversal(Sticky, Refusal):
    """A reversal is not reversed; the money is paid anew instead."""

    code = "reversal_of_reversal"


class ReversedWholeOnly(Sticky, Refusal):
    """A group of movements is reversed whole, not in parts."""

    code = "reversed_whole_only"


class ReversalExceedsRest(Sticky, Refusal):
    """Less than that is left to reverse. Facts: ``left``, ``wanted``."""

    code = "reversal_exceeds_rest"


class AccountClosed(Sticky, Refusal):
    """The account is closed, and that is for good."""

    code = "account_closed"


class HoldsOpen(Sticky, Refusal):
    """Money is set aside from the account or for it, so it cannot be closed."""

    code = "holds_open"


class AccountOwes(Sticky, Refusal):
    """The account is below zero, or its owner owes for it. Fact: ``balance``, below zero."""

    code = "account_owes"


class AccountAwaits(Sticky, Refusal):
    """Money for the account is not decided or not paid in yet: ``what`` is dispute or refund."""

    code = "account_awaits"


class AccountNotEmpty(Sticky, Refusal):
    """Something is left in an account to be closed, and nobody said where to. Fact: ``balance``."""

    code = "account_not_empty"


class IdReused(Refusal):
    """The id was used before, for something else."""

    code = "id_reused"


BY_CODE: Mapping[str, type[Refusal]] = {
    refusal.code: refusal
    for refusal in (
        InsufficientFunds,
        LimitExceeded,
        BalanceCeiling,
        AccountFrozen,
        NoRate,
        PeriodClosed,
        PeriodRuns,
        AccountMoved,
        TooLittleLeft,
        UnknownHold,
        HoldExpired,
        HoldClosed,
        CaptureExceedsHold,
        UnknownTransaction,
        ReversalOfReversal,
        ReversedWholeOnly,
        ReversalExceedsRest,
        AccountClosed,
        HoldsOpen,
        AccountOwes,
        AccountAwaits,
        AccountNotEmpty,
        IdReused,
    )
}


def answered(row: Row, *, wanted: str, id: UUID) -> Row:  # noqa: A002 - the caller's id
    """Return a ledger function's answer (code, facts, hash …) when its code is the wanted one.

    :raises Refusal: the one its code names, which stays the answer to the id
    """
    if row.code != wanted:
        raise refusal(row.code, row.facts, Request(id, bytes(row.hash)))
    return row


def refusal(code: str, facts: Mapping[str, str], request: Request | None = None) -> Refusal:
    """Return the refusal that the database named."""
    made = BY_CODE[code](**facts)
    if isinstance(made, Sticky):
        made.request = request
    return made
