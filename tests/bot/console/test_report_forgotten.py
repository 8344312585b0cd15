"""A report whose seven years are over is told of, and is handed out no longer."""

from datetime import timedelta
from uuid import UUID

import pytest

from core.access.actors import SYSTEM
from core.crm.retention import SEVEN_YEARS
from core.errors import Refusal
from core.regulatory import reports
from tests.bot.console.test_reports import made
from worker import alerts, retention


def test_a_report_that_was_withdrawn_is_kept_for_seven_years(somebody, house, clock, monkeypatch):
    desk = somebody("compliance")
    path = made(desk, f"{clock.now.replace(day=1) - timedelta(days=1):%Y-%m}")
    assert desk.post(f"{path}/withdraw", reason="too early").status_code == 303
    report = UUID(path.rsplit("/", 1)[1])
    clock.pass_(hours=SEVEN_YEARS.total_seconds() / 3600 + 1)
    retention.sweep(house)
    monkeypatch.setattr("core.crm.filing.STRAY_AFTER", timedelta(days=-36500))
    alerts.tidy(house)
    assert report not in set(house.files("compliance").ids())
    later = somebody("compliance")
    page = later.get(path).text
    assert "what went into it is kept no longer" in page
    assert "the same to the byte" not in page and f"{path}/file" not in page
    assert later.get(f"{path}/file").status_code == 410
    with house.unit() as unit, pytest.raises(Refusal, match="report_forgotten"):
        reports.inputs(unit, SYSTEM, report)
