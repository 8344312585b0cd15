"""Four web servers on one database are one door: what is counted or used at one counts at all."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle, islice
from time import time

import httpx
import pytest

from core.access import mfa, sign_in
from core.demo.staff import MFA_SECRET, PASSWORD
from tests.support.stack import WEB, run_stack

SERVERS, TRIES_EACH = 4, 3
Answer = tuple[int, str]


@pytest.fixture
def doors(
    tmp_path, bank_database: str, servers, redis_url: str, pepper: bytes
) -> Iterator[list[str]]:
    """The addresses of four web servers of one process each."""
    homes = [tmp_path / str(n) for n in range(SERVERS)]
    for home in homes:
        home.mkdir()
    stacks = [
        run_stack(
            [WEB], home=home, database_url=servers.app_url(bank_database), redis_url=redis_url,
            pepper=pepper, WEB_PROCESSES="1",
        )
        for home in homes
    ]  # fmt: skip
    with ExitStack() as running, ThreadPoolExecutor(SERVERS) as pool:
        opened = list(pool.map(lambda one: one.__enter__(), stacks))
        for one in stacks:
            running.push(one.__exit__)
        yield [stack.url for stack in opened]


def post(door: str, path: str, **body: str) -> httpx.Response:
    return httpx.post(f"{door}/api/auth/{path}", json=body, timeout=30)


def enter(door: str, role: str, password: str) -> httpx.Response:
    return post(door, "login", email=f"{role}@wekeza.test", password=password)


def told(answer: httpx.Response) -> Answer:
    return answer.status_code, answer.json().get("code", "")


def test_four_web_servers_are_one_door(doors: list[str]) -> None:
    the_fifth_wrong_try_anywhere_locks_everywhere(doors)
    a_code_used_at_one_is_used_at_all(doors)
    a_refresh_token_used_at_one_ends_the_line_at_all(doors)


def the_fifth_wrong_try_anywhere_locks_everywhere(doors: list[str]) -> None:
    tries = list(islice(cycle(doors), SERVERS * TRIES_EACH))
    with ThreadPoolExecutor(len(tries)) as pool:
        answers = Counter(pool.map(lambda door: told(enter(door, "agent", "not it")), tries))
    locked = len(tries) - sign_in.TRIES + 1
    assert answers == {(401, "wrong_login"): sign_in.TRIES - 1, (423, "login_locked"): locked}
    for door in doors:
        assert told(enter(door, "agent", PASSWORD)) == (423, "login_locked")
        assert enter(door, "operations", PASSWORD).status_code == 200, "the others come in"


def a_code_used_at_one_is_used_at_all(doors: list[str]) -> None:
    halves = [enter(door, "supervisor", PASSWORD).json()["mfaToken"] for door in doors]
    code = mfa.code_at(MFA_SECRET, int(time()))
    with ThreadPoolExecutor(SERVERS) as pool:
        answers = pool.map(
            lambda door, half: told(post(door, "mfa", mfaToken=half, code=code)), doors, halves
        )
        assert Counter(answers) == {(200, ""): 1, (401, "wrong_mfa_code"): SERVERS - 1}


def a_refresh_token_used_at_one_ends_the_line_at_all(doors: list[str]) -> None:
    token = enter(doors[0], "operations", PASSWORD).json()["refreshToken"]
    new = post(doors[1], "refresh", refreshToken=token).json()
    assert told(post(doors[2], "refresh", refreshToken=token)) == (401, "sign_in_again")
    assert told(post(doors[3], "refresh", refreshToken=new["refreshToken"])) == (
        401,
        "sign_in_again",
    )
    bearer = {"Authorization": f"Bearer {new['accessToken']}"}
    for door in doors:
        answer = httpx.get(f"{door}/api/auth/me", headers=bearer)
        assert told(answer) == (401, "sign_in_again")
