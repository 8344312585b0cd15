"""Plans as their customers make, see and change them. What makes one is its payment's proof."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from core.crm import customers
from core.errors import Refusal
from core.money import Money
from core.plans import payees
from core.plans.days import PAID_AT, Every, Rule, moment
from core.plans.payer import Details
from core.plans.payers import PAYERS
from core.store.unit import Row, Unit

MOST_PLANS = 9
"""A customer may have at once; they fit one list."""
MOST_TIMES = 120
FARTHEST = timedelta(days=366)
AHEAD = timedelta(days=1)
"""How long before a payment its customer is told of it."""
SEALED = "payment_plans.details"
Status = Literal["active", "paused", "done", "dropped"]


class TooManyPlans(Refusal):
    """The customer has as many plans as there may be. Fact: ``most``."""

    code = "too_many_plans"


class PlanDayPast(Refusal):
    """A plan begins tomorrow at the earliest."""

    code = "plan_day_past"


class PlanDayFar(Refusal):
    """A plan begins within a year."""

    code = "plan_day_far"


class PlanEndsEarly(Refusal):
    """The last day comes before the first."""

    code = "plan_ends_early"


class NotTimes(Refusal):
    """That is no number of times. Fact: ``most``."""

    code = "not_times"


class UnknownPlan(Refusal):
    """The customer has no such plan (any more)."""

    code = "unknown_plan"


class PlanRests(Refusal):
    """The plan is paused: there is something else to do with it. Fact: ``plan`` (id)."""

    code = "plan_rests"


class PlanOver(Refusal):
    """No day of the plan is left that could be due."""

    code = "plan_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """What is agreed. The id is the effect's that was read back; ``details`` are the payer's."""

    id: UUID
    customer: UUID
    kind: str
    amount: Money
    details: Details
    rule: Rule
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan as its customer reads it. ``name`` says to whom or what, masked."""

    id: UUID
    name: str
    amount: Money
    rule: Rule
    next_day: date | None
    """When it is due next; of a paused plan, when it was."""
    status: Status
    reason: str
    """Why the bank paused it; empty when its customer did."""
    tells_ahead: bool


def check_first(day: date, *, today: date) -> None:
    """Refuse a first day early that no plan may have.

    :raises PlanDayPast: if it is not to come
    :raises PlanDayFar: if it is more than a year ahead
    """
    if day <= today:
        raise PlanDayPast
    if day > today + FARTHEST:
        raise PlanDayFar


def make(unit: Unit, new: NewPlan, *, today: date, zone: str) -> Plan:
    """Keep a plan, once however often its id is presented; its rule has been checked before.

    Whom it pays is compared with the lists (`payees`), and nothing of that is told.

    :raises PlanDayPast: if its first day has come since
    :raises TooManyPlans: if the customer has nine already
    """
    first = new.rule.day(0)
    if first is None or not 1 <= (new.rule.times or 1) <= MOST_TIMES:
        raise ValueError("a plan has a day to be paid on, and not too many")
    if first <= today:
        raise PlanDayPast
    party = payees.compare(unit, new.customer, kind=new.kind, details=new.details)
    customers.lock(unit, new.customer)  # so that no two phones make the tenth at once
    due = moment(first, PAID_AT, zone)
    unit.run(
        """
        insert into payment_plans (id, customer_id, kind, amount, currency, details, every,
            first_day, until, times, next_day, due_at, ahead_at, channel, created_at, party_id)
        values (%(id)s, %(customer)s, %(kind)s, %(amount)s, %(currency)s, %(details)s, %(every)s,
            %(first)s, %(until)s, %(times)s, %(day)s, %(due)s, %(ahead)s, %(channel)s, %(now)s,
            %(party)s)
        on conflict do nothing
        """,
        id=new.id,
        customer=new.customer,
        kind=new.kind,
        amount=new.amount.minor,
        currency=new.amount.currency,
        details=unit.keys.seal(json.dumps(dict(new.details)), field=SEALED, row=new.id),
        every=new.rule.every,
        first=new.rule.first,
        until=new.rule.until,
        times=new.rule.times,
        day=first,
        due=due,
        ahead=ahead_of(due, new.rule, now=unit.now),
        channel=new.channel,
        party=party,
        now=unit.now,
    )
    mine = of(unit, new.customer)
    if len(mine) > MOST_PLANS:
        raise TooManyPlans(most=str(MOST_PLANS))
    return next(plan for plan in mine if plan.id == new.id)


def of(unit: Unit, customer: UUID) -> list[Plan]:
    """Return a customer's plans that are not over, those due next first."""
    rows = unit.all(
        """
        select id, kind, amount, currency, details, every, first_day, until, times, next_day,
            status, reason, tells_ahead
        from payment_plans where customer_id = %(customer)s and status in ('active', 'paused')
        order by status, next_day, created_at limit %(most)s
        """,
        customer=customer,
        most=MOST_PLANS + 1,
    )
    named = names(unit, rows)
    return [_told(row, name) for row, name in zip(rows, named, strict=True)]


def names(unit: Unit, rows: Sequence[Row]) -> list[str]:
    """Return to whom or what each of some plans is paid; one statement for each kind."""
    found: dict[UUID, str] = {}
    for kind in {row.kind for row in rows}:
        own = [row for row in rows if row.kind == kind]
        told = PAYERS[kind].names(unit, [details_of(unit, row) for row in own])
        found |= {row.id: name for row, name in zip(own, told, strict=True)}
    return [found[row.id] for row in rows]


def details_of(unit: Unit, row: Row) -> Details:
    """Return what a plan's payer needs to know, opened."""
    told: dict[str, str] = json.loads(unit.keys.open(bytes(row.details), field=SEALED, row=row.id))
    return told


def compare_saved(unit: Unit, *, most: int) -> int:
    """Compare payees of plans that nobody has compared yet, some of them; return how many."""
    rows = unit.all(
        """
        select id, customer_id, kind, details from payment_plans
        where kind = %(kind)s and party_id is null and status in ('active', 'paused')
        limit %(most)s
        """,
        kind=payees.PAYOUT,
        most=most,
    )
    for row in rows:
        details = details_of(unit, row)
        unit.run(
            "update payment_plans set party_id = %(party)s where id = %(id)s",
            party=payees.compare(unit, row.customer_id, kind=row.kind, details=details),
            id=row.id,
        )
    return len(rows)


def rule_of(row: Row) -> Rule:
    """Return the rule of a plan's row."""
    return Rule(cast("Every", row.every), row.first_day, row.until, row.times)


def ahead_of(due: datetime, rule: Rule, *, now: datetime) -> datetime | None:
    """Return when a customer is told beforehand; nobody is of what is due every day, or so soon."""
    at = due - AHEAD
    return at if at > now and rule.every != "day" else None


def _told(row: Row, name: str) -> Plan:
    return Plan(
        id=row.id,
        name=name,
        amount=Money(row.amount, row.currency),
        rule=rule_of(row),
        next_day=row.next_day,
        status=row.status,
        reason=row.reason,
        tells_ahead=row.tells_ahead,
    )
