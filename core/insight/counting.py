"""Counting a day of conversations, messages and cases, so that a year is read as fast as a week.

A job counts a day that is over once and for good, and today again every minute: whoever asks reads
counts alone. Each day is counted in one unit, so it is never seen half.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from core.crm import funnel
from core.insight.days import DAY, ZONE, begins, day_of
from core.store.unit import Unit

GRACE = timedelta(minutes=10)
"""How long after midnight a day is left alone: a turn of its last second may commit late."""
MOST_DAYS_BACK = 400
"""How far back the first run of all begins."""
CLARIFIED = ("clarify",)
"""Outcomes of a turn that asked which of several things was meant."""
FALLBACK = ("not_understood", "offered_person")
"""Outcomes of a turn that did not know what was meant."""
NOT_SERVED = "out_of_scope"
BUCKETS = 20
"""Parts that a factor of e is divided into, for times: each is five per cent wide."""

# A turn between stories is one whose words had to be understood; its intent says what they meant.
# A conversation of a day is contained unless a person was asked for, or a case opened, in it.
TRAFFIC = """
with turn as materialized (
    select (date at time zone %(zone)s)::date as day, channel, coalesce(language, '') as language,
        conversation_id, intent, outcome,
        exit_reason = 'handed_over' or flow = 'agent' or next_flow = 'agent' as to_person
    from interactions where date >= %(since)s and date < %(until)s
), talk as (
    select day, channel, conversation_id, min(language) as language,
        bool_or(coalesce(to_person, false)) as to_person
    from turn group by 1, 2, 3
), opened as materialized (
    select distinct (created_at at time zone %(zone)s)::date as day, conversation_id from cases
    where created_at >= %(since)s and created_at < %(until)s and conversation_id is not null
), held as (
    select t.day, t.channel, t.language, count(*) as conversations,
        count(*) filter (where not t.to_person and o.day is null) as contained
    from talk t left join opened o on o.day = t.day and o.conversation_id = t.conversation_id
    group by 1, 2, 3
), turns as (
    select day, channel, language, count(*) as turns,
        count(*) filter (where outcome = any(%(clarified)s)) as clarified,
        count(*) filter (where outcome = any(%(fallback)s)) as fallback,
        count(*) filter (where intent <> %(not_served)s
            and outcome <> all(%(clarified)s) and outcome <> all(%(fallback)s)) as understood
    from turn group by 1, 2, 3
)
select day, channel, language, t.turns, coalesce(h.conversations, 0) as conversations,
    coalesce(h.contained, 0) as contained, t.understood, t.clarified, t.fallback
from turns t left join held h using (day, channel, language)
"""

MESSAGES = """
select (m.created_at at time zone %(zone)s)::date as day, m.channel,
    coalesce(v.language, '') as language, count(*) filter (where m.is_inbound) as came,
    count(*) filter (where not m.is_inbound) as went
from messages m left join conversations v on v.id = m.conversation_id
where m.created_at >= %(since)s and m.created_at < %(until)s
group by 1, 2, 3
"""

INTENTS = """
select (date at time zone %(zone)s)::date as day, channel, coalesce(language, '') as language,
    intent, count(*) as turns
from interactions
where date >= %(since)s and date < %(until)s and intent is not null
group by 1, 2, 3, 4
"""

# What happened to cases on a day, each by the moment it happened.
CASES = """
with happened as (
    select id, created_at as at, 'opened' as what, true as on_time, 0 as rating from cases
    where created_at >= %(since)s and created_at < %(until)s
    union all
    select id, resolved_at, 'resolved', sla_breached_at is null, 0 from cases
    where resolved_at >= %(since)s and resolved_at < %(until)s
    union all
    select id, first_replied_at, 'replied', first_replied_at <= first_reply_due, 0 from cases
    where first_replied_at >= %(since)s and first_replied_at < %(until)s
    union all
    select case_id, at, 'reopened', true, 0 from case_events
    where at >= %(since)s and at < %(until)s and what = 'reopened'
    union all
    select case_id, at, 'rated', true, rating from case_ratings
    where at >= %(since)s and at < %(until)s
)
select (h.at at time zone %(zone)s)::date as day, c.channel,
    coalesce(c.language, v.language, '') as language,
    c.category, count(*) filter (where what = 'opened') as opened,
    count(*) filter (where what = 'resolved') as resolved,
    count(*) filter (where what = 'resolved' and on_time) as on_time,
    count(*) filter (where what = 'replied') as replied,
    count(*) filter (where what = 'replied' and on_time) as replied_on_time,
    count(*) filter (where what = 'reopened') as reopened,
    count(*) filter (where what = 'rated') as ratings, sum(rating) as rating_sum
