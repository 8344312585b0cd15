"""What the live parameters have found beside what those in shadow have, as compliance reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.access.actors import Actor
from core.aml.guard import compliance
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Found:
    """How much was found of a typology since the version in shadow began, or of all time."""

    typology: str
    live: int
    shadow: int
    live_alone: int
    """Found by the live version of a customer of whom the other found nothing."""
    shadow_alone: int


def by_typology(unit: Unit, actor: Actor) -> Sequence[Found]:
    """Return what live and shadow found of each typology; the look is noted.

    :raises Forbidden: if their role does not read what is suspected
    """
    seen = unit.one(
        """
        select s.live, s.shadow, (
            select min(day) from watch_day_sets d
            where d.population = 'bank' and d.set_version = coalesce(s.shadow, s.live)) as since
        from (select max(version) filter (where status = 'live') as live,
                  max(version) filter (where status = 'shadow') as shadow from watch_sets) s
        """
    )
    with compliance(unit, actor, "aml.read", about="watch"):
        rows = unit.all(
            """
            with found as (
                select typology, subject, set_version = %(live)s as is_live, count(*) as many
                from watch_findings
                where population = 'bank' and set_version in (%(live)s, %(shadow)s)
                    and day >= %(since)s
                group by 1, 2, 3
            )
            select typology, coalesce(sum(many) filter (where is_live), 0)::int as live,
                coalesce(sum(many) filter (where not is_live), 0)::int as shadow,
                coalesce(sum(many) filter (where is_live and not exists (
                    select from found o where (o.typology, o.subject) = (f.typology, f.subject)
                        and not o.is_live)), 0)::int as live_alone,
                coalesce(sum(many) filter (where not is_live and not exists (
                    select from found o where (o.typology, o.subject) = (f.typology, f.subject)
                        and o.is_live)), 0)::int as shadow_alone
            from found f group by typology order by typology
            """,
            live=seen.live,
            shadow=seen.shadow,
            since=seen.since,
        )
    return [Found(*row) for row in rows]
