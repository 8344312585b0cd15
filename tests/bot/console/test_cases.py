"""Cases at the desk: lists, taking, writing, and what is refused."""

import re
from uuid import uuid4

import pytest

from bot.console import drafts, presence
from core.crm import cases


@pytest.mark.parametrize("tab", ["mine", "unassigned", "open", "soon", "late", "all"])
def test_every_tab_and_filter_answers(somebody, tab):
    desk = somebody("supervisor")
    for query in ("", "&status=Open", "&priority=High&category=Transfer", "&status=nonsense"):
        assert desk.get(f"/desk/cases?tab={tab}{query}").status_code == 200
    assert desk.get(f"/desk/cases?tab={tab}&after=nonsense").status_code == 400


def test_a_filter_narrows_down(somebody):
    desk = somebody("supervisor")
    page = desk.get("/desk/cases?tab=all&priority=Critical").text
    rows = re.findall(r'<li class="row".*?</li>', page, re.S)
    assert rows and all("Critical" in row for row in rows)


def test_the_next_case_is_taken_and_one_of_another_is_not_worked_on(somebody, house):
    desk, other = somebody("supervisor"), somebody("agent")
    path = desk.post("/desk/cases/next").location.split("?")[0]
    assert "Yours" in desk.get(path).text
    refused = other.post(f"{path}/note", text="mine now")
    assert refused.status_code == 409 and "not yours" in refused.text
    assert other.post(f"{path}/take").status_code == 409
    assert other.post(f"{path}/status", status="Resolved", key=str(uuid4())).status_code == 409
    assert desk.post(f"{path}/status", status="Nonsense").status_code == 400


def test_a_note_is_kept_inside_and_a_reply_goes_out_once(somebody, house):
    desk = somebody("agent")
    path = desk.first_case("mine")
    assert desk.post(f"{path}/note", text="Careful <b>here</b>").status_code == 200
    key = str(uuid4())
    for _ in range(2):
        assert desk.post(f"{path}/reply", text="We are on it", key=key).status_code == 200
    page = desk.get(path).text
    thread = page[page.index('id="thread"') : page.index("</ol>", page.index('id="thread"'))]
    assert thread.count("We are on it") == 1
    assert "Careful &lt;b&gt;here&lt;/b&gt;" in thread
    assert re.search(r'entry note "', thread)
    empty = desk.post(f"{path}/reply", text=" ", key=str(uuid4()))
    assert empty.status_code == 409 and "Write something" in empty.text


def test_a_reply_that_crosses_anothers_is_asked_about(somebody):
    agent, supervisor = somebody("agent"), somebody("supervisor")
    path = agent.first_case("mine")
    seen = re.search(r'name="seen" form="pane-reply" value="([^"]+)"', supervisor.get(path).text)[1]
    agent.post(f"{path}/reply", text="Found it", key=str(uuid4()), seen=seen)
    mine = {"text": "Still looking", "key": str(uuid4()), "seen": seen}
    crossed = supervisor.post(f"{path}/reply", **mine)
    assert crossed.status_code == 409
    assert "Joyce Wairimu answered" in crossed.text and "Still looking" in crossed.text
    assert supervisor.post(f"{path}/reply", **mine, anyway="1").status_code == 200
    assert supervisor.get(path).text.count("Still looking") == 1


def test_drafts_are_sealed_and_ones_own(house):
    case, mine, theirs = uuid4(), uuid4(), uuid4()
    drafts.keep(house, case=case, staff=mine, mode="reply", words="Dear Amina")
    assert drafts.read(house, case=case, staff=mine, mode="reply") == "Dear Amina"
    assert drafts.read(house, case=case, staff=theirs, mode="reply") == ""
    assert drafts.read(house, case=case, staff=mine, mode="note") == ""
    [key] = house.redis.keys("desk:draft:*")
    assert b"Amina" not in house.redis.get(key)
    house.redis.set(key, b"broken")
    assert drafts.read(house, case=case, staff=mine, mode="reply") == ""
    drafts.keep(house, case=case, staff=mine, mode="reply", words="  ")
    assert not house.redis.keys("desk:draft:*")


def test_who_is_here_is_forgotten_after_a_while(house, clock):
    case, mine, theirs = uuid4(), uuid4(), uuid4()
    presence.say(house, case=case, staff=theirs, state="viewing")
    presence.say(house, case=case, staff=theirs, state="viewing")
    assert house.redis.xlen("ui:desk") == 1  # what is known already is not told again
    presence.say(house, case=case, staff=theirs, state="typing")
    presence.say(house, case=case, staff=theirs, state="dancing")
    [other] = presence.others(house, case=case, but=mine)
    assert (other.staff, other.state) == (theirs, "typing")
    clock.pass_(seconds=presence.HERE_SECONDS)
    assert presence.others(house, case=case, but=mine) == []


def test_a_case_and_a_file_that_are_not_there(somebody):
    desk = somebody("agent")
    assert desk.get(f"/desk/cases/{uuid4()}").status_code == 404
    assert desk.get(f"{desk.first_case('mine')}/files/{uuid4()}").status_code == 404
    assert desk.get(f"/desk/customers/{uuid4()}").status_code == 404


