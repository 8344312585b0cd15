"""Words that understanding may learn from hold nobody, and come once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.access.actors import SYSTEM, Forbidden
from core.crm import candidates, retention
from core.crm.candidates import MeaningNeeded, NoCandidate, impersonal
from tests.support.desk import hired


def note(unit, text="pay {name} {amount}", chosen="send_money", source="clarify", language="en"):
    return candidates.note(
        unit, text, language=language, guessed=("pay_bill",), chosen=chosen, source=source
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("send 500 to 0712 000 002", "send # to #"),
        ("my id is 12345678", "my id is ****"),
        ("write to amina@example.org   please", "write to a***@*** please"),
        ("card 4242 4242 4242 4242", "card #"),
        ("my pin: 4321\nis wrong", "my pin: **** is wrong"),
        ("pay {name} {amount}", "pay {name} {amount}"),
    ],
)
def test_nothing_personal_is_kept(said, kept):
    assert impersonal(said) == kept


def test_the_same_words_with_the_same_meaning_are_one_row_that_counts(unit):
    first = note(unit)
    assert note(unit, "Pay {name}  {amount}") == first
    assert note(unit, chosen="pay_bill") != first
    assert note(unit, source="fallback", chosen=None) != first
    assert note(unit, language="sw") != first
    found = {one.id: one for one in candidates.page(unit)}[first]
    assert (found.words, found.times, found.chosen) == ("pay {name} {amount}", 2, "send_money")
    assert (found.guessed, found.source, found.state) == (("pay_bill",), "clarify", "new")


def test_what_holds_no_words_is_not_kept(unit):
    assert note(unit, "500 ???") is None
    assert note(unit, "  ") is None


def test_words_are_sealed(unit):
    made = note(unit)
    row = unit.one("select words, index from understanding_candidates where id = %(id)s", id=made)
    assert b"pay" not in bytes(row.words)
    assert "pay" not in row.index


def test_somebody_looks_before_anything_is_learnt(unit):
    made = note(unit, chosen=None, source="fallback")
    with pytest.raises(MeaningNeeded):
        candidates.review(unit, SYSTEM, made, "accepted")
    assert list(candidates.accepted(unit)) == []
    kept = candidates.review(unit, SYSTEM, made, "accepted", meant="fees")
    assert (kept.state, kept.chosen) == ("accepted", "fees")
    assert [one.id for one in candidates.accepted(unit)] == [made]
    assert candidates.page(unit) == []
    candidates.review(unit, SYSTEM, made, "rejected")
    assert [one.id for one in candidates.page(unit, "rejected")] == [made]
    with pytest.raises(NoCandidate):
        candidates.review(unit, SYSTEM, uuid4(), "rejected")


def test_the_most_frequent_come_first_page_by_page(unit):
    made = [note(unit, f"words {letter}") for letter in "abcde"]
    note(unit, "words c")
    first = candidates.page(unit, limit=2)
    rest = candidates.page(unit, after=first[-1].id, limit=9)
    assert first[0].id == made[2]
    assert {one.id for one in (*first, *rest)} == set(made)
    assert len(first) + len(rest) == len(made)


def test_who_answers_cases_may_say_what_was_meant(unit):
    agent = hired(unit, "agent")
    made = candidates.correct(unit, agent, "nataka pesa 500", language="sw", meant="withdraw")
    (kept,) = candidates.page(unit)
    assert (kept.id, kept.words, kept.source) == (made, "nataka pesa #", "agent")
    with pytest.raises(Forbidden):
        candidates.correct(unit, hired(unit, "auditor"), "x y", language="sw", meant="fees")


def test_they_are_forgotten_when_nobody_says_them_any_more(unit, monkeypatch):
    made = note(unit)
    rule = next(one for one in retention.RULES if one.what == "words to learn from")
    retention.forget(unit, rule)
    assert [one.id for one in candidates.page(unit)] == [made]
    monkeypatch.setattr(unit, "now", unit.now + rule.kept_for + timedelta(days=1))
    retention.forget(unit, rule)
    assert candidates.page(unit) == []
