"""Breaks ended by people: one asks, another decides, and the money follows."""

import pytest

from core.access import approvals
from core.access.actors import Forbidden, MfaNeeded
from core.access.approvals import AlreadyAsked, OwnRequest, ReasonNeeded
from core.approvals.catalog import KINDS
from core.recon import breaks, forced
from core.recon.breaks import UnknownBreak
from core.recon.forced import BreakResolved, LinesUnfit
from tests.core.recon.town import NEXT, bank, out
from tests.support.desk import hired


@pytest.fixture
def town(unit):
    approvals.register(KINDS)
    return bank(unit)


@pytest.fixture
def asker(unit):
    return hired(unit, "operations")


@pytest.fixture
def decider(unit):
    return hired(unit, "compliance")


def the_break(town, kind):
    return town.unit.value(
        "select break_id from recon_breaks where kind = %(kind)s and status = 'open'", kind=kind
    )


def line(town, name):
    return town.unit.value(
        "select item_id from recon_items where reference = %(name)s and side = 'theirs'", name=name
    )


def found(town):
    town.reconciles()
    return town.open()


def test_two_that_belong_together_are_matched_with_what_is_left_in_suspense(town, asker, decider):
    town.pays("WK1")
    town.reports(("out", "WK1", 150_000))
    town.states(out("", 149_000, reference="ODD"))
    town.states(on=NEXT)
    assert found(town) == [("missing_in_book", "ODD"), ("missing_in_statement", "WK1")]
    before = town.holds("nostro_central")
    asked = forced.request(
        town.unit, asker, the_break(town, "missing_in_statement"), lines=[line(town, "ODD")],
        reason="the bank kept ten shillings",
    )  # fmt: skip
    assert asked.facts["to_suspense"] == "KES 10.00" and asked.facts["stake"] == "KES 1500.00"
    done = approvals.approve(town.unit, decider, asked.id)
    assert done.outcome == {"lines": "2", "breaks": "2"}
    assert town.open() == [] and set(town.ended().values()) == {"forced"}
    assert town.holds("suspense_breaks") == 1000
    assert town.holds("nostro_central") == before - 1000
    assert town.reconciles().run is None
    [match] = town.unit.all("select approval_id, difference from recon_matches where rule='forced'")
    assert (match.approval_id, match.difference) == (asked.id, 1000)


def test_money_nobody_knows_goes_to_suspense(town, asker, decider):
    town.states(out("X1", -5_000))
    assert found(town) == [("missing_in_book", "X1")]
    asked = forced.request(town.unit, asker, the_break(town, "missing_in_book"), reason="unknown")
    approvals.approve(town.unit, decider, asked.id)
    assert town.holds("suspense_breaks") == 5_000 and town.open() == []


def test_what_only_a_report_says_moves_nothing(town, asker, decider):
    town.reports(("out", "X1", 5_000))
    assert found(town) == [("missing_in_book", "X1")]
    asked = forced.request(town.unit, asker, the_break(town, "missing_in_book"), reason="theirs")
    assert asked.facts["to_suspense"] == "nothing"
    approvals.approve(town.unit, decider, asked.id)
    assert town.holds("suspense_breaks") == 0 and town.open() == []


def test_what_has_no_open_line_is_accepted_as_it_is(town, asker, decider):
    town.states()
    town.states(on=NEXT, opening=10**12 - 7)
    assert found(town) == [("balance_gap", "")]
    asked = forced.request(town.unit, asker, the_break(town, "balance_gap"), reason="they admit it")
    done = approvals.approve(town.unit, decider, asked.id)
    assert done.outcome == {"lines": "0", "breaks": "1"} and found(town) == []


def test_a_payment_that_ended_otherwise_is_forced_with_all_that_is_told_of_it(town, asker, decider):
    town.pays("WK1")
    town.states(out("WK1", 150_000), out("WK1", -150_000, reason="AC04"))
    town.reports(("out", "WK1", 150_000), ("back", "WK1", 150_000))
    assert found(town) == [("wrong_status", "WK1")]
    one = the_break(town, "wrong_status")
    asked = forced.request(town.unit, asker, one, reason="they will pay again tomorrow")
    assert asked.facts["to_suspense"] == "KES 1500.00"
    approvals.approve(town.unit, decider, asked.id)
    assert found(town) == [] and town.holds("suspense_breaks") == 150_000


def test_who_asks_does_not_decide_and_others_do_neither(town, asker, decider):
    town.states(out("X1", 5_000))
    town.reconciles()
    one = the_break(town, "missing_in_book")
    with pytest.raises(Forbidden):
        forced.request(town.unit, hired(town.unit, "supervisor"), one, reason="because")
    with pytest.raises(Forbidden):
        forced.request(town.unit, decider, one, reason="because")
    with pytest.raises(ReasonNeeded):
        forced.request(town.unit, asker, one, reason=" ")
    asked = forced.request(town.unit, asker, one, reason="because")
    with pytest.raises(AlreadyAsked):
        forced.request(town.unit, asker, one, reason="again")
    with pytest.raises(OwnRequest):
        approvals.approve(town.unit, asker, asked.id)
    with pytest.raises(MfaNeeded):
        approvals.approve(town.unit, hired(town.unit, "compliance", mfa=False), asked.id)
    approvals.reject(town.unit, decider, asked.id, "look again")
    assert town.open() == [("missing_in_book", "X1")]


def test_what_was_found_meanwhile_is_not_forced_as_well(town, asker, decider):
    town.states(out("WK1", 150_000))
    town.reconciles()
    one = the_break(town, "missing_in_book")
    asked = forced.request(town.unit, asker, one, reason="because")
    town.pays("WK1")
    town.reconciles()
    ended = approvals.approve(town.unit, decider, asked.id)
    assert (ended.status, ended.outcome["code"]) == ("failed", "break_resolved")
    with pytest.raises(BreakResolved):
        forced.request(town.unit, asker, one, reason="because")


def test_lines_of_another_nostro_or_matched_ones_are_no_match(town, asker):
    town.pays("WK1")
    town.states(out("WK1", 150_000), out("X1", 5_000))
    town.reconciles()
    one = the_break(town, "missing_in_book")
    with pytest.raises(LinesUnfit):
        forced.request(town.unit, asker, one, lines=[line(town, "K-WK1")], reason="because")
    with pytest.raises(UnknownBreak):
        forced.request(town.unit, asker, town.unit.new_id(), reason="because")
    assert breaks.find(town.unit, asker, one).status == "open"
