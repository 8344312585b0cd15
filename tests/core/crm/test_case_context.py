"""What is kept of a conversation with a case, of words that wait and of ratings: how long."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from core.access.actors import SYSTEM
from core.crm import (
    case_context,
    case_line,
    case_queue,
    case_ratings,
    case_work,
    cases,
    erasure,
    held_words,
    retention,
)
from core.crm.case_chat import Voice
from core.crm.case_context import Known, Left
from core.crm.cases import Case
from core.customer_copy import copy
from core.ledger import book
from core.store import contacts
from core.store.outbox import register_senders
from core.store.unit import Unit
from tests.core.crm import desk
from tests.core.people import someone
from tests.support.outbox_rows import ALL

PHONE = "+254712000001"
LEFT = Left(
    "send_money",
    4,
    "review",
    {"amount": "KES 500.00", "name": "B***n K***u", "phone": "+254712000002", "to": "an id"},
    (("recipient", {}), ("amount", {"phone": "+254712000002"})),
)
RULE = next(rule for rule in retention.RULES if rule.what == "what was interrupted")


@pytest.fixture
def amina(unit: Unit) -> UUID:
    return desk.customer(unit, PHONE)


def known(unit: Unit, **other: object) -> Known:
    facts = {
        "conversation": unit.new_id(),
        "channel": "whatsapp",
        "language": "sw",
        "last_inbound_at": unit.now,
        "left": LEFT,
        "guesses": [("agent", 0.91), ("open_case", 0.05)],
        "feeling": ("Negative", 0.8),
    }
    return Known(**(facts | other))  # type: ignore[arg-type]


def opened(unit: Unit, amina: UUID, **other: object) -> tuple[Case, Known]:
    case, told = desk.case(unit, amina), known(unit, **other)
    case_context.note(unit, case=case.id, known=told)
    return case, told


def interact(unit: Unit, conversation: UUID, outcome: str) -> None:
    unit.run(
        """
        insert into interactions (id, channel, date, notes, conversation_id, flow, outcome,
            correlation)
        values (%(id)s, 'whatsapp', %(now)s, '', %(conversation)s, 'send_money', %(outcome)s,
            %(id)s)
        """,
        id=unit.new_id(),
        conversation=conversation,
        outcome=outcome,
        now=unit.now,
    )


def test_what_was_known_is_read_as_it_was_noted_and_once(unit: Unit, amina: UUID) -> None:
    case, told = opened(unit, amina)
    case_context.note(unit, case=case.id, known=replace(told, language="fr"))
    found = case_context.of(unit, case.id)
    assert found is not None
    assert found.left == LEFT
    assert found.waits
    assert (found.language, found.intent, found.feeling) == ("sw", "agent", "Negative")
    assert found.guesses == (("agent", 0.91), ("open_case", 0.05))
    assert found.window_ends_at == unit.now + timedelta(hours=24)


def test_staff_read_amounts_and_masked_phones_and_no_ids(unit: Unit, amina: UUID) -> None:
    case, _ = opened(unit, amina)
    found = case_context.of(unit, case.id)
    assert found is not None
    assert found.summary["said"] == {
        "amount": "KES 500.00",
        "name": "B***n K***u",
        "phone": "+254 7** *** 002",
    }
    assert found.summary["passed"] == ["recipient", "amount"]


def test_where_they_got_stuck_is_told_by_codes(unit: Unit, amina: UUID) -> None:
    told = known(unit)
    for outcome in ("went on", "not_an_amount", "not_an_amount", "insufficient_funds", "ended"):
        interact(unit, told.conversation, outcome)
    unit.now += timedelta(minutes=59)
    case = desk.case(unit, amina)
    case_context.note(unit, case=case.id, known=told)
    found = case_context.of(unit, case.id)
    assert found is not None
    assert (found.not_understood, found.refused) == (2, ("insufficient_funds",))


def test_what_goes_on_does_so_once(unit: Unit, amina: UUID) -> None:
    case, told = opened(unit, amina)
    case_context.taken_up(unit, told.conversation, "withdraw")
    found = case_context.of(unit, case.id)
    assert found is not None
    assert found.waits
    case_context.taken_up(unit, told.conversation, "send_money")
    found = case_context.of(unit, case.id)
    assert found is not None
    assert found.taken_up_at == unit.now


def test_nothing_of_it_stands_in_clear(unit: Unit, amina: UUID) -> None:
    opened(unit, amina)
    row = unit.one("select c::text as whole, said from case_contexts c")
    assert b"KES 500" not in bytes(row.said)
    assert "500.00" not in row.whole
    assert "254712" not in row.whole


def hold(unit: Unit, case: Case, customer: UUID, words: str) -> UUID:
    """Have an answer wait for somebody who does not write on WhatsApp."""
    register_senders(unit, ALL)
    contacts.keep(unit, PHONE)
    held = held_words.hold(
        unit,
        case=case.id,
        number=case.number,
        customer=customer,
        conversation=unit.new_id(),
        address=PHONE,
        voice=Voice("twilio:whatsapp:1", "twilio"),
        words=words,
    )
    assert held is not None
    return held


def test_it_is_forgotten_with_its_customer(unit: Unit) -> None:
    gone = someone(unit, PHONE)
    case, _ = opened(unit, gone.id)
    hold(unit, case, gone.id, "It is on its way")
    case_ratings.rate(unit, case, 2)
    cash, why = book.system_account(unit, "cash", "KES"), book.Reason(by="test", why="they leave")
    book.close(unit, id=unit.new_id(), account=gone.wallet, to=cash, reason=why)
    erasure.erase(unit, gone.id)
    found = case_context.of(unit, case.id)
    assert found is not None
    assert (found.left.slots if found.left else None, found.waits) == ({}, False)
    assert unit.value("select customer_id from case_ratings") is None
    assert held_words.waiting(unit, case.id) == 0


def test_old_ones_lose_what_was_said(unit: Unit, amina: UUID) -> None:
    case, _ = opened(unit, amina)
    unit.now += RULE.kept_for - timedelta(days=1)
    assert not retention.forget(unit, RULE)
    assert unit.value("select said is not null from case_contexts")
    unit.now += timedelta(days=2)
    retention.forget(unit, RULE)
    assert unit.value("select said is null from case_contexts")
    assert case_context.of(unit, case.id) is not None


def test_a_customers_copy_has_all_three(unit: Unit, amina: UUID) -> None:
    case, _ = opened(unit, amina)
    case_ratings.rate(unit, case, 5)
    told = copy(unit, SYSTEM, amina, reason="asked for it")
    [context] = told["what_a_case_interrupted"]
    assert "KES 500.00" in str(context["said"])
    assert told["ratings_of_cases"] == [
        {"case_id": str(case.id), "resolution": 0, "rating": 5, "at": unit.now.isoformat()}
    ]


def test_each_solution_has_one_rating_and_the_last_word_counts(unit: Unit, amina: UUID) -> None:
    boss, case = desk.staff(unit, "supervisor"), desk.case(unit, amina)
    case_work.set_status(unit, boss, case, "Resolved")
    assert case_ratings.rate(unit, case, 1).low
    assert case_ratings.FLAG in cases.get(unit, case.id).tags
    case_ratings.rate(unit, case, 4)
    assert case_ratings.FLAG not in cases.get(unit, case.id).tags
    cases.reopen(unit, case, by="customer", actor=amina)
    case_work.set_status(unit, boss, cases.get(unit, case.id), "Resolved")
    case_ratings.rate(unit, case, 2)
    assert [(one.resolution, one.rating) for one in case_ratings.of(unit, case.id)] == [
        (0, 4),
        (1, 2),
    ]
    assert [one.rating for one in case_ratings.low(unit, since=unit.now)] == [2]
    with pytest.raises(ValueError, match="6 is no rating"):
        case_ratings.rate(unit, case, 6)


def test_who_is_before_is_counted_in_the_order_in_which_cases_are_taken(
    unit: Unit, amina: UUID
) -> None:
    zuri = desk.staff(unit)
    made = [desk.case(unit, None, priority=one) for one in ("Low", "High", "Medium", "High", "Low")]
    order = sorted(made, key=lambda case: case_line.ahead(unit, case))
    assert [case_line.ahead(unit, case) for case in order] == [0, 1, 2, 3, 4]
    taken = [case_queue.take_next(unit, zuri) for _ in made]
    assert [case.id for case in order] == [case.id for case in taken if case is not None]


@pytest.mark.parametrize(
    ("at", "back"),
    [
        ("2026-03-04T09:30:00+00:00", None),  # a Wednesday, half past twelve in Nairobi
        ("2026-03-04T20:00:00+00:00", "2026-03-05T05:00:00+00:00"),
        ("2026-03-06T14:00:00+00:00", "2026-03-09T05:00:00+00:00"),  # five on a Friday
        ("2026-03-09T04:59:00+00:00", "2026-03-09T05:00:00+00:00"),
    ],
)
def test_people_are_back_when_their_country_works(unit: Unit, at: str, back: str | None) -> None:
    unit.now = unit.now.fromisoformat(at)
    found = case_line.back_at(unit, "KE")
    assert (None if found is None else found.isoformat()) == back


def test_words_that_nobody_came_for_are_forgotten_too(unit: Unit, amina: UUID) -> None:
    case = desk.case(unit, amina)
    hold(unit, case, amina, "It is on its way")
    assert held_words.waiting(unit, case.id) == 1
    [copied] = copy(unit, SYSTEM, amina, reason="asked for it")["words_that_wait"]
    assert copied["words"] == "It is on its way"
    unit.now += RULE.kept_for + timedelta(days=1)
    retention.forget(unit, RULE)
    assert held_words.waiting(unit, case.id) == 0
