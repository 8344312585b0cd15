"""``report``: prepared, listed, proven again and written to a folder."""

import json

from bot.settings import load
from tests.support.regulatory import nigeria_reports


def made(demo, *words: str) -> list[dict]:
    done = demo("report", *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_report_is_made_once_listed_proven_and_written(demo, tmp_path):
    [report] = made(demo, "make", "summary", "2026-02")
    assert made(demo, "make", "summary", "2026-02") == [report]
    assert (report["type"], report["status"], report["version"]) == ("summary", "prepared", 1)
    assert made(demo, "list", "--type", "summary") == [report]
    assert made(demo, "list", "--status", "filed") == []
    proven = demo("report", "verify")
    assert (proven.exit_code, proven.stdout.strip()) == (0, "1 reports come out as they were made")
    assert demo("report", "verify", report["report"]).exit_code == 0
    written = demo("report", "export", report["report"], str(tmp_path))
    place = tmp_path / "SUMMARY-KE-2026-02-1.json"
    assert written.stdout.strip() == str(place)
    assert json.loads(place.read_text())["reference"] == "SUMMARY-KE-2026-02-1"
    assert place.stat().st_mode & 0o077 == 0


def test_each_country_has_its_own_reports(demo, bank_admin_engine):
    with nigeria_reports(bank_admin_engine):
        [home] = made(demo, "make", "summary", "2026-02")
        [there] = made(demo, "make", "summary", "2026-02", "--country", "ng")
        assert made(demo, "make", "summary", "2026-02", "--country", "KE") == [home]
    assert (home["country"], there["country"]) == ("KE", "NG")
    assert made(demo, "list", "--country", "NG") == [there]
    assert len(made(demo, "list")) == 2
    proven = demo("report", "verify")  # also once nothing is reported there any more
    assert (proven.exit_code, proven.stdout.strip()) == (0, "2 reports come out as they were made")


def test_what_cannot_be_made_is_said_in_a_line(demo, tmp_path):
    for words, said in (
        (("make", "summary", "2999-01"), "period runs on"),
        (("make", "ctr", "2026-02"), "unknown period"),
        (("make", "ctr", "2020-W05"), "nothing to report"),
        (("make", "ctr", "2020-W05", "--country", "UG"), "country does not report: UG"),
        (("export", "00000000-0000-7000-8000-000000000009", str(tmp_path)), "unknown report"),
        (("verify", "00000000-0000-7000-8000-000000000009"), "unknown report"),
    ):
        done = demo("report", *words)
        assert done.exit_code == 1 and said in done.output, words
        assert "Traceback" not in done.output


def test_a_file_that_is_lost_is_found(demo):
    [report] = made(demo, "make", "summary", "2026-02")
    data_dir = load(env_file=None).data_dir
    [place] = (data_dir / "compliance").rglob(report["report"])
    place.unlink()
    lost = demo("report", "verify")
    assert lost.exit_code == 1 and "its file is gone" in lost.stdout
