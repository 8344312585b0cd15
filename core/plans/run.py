"""Paying what is due: one day of one plan in one unit of work, as its customer's own payment.

The payment's id follows from plan, day and attempt, and what came of the day is written with it: a
run that is killed has paid nothing, and one that is doubled pays nothing more. Days are paid in
their order. Those of more than a week ago, because nothing ran for so long, are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from core.errors import Refusal
from core.ledger import book
from core.ledger.refusals import AccountFrozen
from core.money import Money
from core.monitoring import decide
from core.plans import plans, telling
from core.plans.days import PAID_AT, Rule, moment, next_try
from core.plans.payer import CannotPay, Paid
from core.plans.payers import PAYERS
from core.store.crashpoints import reached
from core.store.unit import Row, Unit

LONGEST_BEHIND = timedelta(days=7)
"""Whoever was not paid for longer than that has found another way."""
MOST_LEFT_OUT = 400
"""Days a unit leaves out at most; the next unit goes on."""
TOO_LATE = "too_late"
MOST_FAILED = 3
"""Days in a row that come to nothing before a plan is paused, as it will hardly mend itself."""
FAILING = "failing"
"""Why it is paused then."""
PUT_OFF = timedelta(minutes=10)
_COLUMNS = (
    "p.id, p.customer_id, p.kind, p.amount, p.currency, p.details, p.every, p.first_day, p.until,"
    " p.times, p.number, p.next_day, p.attempt, p.tells_ahead, p.due_at, p.resumed_at,"
    " o.timezone"
)


@dataclass(frozen=True, slots=True)
class Due:
    """A plan whose time has come, held until the unit ends."""

    row: Row
    rule: Rule

    @property
    def amount(self) -> Money:
        """What is to be paid."""
        return Money(self.row.amount, self.row.currency)

    @property
    def payment(self) -> UUID:
        """The id of the payment. What the ledger has refused once needs another one."""
        attempt = f" {self.row.attempt}" if self.row.attempt else ""
        return uuid5(self.row.id, f"{self.row.next_day.isoformat()}{attempt}")


def due(unit: Unit, *, most: int) -> list[UUID]:
    """Return plans whose time has come, the longest due first."""
    rows = unit.all(
        """
        select id from payment_plans where status = 'active' and due_at <= %(now)s
        order by due_at, id limit %(most)s
        """,
        now=unit.now,
        most=most,
    )
    return [row.id for row in rows]


def pay(unit: Unit, plan: UUID) -> bool:
    """Pay a plan's next day, or find out why not; False when another is at it or nothing is due."""
    found = _hold(unit, plan)
    if found is None:
        return False
    if _leave_out(unit, found):
        return True
    if _keeps_failing(unit, found):
        _pause(unit, found, FAILING)
        return True
    refused: Refusal | None = None
    try:
        with unit.savepoint():
            paid = _pay(unit, found)
            reached("plan.paid")
    except CannotPay as never:
        _pause(unit, found, never.code)
        return True
    except Refusal as not_now:
        refused = not_now
    if refused is None:
        _paid(unit, found, paid)
    else:
        book.keep(unit, refused)
        decide.keep(unit, refused)
        _refused(unit, found, refused)
    return True


def put_off(unit: Unit, plan: UUID) -> None:
    """Try a plan later that could not be tried at all, so that it keeps no other waiting."""
    unit.run(
        """
        update payment_plans set due_at = %(later)s
        where id = %(plan)s and status = 'active' and due_at <= %(now)s
        """,
        plan=plan,
        now=unit.now,
        later=unit.now + PUT_OFF,
    )


def _hold(unit: Unit, plan: UUID) -> Due | None:
    row = unit.maybe(
        f"""
        select {_COLUMNS} from payment_plans p
        join account_owners o on o.owner = p.customer_id
        where p.id = %(plan)s and p.status = 'active' and p.due_at <= %(now)s
        for no key update of p skip locked
        """,
        plan=plan,
        now=unit.now,
    )
    return None if row is None else Due(row, plans.rule_of(row))


def _pay(unit: Unit, due: Due) -> Paid:
    return PAYERS[due.row.kind].pay(
        unit,
        id=due.payment,
        customer=due.row.customer_id,
        amount=due.amount,
        details=plans.details_of(unit, due.row),
    )


def _paid(unit: Unit, due: Due, paid: Paid) -> None:
    _write(unit, due, due.row.next_day, paid=paid)
    following = _advance(unit, due, due.row.number + 1)
    telling.paid(unit, due.row, paid=paid, following=following)


