"""Signing in over the API, whole ways through it."""

import re

import pytest

from core.demo.staff import PASSWORD


def problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code
    return answer.json


def test_in_and_out(api):
    tokens = api.enter("agent")
    assert (tokens["tokenType"], tokens["expiresIn"]) == ("Bearer", 1800)
    me = api.get("/api/auth/me", tokens["accessToken"])
    assert (me.json["email"], me.json["role"]) == ("agent@wekeza.test", "agent")
    assert "cases.take" in me.json["permissions"]
    assert me.headers["Cache-Control"] == "no-store"
    assert api.post("/api/auth/logout", tokens["accessToken"]).status_code == 204
    problem(api.get("/api/auth/me", tokens["accessToken"]), 401, "sign_in_again")
    again = api.post("/api/auth/refresh", refreshToken=tokens["refreshToken"])
    problem(again, 401, "sign_in_again")


def test_the_same_under_v1(api):
    done = api.post("/v1/api/auth/login", email="agent@wekeza.test", password=PASSWORD)
    assert api.get("/v1/api/auth/me", done.json["accessToken"]).status_code == 200


def test_the_second_factor_stands_between(api):
    half = api.post("/api/auth/login", email="supervisor@wekeza.test", password=PASSWORD).json
    assert set(half) == {"next", "mfaToken"}
    problem(api.get("/api/auth/me", half["mfaToken"]), 401, "bad_token")
    wrong = api.post("/api/auth/mfa", mfaToken=half["mfaToken"], code="000000")
    problem(wrong, 401, "wrong_mfa_code")
    code = api.code()
    done = api.post("/api/auth/mfa", mfaToken=half["mfaToken"], code=code)
    assert api.get("/api/auth/me", done.json["accessToken"]).json["role"] == "supervisor"
    half = api.post("/api/auth/login", email="supervisor@wekeza.test", password=PASSWORD).json
    replayed = api.post("/api/auth/mfa", mfaToken=half["mfaToken"], code=code)
    problem(replayed, 401, "wrong_mfa_code")


def test_wrong_log_ins_are_told_apart_by_nothing(api):
    answers = [
        api.post("/api/auth/login", email=email, password="not it")
        for email in ("agent@wekeza.test", "nobody@wekeza.test")
    ]
    for answer in answers:
        problem(answer, 401, "wrong_login")
    assert answers[0].json == answers[1].json


def test_five_wrong_ones_lock(api):
    for _ in range(4):
        api.post("/api/auth/login", email="agent@wekeza.test", password="not it")
    locked = api.post("/api/auth/login", email="agent@wekeza.test", password="not it")
    assert problem(locked, 423, "login_locked")["minutes"] == "15"
    assert locked.headers["Retry-After"] == "900"
    right = api.post("/api/auth/login", email="agent@wekeza.test", password=PASSWORD)
    problem(right, 423, "login_locked")


def test_an_access_token_lives_half_an_hour_and_a_refresh_token_renews_it_once(api, later):
    tokens = api.enter("agent")
    later(minutes=31)
    problem(api.get("/api/auth/me", tokens["accessToken"]), 401, "bad_token")
    new = api.post("/api/auth/refresh", refreshToken=tokens["refreshToken"]).json
    assert api.get("/api/auth/me", new["accessToken"]).status_code == 200
    reused = api.post("/api/auth/refresh", refreshToken=tokens["refreshToken"])
    problem(reused, 401, "sign_in_again")
    problem(api.get("/api/auth/me", new["accessToken"]), 401, "sign_in_again")


@pytest.mark.parametrize("which", ["accessToken", "refreshToken"])
def test_neither_token_stands_for_the_other(api, which):
    tokens = api.enter("agent")
    if which == "accessToken":
        answer = api.post("/api/auth/refresh", refreshToken=tokens["accessToken"])
    else:
        answer = api.get("/api/auth/me", tokens["refreshToken"])
    problem(answer, 401, "bad_token")


def test_sessions_are_listed_and_ended(api):
    one, two = api.token("agent"), api.token("agent")
    listed = api.get("/api/auth/sessions", one).json["sessions"]
    assert [session["current"] for session in listed] in ([True, False], [False, True])
    other = next(session["id"] for session in listed if not session["current"])
    assert api.delete(f"/api/auth/sessions/{other}", one).status_code == 204
    problem(api.get("/api/auth/me", two), 401, "sign_in_again")
    problem(api.delete(f"/api/auth/sessions/{other}", one), 404, "no_such_session")


