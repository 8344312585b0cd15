"""The web server as it runs: what kills a process of it, and what it will not read."""

import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from bench import memory
from tests.support.stack import WEB, Stack, run_stack
from tests.support.until import until


@pytest.fixture
def web(tmp_path: Path, clean_database: str, servers, redis_url: str, pepper: bytes):
    with run_stack(
        [WEB], home=tmp_path, database_url=servers.app_url(clean_database), redis_url=redis_url,
        pepper=pepper, WEB_PROCESSES="2",
    ) as stack:  # fmt: skip
        yield stack


def test_a_killed_process_is_replaced_and_a_killed_server_leaves_none(web: Stack) -> None:
    server = web.processes[WEB].pid
    until(lambda: len(_running(server)) == 2)
    first, second = _running(server)
    os.kill(first, signal.SIGKILL)
    until(lambda: first not in _running(server) and len(_running(server)) == 2)
    until(lambda: _is_open(web))

    left = _running(server)
    assert second in left
    os.kill(server, signal.SIGKILL)
    web.processes[WEB].wait()
    until(lambda: not any(_runs(pid) for pid in left), seconds=60)


def test_it_stops_when_told_and_in_time_for_whoever_keeps_it(web: Stack) -> None:
    with httpx.stream("GET", f"{web.url}/simulator/stream?from=0-0") as endless:
        next(endless.iter_raw())
        web.processes[WEB].terminate()
        assert web.processes[WEB].wait(4) == 0


def test_endless_headers_and_bodies_are_not_read(web: Stack) -> None:
    headers = {"X-Long": "a" * 200_000}
    assert httpx.get(f"{web.url}/api/health/db", headers=headers).status_code == 431
    with socket.create_connection(("127.0.0.1", web.web_port)) as caller:
        caller.settimeout(5)
        caller.sendall(
            b"POST /webhooks/twilio/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nBody="
        )
        assert b" 413 " in caller.recv(100)


def _is_open(web: Stack) -> bool:
    try:
        return httpx.get(f"{web.url}/api/health/db").status_code == 200
    except httpx.ConnectError:  # a process that is still beginning does not listen yet
        return False


def _running(server: int) -> list[int]:
    return sorted(pid for pid in memory.children(server) if _runs(pid))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