def test_a_case_goes_its_way(somebody):
    desk, other = somebody("supervisor"), somebody("agent")
    path = other.first_case("mine")
    agent = re.search(r'<option value="([0-9a-f-]{36})"[^>]*>Joyce Wairimu', desk.get(path).text)[1]
    for act, form, done in (
        ("priority", {"priority": "Low"}, "priority"),
        ("assign", {"to": agent}, "assigned"),
        ("release", {}, "released"),
        ("take", {}, "taken"),
        ("escalate", {"reason": "Beyond me"}, "escalated"),
        ("status", {"status": "InProgress"}, "status"),
        ("status", {"status": "Resolved", "key": str(uuid4())}, "status"),
        ("reopen", {"reason": "It came back"}, "reopened"),
    ):
        answer = desk.post(f"{path}/{act}", **form)
        assert (act, answer.status_code, answer.location) == (act, 303, f"{path}?done={done}")
    for act, form in (("escalate", {"reason": " "}), ("reopen", {"reason": ""})):
        assert desk.post(f"{path}/{act}", **form).status_code == 422
    assert desk.post(f"{path}/priority", priority="Nonsense").status_code == 400
    assert desk.post(f"{path}/assign", to="nonsense").status_code == 400


def test_a_payment_of_the_customers_is_linked_and_no_other(somebody):
    desk = somebody("supervisor")
    path = somebody("agent").first_case("mine")
    offered = re.search(r'<select id="payment".*?<option value="([0-9a-f-]+)"', desk.get(path).text)
    assert desk.post(f"{path}/link", payment=offered[1]).location == f"{path}?done=saved"
    strange = desk.post(f"{path}/link", payment=str(uuid4()))
    assert (strange.status_code, "neither made nor received" in strange.text) == (409, True)


def test_a_resolved_case_asks_its_customer_whether_it_is(somebody, phone):
    amina = phone("whatsapp", "+254712000001")
    amina.say("agent")
    told = amina.say("My card is broken")
    desk = somebody("supervisor")
    number = re.search(r"C-\d{3}-\d{3}-\d", told)[0]
    path = desk.post("/desk/find", words=number).location
    assert desk.post(f"{path}/take").status_code == 303
    assert desk.post(f"{path}/status", status="Resolved", key=str(uuid4())).status_code == 303
    assert number in desk.get(path).text and "Did this solve it" in desk.get(path).text


def test_earlier_entries_have_a_page_of_their_own(somebody, monkeypatch):
    desk = somebody("agent")
    path = desk.first_case("mine")
    for n in range(4):
        assert desk.post(f"{path}/note", text=f"Note {n}").status_code == 200
    monkeypatch.setattr("bot.console.case.SHOWN", 2)
    page = desk.get(path).text
    assert "Note 3" in page and "Note 0" not in page
    earlier = re.search(r'href="([^"]+\?before=[^"]+)"', page)[1].replace("&amp;", "&")
    older = desk.get(earlier).text
    assert "Note 1" in older and "Note 3" not in older and 'id="pane-reply"' not in older


def test_what_was_begun_is_kept_and_forgotten_when_it_is_sent(somebody):
    desk = somebody("agent")
    path = desk.first_case("mine")
    assert desk.post(f"{path}/draft/note", text="Half a thou").status_code == 204
    assert "Half a thou" in desk.get(path).text
    desk.post(f"{path}/note", text="A whole thought")
    assert "Half a thou" not in desk.get(path).text


def test_who_is_here_is_told_to_the_others(somebody):
    agent, boss = somebody("agent"), somebody("supervisor")
    path = agent.first_case("mine")
    assert "Joyce" not in agent.post(f"{path}/presence", state="typing").text
    assert "Joyce Wairimu is typing" in boss.post(f"{path}/presence", state="viewing").text


def test_nothing_waits_when_all_is_taken(somebody, clock):
    desk = somebody("supervisor")
    while "none_waiting" not in (taken := desk.post("/desk/cases/next")).location:
        path = taken.location.split("?")[0]
        desk.post(f"{path}/status", status="Resolved", key=str(uuid4()))
    assert "No case is waiting" in desk.get(taken.location).text


def test_operations_take_what_is_theirs_and_read_the_rest(somebody, house):
    desk = somebody("operations")
    with house.unit() as unit:
        theirs, other = (
            cases.open_case(
                unit, customer=None, category=category, sub_category="", title="To look into",
                description="", priority="High", channel="desk", conversation=None, by="system",
            ).id
            for category in ("Reconciliation", "Fraud")
        )  # fmt: skip
    assert f"/desk/cases/{theirs}/take" in desk.get(f"/desk/cases/{theirs}").text
    page = desk.get(f"/desk/cases/{other}").text
    assert f"/desk/cases/{other}/take" not in page and 'data-mode="reply"' not in page
    assert desk.post(f"/desk/cases/{theirs}/take").status_code == 303
    assert "Yours" in desk.get(f"/desk/cases/{theirs}").text
    assert desk.post(f"/desk/cases/{other}/take").status_code == 403
