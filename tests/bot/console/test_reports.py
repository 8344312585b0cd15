"""Reports at the desk: prepared, approved by another, filed, taken back, and handed out."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from tests.support.regulatory import nigeria_reports
from worker import reports as chore

REPORTS = "/desk/compliance/reports"
ID = "[0-9a-f-]{36}"


@pytest.fixture
def month(clock) -> str:
    """The month before the one of the test."""
    return f"{clock.now.replace(day=1) - timedelta(days=1):%Y-%m}"


def made(desk, month: str) -> str:
    return str(
        desk.post(REPORTS, type="summary", country="KE", period=month).location.split("?")[0]
    )


def test_from_prepared_to_filed_by_two_people(somebody, month, clock):
    halima, yusuf = somebody("compliance"), somebody("deputy")
    path = made(halima, month)
    page = halima.get(path).text
    assert "the same to the byte" in page and "Summary of compliance" in page
    assert made(yusuf, month) == path
    got = yusuf.get(f"{path}/file")
    assert got.headers["Content-Disposition"].startswith("attachment; filename=SUMMARY-")
    assert b'"institution": "Wekeza Bank"' in got.data
    assert halima.post(f"{path}/filed", number="FRC-9", at="2026-03-04T09:30").status_code == 409
    approval = halima.post(f"{path}/approve", reason="checked").location.split("?")[0]
    assert "A colleague must decide" in halima.get(approval).text
    assert f'href="{path}"' in yusuf.get(approval).text
    assert "done=approved" in yusuf.post(f"{approval}/approve", reason="agreed").location
    assert halima.post(f"{path}/filed", number="FRC-9", at="soon").status_code == 400
    assert (
        "under which number" in halima.post(f"{path}/filed", number="", at="2026-03-04T09:30").text
    )
    at = clock.now.strftime("%Y-%m-%dT%H:%M")
    assert "done=report_filed" in halima.post(f"{path}/filed", number="FRC-9", at=at).location
    assert "FRC-9" in yusuf.get(path).text and "FRC-9" in yusuf.get(REPORTS).text


def test_what_cannot_be_made_is_said(somebody, month):
    desk = somebody("compliance")
    assert "names no week" in desk.post(REPORTS, type="ctr", country="KE", period="soon").text
    assert "not over yet" in desk.post(REPORTS, type="summary", country="KE", period="2026-03").text
    assert "Nothing of it" in desk.post(REPORTS, type="ctr", country="KE", period="2026-W05").text
    assert desk.get(f"{REPORTS}/{UUID(int=9)}").status_code == 404


def test_a_report_is_taken_back_and_lists_narrow_down(somebody, month):
    desk = somebody("compliance")
    path = made(desk, month)
    assert "Say why" in desk.post(f"{path}/withdraw", reason="").text
    assert desk.post(f"{path}/withdraw", reason="too early").status_code == 303
    assert made(desk, month) != path

    def listed(query: str) -> int:
        return len(re.findall(rf'href="{REPORTS}/{ID}"', desk.get(f"{REPORTS}{query}").text))

    assert (listed(""), listed("?status=withdrawn"), listed("?type=ctr")) == (2, 1, 0)


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations", "auditor", "admin"])
def test_nobody_else_comes_near(somebody, month, role):
    path = made(somebody("compliance"), month)
    desk = somebody(role)
    assert {desk.get(one).status_code for one in (REPORTS, path, f"{path}/file")} == {403}


@pytest.fixture
def nigeria(bank_admin_engine):
    with nigeria_reports(bank_admin_engine):
        yield


def test_each_country_has_its_own_reports(somebody, month, house, nigeria):
    desk = somebody("compliance")
    paths = [
        desk.post(REPORTS, type="summary", country=one, period=month).location.split("?")[0]
        for one in ("KE", "NG")
    ]
    for path, country, authority in zip(
        paths, ("Kenya", "Nigeria"), ("Financial Reporting Centre", "Financial Intelligence Unit"),
        strict=True,
    ):  # fmt: skip
        page = desk.get(path).text
        assert f"Summary of compliance, {country}, {month}" in page
        assert f"{authority}, {country}" in page and "the same to the byte" in page
    only = desk.get(f"{REPORTS}?country=NG").text
    assert paths[1] in only and paths[0] not in only
    form = desk.get(REPORTS).text
    assert '<option value="KE" selected>Kenya</option>' in form
    assert '<option value="NG">Nigeria</option>' in form
    assert chore.prepare(house) == 4  # the large cash and the summary of either


def test_where_nothing_was_confirmed_nothing_is_made(somebody, month):
    desk = somebody("compliance")
    assert ">Uganda<" not in desk.get(REPORTS).text
    for country in ("UG", "TZ", ""):
        answer = desk.post(REPORTS, type="summary", country=country, period=month)
        assert answer.status_code == 409
        assert "to whom and how was not confirmed yet" in answer.text


def test_what_is_due_is_prepared_and_told_of(house, clock, somebody):
    assert chore.prepare(house) == 2  # the large cash and the summary; no cash reaches the week's
    assert chore.prepare(house) == 2
    assert chore.tick(house) == 0
    clock.pass_(days=8)
    told = 0
    for _ in range(8):
        clock.pass_(days=1)
        told += chore.tick(house)
    assert told >= 2
    page = somebody("compliance").get(REPORTS).text
    assert "Large cash" in page and "Late by" in page
