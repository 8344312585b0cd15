"""The demo bank's API on a test client, on a clock of the test's own that JWTs are read by too."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask

from bot import app as web
from bot.house import House
from core.access import mfa
from core.demo.staff import MFA_SECRET, PASSWORD
from tests.support.town import Clock


@pytest.fixture
def wall(clock: Clock) -> Iterator[Any]:
    """The machine's clock, at the time of the test."""
    with time_machine.travel(clock.now, tick=False) as travelled:
        yield travelled


@pytest.fixture
def application(house: House, settings: Any, wall: Any) -> Flask:
    """The web application of the demo."""
    return web.build(settings, house)


@pytest.fixture
def api(application: Flask) -> "Api":
    """Somebody with an HTTP client."""
    return Api(application)


@pytest.fixture
def later(clock: Clock, wall: Any) -> Callable[..., None]:
    """Let time pass, for the house and for the machine."""

    def pass_(**time: float) -> None:
        clock.pass_(**time)
        wall.move_to(clock.now)

    return pass_


class Api:
    """A client that signs in as the demo's staff do."""

    def __init__(self, application: Flask) -> None:
        self.http = application.test_client()
        self.house: House = application.extensions["house"]

    def post(self, path: str, token: str = "", /, **body: object) -> Any:
        return self.http.post(path, json=body, headers=_bearer(token))

    def get(self, path: str, token: str = "") -> Any:
        return self.http.get(path, headers=_bearer(token))

    def delete(self, path: str, token: str = "") -> Any:
        return self.http.delete(path, headers=_bearer(token))

    def code(self, secret: str = MFA_SECRET) -> str:
        return mfa.code_at(secret, int(self.house.now().timestamp()))

    def enter(self, role: str, *, password: str = PASSWORD) -> dict[str, Any]:
        """Sign in wholly and return the tokens."""
        done = self.post("/api/auth/login", email=f"{role}@wekeza.test", password=password).json
        if done["next"] == "code":
            with self.house.unit() as unit:  # a code counts once, and tests sign in more often
                unit.run("update staff set mfa_last_step = null")
            done = self.post("/api/auth/mfa", mfaToken=done["mfaToken"], code=self.code()).json
        assert done["next"] == "done", done
        return dict(done)

    def token(self, role: str) -> str:
        return str(self.enter(role)["accessToken"])


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
