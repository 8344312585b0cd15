"""How cases went, over days: how soon people answered and solved, and how often in time."""

from dataclasses import dataclass
from decimal import Decimal

from core.access.actors import Actor
from core.insight.analytics import ask, part
from core.insight.counting import BUCKETS
from core.insight.days import Period
from core.store.unit import Unit

PERCENTILES = (50, 90, 99)


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took. Seconds, by percentile: of a hundred, so many took no longer."""

    cases: int
    seconds: dict[int, int]
    """Within two and a half per cent; empty without any case."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """How cases went in a period."""

    opened: int
    resolved: int
    on_time: int
    """Of what was resolved."""
    replied: int
    """First answers."""
    replied_on_time: int
    reopened: int
    reply: Times
    resolution: Times
    ratings: int
    """How many customers said how content they were."""
    rating_sum: int

    @property
    def sla_met(self) -> Decimal | None:
        """The part of resolved cases that was resolved in time, to four places."""
        return part(self.on_time, self.resolved)

    @property
    def reply_met(self) -> Decimal | None:
        """The part of first answers that came in time, to four places."""
        return part(self.replied_on_time, self.replied)

    @property
    def satisfaction(self) -> Decimal | None:
        """The mean of what customers gave, from 1 to 5; None where nobody has."""
        return part(self.rating_sum, self.ratings)

    @property
    def reopen_rate(self) -> Decimal | None:
        """How many cases were reopened for each that was resolved, to four places."""
        return part(self.reopened, self.resolved)


TOTALS = """
select coalesce(sum(opened), 0)::int as opened, coalesce(sum(resolved), 0)::int as resolved,
    coalesce(sum(on_time), 0)::int as on_time, coalesce(sum(replied), 0)::int as replied,
    coalesce(sum(replied_on_time), 0)::int as replied_on_time,
    coalesce(sum(reopened), 0)::int as reopened, coalesce(sum(ratings), 0)::int as ratings,
    sum(rating_sum)::int as rating_sum
from analytics_cases where day between %(first)s and %(last)s
"""
BY_TIME = """
select what, bucket, sum(cases)::int as cases from analytics_case_times
where day between %(first)s and %(last)s group by 1, 2 order by 1, 2 limit %(most)s
"""


def resolution(unit: Unit, actor: Actor, period: Period) -> Resolution:
    """Return how cases went in a period.

    :raises Forbidden: if they may see no analytics
    """
    actor.require("analytics.read")
    (totals,) = ask(unit, period, TOTALS)
    buckets: dict[str, dict[int, int]] = {"reply": {}, "resolution": {}}
    for row in ask(unit, period, BY_TIME):
        buckets[row.what][row.bucket] = row.cases
    return Resolution(
        opened=totals.opened,
        resolved=totals.resolved,
        on_time=totals.on_time,
        replied=totals.replied,
        replied_on_time=totals.replied_on_time,
        reopened=totals.reopened,
        reply=times(buckets["reply"]),
        resolution=times(buckets["resolution"]),
        ratings=totals.ratings,
        rating_sum=totals.rating_sum or 0,
    )


def times(buckets: dict[int, int]) -> Times:
    """Return percentiles of times counted by buckets: the middle of the one each falls in."""
    many = sum(buckets.values())
    seconds: dict[int, int] = {}
    for percent in PERCENTILES if many else ():
        wanted, passed = -(-many * percent // 100), 0
        for bucket in sorted(buckets):
            passed += buckets[bucket]
            if passed >= wanted:
                seconds[percent] = _middle(bucket)
                break
    return Times(many, seconds)


def _middle(bucket: int) -> int:
    return round(((Decimal(bucket) + Decimal("0.5")) / BUCKETS).exp())
