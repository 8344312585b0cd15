"""``aml backtest``: what a set of rules would have done with payments of the past."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import Engine

from core.monitoring import rule_drafts
from core.monitoring.rule_drafts import Written
from core.store.acting import acting_as
from core.store.sealed import COMPLIANCE_ROLE
from core.store.unit import Unit
from tests.core.people import units
from tests.support.desk import hired

DAYS = ("--since", "2026-01-01", "--until", "2026-03-06")
"""Around the payments that the demo's bank has judged, one of which is held."""


@pytest.fixture
def opened(bank_engine: Engine) -> Callable[..., AbstractContextManager[Unit]]:
    """Open units of work on the demo's bank, which commit."""
    return units(bank_engine)


@pytest.fixture
def decided(opened) -> list[tuple[str, date]]:
    """What was decided of each payment, and on which day."""
    with opened() as unit, acting_as(unit, COMPLIANCE_ROLE):
        rows = unit.all("select verdict, at from payment_decisions order by at")
    return [(row.verdict, row.at.astimezone(UTC).date()) for row in rows]


@pytest.fixture
def stricter(opened) -> int:
    """The version of a draft that blocks every payment."""
    with opened() as unit:
        officer = hired(unit, "compliance")
        version = rule_drafts.draft(unit, officer, title="Stops all", like=1)
        rule = Written(
            name="stops_all", condition="worth_usd >= 0", reason="velocity", verdict="block"
        )
        rule_drafts.put(unit, officer, version, rule)
    return version


def told(demo, version: int, *words: str) -> dict[tuple[str, str], int]:
    """Return how many payments went from what to what."""
    done = demo("aml", "backtest", str(version), *words, "--json")
    assert done.exit_code == 0, done.output
    return {(one["was"], one["would"]): one["payments"] for one in json.loads(done.stdout)}


def test_the_set_that_decided_would_decide_so_again(demo, decided) -> None:
    verdicts = Counter((verdict, verdict) for verdict, _ in decided)
    assert verdicts["hold", "hold"] == 1
    assert told(demo, 1, *DAYS) == verdicts


def test_another_set_would_have_decided_otherwise(demo, decided, stricter) -> None:
    assert told(demo, stricter, *DAYS) == Counter((verdict, "block") for verdict, _ in decided)
    shown = demo("aml", "backtest", str(stricter), *DAYS).stdout
    many = len(decided)
    assert f"{many} payments, {many} of them otherwise; fired:" in shown
    assert ["stops_all", str(many)] in [line.split() for line in shown.splitlines()]
    assert demo("aml", "backtest", str(stricter), *DAYS).stdout == shown, "nothing is written"


def test_each_day_is_whole_and_the_last_one_counts(demo, decided) -> None:
    by_day = Counter(day for _, day in decided)
    first, last = min(by_day), max(by_day)
    for day in (first - timedelta(days=1), first, last, last + timedelta(days=1)):
        found = told(demo, 1, "--since", str(day), "--until", str(day))
        assert sum(found.values()) == by_day[day], day
    month = told(demo, 1, "--until", str(last))
    begins = last - timedelta(days=29)
    assert sum(month.values()) == sum(many for day, many in by_day.items() if day >= begins)


def test_what_is_no_set_or_no_day_is_said_in_a_line(demo) -> None:
    for words, said in (
        (("999",), "there is no set of rules 999"), (("first",), "not a valid integer"),
        (("1", "--since", "yesterday"), "does not match the format"),
    ):  # fmt: skip
        done = demo("aml", "backtest", *words)
        assert done.exit_code != 0 and said in done.output, words
        assert "Traceback" not in done.output
