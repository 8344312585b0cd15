"""``flask --app bot fees``: the schedule as it is charged."""

import json


def test_the_schedule_is_listed(demo) -> None:
    listed = demo("fees", "list", "--country", "KE", "--what", "withdraw_bank")
    assert listed.exit_code == 0, listed.output
    assert "PesaLink" in listed.output and "below KES 500.01" in listed.output
    rows = json.loads(demo("fees", "list", "--json").output)
    assert {row["country"] for row in rows} >= {"KE", "SN", "ZA"}
    in_dollars = demo("fees", "list", "--country", "KE", "--currency", "usd", "--what", "exchange")
    assert "USD 0.10" in in_dollars.output


def test_a_day_before_the_bank_has_no_schedule(demo) -> None:
    listed = demo("fees", "list", "--country", "KE", "--on", "1999-12-31")
    assert (listed.exit_code, listed.output.strip()) == (0, "nothing is charged for there")
