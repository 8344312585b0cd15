"""How it goes: the dashboard over what a job counted, its periods, and its files."""

import csv
import io
import re
from datetime import timedelta

import pytest

from core.insight.days import day_of

PAGE = "/desk/team/analytics"


@pytest.fixture
def counted(house):
    """Two days of counts, and one long ago; return today."""
    today = day_of(house.now())
    with house.unit() as unit:
        for table in ("traffic", "messages", "intents", "cases", "case_times", "steps"):
            unit.run(f"delete from analytics_{table}")
        for day, channel, talks in (
            (today, "whatsapp", 8),
            (today - timedelta(days=1), "ussd", 2),
            (today - timedelta(days=60), "sms", 40),
        ):
            facts = {"day": day, "channel": channel, "n": talks}
            unit.run(
                "insert into analytics_traffic values (%(day)s, %(channel)s, 'sw', %(n)s * 5,"
                " %(n)s, %(n)s / 2, %(n)s * 3, 1, 1)",
                **facts,
            )
            unit.run(
                "insert into analytics_messages values (%(day)s, %(channel)s, 'sw', %(n)s * 7, 9)",
                **facts,
            )
        facts = {"day": today}
        unit.run(
            "insert into analytics_intents values (%(day)s, 'sms', 'sw', 'fx_rate', 31)", **facts
        )
        unit.run(
            "insert into analytics_cases"
            " values (%(day)s, 'sms', 'sw', 'Card', 5, 4, 3, 4, 2, 1, 2, 9)",
            **facts,
        )
        unit.run(
            "insert into analytics_case_times values (%(day)s, 'sms', 'reply', 100, 4)", **facts
        )
        for channel, reached in (("sms", 30), ("ussd", 12)):
            unit.run(
                """
                insert into analytics_steps values (%(day)s, 'send_money', 3, %(channel)s, 'sw',
                    'amount', %(n)s, 20, 10, 0, 2, 0, 3, 0, 1, 0, 0, 0, 0, 0)
                """,
                channel=channel,
                n=reached,
                **facts,
            )
    return today


def tile(page: str, name: str) -> str:
    return re.search(rf"{name}</span><strong>([^<]+)<", page)[1]


def test_the_last_month_is_shown_with_what_was_counted(somebody, counted):
    page = somebody("supervisor").get(PAGE).text
    assert [tile(page, name) for name in ("Conversations", "Without a person")] == ["10", "50.0 %"]
    assert tile(page, "Cases solved") == "4" and tile(page, "Solved in time") == "75.0 %"
    assert tile(page, "Satisfaction") == "4.5 of 5"
    assert "Exchange rate" in page and ">31<" in page
    assert ">42<" in page and "cancelled 4" in page and "fell silent 6" in page  # both channels


def test_a_period_a_grouping_and_a_story_are_chosen(somebody, counted):
    desk = somebody("auditor")
    whole = f"{PAGE}?first={counted - timedelta(days=61)}&last={counted}"
    assert tile(desk.get(whole).text, "Conversations") == "50"
    by = desk.get(f"{whole}&by=channel&flow=send_money").text
    assert '<th scope="row">WhatsApp</th>' in by and '<th scope="row">amount</th>' in by
    assert "Without a person, WhatsApp" in by
    assert desk.get(f"{whole}&by=nothing&flow=nowhere").status_code == 200
    for period in (
        f"first={counted}&last={counted - timedelta(days=1)}",
        f"first=2020-01-01&last={counted}",
    ):
        refused = desk.get(f"{PAGE}?{period}")
        assert (refused.status_code, "last day comes after" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("what", "head", "some"),
    [
        ("volumes", ["channel", "came", "went"], ["ussd", "14", "9"]),
        ("containment", ["channel", "conversations", "contained"], ["ussd", "2", "1"]),
        ("intents", ["intent", "turns"], ["fx_rate", "31"]),
        ("steps", ["flow", "version", "channel"], ["send_money", "3", "sms"]),
    ],
)
def test_a_table_goes_out_as_a_file(somebody, counted, what, head, some):
    answer = somebody("compliance").get(f"{PAGE}/{what}.csv?by=channel")
    assert answer.mimetype == "text/csv"
    assert f"{what}-" in answer.headers["Content-Disposition"]
    first, *rows = csv.reader(io.StringIO(answer.text))
    assert first[: len(head)] == head
    assert some in [row[: len(some)] for row in rows]
    assert all(len(row) == len(first) for row in rows)


def test_there_is_no_other_file_and_no_agent_sees_any(somebody, counted):
    lead = somebody("supervisor")
    assert lead.get(f"{PAGE}/customers.csv").status_code == 404
    assert lead.get(f"{PAGE}/steps.csv?first=9&last=1900-01-01").status_code == 422
    agent = somebody("agent")
    assert agent.get(PAGE).status_code == 403 and agent.get(f"{PAGE}/steps.csv").status_code == 403
