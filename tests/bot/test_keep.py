"""A program is kept running, until told or until nobody is there who wanted it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.keep import main

ROOT = Path(__file__).parents[2]


def keep(program: str, *options: str) -> subprocess.Popen[str]:
    """Keep a piece of Python running."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot.keep", *options, "--", sys.executable, "-uc", program],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def lines(keeper: subprocess.Popen[str], count: int) -> list[str]:
    assert keeper.stdout
    return [keeper.stdout.readline().strip() for _ in range(count)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


SLEEPER = "import os, time; print(os.getpid()); time.sleep(60)"


def test_a_program_that_ends_is_started_again_after_a_while_that_grows() -> None:
    with keep("print('here')") as keeper:
        said = lines(keeper, 5)
        keeper.terminate()
    assert said == [
        "here",
        "ended with status 0; again in 0.5 s",
        "here",
        "ended with status 0; again in 1 s",
        "here",
    ]
    assert keeper.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_program_too_and_that_is_no_fault(number: signal.Signals) -> None:
    with keep(SLEEPER) as keeper:
        pid = int(lines(keeper, 1)[0])
        keeper.send_signal(number)
        assert keeper.wait(timeout=60) == 0
    assert not alive(pid)


def test_a_program_that_does_not_listen_is_killed_before_honcho_loses_patience() -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
    with keep(deaf) as keeper:
        pid = int(lines(keeper, 1)[0])
        began = time.monotonic()
        keeper.terminate()
        assert keeper.wait(timeout=60) == 0
        assert time.monotonic() - began < 5
    assert not alive(pid)


def test_it_ends_with_the_one_who_wanted_it() -> None:
    parent = subprocess.Popen(["sleep", "60"])
    with keep(SLEEPER, "--while", str(parent.pid)) as keeper:
        pid = int(lines(keeper, 1)[0])
        parent.kill()
        parent.wait()
        assert keeper.wait(timeout=60) == 0
    assert not alive(pid)


def test_a_signal_during_the_rest_ends_it_at_once() -> None:
    with keep("raise SystemExit(3)") as keeper:
        lines(keeper, 3)  # twice, and now it rests for a second
        began = time.monotonic()
        keeper.terminate()
        assert keeper.wait(timeout=60) == 0
        assert time.monotonic() - began < 1.5


def test_nothing_to_keep(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--while", "1"]) == 2
    assert "usage" in capsys.readouterr().err
