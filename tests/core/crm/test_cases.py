"""Cases as customers make them: opened, added to, reopened; nothing readable in the database."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, exc

from core.crm import case_sweep, case_work, cases
from core.crm.case_queue import claim
from core.crm.cases import Case, CaseClosed, TooManyCases
from core.store.unit import Unit
from tests.core.crm.desk import case, customer, staff


def events(unit: Unit, of: Case) -> list[tuple[str, str | None, str | None]]:
    rows = unit.all(
        "select what, was, became from case_events where case_id = %(id)s order by at, id", id=of.id
    )
    return [(row.what, row.was, row.became) for row in rows]


def test_a_case_is_opened_with_a_number_and_a_clock(unit: Unit, now: datetime) -> None:
    me = customer(unit)
    opened = case(unit, me, priority="High")
    assert opened.number.startswith("C-104-")
    assert (opened.status, opened.customer, opened.country) == ("Open", me, "KE")
    assert opened.deadline == now + timedelta(hours=24)
    assert opened.warn_at == now + timedelta(hours=19, minutes=12)
    assert opened.first_reply_due == now + timedelta(hours=1)
    assert opened.waiting_since == now
    assert cases.find(unit, opened.number.lower().replace("-", " ")) == opened
    assert cases.get(unit, opened.id) == opened
    assert events(unit, opened) == [("opened", None, "High")]


def test_a_stranger_has_a_case_too_and_our_own_calendar(unit: Unit) -> None:
    opened = case(unit, None, country="GB")
    assert (opened.customer, opened.country) == (None, "KE")


def test_words_stand_sealed_each_for_its_own_row(unit: Unit) -> None:
    opened = case(
        unit, customer(unit), title="Amina Otieno lost money", description="+254712000001"
    )
    cases.add_words(
        unit, opened, by="customer", actor=opened.customer, text="To Brian Kamau", internal=False
    )
    row = unit.one(
        """
        select c.title || c.description || n.words as sealed, n.id, n.words
        from cases c join case_notes n on n.case_id = c.id where c.id = %(id)s
        """,
        id=opened.id,
    )
    for word in (b"Amina", b"712000001", b"Brian"):
        assert word not in bytes(row.sealed)
    assert unit.keys.open(row.words, field="case_notes.words", row=row.id) == "To Brian Kamau"
    assert "Amina" not in repr(opened), "what is logged by accident tells nobody's name"


def test_what_happened_and_was_said_cannot_be_rewritten(unit: Unit, admin_engine: Engine) -> None:
    opened = case(unit, customer(unit))
    cases.add_words(unit, opened, by="system", actor=None, text="noted", internal=True)
    cases.link(unit, opened, transaction=uuid4(), by="customer")
    for statement in (
        "update case_events set what = 'nothing'",
        "delete from case_events",
        "update case_notes set internal = false",
        "delete from case_notes",
        "delete from case_links",
        "update cases set created_by = 'me'",
        "delete from cases",
    ):
        with pytest.raises(exc.DBAPIError), unit.savepoint():
            unit.run(statement)
    sealed = unit.keys.seal("noted", field="case_notes.words", row="another key")
    assert unit.run("update case_notes set words = %(words)s", words=sealed) == 1


def test_a_customer_has_five_cases_at_most_and_is_told_which(unit: Unit) -> None:
    me = customer(unit)
    mine = [case(unit, me) for _ in range(cases.MOST_OPEN)]
    with pytest.raises(TooManyCases) as refused:
        case(unit, me, by="bot")
    assert refused.value.facts["most"] == "5"
    assert refused.value.facts["numbers"] == ", ".join(one.number for one in reversed(mine))
    assert case(unit, me, by="system"), "the house opens what it must"


def test_a_case_is_about_something_we_know(unit: Unit) -> None:
    with pytest.raises(ValueError, match="Transfer/weather"):
        case(unit, customer(unit), sub_category="weather")


def test_customers_cases_are_paged_newest_first(unit: Unit) -> None:
    me = customer(unit)
    opened = []
    for _ in range(4):
        unit.now += timedelta(minutes=1)
        opened.append(case(unit, me).id)
    case(unit, customer(unit, "+254712000002"))
    first = cases.of_customer(unit, me, limit=3)
    rest = cases.of_customer(unit, me, limit=3, after=first[-1])
    assert [one.id for one in [*first, *rest]] == list(reversed(opened))


def test_the_customers_answer_ends_the_wait_for_it(unit: Unit, now: datetime) -> None:
    me, agent = customer(unit), staff(unit)
    mine = claim(unit, agent, case(unit, me, priority="Critical"))
    unit.now += timedelta(hours=1)
    waiting = case_work.set_status(unit, agent, mine, "PendingCustomer")
    assert waiting.deadline is None
    unit.now += timedelta(days=3)
    heard = cases.add_words(unit, waiting, by="customer", actor=me, text="Here", internal=False)
    assert heard.status == "InProgress"
    assert heard.deadline == unit.now + timedelta(hours=3)
    assert heard.waiting_since == now, "nobody has answered yet"


def test_the_first_answer_is_noted_and_ends_the_customers_wait(unit: Unit) -> None:
    agent = staff(unit)
    mine = claim(unit, agent, case(unit, customer(unit)))
    unit.now += timedelta(minutes=5)
    noted = case_work.note(unit, agent, mine, "Looks like a wrong number")
    assert noted.first_replied_at is None
    answered = case_work.reply(unit, agent, noted, "We are looking", message=None)
    assert (answered.first_replied_at, answered.waiting_since) == (unit.now, None)
    again = case_work.reply(unit, agent, answered, "Found it", message=None)
    assert [what for what, *_ in events(unit, again)].count("first_reply") == 1


def test_a_case_that_was_done_is_reopened_within_a_week_and_its_clock_goes_on(unit: Unit) -> None:
    me, agent = customer(unit), staff(unit)
    mine = claim(unit, agent, case(unit, me, priority="High"))
    unit.now += timedelta(hours=10)
    solved = case_work.set_status(unit, agent, mine, "Resolved")
    assert solved.resolved_at == unit.now
    with pytest.raises(CaseClosed) as refused:
        cases.add_words(unit, solved, by="customer", actor=me, text="No", internal=False)
    assert refused.value.facts == {"number": mine.number, "may_reopen": "yes"}
    unit.now += timedelta(hours=72)
    assert case_sweep.close_old(unit) == [mine.id]
    assert cases.get(unit, mine.id).status == "Closed"
    unit.now += timedelta(days=4)
    again = cases.reopen(unit, solved, by="customer", actor=me)
    assert (again.status, again.assigned_to, again.reopened) == ("Open", None, 1)
    assert again.deadline == unit.now + timedelta(hours=14)
    assert again.resolved_at is None
    assert cases.reopen(unit, again, by="customer", actor=me).reopened == 1, "it is open already"


def test_after_a_week_it_is_another_case(unit: Unit) -> None:
    me, agent = customer(unit), staff(unit)
    mine = claim(unit, agent, case(unit, me))
    solved = case_work.set_status(unit, agent, mine, "Resolved")
    unit.now += timedelta(days=7, seconds=1)
    with pytest.raises(CaseClosed) as refused:
        cases.reopen(unit, solved, by="customer", actor=me)
    assert refused.value.facts["may_reopen"] == "no"
    assert case_work.reopen(unit, agent, solved, "he was in hospital").status == "Open"


def test_payments_and_files_are_named_once(unit: Unit) -> None:
    opened, payment, paper = case(unit, customer(unit)), uuid4(), uuid4()
    for _ in range(2):
        cases.link(unit, opened, transaction=payment, by="customer")
        cases.attach(unit, opened, document=paper)
    assert cases.links(unit, opened) == [payment]
    assert [what for what, *_ in events(unit, opened)] == ["opened", "linked", "attached"]


def test_a_person_answers_in_a_conversation_until_the_case_is_done(unit: Unit) -> None:
    talk, agent = unit.new_id(), staff(unit)
    unit.run(
        """
        insert into conversations (id, channel, address, language, created_at)
        values (%(id)s, 'whatsapp', 'a-token', 'en', %(now)s)
        """,
        id=talk,
        now=unit.now,
    )
    mine = claim(unit, agent, case(unit, customer(unit), conversation=talk))
    assert mine.address == "a-token"
    unit.run("update conversations set case_id = %(case)s", case=mine.id)
    case_work.set_status(unit, agent, mine, "PendingCustomer")
    assert unit.value("select case_id from conversations") == mine.id
    case_work.set_status(unit, agent, mine, "Resolved")
    assert unit.value("select case_id from conversations") is None
