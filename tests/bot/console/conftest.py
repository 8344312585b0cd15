"""The desk on a test client, on the test's own clock."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from bot import app as web
from bot.house import House
from core.access import mfa
from core.demo.staff import MFA_SECRET, PASSWORD

ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def application(house: House, settings: Any) -> Flask:
    """The web application of the demo."""
    return web.build(settings, house)


@pytest.fixture
def somebody(application: Flask) -> Callable[[str], "Desk"]:
    """Sign a member of the demo's staff in."""
    return lambda role: Desk(application, role)


class Desk:
    """A browser in which somebody is signed in at the desk."""

    def __init__(self, application: Flask, role: str) -> None:
        self.http = application.test_client()
        self.house: House = application.extensions["house"]
        form = {"email": f"{role}@wekeza.test", "password": PASSWORD}
        answer = self.http.post("/desk/sign-in", data=form, headers=ORIGIN)
        if "second-factor" in answer.location:
            form = {"code": self.code()}
            answer = self.http.post("/desk/second-factor", data=form, headers=ORIGIN)
        assert answer.status_code == 303, answer.text

    def get(self, path: str) -> Any:
        return self.http.get(path)

    def post(self, path: str, **form: Any) -> Any:
        return self.http.post(path, data={"csrf": self.csrf(), **form}, headers=ORIGIN)

    def csrf(self) -> str:
        found = re.search(r'"csrf": "(\w+)"', self.http.get("/desk/security").text)
        assert found is not None
        return found[1]

    def code(self, secret: str = MFA_SECRET) -> str:
        """Return what the demo's authenticators show at this moment; it counts once."""
        return mfa.code_at(secret, int(self.house.now().timestamp()))

    def customer(self, name: str = "Amina Otieno") -> str:
        """Return the path of a customer's page."""
        return str(self.post("/desk/find", words=name).location.split("?")[0])

    def first_case(self, tab: str) -> str:
        """Return the path of the first case of a tab."""
        found = re.search(
            r'href="(/desk/cases/[0-9a-f-]{36})"', self.get(f"/desk/cases?tab={tab}").text
        )
        assert found is not None
        return found[1]
