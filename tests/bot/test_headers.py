"""Every page, for everybody: nothing inline runs in it, and nothing frames it."""

import re

import pytest
import time_machine

from bot import app as web
from tests.bot.callers import Town, filled

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ENDLESS = ("/stream", "/live")
"""They go on as long as somebody looks."""
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=|javascript:", re.IGNORECASE
)


@pytest.fixture
def town(house, settings, clock):
    with time_machine.travel(clock.now, tick=False):
        yield Town(web.build(settings, house))


def asked(town: Town) -> list[str]:
    """Every path that is read, with ids of nothing in it."""
    return [
        filled(rule.rule)
        for rule in town.app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and not rule.rule.endswith(ENDLESS)
    ]


@pytest.mark.parametrize("role", [None, "supervisor", "admin", "auditor"])
def test_every_answer_is_hardened(town, role) -> None:
    who = town.someone(role) if role else None
    pages = 0
    for path in asked(town):
        answer = town.http.get(
            path, headers={"Cookie": f"desk={who.desk}"} if who else {}, buffered=True
        )
        for name, value in ALWAYS.items():
            assert answer.headers[name] == value, path
        policy = answer.headers["Content-Security-Policy"]
        for word in ("unsafe-inline", "unsafe-eval", "http:", "*"):
            assert word not in policy, path
        assert "default-src 'self'" in policy or "default-src 'none'" in policy, path
        if answer.mimetype != "text/html":
            continue
        pages += 1
        assert "frame-ancestors 'none'" in policy, path
        assert "base-uri 'none'" in policy, path
        assert not INLINE.findall(answer.text), path
        if path.startswith("/desk"):
            assert answer.headers["Cache-Control"] == "no-store", path
    assert pages > 5