def _refused(unit: Unit, due: Due, refusal: Refusal) -> None:
    """Pause for what only people can mend; else try again today, and leave the day out at last."""
    if isinstance(refusal, AccountFrozen):
        ours = refusal.facts["side"] == "debit"
        _pause(unit, due, "frozen" if ours else "payee_frozen")
        return
    again = next_try(unit.now, due.row.timezone)
    if again is not None:
        unit.run(
            """
            update payment_plans set due_at = %(again)s, attempt = attempt + 1, ahead_at = null
            where id = %(id)s
            """,
            id=due.row.id,
            again=again,
        )
        return
    _write(unit, due, due.row.next_day, code=refusal.code)
    following = _advance(unit, due, due.row.number + 1)
    telling.skipped(unit, due.row, code=refusal.code)
    if following is not None and _keeps_failing(unit, due):
        _pause(unit, due, FAILING)


def _keeps_failing(unit: Unit, due: Due) -> bool:
    """Return whether the last days, since the plan was gone on with, all came to nothing.

    A day that the bank was too late for says nothing; what was ordered may fail long after its day.
    """
    rows = unit.all(
        """
        select status, payment_id from plan_payments
        where plan_id = %(plan)s and code <> %(too_late)s
            and created_at > coalesce(%(since)s, '-infinity'::timestamptz)
        order by day desc limit %(most)s
        """,
        plan=due.row.id,
        too_late=TOO_LATE,
        since=due.row.resumed_at,
        most=MOST_FAILED,
    )
    made = [row.payment_id for row in rows if row.status == "paid"]
    lost = PAYERS[due.row.kind].not_arrived(unit, made) if made else frozenset()
    return len(rows) == MOST_FAILED and len(lost) == len(made)


def _pause(unit: Unit, due: Due, reason: str) -> None:
    unit.run(
        """
        update payment_plans set status = 'paused', reason = %(reason)s, due_at = null,
            ahead_at = null, attempt = 0
        where id = %(id)s
        """,
        id=due.row.id,
        reason=reason,
    )
    telling.paused(unit, due.row, reason=reason)


def _leave_out(unit: Unit, due: Due) -> bool:
    """Leave out days that are more than a week gone; return whether there were any."""
    oldest = unit.now.astimezone(ZoneInfo(due.row.timezone)).date() - LONGEST_BEHIND
    days = list(_before(due, oldest))
    for _, day in days:
        _write(unit, due, day, code=TOO_LATE)
    if not days:
        return False
    last, until = days[-1]
    _advance(unit, due, last + 1)
    telling.left_out(unit, due.row, until=until)
    return True


def _before(due: Due, oldest: date) -> Iterator[tuple[int, date]]:
    number = due.row.number
    while (day := due.rule.day(number)) is not None and day < oldest:
        yield number, day
        number += 1
        if number - due.row.number >= MOST_LEFT_OUT:
            return


def _write(unit: Unit, due: Due, day: date, *, paid: Paid | None = None, code: str = "") -> None:
    """Write down what came of a day. A second time is a bug, and is undone with its payment."""
    unit.run(
        """
        insert into plan_payments (plan_id, day, status, attempts, payment_id, reference, code,
            created_at)
        values (%(plan)s, %(day)s, %(status)s, %(attempts)s, %(payment)s, %(reference)s, %(code)s,
            %(now)s)
        """,
        plan=due.row.id,
        day=day,
        status="skipped" if paid is None else "paid",
        attempts=0 if code == TOO_LATE else due.row.attempt + 1,
        payment=None if paid is None else due.payment,
        reference="" if paid is None else paid.reference,
        code=code,
        now=unit.now,
    )


def _advance(unit: Unit, due: Due, number: int) -> date | None:
    """Set a plan's next day, or end it; return that day."""
    day = due.rule.day(number)
    at = None if day is None else moment(day, PAID_AT, due.row.timezone)
    ahead = plans.ahead_of(at, due.rule, now=unit.now) if at and due.row.tells_ahead else None
    unit.run(
        """
        update payment_plans set number = %(number)s, next_day = coalesce(%(day)s, next_day),
            due_at = %(at)s, ahead_at = %(ahead)s, attempt = 0,
            status = case when %(day)s::date is null then 'done' else 'active' end,
            ended_at = case when %(day)s::date is null then %(now)s::timestamptz end
        where id = %(id)s
        """,
        id=due.row.id,
        number=number,
        day=day,
        at=at,
        ahead=ahead,
        now=unit.now,
    )
    return day
