"""Logs are JSON with the names of the Elastic schema, and hold no secrets."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[object]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure("INFO")
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_json_with_ecs_names(lines) -> None:
    with structlog.contextvars.bound_contextvars(correlation="019a-7"):
        structlog.get_logger("bot.hub").warning("turn tried again", error="LockNotAvailable")
    [line] = lines()
    assert line["message"] == "turn tried again"
    assert line["log.level"] == "warning"
    assert line["log.logger"] == "bot.hub"
    assert line["trace.id"] == "019a-7"
    assert line["error.type"] == "LockNotAvailable"
    assert line["@timestamp"].endswith("Z")


def test_lines_of_libraries_look_the_same_and_share_the_id(lines) -> None:
    with structlog.contextvars.bound_contextvars(correlation="019a-7"):
        logging.getLogger("library").warning("call +254712000001 with %s", "4321")
    [line] = lines()
    assert (line["message"], line["trace.id"]) == ("call +254***001 with ****", "019a-7")


def test_a_trace_back_is_masked_too(lines) -> None:
    try:
        raise ValueError("PIN 4321 of +254712000001")
    except ValueError:
        structlog.get_logger().exception("turn broke")
    [line] = lines()
    assert "ValueError" in line["error.stack_trace"]
    assert "4321" not in json.dumps(line)
    assert "712000001" not in json.dumps(line)


def test_what_is_inside_of_a_value_is_masked_too(lines) -> None:
    class Told:
        def __str__(self) -> str:
            return "card 4111111111111111"

    structlog.get_logger().info(
        "seen",
        facts={"to": ["+254712000001", {"pin": "4321", "at": "amina@example.org"}]},
        number=254712000001,
        told=Told(),
        ms=4321.5,
        turns=4321,
    )
    [line] = lines()
    assert line["facts"] == {"to": ["+254***001", {"pin": logs.HIDDEN, "at": "a***@***"}]}
    assert line["number"] != 254712000001
    assert (line["told"], line["ms"], line["turns"]) == ("card ********", 4321.5, 4321)


def test_what_never_ends_is_told_in_part(lines) -> None:
    endless: dict[str, object] = {}
    endless["again"] = endless
    structlog.get_logger().info("seen", endless=endless, many=list(range(1000)))
    assert len(lines()[0]["many"]) == logs.MOST_PARTS


@pytest.mark.parametrize("name", sorted(logs.NEVER))
def test_bodies_and_secrets_are_hidden_whole(lines, name: str) -> None:
    structlog.get_logger().info("seen", **{name: {"Body": "4321"}})
    assert lines()[0][name] == logs.HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "pin 4321",
        "pin:4321",
        "1*2*4321",
        "x=4321&y=1",
        "4321.",
        "(4321)",
        "code 123456",
        "SEND 500 0712000002 4321",
    ],
)
def test_codes_are_masked_wherever_they_stand(text: str) -> None:
    assert "4321" not in logs.mask(text)
    assert "123456" not in logs.mask(text)
    assert "712000002" not in logs.mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "019a1234-5678-7abc-9def-001122334455",
        "took 12.3456 ms",
        "2026-11-21T05:35:48",
        "SM00000000000000000000000000000001",
        "KES 1,500.00",
    ],
)
def test_what_helps_to_find_a_fault_stays(text: str) -> None:
    assert logs.mask(text) == text


@given(st.integers(0, 999_999), st.sampled_from(["{} ", " {}", ":{}", "*{}", "'{}'", "{}\n"]))
def test_no_pin_survives(number: int, around: str) -> None:
    pin = f"{number:04d}"
    assert pin not in logs.mask(around.format(pin))


def test_a_long_text_is_cut() -> None:
    assert len(logs.mask("a" * 100_000)) == logs.LONGEST
