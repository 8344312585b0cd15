"""Counting what people do, on rows that were written by hand."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from psycopg._queries import MAX_CACHED_STATEMENT_PARAMS

from core.crm import funnel, turns
from core.store.unit import Unit

ROW = """
insert into interactions (id, channel, date, notes, conversation_id, outcome, correlation, language,
    flow, flow_version, step_before, next_flow, next_version, step_after, state, seconds,
    exit_reason)
values (%(id)s, 'sms', %(at)s, '', %(id)s, '', %(id)s, 'en', 'send', %(v)s, %(before)s,
    %(next)s, %(v)s, %(after)s, %(state)s, %(seconds)s, %(exit)s)
"""


def turn(unit: Unit, before: str | None, after: str | None, **other: object) -> None:
    facts = {"at": unit.now, "v": 1, "next": "send" if after else None, "state": after}
    facts |= {"seconds": None, "exit": None} | other
    unit.run(ROW, id=unit.new_id(), before=before, after=after, **facts)


def told(unit: Unit, flow: str | None = None) -> dict[str, funnel.Step]:
    day = timedelta(days=1)
    found = funnel.steps(unit, since=unit.now, until=unit.now + day, flow=flow)
    return {f"{step.flow}.{step.step}.{step.version}": step for step in found}


def test_a_funnel_counts_who_came_who_went_on_and_who_left_and_why(unit: Unit) -> None:
    for seconds in (3, 9, 60):
        turn(unit, None, "amount")
        turn(unit, "amount", "amount", seconds=1)  # not understood
        turn(unit, "amount", "review", seconds=seconds)
    turn(unit, "review", "sent", seconds=5, exit="ended", state=None)
    turn(unit, "review", None, seconds=600, exit="timed_out")
    turn(unit, "review", "home", next="menu", exit="cancelled")
    found = told(unit)
    amount, review, sent = (found[f"send.{step}.1"] for step in ("amount", "review", "sent"))
    assert (amount.reached, amount.went_on, amount.seconds, amount.left) == (3, 3, 9, {})
    assert (review.reached, review.went_on, review.seconds) == (3, 1, 5)
    assert review.left == {"timed_out": 1, "cancelled": 1}
    assert (sent.reached, sent.went_on, sent.left) == (1, 0, {"ended": 1})
    assert found["menu.home.1"].reached == 1


def test_versions_are_counted_apart_and_a_move_is_an_arrival(unit: Unit) -> None:
    turn(unit, None, "amount", v=2)
    turn(unit, None, "amount")
    found = told(unit, "send")
    assert (found["send.amount.1"].reached, found["send.amount.2"].reached) == (1, 1)
    assert told(unit, "join") == {}


def test_what_lies_outside_the_time_is_not_counted(unit: Unit) -> None:
    turn(unit, None, "amount", at=unit.now - timedelta(seconds=1))
    turn(unit, None, "amount", at=unit.now + timedelta(days=1))
    assert told(unit) == {}


def test_a_span_of_time_is_found_by_its_index(admin_engine, now: datetime) -> None:
    with admin_engine.connect() as connection:
        connection.exec_driver_sql(
            "insert into interactions (id, channel, date, notes, conversation_id, outcome,"
            " correlation) select uuidv7(), 'sms', %(now)s + n * interval '1 minute', '',"
            " uuidv7(), '', uuidv7() from generate_series(1, 20000) n",
            {"now": now},
        )
        connection.exec_driver_sql("select brin_summarize_new_values('interactions_date')")
        connection.exec_driver_sql("analyze interactions")
        span = {"since": now, "until": now + timedelta(hours=1), "flow": None}
        plan = connection.exec_driver_sql("explain " + funnel.FUNNEL, span).scalars()
        assert "interactions_date" in "\n".join(plan)
        connection.rollback()


def test_the_statement_that_closes_a_turn_is_parsed_once() -> None:
    assert len(set(re.findall(r"%\((\w+)\)s", turns.CLOSE))) <= MAX_CACHED_STATEMENT_PARAMS


TALK = """
insert into conversations (id, channel, address, language, flow, flow_version, state, passed, aside,
    effect_id, expires_at, created_at)
values (%(id)s, 'sms', %(address)s, 'en', %(flow)s, %(version)s, 'pin', %(passed)s, %(aside)s,
    %(effect)s, %(expires)s, %(now)s)
"""


def test_live_conversations_are_counted_page_by_page_with_those_set_aside(unit: Unit) -> None:
    aside = '[{"flow": "send", "state": "review", "effect": true, "passed": ["to"]}]'
    for n, flow in enumerate(["send", "send", "reset", None, "late"]):
        unit.run(
            TALK,
            id=unit.new_id(),
            address=f"+2547{n}",
            flow=flow,
            version=2 if flow else None,
            passed=["to", "review"],
            aside=aside if flow == "reset" else None,
            effect=unit.new_id() if flow == "send" else None,
            expires=unit.now - timedelta(hours=1) if flow == "late" else unit.now,
            now=unit.now,
        )
    seen: list[funnel.Crowd] = []
    page = funnel.live(unit, most=2)
    while page.last is not None:
        seen += page.crowds
        page = funnel.live(unit, after=UUID(str(page.last)), most=2)
    assert set(seen) == {
        funnel.Crowd("send", 2, "pin", False, True, ("to", "review"), 2),
        funnel.Crowd("reset", 2, "pin", False, False, ("to", "review"), 1),
        funnel.Crowd("send", 1, "review", True, True, ("to",), 1),
    }
