"""``flask --app bot aml``: days are gone through, and what watches is trained and measured."""

import json

from core.watch.typologies import TYPOLOGIES


def test_days_that_are_over_are_gone_through_once(demo) -> None:
    until = ("--until", "2026-03-06")
    first = demo("aml", "watch", *until, "--json")
    assert first.exit_code == 0, first.output
    days = [one["day"] for one in json.loads(first.output)]
    assert days == ["2026-03-04", "2026-03-05", "2026-03-06"]
    assert demo("aml", "watch", *until).output.strip() == "no day is left to go through"


def test_a_simulation_is_written_down_the_same_each_time(command, tmp_path) -> None:
    told = [
        command(
            "aml", "simulate", "--seed", "5", "--customers", "300", "--days", "61",
            "--instances", "1", "--out", str(tmp_path / name),
        )
        for name in ("one.csv", "two.csv")
    ]  # fmt: skip
    assert told[0].exit_code == 0 and told[0].output == told[1].output
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_too_small_a_bank_is_refused(command) -> None:
    refused = command("aml", "simulate", "--customers", "10")
    assert refused.exit_code == 1 and "at least" in refused.output


def test_what_is_planted_is_counted_and_nothing_of_it_stays(demo) -> None:
    given = ("--customers", "300", "--instances", "1", "--seed", "201", "--json")
    first = demo("aml", "evaluate", *given)
    assert first.exit_code == 0, first.output
    told = json.loads(first.output)
    assert [one["typology"] for one in told] == list(TYPOLOGIES)
    assert {one["planted"] for one in told} == {1}
    assert demo("aml", "evaluate", *given).output == first.output


def test_a_sample_that_is_none_is_told(command, tmp_path) -> None:
    refused = command("aml", "evaluate", "--amlsim", str(tmp_path))
    assert refused.exit_code == 1 and "nodes.csv" in refused.output
