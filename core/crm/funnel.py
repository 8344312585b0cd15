"""What customers do in stories: where they stand now, and how far they came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.store.unit import Row, Unit

EXITS = (
    "ended", "cancelled", "menu", "timed_out", "dropped", "handed_over", "refused", "broken",
    "became", "aside", "moved",
)  # fmt: skip
MOST_STEPS = 5000
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Conversations that stand in the same place."""

    flow: str
    version: int
    state: str
    aside: bool
    """The story was set aside for another one."""
    effect: bool
    """An effect was read back, and is not done."""
    passed: tuple[str, ...]
    """The steps that can be stepped back to."""
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """The crowds of some conversations, and the last of these; None behind the last page."""

    crowds: list[Crowd]
    last: UUID | None


def live(unit: Unit, *, after: UUID = NOBODY, most: int = 50_000) -> Page:
    """Return where live conversations stand, those with ids after one, ``most`` at a time.

    Paged by conversations: a statement's time does not grow with how many there are.
    """
    rows = unit.all(
        """
        with page as (
            select id, flow, coalesce(flow_version, 1) as version, state, effect_id, passed, aside
            from conversations
            where id > %(after)s and flow is not null and expires_at >= %(now)s
            order by id limit %(most)s
        ), stands as (
            select flow, version, state, false as aside, effect_id is not null as effect, passed
            from page
            union all
            select s ->> 'flow', coalesce((s ->> 'version')::int, 1), s ->> 'state', true,
                (s ->> 'effect')::boolean, array(select jsonb_array_elements_text(s -> 'passed'))
            from page, jsonb_array_elements(aside) s
        )
        select flow, version, state, aside, effect, passed, count(*) as people,
            (select id from page order by id desc limit 1) as last
        from stands group by 1, 2, 3, 4, 5, 6
        """,
        after=after,
        now=unit.now,
        most=most,
    )
    crowds = [
        Crowd(
            flow=row.flow,
            version=row.version,
            state=row.state,
            aside=row.aside,
            effect=row.effect,
            passed=tuple(row.passed),
            count=row.people,
        )
        for row in rows
    ]
    return Page(crowds, rows[0].last if rows else None)


@dataclass(frozen=True, slots=True)
class Step:
    """What customers did at one step of one version of a story, on a channel, in a language."""

    flow: str
    version: int
    channel: str
    language: str
    step: str
    reached: int
    """How often somebody came to stand here."""
    went_on: int
    """How often they went on to another step of the story."""
    seconds: int | None
    """The median of the whole seconds it took them to go on."""
    left: dict[str, int]
    """How often they left the story from here, by the reason; see ``EXITS``."""


_LEFT = ", ".join(f"'{why}', count(*) filter (where what = '{why}')" for why in EXITS)

# Each row tells of two steps: the one the customer was found at, and the one they were left at.
FUNNEL = f"""
select s.flow, s.version, i.channel, coalesce(i.language, '') as language, s.step,
    count(*) filter (where what = 'reached') as reached,
    count(*) filter (where what = 'went on') as went_on,
    percentile_disc(0.5) within group (order by s.seconds) filter (where what = 'went on')
        as seconds,
    jsonb_build_object({_LEFT}) as lost
from interactions i
cross join lateral (
    select (i.next_flow, i.next_version, i.step_after)
        is distinct from (i.flow, i.flow_version, i.step_before) as moved
) m
cross join lateral (values
    (i.flow, i.flow_version, i.step_before, i.seconds,
        case when i.step_before is null then null
             when coalesce(i.exit_reason, 'ended') <> 'ended' then i.exit_reason
             when m.moved then 'went on' end),
    (i.next_flow, i.next_version, i.step_after, null, case when m.moved then 'reached' end),
    (i.next_flow, i.next_version, i.step_after, null, case when i.state is null then 'ended' end)
) s(flow, version, step, seconds, what)
where i.date >= %(since)s and i.date < %(until)s
    and s.step is not null and s.what is not null
    and (%(flow)s::text is null or s.flow = %(flow)s)
group by 1, 2, 3, 4, 5
order by 1, 2, 3, 4, reached desc, 5
limit {MOST_STEPS}
"""


def steps(unit: Unit, *, since: datetime, until: datetime, flow: str | None = None) -> list[Step]:
    """Return what customers did from ``since`` until before ``until``, in one story or in all.

    Whoever is still there has neither gone on nor left. A question that was answered in the same
    turn and led back at once moves nobody: it is counted by its intent, not here.
    """
    rows = unit.all(FUNNEL, since=since, until=until, flow=flow)
    return [step_of(row, left=row.lost) for row in rows]


def step_of(row: Row, *, left: Mapping[str, int]) -> Step:
    """Return a step as a row tells of it, with how often it was left for each reason."""
    return Step(
        flow=row.flow,
        version=row.version,
        channel=row.channel,
        language=row.language,
        step=row.step,
        reached=row.reached,
        went_on=row.went_on,
        seconds=row.seconds,
        left={why: many for why, many in left.items() if many},
    )
