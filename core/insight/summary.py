"""How the bank's chat stands at this moment: what waits, who answers, and how today has been."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.access.actors import Actor
from core.insight import analytics, analytics_cases
from core.insight.analytics import Volume
from core.insight.analytics_cases import Resolution
from core.insight.days import DAY, Period, day_of
from core.store.unit import Unit

WEEK = 7


@dataclass(frozen=True, slots=True)
class Queue:
    """What people have to do."""

    waiting: int
    """Nobody has taken them."""
    in_hand: int
    awaited: int
    """The customer is."""
    late: int
    escalated: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a supervisor looks at first."""

    counted_at: datetime | None
    """When the newest day was counted; the queue is as it is now."""
    queue: Queue
    today: Volume
    contained_today: Decimal | None
    week: Resolution
    """Of the last seven days, today with them."""
    segments: dict[str, int]
    """Customers by segment."""
    actions: dict[str, Decimal]
    """How often actions of each type are accepted, of those that were answered."""


QUEUE = """
select count(*) filter (where assigned_to is null and status in ('Open', 'Escalated')) as waiting,
    count(*) filter (where assigned_to is not null and status <> 'PendingCustomer') as in_hand,
    count(*) filter (where status = 'PendingCustomer') as awaited,
    count(*) filter (where sla_breached_at is not null) as late,
    count(*) filter (where status = 'Escalated') as escalated
from cases where status in ('Open', 'InProgress', 'PendingCustomer', 'Escalated')
"""


def look(unit: Unit, actor: Actor) -> Summary:
    """Return how things stand.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    day = day_of(unit.now)
    today, week = Period(day, day), Period(day - (WEEK - 1) * DAY, day)
    volumes = analytics.volumes(unit, actor, today)
    held = analytics.containment(unit, actor, today)
    return Summary(
        counted_at=analytics.counted_at(unit, actor),
        queue=queue(unit, actor),
        today=volumes[0] if volumes else Volume(day.isoformat(), 0, 0, 0, 0, 0, 0),
        contained_today=held[0].share if held else None,
        week=analytics_cases.resolution(unit, actor, week),
        segments=segments(unit, actor),
        actions=accepted(unit, actor),
    )


def queue(unit: Unit, actor: Actor) -> Queue:
    """Return what people have to do now.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    row = unit.one(QUEUE)
    return Queue(row.waiting, row.in_hand, row.awaited, row.late, row.escalated)


SEGMENTS = """
select segment, sum(customers)::int as customers from analytics_segments
where day = (select max(day) from analytics_segments) group by segment order by segment
"""


def segments(unit: Unit, actor: Actor) -> dict[str, int]:
    """Return how many customers each segment had when the last day was counted.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    return {row.segment: row.customers for row in unit.all(SEGMENTS)}


def accepted(unit: Unit, actor: Actor) -> dict[str, Decimal]:
    """Return how often actions of each type are accepted, of those that were answered.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    rows = unit.all(
        """
        select action_type, accepted / (accepted + refused) as rate from next_action_types
        where accepted + refused > 0 order by action_type
        """
    )
    return {row.action_type: row.rate.quantize(Decimal("0.0001")) for row in rows}
