"""Coming in: what is refused, the second factor at the door, and one's own log-in kept safe."""

import re

import pytest

from core.access import staff
from tests.bot.console.conftest import ORIGIN


@pytest.fixture
def http(application):
    return application.test_client()


def enter(http, role: str, password: str = "wekeza-demo", **form: str):
    form |= {"email": f"{role}@wekeza.test", "password": password}
    return http.post("/desk/sign-in", data=form, headers=ORIGIN)


def secret_of(page: str) -> str:
    return re.search(r"<code[^>]*>([A-Z2-7 ]{16,})</code>", page)[1].replace(" ", "")


def test_wrong_tries_are_told_and_then_locked(http):
    wrong = enter(http, "agent", "not it")
    assert (wrong.status_code, "E-mail or password is not right" in wrong.text) == (401, True)
    assert 'value="agent@wekeza.test"' in wrong.text
    for _ in range(5):
        last = enter(http, "agent", "not it")
    assert "Too many wrong tries" in last.text
    assert "Too many wrong tries" in enter(http, "agent").text


def test_a_code_opens_the_door_and_a_wrong_one_does_not(http, somebody, clock):
    half = enter(http, "compliance", next="/desk/audit")
    assert half.location == "/desk/second-factor?next=/desk/audit"
    assert http.get("/desk/audit").location.startswith("/desk/sign-in")
    wrong = http.post("/desk/second-factor", data={"code": "000000"}, headers=ORIGIN)
    assert (wrong.status_code, "not the code" in wrong.text) == (401, True)
    other = somebody("compliance")  # the same code counts once
    used = http.post("/desk/second-factor", data={"code": other.code()}, headers=ORIGIN)
    assert "or it was used" in used.text
    clock.pass_(seconds=30)
    form = {"code": other.code(), "next": "/desk/audit"}
    done = http.post("/desk/second-factor", data=form, headers=ORIGIN)
    assert done.location == "/desk/audit"
    assert http.get("/desk/audit").status_code == 200


def test_without_a_key_one_begins_again(http):
    for path in ("second-factor", "enrol"):
        answer = http.post(f"/desk/{path}", data={"code": "1"}, headers=ORIGIN)
        assert answer.location == "/desk/sign-in"
    assert http.get("/desk/enrol").location == "/desk/sign-in"


def test_whoever_must_have_a_second_factor_sets_one_up_at_the_door(http, house, somebody):
    with house.unit() as unit:
        member = staff.by_email(unit, "admin@wekeza.test")
        unit.run(
            "update staff set mfa_secret = null, mfa_enrolled_at = null where id = %(id)s",
            id=member.id,
        )
    assert enter(http, "admin").location == "/desk/enrol"
    page = http.get("/desk/enrol").text
    assert "<svg" in page
    assert "not the code" in http.post("/desk/enrol", data={"code": "000000"}, headers=ORIGIN).text
    code = somebody("agent").code(secret_of(http.get("/desk/enrol").text))
    shown = http.post("/desk/enrol", data={"code": code}, headers=ORIGIN).text
    assert len(re.findall(r"<li>[a-z0-9-]{8,}</li>", shown, re.I)) == 10
    assert http.get("/desk/staff").status_code == 200


def test_a_second_factor_is_set_up_and_replaced_only_with_a_fresh_code(somebody, clock):
    desk = somebody("agent")
    page = desk.post("/desk/security/second-factor").text
    wrong = desk.post("/desk/security/second-factor/confirm", code="000000")
    assert (wrong.status_code, "not the code" in wrong.text) == (401, True)
    code = desk.code(secret_of(page))
    shown = desk.post("/desk/security/second-factor/confirm", code=code).text
    assert len(re.findall(r"<li>[a-z0-9-]{8,}</li>", shown, re.I)) == 10
    clock.pass_(minutes=16)
    asked = desk.post("/desk/security/second-factor")
    assert asked.location.startswith("/desk/prove")


def test_a_password_is_changed_and_every_other_session_ends(somebody):
    desk, other = somebody("agent"), somebody("agent")
    change = "/desk/security/password"
    wrong = desk.post(change, password="not it", new="three green teapots")
    assert (wrong.status_code, "is not right" in wrong.text) == (401, True)
    weak = desk.post(change, password="wekeza-demo", new="wekezawekeza")
    assert (weak.status_code, "Anybody would try" in weak.text) == (422, True)
    done = desk.post(change, password="wekeza-demo", new="three green teapots")
    assert done.location == "/desk/security?done=password"
    assert desk.get("/desk").status_code == 200
    assert other.get("/desk").location.startswith("/desk/sign-in")


def test_a_session_of_ones_own_is_ended_and_nobody_elses(somebody):
    desk, other, boss = somebody("agent"), somebody("agent"), somebody("supervisor")
    end = re.compile(r"/desk/security/sessions/[0-9a-f-]{36}/end")
    [path] = end.findall(desk.get("/desk/security").text)
    assert boss.post(path).status_code == 403
    assert desk.post(path).location == "/desk/security?done=session_ended"
    assert other.get("/desk").location.startswith("/desk/sign-in")
    assert desk.post(path).status_code == 404


def test_signing_out_ends_the_session(somebody):
    desk = somebody("agent")
    assert desk.post("/desk/sign-out").location == "/desk/sign-in?done=signed_out"
    assert "You are signed out" in desk.get("/desk/sign-in?done=signed_out").text
    assert desk.get("/desk").location.startswith("/desk/sign-in")
