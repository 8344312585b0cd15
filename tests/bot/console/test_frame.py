"""What every page of the desk carries, and how it says no."""

import pytest

from bot.console.sign_in import local
from tests.bot.console.conftest import ORIGIN


def test_nobody_is_sent_to_sign_in(application):
    http = application.test_client()
    answer = http.get("/desk/cases?tab=late")
    assert (answer.status_code, answer.location) == (
        303, "/desk/sign-in?next=%2Fdesk%2Fcases%3Ftab%3Dlate",
    )  # fmt: skip


def test_every_answer_is_kept_by_nobody_and_runs_nothing_of_others(somebody, application):
    desk = somebody("agent")
    for answer in (
        desk.get("/desk"),
        desk.get("/desk/nothing"),
        desk.get("/desk/staff"),
        application.test_client().get("/desk/sign-in"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "<style" not in answer.text and " style=" not in answer.text
        assert answer.text.count("<script ") == answer.text.count("<script defer src=")


def test_the_cookie_is_for_the_desk_alone(application):
    http = application.test_client()
    form = {"email": "agent@wekeza.test", "password": "wekeza-demo"}
    answer = http.post("/desk/sign-in", data=form, headers=ORIGIN)
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/desk"))
    assert http.post("/desk/sign-in", data=form, headers={"Origin": "http://x"}).status_code == 403


def test_a_form_needs_its_token_and_our_page(somebody):
    desk = somebody("agent")
    path = desk.first_case("mine") + "/note"
    bare = desk.http.post(path, data={"text": "x"}, headers=ORIGIN)
    foreign = desk.http.post(
        path, data={"text": "x", "csrf": desk.csrf()}, headers={"Origin": "https://evil.example"}
    )
    assert (bare.status_code, foreign.status_code) == (403, 403)
    assert "too old" in bare.text
    assert desk.post(path, text="x").status_code == 200


def test_what_a_role_may_not_see_is_refused_with_a_page(somebody):
    desk = somebody("agent")
    for path in ("/desk/staff", "/desk/audit", "/desk/approvals"):
        answer = desk.get(path)
        assert (answer.status_code, "role does not allow" in answer.text) == (403, True)


def test_an_ended_session_opens_nothing(somebody):
    desk = somebody("agent")
    other = somebody("agent")
    other.post("/desk/security/sessions/end")
    assert desk.get("/desk").location.startswith("/desk/sign-in")


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/desk/cases", "/desk/cases"),
        ("/desk", "/desk"),
        ("/desk?done=x", "/desk?done=x"),
        ("https://evil.example", "/desk"),
        ("//evil.example", "/desk"),
        ("/desk.evil.example", "/desk"),
        ("/desk/\\evil", "/desk"),
        ("/desk/sign-in?next=/desk", "/desk"),
        ("/desk/a\nb", "/desk"),
    ],
)
def test_where_one_goes_on_to_is_the_desk(application, asked, goes):
    with application.test_request_context():
        assert local(asked) == goes


def test_a_phone_number_that_was_looked_for_stands_in_no_address(somebody):
    desk = somebody("agent")
    answer = desk.post("/desk/find", words="+254712000001")
    assert answer.status_code == 303
    assert answer.location.startswith("/desk/customers/") and "7120" not in answer.location
    assert "Nobody" in desk.post("/desk/find", words="+254799999999").text


def test_an_open_page_keeps_nobody_signed_in(somebody, clock):
    desk = somebody("agent")
    path, csrf = desk.first_case("mine"), desk.csrf()
    for _ in range(4):
        clock.pass_(minutes=9)
        htmx = {"HX-Request": "true", **ORIGIN}
        desk.http.get("/desk/counts", headers=htmx)
        desk.http.post(f"{path}/presence", data={"state": "viewing", "csrf": csrf}, headers=htmx)
    assert desk.get("/desk").location.startswith("/desk/sign-in")


def test_whoever_works_stays_signed_in(somebody, clock):
    desk = somebody("agent")
    for _ in range(4):
        clock.pass_(minutes=20)
        assert desk.get("/desk").status_code == 200
