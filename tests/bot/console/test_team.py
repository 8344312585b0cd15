"""The team's pages: who works on what and when, and each for those it is for."""

import re

import pytest

from core.access import staff

PLACES = {
    "agent": ["hours"],
    "supervisor": ["analytics", "people", "hours", "meanings", "broadcasts", "canned"],
    "compliance": ["analytics", "broadcasts"],
    "operations": ["analytics", "hours", "broadcasts"],
    "auditor": ["analytics"],
    "admin": ["analytics"],
}


def joyce(house) -> str:
    """The path of the demo's agent among those who take cases."""
    with house.unit() as unit:
        return f"/desk/team/people/{staff.by_email(unit, 'agent@wekeza.test').id}"


@pytest.mark.parametrize("role", PLACES)
def test_each_sees_the_tabs_that_are_theirs_and_begins_with_the_first(somebody, role):
    desk = somebody(role)
    first = desk.get("/desk/team")
    assert first.status_code == 303
    page = desk.get(first.location).text
    tabs = re.search(r'<nav class="tabs rooms".*?</nav>', page, re.S)[0]
    shown = re.findall(r'href="/desk/(?:team/)?(\w+)"', tabs)
    assert shown == PLACES[role]
    assert first.location.endswith(shown[0])


def test_skills_languages_and_load_are_kept_and_shown(somebody, house):
    lead, path = somebody("supervisor"), joyce(house)
    form = {"skills": ["Card", "Fraud"], "languages": ["sw", "fr"], "most": "7"}
    assert lead.post(f"{path}/skills", **form).status_code == 303
    row = re.search(r"Joyce Wairimu.*?</tr>", lead.get("/desk/team/people").text, re.S)[0]
    assert "/ 7" in row and "Card, Fraud" in row and "Kiswahili, Français" in row
    nothing = lead.post(f"{path}/skills", most="7")
    assert (nothing.status_code, "speaks a language" in nothing.text) == (422, True)
    strange = lead.post(f"{path}/skills", skills="Weather", languages="en", most="7")
    assert (strange.status_code, "Weather" in strange.text) == (422, True)
    assert lead.post(f"{path}/skills", languages="en", most="201").status_code == 400


def test_the_first_language_stays_the_one_letters_are_written_in(somebody, house):
    lead, path = somebody("supervisor"), joyce(house)
    lead.post(f"{path}/skills", languages=["sw", "fr"], most="7")
    lead.post(f"{path}/skills", languages=["en", "sw", "fr"], most="7")
    with house.unit() as unit:
        assert staff.by_email(unit, "agent@wekeza.test").languages == ("sw", "fr", "en")


def test_hours_are_kept_and_half_a_day_is_refused(somebody, house):
    lead, path = somebody("supervisor"), joyce(house)
    hours = {"country": "KE", "starts_1": "08:30", "ends_1": "17:00", "starts_5": "22:00"}
    half = lead.post(f"{path}/hours", **hours)
    assert (half.status_code, "needs a beginning and an end" in half.text) == (422, True)
    assert lead.post(f"{path}/hours", **hours, ends_5="06:00").status_code == 303
    page = lead.get(path).text
    assert 'name="starts_1" value="08:30"' in page and 'name="ends_5" value="06:00"' in page
    assert re.search(r"08:30 \S 17:00", somebody("agent").get("/desk/team/hours").text)
    assert lead.post(f"{path}/hours", country="XX").status_code == 422


def test_somebody_is_away_until_they_are_back(somebody):
    agent = somebody("agent")
    assert agent.post("/desk/team/hours/away", until="2039-01-01T10:00").status_code == 303
    page = agent.get("/desk/team/hours").text
    assert "1 Jan 10:00" in page and "I am back" in page
    over = agent.post("/desk/team/hours/away", until="2019-01-01T10:00")
    assert (over.status_code, "over before it begins" in over.text) == (422, True)
    assert agent.post("/desk/team/hours/away", until="tomorrow").status_code == 422
    assert agent.post("/desk/team/hours/back").status_code == 303
    assert "I am back" not in agent.get("/desk/team/hours").text


def test_leave_is_noted_by_whoever_hands_out_cases_alone(somebody, house):
    lead, path = somebody("supervisor"), joyce(house)
    leave = {"why": "leave", "since": "2039-02-01T08:00", "until": "2039-02-08T08:00"}
    assert somebody("agent").post("/desk/team/hours/away", **leave).status_code == 403
    assert lead.post(f"{path}/away", **leave).status_code == 303
    assert "1 Feb 08:00" in lead.get(path).text
    assert lead.post(f"{path}/away").status_code == 303
    assert "They are back" in lead.get(path).text
    assert lead.post(f"{path}/back").status_code == 303
    assert "They are back" not in lead.get(path).text and "1 Feb 08:00" in lead.get(path).text


def test_what_the_house_hands_out_is_ticked(somebody):
    lead = somebody("supervisor")
    assert lead.post("/desk/team/dealing", dealt=["Card", "Fraud"]).status_code == 303
    page = lead.get("/desk/team/people").text
    ticked = re.findall(r'name="dealt" value="(\w+)" checked', page)
    assert ticked == ["Card", "Fraud"]


def test_nobody_who_takes_no_cases_has_a_page(somebody, house):
    lead = somebody("supervisor")
    with house.unit() as unit:
        admin = staff.by_email(unit, "admin@wekeza.test").id
    assert lead.get(f"/desk/team/people/{admin}").status_code == 404
