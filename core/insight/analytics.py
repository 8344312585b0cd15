"""How conversations went, over days: volumes, containment, intents, and where stories are left.

Read from what a job counted (`core.insight.counting`): days that are over for good, and today as it
was a minute ago.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from core.access.actors import Actor
from core.crm import funnel
from core.crm.funnel import Step
from core.insight.days import Period
from core.store.unit import Row, Unit

By = Literal["day", "channel", "language"]
BYS: tuple[By, ...] = ("day", "channel", "language")
MOST_ROWS = 1000
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Volume:
    """How much there was of everything, in one day, channel or language."""

    key: str
    came: int
    """Messages of customers."""
    went: int
    """Messages to customers."""
    turns: int
    conversations: int
    """That had a turn, each counted once a day."""
    opened: int
    """Cases."""
    resolved: int


@dataclass(frozen=True, slots=True)
class Containment:
    """How many conversations ended without a person, and how words were understood."""

    key: str
    conversations: int
    contained: int
    understood: int
    clarified: int
    fallback: int

    @property
    def share(self) -> Decimal | None:
        """The part of conversations without a person, to four places; None without any."""
        return part(self.contained, self.conversations)


@dataclass(frozen=True, slots=True)
class Intent:
    """How often something was meant."""

    intent: str
    turns: int


def part(some: int, all_: int) -> Decimal | None:
    """Return what part some are of all, to four places; None of nothing."""
    return None if not all_ else (Decimal(some) / all_).quantize(_PLACES)


def counted_at(unit: Unit, actor: Actor) -> datetime | None:
    """Return when the newest day was counted: how old what is read here may be.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    found: datetime | None = unit.value(
        "select counted_at from analytics_days order by day desc limit 1"
    )
    return found


def ask(unit: Unit, period: Period, sql: str) -> list[Row]:
    """Return the rows of a statement about the days of a period; a thousand at most."""
    return unit.all(sql, first=period.first, last=period.last, most=MOST_ROWS)


VOLUMES = """
select {by}::text as key, sum(came)::int as came, sum(went)::int as went,
    sum(turns)::int as turns, sum(conversations)::int as conversations,
    sum(opened)::int as opened, sum(resolved)::int as resolved
from (
    select {by}, came, went, 0 as turns, 0 as conversations, 0 as opened, 0 as resolved
    from analytics_messages where day between %(first)s and %(last)s
    union all
    select {by}, 0, 0, turns, conversations, 0, 0
    from analytics_traffic where day between %(first)s and %(last)s
    union all
    select {by}, 0, 0, 0, 0, opened, resolved
    from analytics_cases where day between %(first)s and %(last)s
) counted
group by {by} order by {by} limit %(most)s
"""


def volumes(unit: Unit, actor: Actor, period: Period, *, by: By = "day") -> list[Volume]:
    """Return how much there was in each day, channel or language of a period, in their order.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    rows = ask(unit, period, _by(VOLUMES, by))
    return [
        Volume(
            key=row.key,
            came=row.came,
            went=row.went,
            turns=row.turns,
            conversations=row.conversations,
            opened=row.opened,
            resolved=row.resolved,
        )
        for row in rows
    ]


CONTAINMENT = """
select {by}::text as key, sum(conversations)::int as conversations,
    sum(contained)::int as contained, sum(understood)::int as understood,
    sum(clarified)::int as clarified, sum(fallback)::int as fallback
from analytics_traffic where day between %(first)s and %(last)s
group by {by} order by {by} limit %(most)s
"""


def containment(unit: Unit, actor: Actor, period: Period, *, by: By = "day") -> list[Containment]:
    """Return how many conversations ended without a person, and how words were understood.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    rows = ask(unit, period, _by(CONTAINMENT, by))
    return [
        Containment(
            key=row.key,
            conversations=row.conversations,
            contained=row.contained,
            understood=row.understood,
            clarified=row.clarified,
            fallback=row.fallback,
        )
        for row in rows
    ]


MEANT = """
select intent, sum(turns)::int as turns
from analytics_intents where day between %(first)s and %(last)s
group by intent order by turns desc, intent limit %(most)s
"""


def intents(unit: Unit, actor: Actor, period: Period) -> list[Intent]:
    """Return what customers meant, most often first.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    return [Intent(row.intent, row.turns) for row in ask(unit, period, MEANT)]


_LEFT = ", ".join(f"sum({why})::int as {why}" for why in funnel.EXITS)
# Medians of days are taken together by how many went on that day: near the whole period's.
STEPS = f"""
select flow, version, channel, language, step, sum(reached)::int as reached,
    sum(went_on)::int as went_on,
    (sum(seconds::bigint * went_on) / nullif(sum(went_on) filter (where seconds is not null), 0))
        ::int as seconds, {_LEFT}
from analytics_steps
where day between %(first)s and %(last)s and (%(flow)s::text is null or flow = %(flow)s)
group by flow, version, channel, language, step
order by flow, version, channel, language, sum(reached) desc, step limit %(most)s
"""


def steps(unit: Unit, actor: Actor, period: Period, *, flow: str | None = None) -> list[Step]:
    """Return what customers did at each step, by version, channel and language, and why they left.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    rows = unit.all(STEPS, first=period.first, last=period.last, flow=flow, most=funnel.MOST_STEPS)
    return [
        funnel.step_of(row, left={why: getattr(row, why) for why in funnel.EXITS}) for row in rows
    ]


def _by(sql: str, by: By) -> str:
    if by not in BYS:
        raise ValueError(by)
    return sql.replace("{by}", by)