from happened h join cases c on c.id = h.id left join conversations v on v.id = c.conversation_id
group by 1, 2, 3, 4
"""

CASE_TIMES = """
select (at at time zone %(zone)s)::date as day, channel, what,
    floor(%(buckets)s * ln(greatest(1, extract(epoch from took)::float8)))::smallint as bucket,
    count(*) as cases
from (
    select first_replied_at as at, channel, 'reply' as what, first_replied_at - created_at as took
    from cases where first_replied_at >= %(since)s and first_replied_at < %(until)s
    union all
    select resolved_at, channel, 'resolution', resolved_at - created_at
    from cases where resolved_at >= %(since)s and resolved_at < %(until)s
) t
group by 1, 2, 3, 4
"""

# As they stand when the day is counted: what was worked out before is not known any more.
SEGMENTS = """
insert into analytics_segments (day, country, segment, customers, worth)
select %(day)s, country, segment, count(*), coalesce(sum(lifetime_value), 0)
from customers where is_active group by country, segment
"""

BEGIN = """
insert into analytics_days (day, counted_at, is_over) values (%(day)s, %(now)s, %(is_over)s)
on conflict do nothing
"""
_EXITS = ", ".join(funnel.EXITS)
STEPS = f"""
insert into analytics_steps (day, flow, version, channel, language, step, reached, went_on, seconds,
    {_EXITS})
select %(day)s, * from unnest(%(flows)s::text[], %(versions)s::int[], %(channels)s::text[],
    %(languages)s::text[], %(steps)s::text[], %(reached)s::int[], %(went_on)s::int[],
    %(seconds)s::int[], {", ".join(f"%({why})s::int[]" for why in funnel.EXITS)})
"""

STATEMENTS: Mapping[str, str] = {
    "traffic": TRAFFIC,
    "messages": MESSAGES,
    "intents": INTENTS,
    "cases": CASES,
    "case_times": CASE_TIMES,
}
"""What is counted, by the name of its table behind ``analytics_``."""
COLUMNS: Mapping[str, str] = {
    "traffic": "day, channel, language, turns, conversations, contained, understood, clarified,"
    " fallback",
    "messages": "day, channel, language, came, went",
    "intents": "day, channel, language, intent, turns",
    "cases": "day, channel, language, category, opened, resolved, on_time, replied,"
    " replied_on_time, reopened, ratings, rating_sum",
    "case_times": "day, channel, what, bucket, cases",
}
"""The columns of each, in one order."""


def next_day(unit: Unit) -> date | None:
    """Return the first day that is over and not counted; None when all are."""
    last = day_of(unit.now - GRACE) - DAY
    counted: date | None = unit.value("select max(day) from analytics_days where is_over")
    if counted is None:
        first: datetime | None = unit.value("select min(date) from interactions")
        earliest = last if first is None else day_of(first)
        following = max(earliest, last - MOST_DAYS_BACK * DAY)
    else:
        following = counted + DAY
    return following if following <= last else None


def count(unit: Unit, day: date) -> None:
    """Count a day: for good once it is over, before that as it is so far.

    What is counted for good stays. Two that count the same day do it one after the other.
    """
    is_over = day < day_of(unit.now - GRACE)
    unit.one("select pg_advisory_xact_lock(hashtext('analytics day'))")
    unit.run("delete from analytics_days where day = %(day)s and not is_over", day=day)
    if not unit.run(BEGIN, day=day, now=unit.now, is_over=is_over):
        return
    for name, statement in STATEMENTS.items():
        columns = COLUMNS[name]
        unit.run(f"delete from analytics_{name} where day = %(day)s", day=day)
        unit.run(
            f"insert into analytics_{name} ({columns}) select {columns} from ({statement}) counted",
            **facts(day),
        )
    _count_steps(unit, day)
    if is_over:
        unit.run(SEGMENTS, day=day)


def facts(day: date) -> dict[str, object]:
    """Return what the statements ask for of one day."""
    return {
        "since": begins(day),
        "until": begins(day + DAY),
        "zone": ZONE,
        "clarified": list(CLARIFIED),
        "fallback": list(FALLBACK),
        "not_served": NOT_SERVED,
        "buckets": BUCKETS,
    }


def _count_steps(unit: Unit, day: date) -> None:
    steps = funnel.steps(unit, since=begins(day), until=begins(day + DAY))
    unit.run("delete from analytics_steps where day = %(day)s", day=day)
    unit.run(
        STEPS,
        day=day,
        flows=[one.flow for one in steps],
        versions=[one.version for one in steps],
        channels=[one.channel for one in steps],
        languages=[one.language for one in steps],
        steps=[one.step for one in steps],
        reached=[one.reached for one in steps],
        went_on=[one.went_on for one in steps],
        seconds=[one.seconds for one in steps],
        **{why: [one.left.get(why, 0) for one in steps] for why in funnel.EXITS},
    )
