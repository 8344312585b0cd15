"""Days in a message, told from today: Sunday, 22 November 2026."""

from datetime import date

import pytest

from flows.understanding.entities import find

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-22"), ("leo", "2026-11-22"), ("aujourd'hui", "2026-11-22"),
        ("tomorrow", "2026-11-23"), ("kesho", "2026-11-23"), ("demain", "2026-11-23"),
        ("yesterday", "2026-11-21"), ("jana", "2026-11-21"), ("hier", "2026-11-21"),
        ("juzi", "2026-11-20"), ("avant-hier", "2026-11-20"), ("apr\u00e8s-demain", "2026-11-24"),
        ("keshokutwa", "2026-11-24"), ("the day after tomorrow", "2026-11-24"),
        ("on Monday", "2026-11-23"), ("Jumatatu", "2026-11-23"), ("lundi", "2026-11-23"),
        ("Sunday", "2026-11-22"), ("next Sunday", "2026-11-29"), ("last Sunday", "2026-11-15"),
        ("next Friday", "2026-11-27"), ("ijumaa ijayo", "2026-11-27"),
        ("vendredi prochain", "2026-11-27"), ("jumapili iliyopita", "2026-11-15"),
        ("25 Dec", "2026-12-25"), ("25th of December", "2026-12-25"), ("Dec 25", "2026-12-25"),
        ("25/12", "2026-12-25"), ("25/12/2027", "2027-12-25"), ("25.12.2027", "2027-12-25"),
        ("25-12-27", "2027-12-25"), ("2026-12-25", "2026-12-25"), ("Dec 25, 2027", "2027-12-25"),
        ("tarehe 5", "2026-12-05"), ("tarehe 25", "2026-11-25"), ("the 25th", "2026-11-25"),
        ("tarehe 5 mwezi wa tatu", "2027-03-05"), ("tarehe 5 Machi", "2027-03-05"),
        ("le 5 mars", "2027-03-05"), ("le 1er mars", "2027-03-01"), ("29 Feb", "2028-02-29"),
        ("end of the month", "2026-11-30"), ("mwisho wa mwezi", "2026-11-30"),
        ("fin du mois", "2026-11-30"), ("in 3 days", "2026-11-25"), ("3 days ago", "2026-11-19"),
        ("siku 3 zilizopita", "2026-11-19"), ("baada ya siku mbili", "2026-11-24"),
        ("dans deux semaines", "2026-12-06"), ("il y a 3 jours", "2026-11-19"),
        ("since 1 October", "2026-10-01"),
    ],
)  # fmt: skip
def test_a_day_is_heard(text: str, day: str) -> None:
    found = find(f"send it {text}", country="KE", today=TODAY)
    assert (found.date, found.amount) == (day, None)


@pytest.mark.parametrize(
    "text",
    ["31/11", "24/7", "1/2 of it", "32 March", "in May", "the 22nd of each month", "5",
     "2026-13-45",
     "may I", "mon compte", "99999 days ago"],
)  # fmt: skip
def test_what_is_no_day_is_not_taken_for_one(text: str) -> None:
    assert find(text, country="KE", today=TODAY).date is None


def test_a_day_that_was_asked_for_may_be_a_number_alone() -> None:
    assert find("5", country="KE", today=TODAY, expects="date").date == "2026-12-05"


@pytest.mark.parametrize("today", [date.min, date.max, date(2028, 2, 29)])
def test_no_today_is_too_far_away(today: date) -> None:
    for text in ("tomorrow", "yesterday", "next monday", "29 Feb", "tarehe 31", "in 99 weeks"):
        find(text, country="KE", today=today)
