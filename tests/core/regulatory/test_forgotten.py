"""A report is kept for seven years after it was filed, whole, and then no longer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.access import approvals
from core.access.actors import SYSTEM
from core.crm import erasure, retention
from core.ledger import book
from core.regulatory import filing, preparing, reports
from core.regulatory.reports import ReportForgotten
from core.store import outbox
from core.store.files import Files
from tests.core.aml.suspects import Office
from tests.core.people import fund, someone
from tests.core.regulatory.suspicion import reported
from tests.core.regulatory.tills import rates_of
from tests.support import dump
from tests.support.outbox_rows import ALL

(RULE,) = [one for one in retention.RULES if one.what == "reports to authorities"]


@pytest.fixture
def office(unit):
    return Office(unit)


@pytest.fixture
def files(tmp_path, unit):
    return Files(tmp_path, "compliance", unit.keys)


@pytest.fixture
def amina(unit):
    outbox.register_senders(unit, ALL)
    rates_of(unit, unit.now)
    return someone(unit)


@pytest.fixture
def report(unit, office, amina, files):
    """A report of a suspicion about her that two people approved."""
    fund(unit, amina.wallet, "KES 500.00")
    paid = unit.value("select transaction_id from transactions order by timestamp desc limit 1")
    case = reported(unit, office, amina, payments=[paid])
    made = preparing.for_case(unit, office.halima, files, case, theirs=None)
    asked = filing.request(unit, office.halima, made.id, reason="checked, by the tapir")
    approvals.approve(unit, office.yusuf, asked.id, "fine")
    return made


def forget(unit):
    while retention.forget(unit, RULE):
        pass


def found(unit, report):
    return reports.find(unit, SYSTEM, report.id)


def test_it_outlives_the_customer_it_tells_of_and_comes_out_byte_for_byte(
    unit, office, amina, files, report
):
    cash = book.system_account(unit, "cash", "KES")
    book.close(
        unit, id=unit.new_id(), account=amina.wallet, to=cash,
        reason=book.Reason(by="test", why="she leaves"),
    )  # fmt: skip
    erasure.erase(unit, amina.id)
    unit.now += timedelta(days=400)
    filing.filed(unit, office.yusuf, report.id, number="FRC-1", at=unit.now)
    unit.now += erasure.KEPT_FOR - timedelta(days=1)
    unit.finish()
    assert erasure.forget_identity(unit, amina.id)
    forget(unit)
    again, same = reports.again(unit, SYSTEM, found(unit, report))
    assert same and again == files.read(report.id) and b"Amina" in again
    assert found(unit, report).case is None, "what it is about is forgotten"
    assert filing.known(unit, [report.id]) == {report.id}
    unit.now += timedelta(days=1, seconds=1)
    forget(unit)
    kept = found(unit, report)
    assert (kept.is_kept, kept.status, kept.filed_as, kept.sha256) == (
        False, "filed", "FRC-1", report.sha256,
    )  # fmt: skip
    with pytest.raises(ReportForgotten):
        reports.again(unit, SYSTEM, kept)
    assert filing.known(unit, [report.id]) == set(), "and so its file is deleted"
    words = ("Amina", "tapir")
    assert dump.found(dump.opened(unit, but="audit_log.details"), words) == []


def test_one_that_is_owed_is_never_forgotten(unit, report):
    unit.now += 3 * RULE.kept_for
    forget(unit)
    assert found(unit, report).is_kept


def test_one_that_was_withdrawn_goes_when_its_investigation_is_over(unit, office, files, report):
    filing.withdraw(unit, office.halima, report.id, reason="a payment is missing")
    unit.finish()
    other = preparing.for_case(unit, office.halima, files, report.case, theirs=None)
    unit.now += RULE.kept_for + timedelta(days=1)
    forget(unit)
    assert found(unit, report).is_kept, "the authority has not got the other one"
    asked = filing.request(unit, office.halima, other.id, reason="complete")
    approvals.approve(unit, replace(office.yusuf, mfa_at=unit.now), asked.id, "fine")
    filing.filed(unit, office.yusuf, other.id, number="FRC-2", at=unit.now)
    unit.finish()
    forget(unit)
    assert not found(unit, report).is_kept and found(unit, other).is_kept
