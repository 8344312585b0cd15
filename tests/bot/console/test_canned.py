"""Canned replies: worded by a supervisor, offered to whoever answers, filled for the case."""

import re


def test_a_canned_reply_is_offered_in_the_customers_language_with_their_name(somebody):
    desk = somebody("agent")
    page = desk.get(desk.first_case("mine")).text
    offered = re.search(r'data-canned="hello" data-words="([^"]+)"', page)
    assert offered is not None
    assert re.search(r"C-\d{3}-\d{3}-\d", offered[1])
    assert "{" not in offered[1] and "Wekeza" in offered[1]


def test_a_supervisor_words_one_changes_it_and_takes_it_out_of_use(somebody):
    lead, agent = somebody("supervisor"), somebody("agent")
    kept = lead.post(
        "/desk/canned",
        shortcut="/pay-day",
        title="Salary is late",
        category="",
        text_en="Your employer sends it, {name}.",
    )
    assert (kept.status_code, kept.location.split("?")[1]) == (303, "done=saved")
    page = lead.get("/desk/canned").text
    path = re.search(r'id="cpay-day".*?action="(/desk/canned/[0-9a-f-]{36})"', page, re.S)[1]
    assert 'data-canned="pay-day"' in agent.get(agent.first_case("mine")).text
    form = {"version": "1", "title": "Salary", "text_en": "Ask your employer.", "category": ""}
    assert lead.post(path, **form).status_code == 303
    assert 'data-canned="pay-day"' not in agent.get(agent.first_case("mine")).text
    again = lead.post(path, **form)
    assert again.status_code == 409 and "changed it meanwhile" in again.text


def test_what_is_unfit_is_said_and_nothing_typed_is_lost(somebody):
    lead = somebody("supervisor")
    form = {"shortcut": "late-pay", "title": "Late", "category": "", "text_en": "Sorry, {name}."}
    for wrong, said in (
        ({"shortcut": "Late payment!"}, "small letters"),
        ({"shortcut": "hello"}, "Another canned reply"),
        ({"title": " "}, "needs a title"),
        ({"text_en": " "}, "at least one language"),
        ({"text_en": "Your PIN is {pin}"}, "are filled in"),
        ({"category": "Weather"}, "No case is about that"),
    ):
        answer = lead.post("/desk/canned", **(form | wrong))
        assert answer.status_code in (409, 422), wrong
        assert said in answer.text, wrong
        if "title" not in wrong:
            assert 'value="Late"' in answer.text


def test_an_agent_words_none(somebody):
    agent = somebody("agent")
    assert agent.get("/desk/canned").status_code == 403
    assert agent.post("/desk/canned", shortcut="mine", title="x", text_en="y").status_code == 403
