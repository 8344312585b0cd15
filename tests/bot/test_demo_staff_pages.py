"""What the simulator shows of the demo's staff, and their mail."""

import pytest

from bot import app as web
from bot.simulator import staff as pages
from bot.simulator.remote import TwinAway
from core.access import mfa
from core.demo.staff import MFA_SECRET

LETTER = {
    "id": "7",
    "subject": "Your log-in at Wekeza",
    "to": "new@bank.example",
    "sender": "Wekeza <no-reply@wekeza.test>",
    "body": "Choose: http://127.0.0.1:8000/desk/join?token=abc <b>",
    "at": "2026-03-04T09:30:00+00:00",
    "files": [],
}


class Twin:
    """A twin that has one letter, or is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away

    def mails(self):
        if self.away:
            raise TwinAway
        return [LETTER]


@pytest.fixture
def http(house, settings):
    return web.build(settings, house).test_client()


def test_the_code_of_this_moment_is_shown(http, now):
    shown = http.get("/simulator/code")
    assert mfa.code_at(MFA_SECRET, int(now.timestamp())) in shown.text
    assert shown.headers["Cache-Control"] == "no-store"


def test_letters_are_read_and_their_links_followed(http, monkeypatch):
    monkeypatch.setattr(pages, "remote", lambda url: Twin())
    assert LETTER["subject"] in http.get("/simulator/mail").text
    letter = http.get("/simulator/mail/7").text
    assert 'href="http://127.0.0.1:8000/desk/join?token=abc"' in letter
    assert "<b>" not in letter
    assert http.get("/simulator/mail/8").status_code == 404


def test_a_twin_that_is_away_is_said_so(http, monkeypatch):
    monkeypatch.setattr(pages, "remote", lambda url: Twin(away=True))
    assert "does not answer" in http.get("/simulator/mail").text
    assert "admin@wekeza.test" in http.get("/").text
