"""Why the ledger says no. The reasons are judged in the database; these are their names here."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.errors import Refusal


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

    Facts: ``scope`` (transaction, day, month), ``limit``, ``left``.
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
        IdReused,
    )
}


def refusal(code: str, facts: Mapping[str, str], request: Request | None = None) -> Refusal:
    """Return the refusal that the database named."""
    made = BY_CODE[code](**facts)
    if isinstance(made, Sticky):
        made.request = request
    return made
