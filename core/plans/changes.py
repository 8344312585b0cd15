"""What its customer does to a plan: pause it, go on with it, drop it, be told beforehand or not."""

from uuid import UUID

from core.plans import plans
from core.plans.days import PAID_AT, moment
from core.store.unit import Row, Unit


def pause(unit: Unit, plan: UUID, *, customer: UUID) -> None:
    """Pay nothing of a plan until its customer wants it again.

    :raises UnknownPlan: if it is none of theirs, or over
    """
    _locked(unit, plan, customer)
    unit.run(
        """
        update payment_plans set status = 'paused', reason = '', due_at = null, ahead_at = null,
            attempt = 0
        where id = %(plan)s
        """,
        plan=plan,
    )


def resume(unit: Unit, plan: UUID, *, customer: UUID, zone: str) -> plans.Plan:
    """Pay a paused plan again, from its next day on whose time has not come.

    What was due meanwhile is not paid, and what failed until now is forgiven.

    :raises UnknownPlan: if it is none of theirs, or over
    :raises PlanOver: if none of its days is to come
    """
    row = _locked(unit, plan, customer)
    rule, number = plans.rule_of(row), row.number
    while (day := rule.day(number)) is not None and moment(day, PAID_AT, zone) <= unit.now:
        number += 1
    if day is None:
        raise plans.PlanOver
    due = moment(day, PAID_AT, zone)
    unit.run(
        """
        update payment_plans set status = 'active', reason = '', number = %(number)s,
            next_day = %(day)s, due_at = %(due)s, ahead_at = %(ahead)s, attempt = 0,
            resumed_at = %(now)s
        where id = %(plan)s
        """,
        plan=plan,
        now=unit.now,
        number=number,
        day=day,
        due=due,
        ahead=plans.ahead_of(due, rule, now=unit.now) if row.tells_ahead else None,
    )
    return next(one for one in plans.of(unit, customer) if one.id == plan)


def drop(unit: Unit, plan: UUID, *, customer: UUID) -> None:
    """End a plan for good.

    :raises UnknownPlan: if it is none of theirs, or over
    """
    _locked(unit, plan, customer)
    unit.run(
        """
        update payment_plans set status = 'dropped', ended_at = %(now)s, due_at = null,
            ahead_at = null
        where id = %(plan)s
        """,
        plan=plan,
        now=unit.now,
    )


def tell_ahead(unit: Unit, plan: UUID, *, customer: UUID, tells: bool) -> None:
    """Tell the customer a day before each payment from now on, or no more.

    :raises UnknownPlan: if it is none of theirs, or over
    """
    row = _locked(unit, plan, customer)
    ahead = None
    if tells and row.status == "active" and row.attempt == 0:
        ahead = plans.ahead_of(row.due_at, plans.rule_of(row), now=unit.now)
    unit.run(
        """
        update payment_plans set tells_ahead = %(tells)s, ahead_at = %(ahead)s where id = %(plan)s
        """,
        plan=plan,
        tells=tells,
        ahead=ahead,
    )


def _locked(unit: Unit, plan: UUID, customer: UUID) -> Row:
    """Return a customer's plan that is not over, and keep its payments waiting until the end."""
    row = unit.maybe(
        """
        select id, every, first_day, until, times, number, status, attempt, due_at, tells_ahead
        from payment_plans
        where id = %(plan)s and customer_id = %(customer)s and status in ('active', 'paused')
        for no key update
        """,
        plan=plan,
        customer=customer,
    )
    if row is None:
        raise plans.UnknownPlan
    return row
