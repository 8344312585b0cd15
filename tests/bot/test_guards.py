"""Every route, by every role, with every kind of token: who is let in, and how others are refused.

The routes come from the application itself, what they should take from ``tests.bot.who_may``.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask_jwt_extended import create_refresh_token

from bot import app as web
from bot import guard
from core.access import sessions
from tests.bot.callers import ADMITTED, HERE, Someone, Town, refused
from tests.bot.who_may import FRESH_MFA, PUBLIC, ROLES, SIGNED_IN, TABLE, may

STAFF = [role for role in ROLES if role != "partner"]


@pytest.fixture
def wall(clock) -> Iterator[Any]:
    with time_machine.travel(clock.now, tick=False) as travelled:
        yield travelled


@pytest.fixture
def application(house, settings, wall) -> Flask:
    return web.build(settings, house)


@pytest.fixture
def town(application: Flask) -> Town:
    return Town(application)


def test_every_route_says_who_may_call_it_and_the_table_knows_it(town):
    declared = guard.rules(town.app)
    for method, rule, endpoint in town.routes():
        said = declared[endpoint]
        assert said is not None, endpoint
        asked = TABLE[f"{method} {rule}"]
        assert (said.public != "") == (asked == PUBLIC), endpoint
        assert said.permission == (None if asked in {PUBLIC, SIGNED_IN} else asked), endpoint
        assert said.mfa == (f"{method} {rule}" in FRESH_MFA), endpoint


def test_a_route_that_says_nothing_keeps_the_application_from_being_built(town):
    town.app.view_functions["stray"] = lambda: ""
    with pytest.raises(LookupError, match="stray"):
        guard.require_rules(town.app)


@pytest.mark.parametrize("role", STAFF)
def test_a_role_is_let_in_where_its_permissions_say_and_nowhere_else(town, role):
    for method, rule in town.closed():
        if "<uuid:session>" in rule:
            continue  # whose it is decides: that has a test of its own
        answer = town.call(method, rule, town.someone(role))
        if may(role, TABLE[f"{method} {rule}"]):
            assert ADMITTED in answer.headers, (method, rule, answer.status_code)
        else:
            assert refused(answer, rule, 403, "forbidden"), (method, rule, answer.status_code)


def test_nobody_is_let_in_where_somebody_must_be(town):
    for method, rule in town.closed():
        answer = town.call(method, rule, None)
        assert refused(answer, rule, 401, "bad_token"), (method, rule, answer.status_code)


def test_no_other_token_opens_the_api(town):
    now, agent, other = town.house.now(), town.someone("agent"), town.someone("operations")
    with town.app.app_context():
        renewing = create_refresh_token(str(agent.id), additional_claims={"sid": str(agent.api)})
    head, _, tail = town.token(agent).rpartition(".")
    ended = town.someone("agent")
    with town.house.unit() as unit:
        sessions.end(unit, ended.api, why="ended")
    tokens = {
        "bad_token": [
            "garbage",
            f"{head}.{tail[::-1]}",
            town.token(agent, exp=now - timedelta(seconds=1)),
            town.token(agent, nbf=now + timedelta(hours=1)),
            town.token(agent, iss="another bank"),
            town.token(agent, sid="not an id"),
            renewing,
            foreign(town, agent),
        ],
        "sign_in_again": [
            town.token(agent, sub=str(other.id)),
            town.token(agent, sid=str(agent.desk.session)),
            town.token(agent, sid=str(uuid4())),
            town.token(ended),
        ],
    }
    for method, rule in town.closed():
        if rule.startswith("/desk"):
            continue
        for code, bad in tokens.items():
            for token in bad:
                answer = town.call(method, rule, None, token=token)
                assert refused(answer, rule, 401, code), (method, rule, token)


def foreign(town: Town, who: Someone) -> str:
    """A token just like ours, signed by somebody else."""
    key = town.app.config["JWT_SECRET_KEY"]
    town.app.config["JWT_SECRET_KEY"] = "0" * 64
    try:
        return town.token(who)
    finally:
        town.app.config["JWT_SECRET_KEY"] = key


def test_an_ended_idle_or_outdated_session_opens_nothing_at_the_desk(town, clock):
    def end(who: Someone) -> None:
        with town.house.unit() as unit:
            sessions.end(unit, who.desk.session, why="ended")

    def wait(_: Someone) -> None:
        clock.pass_(minutes=30)

    guessed = town.someone("supervisor")
    guessed.desk = sessions.Key(guessed.desk.session, "guessed")
    for spoil in (end, wait):
        who = town.someone("supervisor")
        spoil(who)
        for method, rule in town.closed():
            if rule.startswith("/desk"):
                assert refused(town.call(method, rule, who), rule, 401), (method, rule)
                assert refused(town.call(method, rule, guessed), rule, 401), (method, rule)


def test_a_factor_proven_too_long_ago_is_asked_for_again(town, clock, wall):
    clock.pass_(hours=1)
    wall.move_to(clock.now)
    admin = town.someone("admin")
    with town.house.unit() as unit:
        unit.run("update staff_sessions set mfa_at = %(at)s", at=clock.now - timedelta(minutes=16))
    for method, rule in town.closed():
        if f"{method} {rule}" in FRESH_MFA:
            answer = town.call(method, rule, admin)
            assert refused(answer, rule, 403, "mfa_needed"), (method, rule)


def test_an_administrator_works_from_allowed_networks_alone(house, settings, wall):
    from dataclasses import replace

    allowed = settings.model_copy(update={"admin_allowed": ("10.0.0.0/8", "2001:db8::/32")})
    town = Town(web.build(allowed, replace(house, settings=allowed)))
    for method, rule in town.closed():
        answer = town.call(method, rule, town.someone("admin"), ip=HERE)
        assert refused(answer, rule, 403, "address_not_allowed"), (method, rule)
    for ip in ("10.20.30.40", "2001:db8::7"):
        assert town.call("GET", "/api/auth/me", town.someone("admin"), ip=ip).status_code == 200
    assert town.call("GET", "/api/auth/me", town.someone("agent"), ip=HERE).status_code == 200


def test_a_session_is_ended_by_its_owner_or_by_those_who_look_after_staff(town):
    """The generated matrix of roles and owners: one's own, another's, nobody's."""
    for rule in ("/api/auth/sessions/<uuid:session>", "/v1/api/auth/sessions/<uuid:session>"):
        for role in STAFF:
            me, other = town.someone(role), town.someone("agent" if role != "agent" else "auditor")
            for whose, session in (("nobody's", uuid4()), ("other's", other.api), ("own", me.api)):
                answer = town.call("DELETE", rule, me, place={"session": session})
                if whose == "own" or (whose == "other's" and role == "admin"):
                    assert answer.status_code == 204, (role, whose)
                elif role == "admin":
                    assert answer.json["code"] == "no_such_session"
                else:
                    assert refused(answer, rule, 403, "not_yours"), (role, whose)


def test_what_changes_something_at_the_desk_comes_from_our_own_pages(town):
    forged = [
        {"form": {"csrf": ""}},
        {"form": {"csrf": "0" * 64}},
        {"headers": {"Origin": "https://evil.example"}},
        {"headers": {"Origin": "null"}},
        {"headers": {"Origin": "http://localhost.evil.example"}},
    ]
    who, other = town.someone("supervisor"), town.someone("supervisor")
    with town.app.app_context():
        forged.append({"form": {"csrf": guard.csrf_token(other.desk.session)}})
    for method, rule in town.closed():
        if rule.startswith("/desk") and method != "GET":
            for how in forged:
                answer = town.call(method, rule, who, **how)
                assert answer.status_code == 403, (method, rule, how)
