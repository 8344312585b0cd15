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
def test_it_serves_is_closed_and_killed_and_opens_again_each_time(house: House) -> None:
    """One house's life, for each opening is a minute of work: the bank is loaded only at first."""
    house.open()
    _is_open_and_tells_the_way(house)
    assert any("Loaded the demo bank" in said for said in house.said)
    _a_second_is_refused(house)
    assert house.close() == 0
    assert house.left() == []

    house.open()
    house.wait_for("Wekeza is open")
    assert not any("Loaded the demo bank" in said for said in house.said), "the data are kept"
    _its_servers_come_back_by_themselves(house)
    _its_processes_end_with_it(house)

    house.open()
    house.wait_for("Wekeza is open")
    assert house.close(signal.SIGTERM) == 0
    assert house.left() == []


def _is_open_and_tells_the_way(house: House) -> None:
    line = house.wait_for("Wekeza is open")
    for word in (f"http://127.0.0.1:{house.port}", "*384*100#", "+254712000001", "4321", "21000"):
        assert word in line
    assert httpx.get(f"http://127.0.0.1:{house.port}/api/health", timeout=30).status_code == 200


def _a_second_is_refused(house: House) -> None:
    second = House(house.home, free_port())
    second.open()
    second.wait_for("already runs", seconds=SOON)
    assert second.process
    assert second.process.wait(timeout=60) == 1


def _its_servers_come_back_by_themselves(house: House) -> None:
    for part, server in (("db", "postgres"), ("cache", "redis")):
        old = house.pids(server)
        house.kill(server)
        assert wait_until(lambda s=server: bool(house.pids(s)), seconds=SOON)  # type: ignore[misc]
        assert not set(old) & set(house.pids(server))
        address = f"{house.url}/api/health/{part}"
        assert wait_until(lambda at=address: _is_well(at), seconds=SOON), part  # type: ignore[misc]


def _its_processes_end_with_it(house: House) -> None:
    assert house.process
    house.process.kill()
    house.process.wait()
    assert wait_until(
        lambda: not any("bot.serve" in one or "worker." in one for one in house.left()),
        seconds=SOON,
    ), house.left()


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
