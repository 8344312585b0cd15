"""Beside a case's thread: what the bot knew, the way back, clocks, mood, proposals and ratings."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest

from bot import marks
from bot.console import case_beside, case_clocks
from core.access.actors import SYSTEM
from core.crm import case_ratings, complaints, customers, sentiment
from tests.support.chatting import interrupted, latest, stands, written
from tests.support.town import AMINA


@pytest.fixture
def stuck(phone):
    """Amina's phone: she asked for a person while she was paying Brian."""
    return interrupted(phone)


@pytest.fixture
def joyce(somebody):
    """An agent at the desk."""
    return somebody("agent")


def path_of(house) -> str:
    return f"/desk/cases/{latest(house).id}"


def taken(desk, house) -> str:
    path = path_of(house)
    assert desk.post(f"{path}/take").status_code == 303
    return path


def part(page: str, name: str) -> str:
    """Return the words of a part of a page, without its marks."""
    found = page[page.index(f'id="{name}"') :].partition("</section>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found)))


def heard(house, kinds, *, case=None, phrases=("nobody answers",)) -> None:
    """Have messages of Amina's sound so, one after the other."""
    with house.unit() as unit:
        amina = customers.find_by_phone(unit, AMINA)
        unit.now -= timedelta(minutes=1)
        for kind in kinds:
            unit.now += timedelta(seconds=1)
            sentiment.keep(
                unit, customer=amina, kind=kind, score=0.9, words="said", key_phrases=phrases,
                case=case,
            )  # fmt: skip


def test_what_the_bot_knew_is_told_masked(stuck, joyce, house):
    told = part(joyce.get(path_of(house)).text, "known")
    assert "Wanted Send money" in told
    assert "Stood at Read back" in told
    assert "KES 500.00" in told
    assert "+254 7** *** 002" in told and "712000002" not in told


def test_the_way_back_is_offered_to_whoever_works_on_it_alone(stuck, joyce, somebody, house):
    assert "Hand back to the bot" not in joyce.get(path_of(house)).text
    path = taken(joyce, house)
    page = joyce.get(path).text
    assert re.findall(r'name="answer-(\w+)"', page) == ["recipient", "amount"]
    assert "was KES 500.00" in part(page, "known")
    assert "Hand back to the bot" not in somebody("auditor").get(path).text


def test_it_is_handed_back_with_an_answer_mended(stuck, joyce, house):
    path = taken(joyce, house)
    written(stuck)
    done = joyce.post(
        f"{path}/hand-back", key=str(uuid4()), step="", **{"answer-amount": "300", "answer-x": " "}
    )
    assert (done.status_code, done.location) == (303, f"{path}?done=handed_back")
    [words] = written(stuck)
    assert "300" in words and "500" not in words and "Joyce" in words
    assert stands(house) == ("send_money", "review", None)
    page = joyce.get(f"{path}?done=handed_back").text
    assert "the case waits for the customer" in page
    assert "They have gone on with it since" in page
    assert 'id="back"' not in page


def test_what_the_bank_refuses_is_said_beside_what_was_typed(stuck, joyce, house):
    path = taken(joyce, house)
    for form, said in (
        ({"answer-amount": "9000000"}, "The bank does not take that answer (amount)"),
        ({"step": "pin"}, "never came past that step"),
        ({"answer-note": "x"}, "cannot be given anew"),
    ):
        answer = joyce.post(f"{path}/hand-back", key=str(uuid4()), **form)
        assert answer.status_code == 409
        assert said in part(answer.text, "known")
        if "answer-amount" in form:
            assert 'value="9000000"' in answer.text
    assert stands(house)[0] == "agent"
    assert joyce.post(f"{path}/hand-back", key="nonsense").status_code == 400
    assert joyce.post(f"/desk/cases/{uuid4()}/hand-back", key=str(uuid4())).status_code == 404


def test_clicked_twice_it_is_handed_back_once(stuck, joyce, house):
    path, key = taken(joyce, house), str(uuid4())
    written(stuck)
    for _ in range(2):
        assert joyce.post(f"{path}/hand-back", key=key).status_code == 303
    assert len(written(stuck)) == 1


def test_a_case_that_no_conversation_opened_knows_nothing(joyce):
    page = joyce.get(joyce.first_case("mine")).text
    assert 'id="known"' not in page and 'id="clocks"' in page


def test_how_messages_sound_is_told_as_a_guess_with_where_it_goes(joyce, house):
    path = joyce.first_case("mine")
    case = UUID(path.rpartition("/")[2])
    assert 'id="mood"' not in joyce.get(path).text
    heard(house, ["Neutral", "Negative", "VeryNegative"], case=case)
    told = part(joyce.get(path).text, "mood")
    assert "A guess of the machine" in told and "Getting worse" in told
    assert told.index("calm 90 %") < told.index("very unhappy 90 %")
    assert "“nobody answers”" in told and told.count("nobody answers") == 1


@pytest.mark.parametrize(
    ("newest_first", "course"),
    [
        (["Positive", "Negative"], "better"),
        (["VeryNegative", "Neutral"], "worse"),
        (["Neutral", "Neutral", "Neutral"], "steady"),
        (["Negative"], ""),
    ],
)
def test_a_mood_has_a_course(joyce, house, newest_first, course):
    case = UUID(joyce.first_case("mine").rpartition("/")[2])
    heard(house, newest_first[::-1], case=case)
    with house.unit() as unit:
        found = case_beside.mood(sentiment.of_case(unit, SYSTEM, case))
    assert found is not None
    assert found.course == course
    assert case_beside.mood([]) is None


def test_the_clocks_run_stand_and_are_kept_or_missed(stuck, joyce, somebody, house, clock):
    path = path_of(house)

    def states() -> list[str]:
        return [one.state for one in case_clocks.hands(latest(house), clock())]

    assert states() == ["good", "none", "good"]
    taken(joyce, house)
    joyce.post(f"{path}/reply", text="I am looking", key=str(uuid4()))
    assert states() == ["met", "none", "good"]
    stuck.say("Thank you")
    assert states() == ["met", "good", "good"]
    assert "Next answer" in part(joyce.get(path).text, "clocks")
    clock.pass_(days=9)
    assert states() == ["met", "late", "late"]
    joyce = somebody("agent")
    joyce.post(f"{path}/status", status="PendingCustomer", key=str(uuid4()))
    assert states()[2] == "stands"
    assert "Stands: the customer is awaited" in part(joyce.get(path).text, "clocks")
    joyce.post(f"{path}/status", status="Resolved", key=str(uuid4()))
    assert states()[1:] == ["none", "met"]


def test_a_case_that_waits_says_how_many_are_before_it(stuck, joyce, house):
    assert "before it in the queue" in joyce.get(path_of(house)).text
    taken(joyce, house)
    assert "before it in the queue" not in joyce.get(path_of(house)).text


def test_a_low_rating_is_flagged_on_the_case_in_lists_and_for_supervisors(
    stuck, joyce, somebody, house
):
    path = taken(joyce, house)
    boss = somebody("supervisor")
    assert "Nobody was unhappy" in boss.get("/desk").text
    with house.unit() as unit:
        case_ratings.rate(unit, latest(house), 1)
    page = joyce.get(path).text
    assert "low: supervisors look into it" in part(page, "clocks")
    assert "Low rating" in page[: page.index('id="thread"')]
    assert "Low rating" in joyce.get("/desk/cases?tab=mine").text
    assert path in boss.get("/desk").text
    assert "Low ratings of the last fortnight" not in joyce.get("/desk").text


def test_complaints_that_took_too_long_are_seen_to_by_compliance(somebody, house, clock):
    with house.unit() as unit:
        unit.run("update cases set category = 'Complaint', sub_category = '' where status = 'Open'")
    clock.pass_(days=3)
    with house.unit() as unit:
        assert complaints.sweep(unit, most=50)
    desk, agent = somebody("compliance"), somebody("agent")
    assert "Complaints over 48 hours" in desk.get("/desk").text
    assert "Complaints over 48 hours" not in agent.get("/desk").text
    page = desk.get("/desk/complaints").text
    action = re.search(r'action="(/desk/complaints/[0-9a-f-]{36}/seen)"', page)[1]
    assert desk.post(action, reason=" ").status_code == 422
    assert desk.post(action, reason="Written to, and apologised").status_code == 303
    assert action not in desk.get("/desk/complaints").text
    assert "seen to by" in desk.get("/desk/complaints?tab=seen").text
    assert desk.post(action, reason="Once more").status_code == 404
    assert agent.get("/desk/complaints").status_code == 403
    flagged = re.search(r'href="(/desk/cases/[0-9a-f-]{36})"', page)[1]
    assert "Complaint over 48 h" in agent.get(flagged).text


def test_flagged_complaints_are_paged(somebody, house, clock, monkeypatch):
    monkeypatch.setattr("bot.console.complaints.PAGE", 1)
    with house.unit() as unit:
        unit.run("update cases set category = 'Complaint', sub_category = '' where status = 'Open'")
    clock.pass_(days=3)
    with house.unit() as unit:
        assert len(complaints.sweep(unit, most=50)) > 1
    desk = somebody("compliance")
    first = desk.get("/desk/complaints").text
    older = unescape(re.search(r'href="([^"]+after=[^"]+)"', first)[1])
    second = desk.get(older).text
    one, two = (re.search(r"/desk/complaints/([0-9a-f-]{36})/seen", p)[1] for p in (first, second))
    assert one != two


def proposal(house) -> str:
    """Have something proposed to Amina, as the nightly work does; return where it is recorded."""
    with house.unit() as unit:
        made = unit.new_id()
        unit.run(
            """
            insert into next_best_actions (id, customer_id, action_type, title, description,
                confidence_score, strength, facts, recommended_date, expires_at, created_at,
                updated_at)
            select %(id)s, %(amina)s, action_type, title, 'Active and never paid with.', 0.4, 0.8,
                '{}', %(now)s, %(now)s + interval '9 days', %(now)s, %(now)s
            from next_action_types where action_type = 'use_card'
            """,
            id=made,
            amina=customers.find_by_phone(unit, AMINA),
            now=unit.now,
        )
    return f"/desk/actions/{made}"


def test_what_came_of_a_proposal_is_recorded_once(stuck, joyce, somebody, house):
    action, path = proposal(house), path_of(house)
    page = joyce.get(path).text
    assert f'action="{action}"' in page
    assert "Active and never paid with." in page and "40 % sure" in page
    assert joyce.post(action, outcome="nonsense").status_code == 422
    case = path.rpartition("/")[2]
    done = joyce.post(action, outcome="accepted", note="She was glad", case=case)
    assert (done.status_code, done.location) == (303, f"{path}?done=recorded")
    assert f'action="{action}"' not in joyce.get(path).text
    customer = joyce.get(joyce.customer()).text
    assert "Accepted" in customer and "“She was glad”" in customer
    again = joyce.post(action, outcome="declined")
    assert again.status_code == 409 and "recorded already" in again.text
    assert joyce.post(f"/desk/actions/{uuid4()}", outcome="accepted").status_code == 404
    assert somebody("auditor").post(action, outcome="accepted").status_code == 403


def test_a_customers_page_tells_worth_risk_and_mood(stuck, joyce, house):
    heard(house, ["Positive", "Neutral", "VeryNegative"])
    page = joyce.get(joyce.customer()).text
    assert "Lifetime value" in part(page, "worth") and "KES" in part(page, "worth")
    assert "1 very unhappy" in part(page, "mood")
    assert 'class="mood-days"' in page


@pytest.fixture
def shown(monkeypatch) -> list:
    """The cases whose customers were shown that somebody writes."""
    asked: list = []
    monkeypatch.setattr(marks, "show_typing", lambda _, case: asked.append(case))
    return asked


def test_customers_are_shown_that_an_answer_is_written_and_nothing_else(
    stuck, joyce, somebody, house, shown
):
    path = taken(joyce, house)
    for state, mode in (("viewing", "reply"), ("typing", "note"), ("typing", "")):
        joyce.post(f"{path}/presence", state=state, mode=mode)
    for role in ("auditor", "operations"):
        somebody(role).post(f"{path}/presence", state="typing", mode="reply")
    assert shown == []
    joyce.post(f"{path}/presence", state="typing", mode="reply")
    assert shown == [latest(house).id]
    joyce.post(f"{path}/status", status="Resolved", key=str(uuid4()))
    joyce.post(f"{path}/presence", state="typing", mode="reply")
    assert len(shown) == 1


def test_where_the_window_is_shut_it_is_said_what_becomes_of_an_answer(
    stuck, joyce, somebody, house, clock
):
    path = taken(joyce, house)
    page = joyce.get(path).text
    assert "Your words go out as you write them" in page and 'data-over="The window is' in page
    clock.pass_(hours=25)
    joyce = somebody("agent")
    page = joyce.get(path).text
    assert "a template tells the customer" in page
    assert "Your words go out as you write them" not in page
    refused = joyce.post(f"{path}/hand-back", key=str(uuid4()))
    assert refused.status_code == 409 and "takes no question" in refused.text


def test_words_to_a_person_are_felt_on_the_case(stuck, joyce, house):
    path = taken(joyce, house)
    stuck.say("I am so angry, this is the worst bank, where is my money")
    assert "very unhappy" in part(joyce.get(path).text, "mood")
