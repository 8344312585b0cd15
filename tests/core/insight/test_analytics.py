"""Counts of days: for good of those that are over, as it is so far of today."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from core.access.actors import SYSTEM, Forbidden
from core.insight import analytics, analytics_cases, counting, summary
from core.insight.days import BadPeriod, Period, begins, day_of
from tests.support.desk import hired

TODAY = date(2026, 3, 4)
YESTERDAY = TODAY - timedelta(days=1)
BOTH = Period(YESTERDAY, TODAY)


def turn(unit, at, *, talk=None, intent=None, outcome="went on", channel="sms", **other) -> None:
    facts = {"flow": None, "next": None, "before": None, "after": None, "exit": None, "lang": "en"}
    facts |= {"state": "anywhere"}
    unit.run(
        """
        insert into interactions (id, channel, date, notes, conversation_id, outcome, correlation,
            language, intent, flow, flow_version, step_before, next_flow, next_version, step_after,
            state, exit_reason)
        values (%(id)s, %(channel)s, %(at)s, '', %(talk)s, %(outcome)s, %(id)s, %(lang)s,
            %(intent)s, %(flow)s, 1, %(before)s, %(next)s, 1, %(after)s,
            %(state)s, %(exit)s)
        """,
        id=unit.new_id(),
        at=at,
        talk=talk or uuid4(),
        intent=intent,
        outcome=outcome,
        channel=channel,
        **(facts | other),
    )


def message(unit, at, *, inbound: bool) -> None:
    unit.run(
        """
        insert into messages (id, channel, provider, is_inbound, address, status, correlation,
            created_at)
        values (%(id)s, 'sms', 'x', %(inbound)s, 'a', %(status)s, %(id)s, %(at)s)
        """,
        id=unit.new_id(),
        inbound=inbound,
        status="received" if inbound else "sent",
        at=at,
    )


def case(unit, opened, *, after=None, late=False, talk=None, replied=None, category="Card"):
    made = unit.new_id()
    unit.run(
        """
        insert into cases (id, case_number, title, description, status, priority, category, country,
            channel, conversation_id, source, first_reply_due, first_replied_at, resolved_at,
            sla_breached_at, sla_running_since, sla_deadline, created_at, created_by, updated_at,
            updated_by)
        values (%(id)s, %(number)s, '', '', %(status)s, 'Low', %(category)s, 'KE', 'sms', %(talk)s,
            'customer', %(opened)s + interval '1 hour', %(replied)s, %(resolved)s, %(breached)s,
            %(running)s, %(opened)s, %(opened)s, 'x', %(opened)s, 'x')
        """,
        id=made,
        number=f"WK-{made.int % 10**9}",
        status="Resolved" if after else "Open",
        category=category,
        talk=talk,
        opened=opened,
        replied=opened + replied if replied else None,
        resolved=opened + after if after else None,
        breached=opened if late else None,
        running=None if after else opened,
    )
    return made


@pytest.fixture
def days(unit):
    """A morning of yesterday and one of today, yesterday counted."""
    morning = unit.now - timedelta(days=1)
    asked, talk = uuid4(), uuid4()
    turn(unit, morning, talk=talk, intent="balance")
    turn(unit, morning, talk=talk, intent="send_money", outcome="clarify")
    turn(unit, morning, talk=asked, intent="agent", next="agent", after="waits")
    turn(
        unit,
        morning,
        intent="out_of_scope",
        outcome="not_understood",
        channel="whatsapp",
        lang="sw",
    )
    message(unit, morning, inbound=True)
    message(unit, morning, inbound=False)
    case(unit, morning, after=timedelta(hours=1), replied=timedelta(minutes=10), talk=asked)
    case(unit, morning, after=timedelta(hours=3), late=True, replied=timedelta(hours=2))
    counting.count(unit, YESTERDAY)
    turn(unit, unit.now, intent="balance")
    message(unit, unit.now, inbound=True)
    case(unit, unit.now)
    counting.count(unit, TODAY)


def test_volumes_are_told_by_day_channel_and_language(unit, days) -> None:
    first, second = analytics.volumes(unit, SYSTEM, BOTH)
    assert (first.key, first.came, first.went, first.turns) == ("2026-03-03", 1, 1, 4)
    assert (first.conversations, first.opened, first.resolved) == (3, 2, 2)
    assert (second.key, second.came, second.turns, second.opened) == ("2026-03-04", 1, 1, 1)
    by = {one.key: one.turns for one in analytics.volumes(unit, SYSTEM, BOTH, by="channel")}
    assert by == {"sms": 4, "whatsapp": 1}
    by = {one.key: one.turns for one in analytics.volumes(unit, SYSTEM, BOTH, by="language")}
    assert by["sw"] == 1
    with pytest.raises(ValueError, match="intent"):
        analytics.volumes(unit, SYSTEM, BOTH, by="intent")


def test_a_day_that_was_counted_is_not_counted_again(unit, days) -> None:
    before = analytics.volumes(unit, SYSTEM, BOTH)
    turn(unit, unit.now - timedelta(days=1), intent="balance")
    counting.count(unit, YESTERDAY)
    assert analytics.volumes(unit, SYSTEM, BOTH) == before


def test_today_is_counted_again_and_again(unit, days) -> None:
    turn(unit, unit.now, intent="balance")
    unit.now += timedelta(minutes=1)
    counting.count(unit, TODAY)
    assert analytics.volumes(unit, SYSTEM, BOTH)[1].turns == 2
    assert analytics.counted_at(unit, SYSTEM) == unit.now


def test_today_is_counted_for_good_when_it_is_over(unit, days) -> None:
    turn(unit, unit.now + timedelta(hours=5), intent="balance")
    unit.now += timedelta(days=1)
    assert counting.next_day(unit) == TODAY
    counting.count(unit, TODAY)
    assert counting.next_day(unit) is None
    assert analytics.volumes(unit, SYSTEM, BOTH)[1].turns == 2
    with pytest.raises(IntegrityError, match="counted once"), unit.savepoint():
        unit.run("delete from analytics_days")


def test_a_conversation_is_contained_without_a_person(unit, days) -> None:
    first, _ = analytics.containment(unit, SYSTEM, BOTH)
    assert (first.conversations, first.contained) == (3, 2)
    assert (first.understood, first.clarified, first.fallback) == (2, 1, 1)
    assert str(first.share) == "0.6667"


def test_a_case_opened_from_a_conversation_is_a_person_too(unit) -> None:
    talk = uuid4()
    turn(unit, unit.now, talk=talk, intent="open_case")
    case(unit, unit.now, talk=talk)
    counting.count(unit, TODAY)
    (today,) = analytics.containment(unit, SYSTEM, Period(TODAY, TODAY))
    assert (today.conversations, today.contained) == (1, 0)


def test_intents_are_told_most_often_first(unit, days) -> None:
    told = [(one.intent, one.turns) for one in analytics.intents(unit, SYSTEM, BOTH)]
    assert told == [("balance", 2), ("agent", 1), ("out_of_scope", 1), ("send_money", 1)]


def test_cases_are_timed_within_two_and_a_half_per_cent(unit, days) -> None:
    told = analytics_cases.resolution(unit, SYSTEM, Period(YESTERDAY, YESTERDAY))
    assert (told.opened, told.resolved, told.on_time, told.replied_on_time) == (2, 2, 1, 1)
    assert (str(told.sla_met), told.resolution.cases) == ("0.5000", 2)
    assert told.resolution.seconds[50] == pytest.approx(3600, rel=0.026)
    assert told.resolution.seconds[90] == pytest.approx(3 * 3600, rel=0.026)
    assert told.reply.seconds[50] == pytest.approx(600, rel=0.026)
    assert (told.ratings, told.satisfaction, told.reopen_rate) == (0, None, 0)


def test_what_customers_gave_is_told(unit, days) -> None:
    rated = case(unit, unit.now, after=timedelta(minutes=5))
    unit.run(
        "insert into case_ratings (case_id, resolution, rating, at) values (%(id)s, 0, 4, %(now)s)",
        id=rated, now=unit.now,
    )  # fmt: skip
    counting.count(unit, TODAY)
    told = analytics_cases.resolution(unit, SYSTEM, BOTH)
    assert (told.ratings, told.satisfaction) == (1, 4)


def test_percentiles_of_nothing_are_none() -> None:
    assert analytics_cases.times({}).seconds == {}


def test_steps_of_days_and_of_today_tell_why_customers_left(unit) -> None:
    for day in (unit.now - timedelta(days=1), unit.now):
        turn(unit, day, flow="send", before=None, next="send", after="amount")
        turn(unit, day, flow="send", before="amount", exit="timed_out")
    for day in (YESTERDAY, TODAY):
        counting.count(unit, day)
    for period in (Period(YESTERDAY, YESTERDAY), Period(TODAY, TODAY)):
        (step,) = analytics.steps(unit, SYSTEM, period, flow="send")
        assert (step.step, step.reached, step.left) == ("amount", 1, {"timed_out": 1})


def test_days_are_counted_in_order_once_they_are_over(unit) -> None:
    unit.now = datetime(2026, 3, 4, 21, 5, tzinfo=UTC)  # five minutes into the fifth at home
    turn(unit, unit.now - timedelta(days=2))
    done = []
    while (day := counting.next_day(unit)) is not None:
        counting.count(unit, day)
        done.append(day)
    assert done == [date(2026, 3, 3)]
    unit.now += timedelta(minutes=6)
    assert counting.next_day(unit) == TODAY
    assert day_of(unit.now) == date(2026, 3, 5)
    assert begins(TODAY) == datetime(2026, 3, 3, 21, tzinfo=UTC)


def test_a_summary_has_the_queue_today_and_the_week(unit, days) -> None:
    told = summary.look(unit, SYSTEM)
    assert (told.queue.waiting, told.queue.late, told.today.turns) == (1, 0, 1)
    assert (told.week.opened, told.contained_today) == (3, 1)


def test_a_period_has_a_beginning_an_end_and_a_longest(unit) -> None:
    with pytest.raises(BadPeriod):
        Period(TODAY, YESTERDAY)
    with pytest.raises(BadPeriod):
        Period(TODAY, TODAY + timedelta(days=366))


def test_agents_see_no_analytics(unit) -> None:
    agent = hired(unit, "agent")
    period = Period(TODAY, TODAY)
    for ask in (
        analytics.volumes, analytics.containment, analytics.intents, analytics.steps,
        analytics_cases.resolution,
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            ask(unit, agent, period)
    with pytest.raises(Forbidden):
        summary.look(unit, agent)


def test_a_day_is_found_by_its_indexes(admin_engine, now) -> None:
    """What is counted on the spot reads a span of time and not the whole table."""
    with admin_engine.connect() as connection:
        connection.exec_driver_sql(
            "insert into interactions (id, channel, date, notes, conversation_id, outcome,"
            " correlation) select uuidv7(), 'sms', %(now)s + n * interval '1 minute', '',"
            " uuidv7(), '', uuidv7() from generate_series(1, 20000) n",
            {"now": now},
        )
        connection.exec_driver_sql("select brin_summarize_new_values('interactions_date')")
        connection.exec_driver_sql("analyze interactions")
        span = counting.facts(TODAY)
        plan = connection.exec_driver_sql("explain " + counting.TRAFFIC, span).scalars()
        assert "interactions_date" in "\n".join(plan)
        connection.rollback()