def test_an_invitation_becomes_a_colleague(api, house):
    admin = api.token("admin")
    asked = {"email": "New.Hand@wekeza.test", "name": "New  Hand", "role": "compliance"}
    invited = api.post("/api/staff", admin, **asked)
    assert (invited.status_code, invited.json["joined"]) == (201, False)
    problem(api.post("/api/staff", admin, **asked), 409, "email_taken")
    token = mailed(house, "new.hand@wekeza.test")
    weak = api.post("/api/auth/password/reset", token=token, password="wekeza2026")
    problem(weak, 422, "weak_password")
    good = api.post("/api/auth/password/reset", token=token, password="tembo-saba-9")
    assert good.status_code == 204
    spent = api.post("/api/auth/password/reset", token=token, password="tembo-saba-9")
    problem(spent, 410, "link_spent")
    half = api.post("/api/auth/login", email=asked["email"], password="tembo-saba-9").json
    assert half["next"] == "enrol"
    shown = api.post("/api/auth/mfa/enrol", mfaToken=half["mfaToken"]).json
    assert shown["qr"].startswith("<svg")
    done = api.post(
        "/api/auth/mfa/confirm", mfaToken=half["mfaToken"], code=api.code(shown["secret"])
    ).json
    assert len(done["recoveryCodes"]) == 10
    assert api.get("/api/auth/me", done["accessToken"]).json["name"] == "New Hand"
    half = api.post("/api/auth/login", email=asked["email"], password="tembo-saba-9").json
    recovered = api.post("/api/auth/mfa", mfaToken=half["mfaToken"], code=done["recoveryCodes"][3])
    assert recovered.json["next"] == "done"


def test_a_forgotten_password_is_set_anew_and_every_session_ends(api, house):
    before = api.token("agent")
    for email in ("agent@wekeza.test", "nobody@wekeza.test"):
        assert api.post("/api/auth/password/forgotten", email=email).status_code == 202
    token = mailed(house, "agent@wekeza.test")
    api.post("/api/auth/password/reset", token=token, password="tembo-saba-9")
    problem(api.get("/api/auth/me", before), 401, "sign_in_again")
    old = api.post("/api/auth/login", email="agent@wekeza.test", password=PASSWORD)
    problem(old, 401, "wrong_login")
    assert api.enter("agent", password="tembo-saba-9")
    with house.unit() as unit:
        assert unit.value("select count(*) from mails") == 1


def test_changing_a_password_keeps_this_session_alone(api):
    here, there = api.token("agent"), api.token("agent")
    wrong = api.post("/api/auth/password", here, currentPassword="x", newPassword="tembo-saba-9")
    problem(wrong, 401, "wrong_login")
    done = api.post(
        "/api/auth/password", here, currentPassword=PASSWORD, newPassword="tembo-saba-9"
    )
    assert done.status_code == 204
    assert api.get("/api/auth/me", here).status_code == 200
    problem(api.get("/api/auth/me", there), 401, "sign_in_again")


def test_looking_after_staff_asks_for_a_fresh_second_factor(api, later):
    admin = api.token("admin")
    later(minutes=16)
    people = api.get("/api/staff", admin).json["staff"]
    agent = next(one["id"] for one in people if one["role"] == "agent")
    problem(api.post(f"/api/staff/{agent}/role", admin, role="supervisor"), 403, "mfa_needed")
    assert api.post("/api/auth/mfa/prove", admin, code=api.code()).status_code == 204
    there = api.token("agent")
    changed = api.post(f"/api/staff/{agent}/role", admin, role="supervisor")
    assert changed.json["role"] == "supervisor"
    problem(api.get("/api/auth/me", there), 401, "sign_in_again")
    own = next(one["id"] for one in people if one["role"] == "admin")
    problem(api.post(f"/api/staff/{own}/deactivate", admin), 409, "own_account")
    gone = api.post(f"/api/staff/{agent}/deactivate", admin)
    assert gone.json["isActive"] is False
    login = api.post("/api/auth/login", email="agent@wekeza.test", password=PASSWORD)
    problem(login, 401, "wrong_login")


@pytest.mark.parametrize("body", [None, [], "x", {"email": 5}, {"email": "x" * 5000}])
def test_what_cannot_be_read_is_said_so(api, body):
    answer = api.http.post("/api/auth/login", json=body)
    assert problem(answer, 400, "bad_request")["field"] == "email"


def mailed(house, to):
    """The secret of the link in the newest letter to somebody."""
    with house.unit() as unit:
        for row in unit.all(
            "select id, recipient, body from mails order by created_at desc, id desc"
        ):
            opened = unit.keys.open(bytes(row.recipient), field="mails.recipient", row=row.id)
            if opened == to:
                body = unit.keys.open(bytes(row.body), field="mails.body", row=row.id)
                return re.search(r"token=([\w-]+)", body)[1]
    raise AssertionError("no letter")
