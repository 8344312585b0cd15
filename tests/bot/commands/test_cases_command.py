"""``flask --app bot cases``: lists and shows without words, and moves the clocks on."""

import json

from core.demo.case_stories import TOLD


def test_cases_are_listed_and_shown_masked(demo) -> None:
    listed = demo("cases", "list", "--json")
    assert listed.exit_code == 0, listed.output
    rows = json.loads(listed.output)
    assert {row["status"] for row in rows} == {"Open", "InProgress", "PendingCustomer", "Escalated"}
    assert all("*" in row["customer"] for row in rows)
    assert rows[0]["late"] is True
    page = json.loads(demo("cases", "list", "--json", "--limit", "2").output)
    rest = json.loads(demo("cases", "list", "--json", "--after", page[-1]["number"]).output)
    assert [row["number"] for row in page + rest] == [row["number"] for row in rows]
    shown = demo("cases", "show", rows[0]["number"].lower())
    assert shown.exit_code == 0, shown.output
    assert rows[0]["number"] in shown.output and "opened" in shown.output
    words = [told.title for told in TOLD] + [told.text for told in TOLD]
    words += [step.words for told in TOLD for step in told.steps if step.words]
    assert not [text for text in words if text in shown.output + listed.output]


def test_an_unknown_case_is_said(demo) -> None:
    for number in ("C-999-999-9", "hello"):
        shown = demo("cases", "show", number)
        assert (shown.exit_code, "there is no case" in shown.output) == (1, True)


def test_the_clocks_are_moved_on_by_hand(demo) -> None:
    ticked = demo("cases", "sla-tick", "--json")
    assert ticked.exit_code == 0, ticked.output
    [counted] = json.loads(ticked.output)
    assert set(counted) == {"late", "warned", "closed", "unanswered", "complaints"}
    [again] = json.loads(demo("cases", "sla-tick", "--json").output)
    assert again == dict.fromkeys(counted, 0)
