"""Two-phase money: set an amount aside, then capture it, in parts or whole, or give it back.

While a hold is open its rest counts in the payer's ``held`` and in the payee's ``incoming``. It is
judged once, when it is authorised or raised; what was approved settles, whatever was frozen since.
Every operation has an id of its own and answers a second time as it did the first, refusals too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from core.ledger.posting import Leg, OnlyIf
from core.ledger.refusals import answered
from core.money import Money
from core.store.unit import Row, Unit

LONGEST_PAGE = 100
MOST_EXPIRED = 500


@dataclass(frozen=True, slots=True)
class OverCapture:
    """How far captures may go beyond the hold, as tips and fuel need: the greater of the two.

    ``points`` are basis points of what was authorised (1500 is 15 %, 10000 the most); ``minor`` is
    in the hold's minor units. What lies beyond the hold is judged as new money when it is captured.
    """

    points: int = 0
    minor: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A hold was made, raised or given back, now or when the same id was first presented."""

    hold_id: UUID
    replayed: bool


@dataclass(frozen=True, slots=True)
class Captured:
    """Held money has moved; ``rest`` is what was still held after it."""

    transaction_id: UUID
    amount: Money
    rest: Money
    replayed: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it stands. ``status``: open, captured, voided or expired.

    ``authorised`` counts what it was raised by, and ``over`` is what captures took beyond it.
    """

    hold_id: UUID
    type: str
    debit: UUID
    credit: UUID
    authorised: Money
    captured: Money
    over: Money
    rest: Money
    status: str
    expires_at: datetime


def authorise(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    type: str,  # noqa: A002 - the column's name
    leg: Leg,
    wallet: UUID | None,
    expires_at: datetime,
    over: OverCapture | None = None,
    note: str = "",
    reference: str = "",
    only_if: OnlyIf | None = None,
) -> Held:
    """Set an amount aside until ``expires_at``, judged as a posting is; the id names the hold.

    That is later than now and within a year. The amount counts against the payer's limits now.
    Type, wallet, note and reference are those of the transactions that will capture it.

    :raises InsufficientFunds: if the payer does not hold that much
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises BalanceCeiling: if the payee's tier may not hold that much
    :raises AccountFrozen: if an account may not give or take
    :raises NoRate: if the payment cannot be valued in the payer's home currency
    :raises AccountMoved: if the payer's account is not at the version expected
    :raises TooLittleLeft: if less than the wanted rest would be left free
    :raises IdReused: if the id was presented before with another body
    """
    over, only_if = over or OverCapture(), only_if or OnlyIf()
    row = unit.one(
        "select code, facts, replayed, hash from ledger_authorise(%(id)s, %(type)s, %(debit)s,"
        " %(credit)s, %(amount)s, %(currency)s, %(wallet)s, %(reference)s, %(note)s,"
        " %(expires_at)s, %(points)s, %(minor)s, %(now)s, %(correlation)s, %(version)s, %(left)s)",
        id=id,
        type=type,
        debit=leg.debit,
        credit=leg.credit,
        amount=leg.amount.minor,
        currency=leg.amount.currency,
        wallet=wallet,
        reference=reference,
        note=note,
        expires_at=expires_at,
        points=over.points,
        minor=over.minor,
        now=unit.now,
        correlation=unit.correlation,
        version=only_if.version,
        left=None if only_if.left is None else only_if.left.minor,
    )
    return _held(row, "authorised", id, id)


def raise_hold(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    hold: UUID,
    amount: Money,
    expires_at: datetime | None = None,
) -> Held:
    """Set aside that much more under the same hold, judged as if it were a new one.

    To the limit of one transaction a hold is one, however often it is raised. With ``expires_at``
    it ends then, but never earlier than before.

    :raises UnknownHold: if there is no such hold
    :raises HoldExpired: if its time is over
    :raises HoldClosed: if it was captured whole or voided
    :raises Refusal: whatever `authorise` may refuse
    """
    row = unit.one(
        "select r.code, r.facts, r.replayed, r.hash from ledger_raise_hold(%(id)s, %(hold)s,"
        " %(amount)s, %(currency)s, %(expires_at)s, %(now)s, %(correlation)s) r",
        id=id,
        hold=hold,
        amount=amount.minor,
        currency=amount.currency,
        expires_at=expires_at,
        now=unit.now,
        correlation=unit.correlation,
    )
    return _held(row, "raised", id, hold)


def capture(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    hold: UUID,
    amount: Money | None = None,
    final: bool = False,
    note: str | None = None,
    reference: str | None = None,
) -> Captured:
    """Take an amount from a hold, or all of its rest, and post it under this id.

    A hold may be captured several times; the ``final`` capture gives back what is left, and so
    does nothing being left. An amount beyond the hold is allowed within its policy, and only that
    part is asked for funds, limits, ceiling and freezes. Note and reference are the hold's unless
    given.

    :raises UnknownHold: if there is no such hold
    :raises HoldExpired: if its time is over
    :raises HoldClosed: if it was captured whole or voided
    :raises CaptureExceedsHold: if the hold and its policy do not allow that much
    :raises Refusal: whatever `authorise` may refuse, for what lies beyond the hold
    """
    row = unit.one(
        "select code, facts, replayed, hash, moved, remaining, currency"
        " from ledger_capture(%(id)s, %(hold)s, %(amount)s, %(currency)s, %(final)s,"
        " %(reference)s, %(note)s, %(now)s, %(correlation)s)",
        id=id,
        hold=hold,
        amount=None if amount is None else amount.minor,
        currency=None if amount is None else amount.currency,
        final=final,
        reference=reference,
        note=note,
        now=unit.now,
        correlation=unit.correlation,
    )
    answered(row, wanted="captured", id=id)
    return Captured(
        id, Money(row.moved, row.currency), Money(row.remaining, row.currency), row.replayed
    )


def void(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    hold: UUID,
) -> Held:
    """Give back what is left of a hold; what was captured stays.

    The payer's limits get it back too: the day's if it was counted today, the month's if it was
    counted this month.

    :raises UnknownHold: if there is no such hold
    :raises HoldExpired: if its time is over
    :raises HoldClosed: if it was captured whole or voided before
    :raises IdReused: if the id was presented before with another body
    """
    row = unit.one(
        "select code, facts, replayed, hash"
        " from ledger_void(%(id)s, %(hold)s, %(now)s, %(correlation)s)",
        id=id,
        hold=hold,
        now=unit.now,
        correlation=unit.correlation,
    )
    return _held(row, "voided", id, hold)


def expire(unit: Unit, *, most: int = MOST_EXPIRED) -> int:
    """Give back what is left of holds whose time is over; return how many that were.

    The longest due go first. A hold that somebody else is at is left for the next time.
    """
    ended: int = unit.value(
        "select ledger_expire_holds(%(now)s, %(most)s, %(correlation)s)",
        now=unit.now,
        most=most,
        correlation=unit.correlation,
    )
    return ended


def lock_holds(unit: Unit, holds: Sequence[UUID], *, accounts: Sequence[UUID] = ()) -> None:
    """Lock holds, what they lead from and to, and further accounts, until the unit ends.

    For several operations in one unit: each alone takes its locks in order, but one after the other
    they would wait in a circle with somebody else's.
    """
    unit.run(
        "select ledger_lock_holds(%(holds)s::uuid[], %(accounts)s::uuid[])",
        holds=list(holds),
        accounts=list(accounts),
    )


def let_go(unit: Unit, holds: Sequence[UUID]) -> None:
    """Give back what is left of several holds, each under an id of its own that follows from it.

    What has ended, or runs out by itself, is left as it is.
    """
    lock_holds(unit, holds)
    for one in holds:
        found = hold(unit, one)
        if found is not None and found.status == "open" and found.expires_at > unit.now:
            void(unit, id=uuid5(one, "void"), hold=one)


_HOLD = (
    "select hold_id, type, debit_id, credit_id, currency, authorised, captured, over, rest, status,"
    " expires_at from ledger_holds"
)


def hold(unit: Unit, hold_id: UUID) -> Hold | None:
    """Return a hold as it stands, None when there is none of that id."""
    row = unit.maybe(f"{_HOLD} where hold_id = %(id)s", id=hold_id)
    return None if row is None else _hold(row)


def open_holds(
    unit: Unit, account: UUID, *, after: UUID | None = None, limit: int = LONGEST_PAGE
) -> list[Hold]:
    """Return open holds on what an account may give, by id; ``after`` is the last of the page."""
    rows = unit.all(
        f"{_HOLD} where debit_id = %(account)s and status = 'open'"
        " and (%(after)s::uuid is null or hold_id > %(after)s) order by hold_id limit %(limit)s",
        account=account,
        after=after,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [_hold(row) for row in rows]


def _held(row: Row, wanted: str, asked: UUID, hold_id: UUID) -> Held:
    answered(row, wanted=wanted, id=asked)
    return Held(hold_id, row.replayed)


def _hold(row: Row) -> Hold:
    return Hold(
        hold_id=row.hold_id,
        type=row.type,
        debit=row.debit_id,
        credit=row.credit_id,
        authorised=Money(row.authorised, row.currency),
        captured=Money(row.captured, row.currency),
        over=Money(row.over, row.currency),
        rest=Money(row.rest, row.currency),
        status=row.status,
        expires_at=row.expires_at,
    )
