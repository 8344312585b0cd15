"""The audit log at the desk: narrowed down, paged, and proven to be what was written."""

import re

import pytest

from core.access.audit_anchor import place

ROW = re.compile(r"<tr data-row>.*?</tr>", re.S)


@pytest.fixture
def compliance(somebody):
    return somebody("compliance")


def rows(page: str) -> list[str]:
    return ROW.findall(page)


def test_it_is_narrowed_down(compliance, somebody):
    agent = somebody("agent")
    agent.get(agent.customer())
    for query, words in {
        "area=customer": "customer",
        "who=agent@wekeza.test": "Joyce Wairimu",
        "area=staff": "colleague|signed in",
    }.items():
        found = rows(compliance.get(f"/desk/audit?{query}").text)
        assert found and all(re.search(words, row) for row in found)
    number = re.search(r"C-\d{3}-\d{3}-\d", agent.get(agent.first_case("mine")).text)[0]
    steps = rows(compliance.get(f"/desk/audit?case={number}").text)
    assert steps and all(re.search("case|customer|note|approv", row) for row in steps)


def test_it_is_paged_without_a_row_told_twice(compliance):
    seen, path = [], "/desk/audit?since=2020-01-01"
    for _ in range(3):
        page = compliance.get(path).text
        seen += [re.search(r"mono\">(\d+)", row)[1] for row in rows(page)]
        following = re.search(r'href="([^"]+)">Earlier', page)
        if following is None:
            break
        path = following[1].replace("&amp;", "&")
    assert len(seen) > 50 and len(seen) == len(set(seen))
    assert seen == sorted(seen, key=int, reverse=True)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("who=nobody@wekeza.test", 404, "Nobody who works here fits"),
        ("case=C-000-000-0", 404, "no case of that number"),
        ("since=yesterday", 400, "cannot be"),
        ("customer=nonsense", 400, "cannot be"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(compliance, query, status, words):
    answer = compliance.get(f"/desk/audit?{query}")
    assert (answer.status_code, words in answer.text) == (status, True)


def test_the_chain_is_walked_and_a_change_is_named(compliance, house, servers, bank_database):
    whole = compliance.post("/desk/audit/verify?area=audit").text
    assert "The log is whole" in whole
    assert all("audit log" in row for row in rows(whole))  # the filters stay
    with servers.admin(bank_database) as admin, admin.begin() as connection:
        connection.exec_driver_sql("alter table audit_log disable trigger user")
        connection.exec_driver_sql("update audit_log set action = 'case.listed' where seq = 3")
        connection.exec_driver_sql("alter table audit_log enable trigger user")
    broken = compliance.post("/desk/audit/verify").text
    assert "The log is not what was written" in broken and "The log is whole" not in broken


def test_an_anchor_that_nobody_signed_is_named(compliance, house):
    file = place(house.settings.data_dir)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"seq": 1, "hash": "00", "at": "2026-01-01T00:00:00+00:00", "seal": "00"}\n')
    assert "not what the bank&#39;s key signed" in compliance.post(
        "/desk/audit/verify"
    ).text.replace("'", "&#39;")
