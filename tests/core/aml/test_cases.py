"""Investigations: one for a customer, in one hand, concluded by two people and no other way."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.access import approval_list, approval_store, approvals
from core.access.actors import Forbidden
from core.access.approvals import OwnRequest, ReasonNeeded, UnknownApproval
from core.aml import alert_list, casework, conclusions, notes
from core.aml import cases as investigations
from core.aml.alert_list import Asked, UnknownAlert
from core.aml.cases import (
    BeingConcluded,
    InvestigationMoved,
    NotYourInvestigation,
    UnknownInvestigation,
)
from core.aml.casework import NoOfficer
from core.aml.conclusions import NoSuspicion, NotRestricted, UnknownConclusion
from core.aml.guard import compliance
from core.aml.notes import NothingNoted, UnknownLink
from core.ledger import book
from core.store import outbox
from tests.core.aml.suspects import Office, suspected
from tests.core.people import someone
from tests.support.desk import hired
from tests.support.outbox_rows import ALL


@pytest.fixture
def amina(unit):
    outbox.register_senders(unit, ALL)
    return someone(unit, holds="KES 100.00")


@pytest.fixture
def office(unit):
    return Office(unit)


def conclude(office, case, how):
    asked = conclusions.request(office.unit, office.halima, case, how, reason="looked into it")
    return approvals.approve(office.unit, office.yusuf, asked.id, "so it is")


def end_by_hand(office, case, decision):
    with compliance(office.unit, office.halima, "aml.work"):
        office.unit.run(
            "update aml_cases set status = 'concluded', conclusion = 'false_positive',"
            " concluded_at = %(now)s, approval_id = %(decision)s where case_id = %(case)s",
            now=office.unit.now,
            decision=decision,
            case=case,
        )


def test_all_alerts_of_a_customer_are_one_investigation(unit, office, amina):
    for n in range(3):
        suspected(unit, amina, f"key {n}")
    first = office.alerts()[0]
    case = casework.take(unit, office.halima, first.id)
    assert {(one.case, one.status) for one in office.alerts()} == {(case, "investigating")}
    found = office.case(case)
    assert (found.status, found.assigned_to, found.alerts) == ("working", office.halima.id, 3)
    assert found.number.startswith("INV-") and found.due_at == first.due_at


def test_what_comes_later_joins_it_and_it_stays_in_one_hand(unit, office, amina):
    case = office.taken(amina)
    suspected(unit, amina, "later")
    [later] = office.alerts("open")
    assert casework.take(unit, office.yusuf, later.id) == case
    assert casework.take(unit, office.yusuf, later.id) == case  # again: nothing changes
    assert office.case(case).assigned_to == office.halima.id


def test_another_customer_is_another_investigation(unit, office, amina):
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    one = office.taken(amina)
    assert office.taken(brian, "key 2") != one


def test_the_queue_tells_what_is_urgent_first_and_pages(unit, office, amina, now):
    for n, severity in enumerate(("low", "high", "critical", "medium", "high")):
        unit.now = now + timedelta(minutes=n)
        suspected(unit, amina, f"key {n}", severity=severity, type=f"type_{n % 2}")
    seen, after = [], None
    while found := alert_list.page(unit, office.halima, after=after, limit=2):
        seen += [one.severity for one in found]
        after = found[-1].id
    assert seen == ["critical", "high", "high", "medium", "low"]
    some = alert_list.page(unit, office.halima, Asked(severity="high", type="type_1"))
    assert [(one.severity, one.type) for one in some] == [("high", "type_1")]
    counts = alert_list.counts(unit, office.halima)
    assert counts.untaken == {"critical": 1, "high": 2, "medium": 1, "low": 1}
    unit.now = now + timedelta(hours=5)
    assert alert_list.counts(unit, office.halima).late == 1
    assert [one.severity for one in alert_list.page(unit, office.halima, Asked("late"))] == [
        "critical"
    ]


@pytest.mark.parametrize("how", ["false_positive", "monitored"])
def test_two_people_conclude_it(unit, office, amina, how, now):
    case = office.taken(amina)
    ended = conclude(office, case, how)
    assert (ended.status, ended.outcome) == ("approved", {})
    found = office.case(case)
    assert (found.status, found.conclusion, found.proposed) == ("concluded", how, None)
    assert {one.status for one in office.alerts()} == {how}
    assert found.monitored_until == (now + timedelta(days=90) if how == "monitored" else None)
    suspected(unit, amina, "anew")
    [anew] = office.alerts("open")
    assert casework.take(unit, office.yusuf, anew.id) != case


def test_nobody_concludes_alone(unit, office, amina):
    case = office.taken(amina)
    asked = conclusions.request(unit, office.halima, case, "false_positive", reason="nothing")
    with pytest.raises(OwnRequest):
        approvals.approve(unit, office.halima, asked.id, "nothing")
    approvals.withdraw(unit, office.halima, asked.id)
    for decision in (asked.id, unit.new_id()):
        with pytest.raises(DBAPIError, match="two people"), unit.savepoint():
            end_by_hand(office, case, decision)


def test_the_request_that_waits_names_nobody(unit, office, amina):
    case = office.taken(amina)
    asked = conclusions.request(unit, office.halima, case, "monitored", reason="seems odd")
    kept = approval_store.get(unit, asked.id)
    assert (kept.customer, kept.case, dict(kept.facts)) == (
        None, None, {"investigation": str(case)},
    )  # fmt: skip
    with pytest.raises(DBAPIError, match="names nobody"), unit.savepoint():
        unit.run(
            "insert into approvals (id, kind, customer_id, subject, facts, reason, made_by,"
            " made_by_kind, made_at, expires_at) select %(id)s, kind, %(customer)s, 'x', facts,"
            " reason, made_by, made_by_kind, made_at, expires_at from approvals",
            id=unit.new_id(),
            customer=amina.id,
        )


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations", "auditor", "admin"])
def test_others_hear_that_there_is_no_such_request(unit, office, amina, role):
    case = office.taken(amina)
    asked = conclusions.request(unit, office.halima, case, "monitored", reason="seems odd")
    other = hired(unit, role)
    for act in (
        lambda: approval_list.find(unit, other, asked.id),
        lambda: approvals.approve(unit, other, asked.id, "x"),
        lambda: approvals.reject(unit, other, asked.id, "x"),
        lambda: approvals.withdraw(unit, other, asked.id),
    ):
        with pytest.raises(UnknownApproval):
            act()
    assert approval_list.listed(unit, other) == []
    assert [one.id for one in approval_list.listed(unit, office.yusuf)] == [asked.id]


def test_while_it_is_decided_nothing_changes_and_afterwards_it_goes_on(unit, office, amina):
    case = office.taken(amina)
    asked = conclusions.request(unit, office.halima, case, "false_positive", reason="nothing")
    suspected(unit, amina, "meanwhile")
    [meanwhile] = office.alerts("open")
    for act in (
        lambda: notes.write(unit, office.halima, case, "more"),
        lambda: casework.suspect(unit, office.halima, case),
        lambda: casework.assign(unit, office.halima, case, to=office.yusuf.id),
        lambda: casework.take(unit, office.halima, meanwhile.id),
        lambda: conclusions.request(unit, office.halima, case, "monitored", reason="x"),
    ):
        with pytest.raises(BeingConcluded), unit.savepoint():
            act()
    approvals.reject(unit, office.yusuf, asked.id, "look again")
    found = office.case(case)
    assert (found.status, found.proposed, found.approval) == ("working", None, None)
    notes.write(unit, office.halima, case, "more")


def test_a_suspicion_is_reported_within_two_days_or_dispelled(unit, office, amina, now):
    case = office.taken(amina)
    with pytest.raises(NoSuspicion):
        conclusions.request(unit, office.halima, case, "reported", reason="x")
    assert casework.suspect(unit, office.halima, case) == now + timedelta(days=2)
    assert office.case(case).owes_report
    with pytest.raises(InvestigationMoved):
        conclusions.request(unit, office.halima, case, "false_positive", reason="x")
    with pytest.raises(InvestigationMoved):
        casework.suspect(unit, office.halima, case)
    casework.dispel(unit, office.halima, case)
    assert not office.case(case).owes_report
    casework.suspect(unit, office.halima, case)
    conclude(office, case, "reported")
    assert (office.case(case).conclusion, office.case(case).owes_report) == ("reported", True)


def test_a_restriction_stands_on_a_freeze_like_any_other(unit, office, amina):
    case = office.taken(amina)
    with pytest.raises(NotRestricted):
        conclusions.request(unit, office.halima, case, "restricted", reason="x")
    freeze = conclusions.restrict(unit, office.halima, case)
    assert (freeze.kind, freeze.customer) == ("freeze", amina.id)
    assert not [word for word in ("suspic", "alert", "INV-", "launder") if word in freeze.reason]
    with pytest.raises(NotRestricted):
        conclusions.request(unit, office.halima, case, "restricted", reason="x")
    approvals.approve(unit, office.yusuf, freeze.id, "review")
    assert {one.status for one in book.balances(unit, amina.id)} == {"frozen"}
    conclude(office, case, "restricted")
    assert office.case(case).conclusion == "restricted"


def test_it_is_handed_on_among_those_who_may(unit, office, amina):
    case = office.taken(amina)
    with pytest.raises(NoOfficer):
        casework.assign(unit, office.halima, case, to=hired(unit, "agent").id)
    casework.assign(unit, office.halima, case, to=office.yusuf.id)
    assert office.case(case).assigned_to == office.yusuf.id
    for act in (
        lambda: casework.suspect(unit, office.halima, case),
        lambda: conclusions.restrict(unit, office.halima, case),
        lambda: conclusions.request(unit, office.halima, case, "monitored", reason="x"),
    ):
        with pytest.raises(NotYourInvestigation):
            act()
    casework.assign(unit, office.yusuf, case, to=None)
    assert office.case(case).status == "open"
    assert set(casework.officers(unit)) == {office.halima.id, office.yusuf.id}


def test_while_a_suspicion_runs_somebody_has_it(unit, office, amina):
    case = office.taken(amina)
    casework.suspect(unit, office.halima, case)
    with pytest.raises(InvestigationMoved):
        casework.assign(unit, office.halima, case, to=None)
    casework.assign(unit, office.halima, case, to=office.yusuf.id)
    assert (office.case(case).status, office.case(case).assigned_to) == (
        "suspicion", office.yusuf.id,
    )  # fmt: skip


def test_notes_and_links_belong_to_it(unit, office, amina):
    case = office.taken(amina)
    notes.write(unit, office.halima, case, "Cash of five days, always just below.")
    payment = unit.value("select transaction_id from transactions")
    notes.link(unit, office.halima, case, what="payment", thing=payment)
    notes.link(unit, office.yusuf, case, what="payment", thing=payment)
    [note] = notes.of_case(unit, office.yusuf, case)
    assert (note.words, note.by) == ("Cash of five days, always just below.", office.halima.id)
    [link] = notes.links(unit, office.yusuf, case)
    assert (link.what, link.id, link.by) == ("payment", payment, office.halima.id)
    with pytest.raises(NothingNoted):
        notes.write(unit, office.halima, case, "  ")
    with pytest.raises(UnknownLink):
        notes.link(unit, office.halima, case, what="payment", thing=case)


def test_what_is_not_there_or_not_meant_is_refused(unit, office, amina):
    nowhere, case = unit.new_id(), office.taken(amina)
    with pytest.raises(UnknownAlert):
        alert_list.find(unit, office.halima, nowhere)
    with pytest.raises(UnknownAlert):
        casework.take(unit, office.halima, nowhere)
    with pytest.raises(UnknownInvestigation):
        notes.write(unit, office.halima, nowhere, "x")
    with pytest.raises(UnknownConclusion):
        conclusions.request(unit, office.halima, case, "hang", reason="x")
    with pytest.raises(ReasonNeeded):
        conclusions.request(unit, office.halima, case, "monitored", reason=" ")


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations", "auditor", "admin"])
def test_nobody_else_reads_or_works(unit, office, amina, role):
    case, other = office.taken(amina), hired(unit, role)
    [alert] = office.alerts()
    for act in (
        lambda: alert_list.page(unit, other),
        lambda: alert_list.find(unit, other, alert.id),
        lambda: alert_list.fired(unit, other, alert),
        lambda: alert_list.of_case(unit, other, case),
        lambda: alert_list.counts(unit, other),
        lambda: investigations.page(unit, other),
        lambda: investigations.find(unit, other, case),
        lambda: casework.take(unit, other, alert.id),
        lambda: casework.suspect(unit, other, case),
        lambda: casework.dispel(unit, other, case),
        lambda: casework.assign(unit, other, case, to=None),
        lambda: notes.write(unit, other, case, "x"),
        lambda: notes.of_case(unit, other, case),
        lambda: notes.link(unit, other, case, what="payment", thing=case),
        lambda: notes.links(unit, other, case),
        lambda: conclusions.request(unit, other, case, "monitored", reason="x"),
        lambda: conclusions.restrict(unit, other, case),
    ):
        with pytest.raises(Forbidden):
            act()
