"""The staff at the desk: invited, given a role, unlocked and let go, by administrators alone."""

import re

import pytest

from core.access import staff, staff_tokens
from tests.bot.console.conftest import ORIGIN


@pytest.fixture
def admin(somebody):
    return somebody("admin")


def path_of(admin, name: str) -> str:
    page = admin.get("/desk/staff").text
    return re.search(rf'href="(/desk/staff/[0-9a-f-]+)">{name}', page)[1]


def test_somebody_is_invited_once(admin, house):
    form = {"name": "Wanjiku Karanja", "email": "wanjiku@wekeza.test", "role": "agent"}
    assert admin.post("/desk/staff", **form).location == "/desk/staff?done=invited"
    again = admin.post("/desk/staff", **form)
    assert (again.status_code, "has that e-mail already" in again.text) == (409, True)
    wrong = admin.post("/desk/staff", **form | {"email": "nonsense"})
    assert (wrong.status_code, "That cannot be right: email." in wrong.text) == (422, True)
    path = path_of(admin, "Wanjiku Karanja")
    assert admin.post(f"{path}/invite").location == f"{path}?done=invited"
    with house.unit() as unit:
        assert unit.value("select count(*) from mails") == 2


@pytest.mark.parametrize(
    ("act", "done"),
    [
        ("role", "role"),
        ("unlock", "unlocked"),
        ("reset-mfa", "mfa_reset"),
        ("sessions/end", "sessions_ended"),
        ("deactivate", "deactivated"),
    ],
)
def test_a_colleagues_log_in_is_changed(admin, act, done):
    path = path_of(admin, "Joyce Wairimu")
    answer = admin.post(f"{path}/{act}", role="supervisor")
    assert answer.location == f"{path}?done={done}"
    assert 'class="said good"' in admin.get(answer.location).text
    if act == "deactivate":
        assert admin.post(f"{path}/reactivate").location == f"{path}?done=activated"


def test_whoever_is_let_go_is_out_at_once(admin, somebody):
    joyce = somebody("agent")
    assert joyce.get("/desk").status_code == 200
    admin.post(f"{path_of(admin, 'Joyce Wairimu')}/deactivate")
    assert joyce.get("/desk").location.startswith("/desk/sign-in")


def test_nobody_changes_their_own_access(admin):
    path = path_of(admin, "Samuel Kiprop")
    for act in ("role", "deactivate"):
        answer = admin.post(f"{path}/{act}", role="agent")
        assert (answer.status_code, "Ask a colleague" in answer.text) == (409, True)


def test_a_fresh_code_is_asked_for_and_one_goes_back_to_the_page(admin, clock):
    path = path_of(admin, "Joyce Wairimu")
    clock.pass_(minutes=16)
    admin.get("/desk")
    form = {"csrf": admin.csrf(), "role": "supervisor"}
    came = {**ORIGIN, "Referer": f"http://localhost{path}"}
    asked = admin.http.post(f"{path}/role", data=form, headers=came)
    assert asked.location == f"/desk/prove?next={path}"
    assert 'name="code"' in admin.get(asked.location).text
    wrong = admin.post("/desk/prove", code="000000", next=path)
    assert (wrong.status_code, "not the code" in wrong.text) == (401, True)
    assert admin.post("/desk/prove", code=admin.code(), next=path).location == path
    assert admin.post(f"{path}/role", role="supervisor").location == f"{path}?done=role"


def test_pages_go_on_where_they_ended(admin):
    last = re.findall(r"/desk/staff/([0-9a-f-]{36})", admin.get("/desk/staff").text)[-1]
    assert "/desk/staff/" not in admin.get(f"/desk/staff?after={last}").text
    assert admin.get("/desk/staff?after=nonsense").status_code == 400


@pytest.mark.parametrize("purpose", ["invitation", "reset"])
def test_a_letter_leads_to_a_password_once(application, house, purpose):
    with house.unit() as unit:
        member = staff.by_email(unit, "agent@wekeza.test")
        token = staff_tokens.issue(unit, staff=member.id, purpose=purpose)
    http, path = application.test_client(), {"invitation": "join", "reset": "reset"}[purpose]
    assert token in http.get(f"/desk/{path}?token={token}").text
    weak = http.post(f"/desk/{path}", data={"token": token, "password": "abc"}, headers=ORIGIN)
    assert (weak.status_code, "too short" in weak.text) == (422, True)
    form = {"token": token, "password": "three green teapots"}
    done = http.post(f"/desk/{path}", data=form, headers=ORIGIN)
    assert done.location.startswith("/desk/sign-in?done=")
    spent = http.post(f"/desk/{path}", data=form, headers=ORIGIN)
    assert "not good any more" in spent.text and spent.status_code >= 400


def test_who_forgot_is_answered_alike_whoever_they_are(application, house):
    http = application.test_client()
    assert http.get("/desk/forgot").status_code == 200
    answers = [
        http.post("/desk/forgot", data={"email": email}, headers=ORIGIN)
        for email in ("agent@wekeza.test", "nobody@wekeza.test")
    ]
    assert {(one.status_code, one.location) for one in answers} == {
        (303, "/desk/sign-in?done=reset_sent")
    }
    with house.unit() as unit:
        assert unit.value("select count(*) from mails") == 1
    for _ in range(10):
        last = http.post("/desk/forgot", data={"email": "x@wekeza.test"}, headers=ORIGIN)
    assert (last.status_code, "Too many tries" in last.text) == (429, True)
