"""``flask --app bot settlement``: payments that leave, nostros, and the day's end."""

import json

import pytest

from core.settlement import liquidity, sending
from tests.core.people import units
from tests.core.settlement import house


@pytest.fixture
def paid(bank_engine, now) -> str:
    """The reference of a payment that left."""
    opened = units(bank_engine, now)
    with opened() as unit:
        # The demo's own Brian is there already: somebody else pays.
        payer = house.someone(
            unit, "+254712999888", holds="KES 8000.00", names=("Zuri", "Quirk"), id_number="ZQ1"
        )
        one = house.start(unit, payer)
        sending.send_due(unit, one)
        reference: str = unit.value(
            "select reference from settlements where settlement_id = %(id)s", id=one
        )
    return reference


def test_a_payment_is_listed_and_shown_with_why_its_route_was_taken(demo, paid) -> None:
    listed = demo("settlement", "list")
    assert listed.exit_code == 0, listed.output
    assert paid in listed.output and "KE-PESALINK" in listed.output
    assert "none is on its way" in demo("settlement", "list", "--rail", "NG-NIP").output
    assert "no payments" in demo("settlement", "list", "--status", "failed").output
    shown = demo("settlement", "show", paid.lower())
    assert shown.exit_code == 0, shown.output
    assert "started" in shown.output and "sent" in shown.output
    assert "too_large" in shown.output or "not_there" in shown.output
    assert "Quirk" not in shown.output and "018029348712" not in shown.output
    assert demo("settlement", "show", "WK0000000000").exit_code == 1


def test_nostros_are_told(demo, bank_engine, now) -> None:
    told = demo("settlement", "nostros", "--json")
    assert told.exit_code == 0, told.output
    rows = json.loads(told.output)
    with units(bank_engine, now)() as unit:
        assert len(rows) == len(liquidity.lines(unit))
    assert {"GHS", "KES"} <= {row["free"].split()[0] for row in rows}
    assert not any(row["is_low"] for row in rows)  # the demo brings money to all of them


def test_days_are_closed_once(demo, paid) -> None:
    closed = demo("settlement", "end-of-day", "--country", "KE")
    assert closed.exit_code == 0, closed.output
    assert "KE" in closed.output
    assert "no day has ended" in demo("settlement", "end-of-day", "--country", "KE").output
    wrong = demo("settlement", "end-of-day", "--day", "2026-03-01")
    assert wrong.exit_code == 2
    ahead = demo("settlement", "end-of-day", "--country", "KE", "--day", "2999-01-01")
    assert ahead.exit_code == 1 and "day_runs" in ahead.output
