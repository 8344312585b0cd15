"""The whole house in one command: it opens, serves, closes, and leaves nothing behind."""

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.embedded.processes import wait_until
from tests.support.launched import House, free_port

SOON = 120.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose data are in a folder with a space in its name."""
    house = House(tmp_path / "data dir", free_port())
    yield house
    if house.process and house.process.poll() is None:
        house.process.send_signal(signal.SIGTERM)
        house.process.wait(timeout=120)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_it_opens_serves_closes_and_opens_again(house: House) -> None:
    house.open()
    line = house.wait_for("Wekeza is open")
    for word in (f"http://127.0.0.1:{house.port}", "*384*100#", "+254712000001", "4321", "21000"):
        assert word in line
    assert any("Loaded the demo bank" in said for said in house.said)
    assert httpx.get(f"http://127.0.0.1:{house.port}/api/health", timeout=30).status_code == 200

    second = House(house.home, free_port())
    second.open()
    second.wait_for("already runs", seconds=120)
    assert second.process
    assert second.process.wait(timeout=60) == 1

    assert house.close() == 0
    assert house.left() == []

    house.open()
    house.wait_for("Wekeza is open")
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
def test_its_servers_come_back_by_themselves(house: House) -> None:
    house.open()
    house.wait_for("Wekeza is open")
    for part, server in (("db", "postgres"), ("cache", "redis")):
        old = house.pids(server)
        house.kill(server)
        assert wait_until(lambda s=server: bool(house.pids(s)), seconds=SOON)  # type: ignore[misc]
        assert not set(old) & set(house.pids(server))
        address = f"{house.url}/api/health/{part}"
        assert wait_until(lambda at=address: _is_well(at), seconds=SOON), part  # type: ignore[misc]
    assert house.close() == 0
    assert house.left() == []


def _is_well(address: str) -> bool:
    return httpx.get(address, timeout=30).status_code == 200


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
        assert "PORT=" in house.wait_for(f"Port {house.port} is taken", seconds=120)
        assert house.process
        assert house.process.wait(timeout=60) == 1


def test_wrong_settings_are_named(house: House) -> None:
    house.open(SECRET_KEY="short")
    house.wait_for("SECRET_KEY", seconds=120)
    assert house.process
    assert house.process.wait(timeout=60) == 1
