"""What customers are told of their plans: a day before, and whatever came of a day."""

from collections.abc import Mapping
from datetime import date

from core.money import Money
from core.plans import plans
from core.plans.payer import Paid
from core.plans.payers import PAYERS
from core.store.outbox import Notice, queue_notices
from core.store.unit import Row, Unit

# Each has words of its own, without a choice inside: providers approve them as they stand.
_SKIPPED = {"insufficient_funds": "plan_skipped_funds", "limit_exceeded": "plan_skipped_limit"}
_PAUSED = {
    "payee_frozen": "plan_paused_theirs",
    "payee_gone": "plan_paused_theirs",
    "failing": "plan_paused_failing",
}


def paid(unit: Unit, plan: Row, *, paid: Paid, following: date | None) -> None:
    """Tell that a day was paid, or is on its way, and when the next one is, if there is one.

    Nothing of one that is held.
    """
    if paid.held:
        return  # that it takes longer was told as it was set aside
    alert = "plan_sent" if PAYERS[plan.kind].arrives_later else "plan_paid"
    facts = {"reference": paid.reference, "balance": str(paid.balance)}
    if following is None:
        _tell(unit, plan, f"{alert}_last", facts)
    else:
        _tell(unit, plan, alert, {**facts, "next": following.isoformat()})


def skipped(unit: Unit, plan: Row, *, code: str) -> None:
    """Tell that a day is left out, and why."""
    facts = {"day": plan.next_day.isoformat()}
    _tell(unit, plan, _SKIPPED.get(code, "plan_skipped"), facts)


def left_out(unit: Unit, plan: Row, *, until: date) -> None:
    """Tell that days, the last of them this one, were too long ago to be paid now."""
    _tell(unit, plan, "plan_left_out", {"day": until.isoformat()})


def paused(unit: Unit, plan: Row, *, reason: str) -> None:
    """Tell that the plan rests until its customer goes on with it."""
    _tell(unit, plan, _PAUSED.get(reason, "plan_paused_ours"), {})


def tell_ahead(unit: Unit, *, most: int) -> int:
    """Tell customers of payments a day before them; return how many were told."""
    rows = unit.all(
        """
        update payment_plans set ahead_at = null where id in (
            select id from payment_plans
            where status = 'active' and ahead_at is not null and ahead_at <= %(now)s
            order by ahead_at limit %(most)s for no key update skip locked)
        returning id, customer_id, kind, amount, currency, details, next_day, due_at
        """,
        now=unit.now,
        most=most,
    )
    coming = [row for row in rows if row.due_at > unit.now]  # beforehand, or not at all
    named = plans.names(unit, coming)
    for row, name in zip(coming, named, strict=True):
        facts = {"amount": _amount(row), "name": name, "day": row.next_day.isoformat()}
        queue_notices(unit, [Notice(row.customer_id, "plan_ahead", facts)])
    return len(rows)


def _tell(unit: Unit, plan: Row, alert: str, facts: Mapping[str, str]) -> None:
    (name,) = plans.names(unit, [plan])
    told = {"amount": _amount(plan), "name": name, **facts}
    queue_notices(unit, [Notice(plan.customer_id, alert, told)])


def _amount(plan: Row) -> str:
    return str(Money(plan.amount, plan.currency))
