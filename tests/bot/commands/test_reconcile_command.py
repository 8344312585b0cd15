"""``flask --app bot settlement reconcile`` and ``breaks``: a day's files, and what differs."""

import json

from core.partners.rails.report import COLUMNS

LINE = "out,R1,WK1,,1500.00,KES,ACSC,,2026-03-04,2026-03-04T09:00:00+00:00"


def test_a_file_is_taken_in_once_and_what_differs_is_listed(demo, tmp_path) -> None:
    file = tmp_path / "passed.csv"
    file.write_text("\r\n".join([",".join(COLUMNS), LINE, ""]))
    first = demo("settlement", "reconcile", str(file), "--partner", "pesalink", "--json")
    assert first.exit_code == 0, first.output
    [told] = json.loads(first.output)
    assert (told["opened"], told["open"]) == ("missing_in_book 1", 1)
    assert told["files"] == [
        {"file": "passed.csv", "format": "report", "sources": 1, "lines": 1, "again": False}
    ]
    again = demo("settlement", "reconcile", str(file), "--partner", "pesalink")
    assert again.exit_code == 0 and "none" in again.output and "True" in again.output
    [found] = json.loads(demo("settlement", "breaks", "--json").output)
    assert (found["kind"], found["reference"], found["amount"]) == (
        "missing_in_book", "WK1", "KES 1500.00",
    )  # fmt: skip
    assert demo("settlement", "breaks", "--status", "resolved").output.strip() == "no breaks"


def test_what_cannot_be_used_is_said(demo, tmp_path) -> None:
    file = tmp_path / "passed.csv"
    file.write_text(",".join(COLUMNS))
    refused = demo("settlement", "reconcile", str(file))
    assert refused.exit_code == 1 and "passed.csv: partner_needed" in refused.output
