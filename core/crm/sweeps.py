"""How far each sweep has come, so that the next one starts where the last one ended."""

from collections.abc import Collection
from datetime import datetime

from core.store.unit import Unit


def swept_until(unit: Unit, name: str) -> datetime | None:
    """Return how far a sweep has come; None when it never ran."""
    until: datetime | None = unit.value(
        "select swept_until from sweeps where name = %(name)s", name=name
    )
    return until


def note_swept(unit: Unit, name: str, until: datetime) -> None:
    """Note how far a sweep has come. It never goes back."""
    unit.run(
        """
        insert into sweeps as s (name, swept_until) values (%(name)s, %(until)s)
        on conflict (name) do update
        set swept_until = greatest(s.swept_until, excluded.swept_until)
        """,
        name=name,
        until=until,
    )


def go_on(unit: Unit, name: str, until: datetime) -> None:
    """Note how far a sweep has come that began in this very bank, and not before it began anew."""
    unit.run(
        "update sweeps set swept_until = greatest(swept_until, %(until)s) where name = %(name)s",
        name=name,
        until=until,
    )


def never_heard(unit: Unit, *, provider: str, ids: Collection[str]) -> set[str]:
    """Return which of these messages of customers have never reached us."""
    rows = unit.all(
        """
        select id from unnest(%(ids)s::text[]) as listed(id)
        where not exists (
            select 1 from inbox where provider = %(provider)s and provider_id = listed.id)
        """,
        provider=provider,
        ids=list(ids),
    )
    return {row.id for row in rows}
