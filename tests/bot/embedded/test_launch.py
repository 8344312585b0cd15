"""The whole house in one command: it opens, serves, closes, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]
OPEN_WITHIN = 90.0


def free_port() -> int:
    """Return a port that is free, as is the one above it."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


class House:
    """A launcher, with what it says."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.said: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def open(self, **extra: str) -> None:
        """Launch it."""
        given = {"DATA_DIR": str(self.home), "PORT": str(self.port), "DEMO_MODE": "1", **extra}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.embedded"],
            cwd=ROOT, env={**kept, **given}, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.said = []
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.said.extend(process.stdout)

    def wait_for(self, words: str, seconds: float = OPEN_WITHIN) -> str:
        """Return the line with these words, once it is said."""
        assert self.process
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := [line for line in list(self.said) if words in line]:
                return found[0]
            if self.process.poll() is not None:
                time.sleep(0.2)
                if not any(words in line for line in self.said):
                    break
            time.sleep(0.05)
        raise AssertionError(f"never said {words!r}:\n{''.join(self.said)}")

    def close(self, number: signal.Signals = signal.SIGINT) -> int:
        """Signal it and return its status."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(timeout=40)

    def left(self) -> list[str]:
        """Return the command lines of the processes that belong to this house."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = entry.joinpath("environ").read_bytes().decode(errors="replace")
                state = entry.joinpath("stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if str(self.home) in command + environment and state != "Z":
                found.append(command)
        return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose data are in a folder with a space in its name."""
    house = House(tmp_path / "data dir", free_port())
    yield house
    if house.process and house.process.poll() is None:
        house.process.send_signal(signal.SIGTERM)
        house.process.wait(timeout=40)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_it_opens_serves_closes_and_opens_again(house: House) -> None:
    house.open()
    line = house.wait_for("Wekeza is open")
    for word in (f"http://127.0.0.1:{house.port}", "*384*100#", "+254712000001", "4321", "21000"):
        assert word in line
    assert any("Loaded the demo bank" in said for said in house.said)
    assert httpx.get(f"http://127.0.0.1:{house.port}/api/health", timeout=10).status_code == 200

    second = House(house.home, free_port())
    second.open()
    second.wait_for("already runs", seconds=30)
    assert second.process
    assert second.process.wait(timeout=10) == 1

    assert house.close() == 0
    assert house.left() == []

    began = time.monotonic()
    house.open()
    house.wait_for("Wekeza is open")
    assert time.monotonic() - began < 15
    assert not any("Loaded the demo bank" in said for said in house.said), "the data are kept"
    assert house.close(signal.SIGTERM) == 0
    assert house.left() == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_after_a_kill_the_processes_end_and_the_next_start_finds_its_way(house: House) -> None:
    house.open()
    house.wait_for("Wekeza is open")
    assert house.process
    house.process.kill()
    house.process.wait()
    until = time.monotonic() + 15
    while any("bot.serve" in one or "worker." in one for one in house.left()):
        assert time.monotonic() < until, house.left()
        time.sleep(0.2)
    house.open()
    house.wait_for("Wekeza is open")
    assert house.close() == 0
    assert house.left() == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("after", [0.0, 0.7, 1.5, 3.0])
def test_ctrl_c_while_it_starts(house: House, after: float) -> None:
    house.open()
    house.wait_for("Opening")
    time.sleep(after)
    assert house.close() == 0, "".join(house.said)
    assert house.left() == []


def test_a_taken_port_is_named_with_the_way_out(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", house.port))
        taken.listen()
        house.open()
        assert "PORT=" in house.wait_for(f"Port {house.port} is taken", seconds=40)
        assert house.process
        assert house.process.wait(timeout=10) == 1


def test_wrong_settings_are_named(house: House) -> None:
    house.open(SECRET_KEY="short")
    house.wait_for("SECRET_KEY", seconds=30)
    assert house.process
    assert house.process.wait(timeout=10) == 1
