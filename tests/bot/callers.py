"""Whoever calls the desk and the API: with a session of either kind, and all a page sends along."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask, g, template_rendered
from flask_jwt_extended import create_access_token

from bot import guard
from bot.house import House
from core.access import sessions, staff
from tests.bot.who_may import PUBLIC, TABLE

HERE = "203.0.113.7"
ADMITTED = "X-Admitted"
"""Set by the tests on what the guard let through, whatever the view then made of it."""
NOBODYS = UUID(int=7)


@dataclass
class Someone:
    """A member of staff with a session of either kind, and what it takes to use them."""

    id: UUID
    api: UUID
    desk: sessions.Key


def _mark(answer: Any) -> Any:
    if "actor" in g:
        answer.headers[ADMITTED] = "yes"
    return answer


class Town:
    """The application, and people who call it."""

    def __init__(self, application: Flask) -> None:
        self.app = application
        application.after_request(_mark)
        self.http = application.test_client(use_cookies=False)
        self.house: House = application.extensions["house"]
        self._refused: list[str] = []
        template_rendered.connect(self._look, application)

    def _look(self, _: Flask, *, context: dict[str, Any], **__: object) -> None:
        if told := context.get("refused") or context.get("back_refused"):
            self._refused.append(told["code"])

    def outcome(self, method: str, rule: str, who: "Someone | None", **given: Any) -> str:
        """Call a route and return the code of its refusal, or "done" when it did what it does."""
        self._refused.clear()
        answer = self.call(method, rule, who, **given)
        if answer.content_type == "application/problem+json":
            return str(answer.json["code"])
        if answer.headers.get("Location", "").startswith("/desk/prove"):
            return "mfa_needed"
        if self._refused:
            assert answer.status_code >= 400, (method, rule, answer.status_code)
            return self._refused[-1]
        return "done" if answer.status_code < 400 else str(answer.status_code)

    def routes(self) -> list[tuple[str, str, str]]:
        """Every guarded route as (method, path rule, endpoint)."""
        return [
            (method, rule.rule, rule.endpoint)
            for rule in self.app.url_map.iter_rules()
            if rule.endpoint.split(".")[0] not in guard.UNGUARDED
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]

    def closed(self) -> list[tuple[str, str]]:
        """The routes that somebody must be signed in for."""
        found = [(method, rule) for method, rule, _ in self.routes()]
        return [one for one in found if TABLE[" ".join(one)] != PUBLIC]

    def someone(self, role: str) -> Someone:
        with self.house.unit() as unit:
            member = staff.by_email(unit, f"{role}@wekeza.test")
            assert member is not None
            return Someone(
                member.id, *(self._session(unit, member.id, kind) for kind in ("api", "desk"))
            )

    def _session(self, unit, member: UUID, kind: Any) -> Any:
        key = sessions.start(unit, staff=member, kind=kind, ip=HERE, agent="", opened=True)
        sessions.prove(unit, key.session)
        return key.session if kind == "api" else key

    def token(self, who: Someone, **claims: Any) -> str:
        now = self.house.now()
        facts = {"sid": str(who.api), "iat": now, "exp": now + timedelta(minutes=30), **claims}
        with self.app.app_context():
            return create_access_token(str(who.id), additional_claims=facts)

    def call(self, method: str, rule: str, who: Someone | None, **given: Any) -> Any:
        """Call a route as its client would: with a token, or with a cookie and all a page sends."""
        path = filled(rule, **given.pop("place", {}))
        headers = {"User-Agent": "Firefox/140 Linux"}
        if not path.startswith("/desk"):
            token = given.pop("token", None) or (self.token(who) if who else "")
            headers |= {"Authorization": f"Bearer {token}"} if token else {}
            sent = {"json": given.pop("json", {})}
            body: dict[str, Any] = sent if method == "POST" else {}
        else:
            form = {}
            if who is not None:
                headers["Cookie"] = f"{guard.COOKIE}={who.desk}"
                with self.app.app_context():
                    form["csrf"] = guard.csrf_token(who.desk.session)
            headers["Origin"] = "http://localhost"
            body = {"data": form} if method == "POST" else {}
        headers |= given.pop("headers", {})
        for name, value in given.pop("form", {}).items():
            body["data"][name] = value
        answer = self.http.open(
            path,
            method=method,
            headers=headers,
            environ_base={"REMOTE_ADDR": given.pop("ip", HERE)},
            **body,
        )
        answer.close()
        return answer


def filled(rule: str, **given: UUID) -> str:
    """A path of a route, about nobody's things unless others are given."""

    def place(found: re.Match[str]) -> str:
        name = found[0].strip("<>").rpartition(":")[2]
        if found[0].startswith("<any("):
            return found[0].split("(")[1].split(")")[0].split(",")[0].strip(" '\"")
        if found[0].startswith("<int:"):
            return "1"
        return str(given.get(name, NOBODYS))

    return re.sub(r"<[^>]+>", place, rule)


def refused(answer: Any, rule: str, status: int, *codes: str) -> bool:
    """Whether an answer is that refusal: a problem from the API, a page or a way on at the desk."""
    if ADMITTED in answer.headers:
        return False
    if not rule.startswith("/desk"):
        return (
            answer.status_code == status
            and answer.content_type == "application/problem+json"
            and answer.json["code"] in codes
        )
    if status == 401:
        location = answer.headers.get("Location", "")
        return answer.status_code == 401 or (
            answer.status_code == 303 and location.startswith(guard.SIGN_IN)
        )
    return answer.status_code == status or (
        "mfa_needed" in codes
        and answer.status_code == 303
        and answer.headers["Location"].startswith("/desk/prove")
    )
