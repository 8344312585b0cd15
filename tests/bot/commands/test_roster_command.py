"""``flask --app bot roster``: hours, skills, absences and what the house hands out."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from bot.commands.roster import command
from core.demo.staff import STAFF

EMAIL = next(one.email for one in STAFF if one.role == "agent")


@pytest.fixture
def roster(demo) -> Callable[..., Result]:
    """Run a command on the demo bank."""
    return lambda *words: CliRunner().invoke(command, list(words))


def listed(roster) -> list[dict[str, object]]:
    found = roster("list", "--json")
    assert found.exit_code == 0, found.output
    rows: list[dict[str, object]] = json.loads(found.output)
    return rows


def test_hours_skills_and_absences_are_set_and_shown(roster) -> None:
    before = len(listed(roster))
    week = ("--hours", "mon-fri=00:00-00:00", "--hours", "sat=00:00-00:00")
    for words in (
        ("shift", EMAIL, "--country", "ke", *week, "--hours", "sun=00:00-00:00", "--on-holidays"),
        ("skills", EMAIL, "--category", "Card", "--language", "sw", "--language", "en"),
        ("dealing", "Fraud", "--off"),
        ("dealing", "Fraud", "--on"),
    ):
        done = roster(*words)
        assert done.exit_code == 0, done.output
    rows = listed(roster)
    assert len(rows) == before + 1
    [mine] = [row for row in rows if row["skills"] == "Card"]
    assert (mine["there"], mine["languages"], mine["leads"]) == (True, "en, sw", False)
    assert roster("away", EMAIL, "--until", "2099-01-01").exit_code == 0
    assert [row["there"] for row in listed(roster) if row["skills"] == "Card"] == [False]
    assert roster("back", EMAIL).exit_code == 0
    assert [row["there"] for row in listed(roster) if row["skills"] == "Card"] == [True]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("shift", EMAIL, "--country", "GB", "--hours", "mon=08:00-17:00"), "bad_shift country"),
        (("shift", EMAIL, "--country", "KE", "--hours", "monday"), "is no shift"),
        (("shift", EMAIL, "--country", "KE", "--hours", "abc=08:00-17:00"), "is no shift"),
        (("skills", EMAIL, "--category", "Weather", "--language", "en"), "bad_skill Weather"),
        (("dealing", "Weather", "--off"), "bad_skill Weather"),
        (("back", "nobody@bank.example"), "nobody here"),
    ],
)
def test_what_cannot_be_is_said(roster, words: tuple[str, ...], said: str) -> None:
    refused = roster(*words)
    assert refused.exit_code != 0
    assert said in refused.output
