"""Reports: as the authority takes them, by two people, and the same again at any time."""

import os
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from core.access import approvals
from core.access.actors import SYSTEM, Forbidden
from core.access.approvals import OwnRequest, ReasonNeeded, UnknownApproval
from core.aml.cases import find as find_case
from core.aml.guard import compliance
from core.ledger import book
from core.money import Money
from core.regulatory import filing, kinds, preparing, reports, schema
from core.regulatory.cash import Threshold
from core.regulatory.filing import NotYourReport, NumberNeeded, ReportChanged, ReportMoved
from core.regulatory.periods import UnknownPeriod
from core.regulatory.preparing import NothingToReport, PeriodRunsOn, UnknownKind
from core.regulatory.reports import UnknownReport
from core.regulatory.schema import ReportUnfit
from core.regulatory.str_report import NotToBeReported
from core.store import outbox
from core.store.files import Files
from tests.core.aml.suspects import Office
from tests.core.people import fund, someone
from tests.core.regulatory.suspicion import reported
from tests.core.regulatory.tills import agent, brought, rates_of
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

THEIRS = Path(os.environ["GOAML_SCHEMA"]) if os.environ.get("GOAML_SCHEMA") else None
MONDAY = date(2026, 2, 23)
WEEK, MONTH = "2026-W09", "2026-02"


@pytest.fixture
def office(unit):
    return Office(unit)


@pytest.fixture
def files(tmp_path, unit):
    return Files(tmp_path, "compliance", unit.keys)


@pytest.fixture
def town(unit, now):
    """Amina, who brings much cash on Monday; Brian, who keeps below on every day; their agent."""
    outbox.register_senders(unit, ALL)
    unit.now = now - timedelta(days=60)
    rates_of(unit, unit.now)
    amina = someone(unit)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    till = agent(unit, someone(unit, "+254712000003", names=("Faith", "Chebet")))
    unit.now = now
    for customer, amount, day in (
        (amina, "KES 80000.00", MONDAY), (amina, "KES 90000.00", MONDAY),
        (brian, "KES 90000.00", MONDAY), (brian, "KES 90000.00", MONDAY + timedelta(days=1)),
    ):  # fmt: skip
        brought(unit, till, customer, amount, day=day)
    return amina, brian, till


@pytest.fixture
def lower(monkeypatch):
    """Thresholds that wallets of a tier can reach."""
    known = kinds.kinds
    least = {"ctr": Threshold("USD", Decimal(1000)), "large_cash": Threshold("USD", Decimal(600))}

    def lowered(unit, country):
        return {
            name: replace(kind, threshold=least.get(name, kind.threshold))
            for name, kind in known(unit, country).items()
        }

    monkeypatch.setattr(preparing, "kinds", lowered)


def make(unit, actor, files, kind="ctr", period=WEEK):
    return preparing.for_period(unit, actor, files, kind, period, country="KE", theirs=THEIRS)


def test_a_week_of_cash_tells_of_the_days_that_reach_the_threshold(
    unit, office, files, town, lower
):
    report = make(unit, office.halima, files)
    text = files.read(report.id).decode()
    assert (report.lines, report.status, report.reference) == (2, "prepared", f"CTR-KE-{WEEK}-1")
    assert text.count("<transaction>") == 2
    assert "Amina Otieno" in text and "Brian" not in text
    assert "<report_code>CTR</report_code>" in text
    assert "<amount_local>80000.00</amount_local>" in text
    schema.check(text.encode(), THEIRS)


def test_the_same_week_comes_out_byte_for_byte_whatever_happened_since(
    unit, office, files, town, lower, now
):
    amina, _, till = town
    before = {}
    for kind, period in (("ctr", WEEK), ("large_cash", MONTH), ("summary", MONTH)):
        report = make(unit, office.halima, files, kind, period)
        before[kind] = report, files.read(report.id)
    unit.now = now + timedelta(days=300)
    sealed = unit.keys.seal("Zainab", field="customers.first_name", row=amina.id)
    unit.run(
        "update customers set first_name = %(name)s where id = %(id)s",
        name=sealed,
        id=amina.id,
    )
    rates_of(unit, unit.now)
    brought(unit, till, amina, "KES 1000.00", day=MONDAY)
    for kind, (report, content) in before.items():
        again, same = reports.again(unit, office.yusuf, report)
        assert same and again == content
        period = WEEK if kind == "ctr" else MONTH
        standing = make(unit, office.yusuf, files, kind, period)
        assert standing == report and files.read(standing.id) == content


def test_two_people_approve_and_then_it_is_filed(unit, office, files, town, lower, now):
    report = make(unit, office.halima, files)
    with pytest.raises(ReportMoved):
        filing.filed(unit, office.yusuf, report.id, number="FRC-1", at=now)
    with pytest.raises(NotYourReport):
        filing.request(unit, office.yusuf, report.id, reason="checked line by line")
    asked = filing.request(unit, office.halima, report.id, reason="checked line by line")
    assert (asked.customer, dict(asked.facts)) == (None, {"report": str(report.id)})
    with pytest.raises(OwnRequest):
        approvals.approve(unit, office.halima, asked.id, "fine")
    approvals.approve(unit, office.yusuf, asked.id, "fine")
    for number, at in (("", now), ("x" * 61, now), ("FRC-1", now + timedelta(hours=1)),
                       ("FRC-1", now - timedelta(hours=1))):  # fmt: skip
        with pytest.raises(NumberNeeded):
            filing.filed(unit, office.halima, report.id, number=number, at=at)
    filing.filed(unit, office.halima, report.id, number="FRC-1", at=now)
    found = reports.find(unit, office.halima, report.id)
    assert (found.status, found.filed_as, found.filed_by) == ("filed", "FRC-1", office.halima.id)
    with pytest.raises(ReportMoved):
        filing.withdraw(unit, office.halima, report.id, reason="wrong")


def test_a_report_that_is_withdrawn_is_made_anew_with_the_next_number(
    unit, office, files, town, lower
):
    amina, _, till = town
    report = make(unit, office.halima, files)
    brought(unit, till, amina, "KES 2000.00", day=MONDAY)
    with pytest.raises(ReasonNeeded):
        filing.withdraw(unit, office.halima, report.id, reason=" ")
    filing.withdraw(unit, office.halima, report.id, reason="a movement came late")
    other = make(unit, office.halima, files)
    assert (other.version, other.lines, other.reference) == (2, 3, f"CTR-KE-{WEEK}-2")
    assert reports.again(unit, office.halima, report)[1]


def test_what_was_changed_behind_our_back_is_not_approved(
    unit, office, files, town, lower, monkeypatch
):
    report = make(unit, office.halima, files)
    real = reports.rendered
    monkeypatch.setattr(reports, "rendered", lambda facts: real(facts) + b" ")
    with pytest.raises(ReportChanged):
        filing.request(unit, office.halima, report.id, reason="x")


def test_a_suspicion_is_told_with_its_payments_and_its_clock_ends(unit, office, files, town, now):
    amina, brian, _ = town
    paid = unit.new_id()
    fund(unit, amina.wallet, "KES 500.00")
    book.post(
        unit, id=paid, type="transfer", wallet=amina.wallet, reference="T1",
        legs=[book.Leg(amina.wallet, brian.wallet, Money.load("KES 300.00"))],
    )  # fmt: skip
    case = reported(unit, office, amina, payments=[paid])
    report = preparing.for_case(unit, office.halima, files, case, theirs=THEIRS)
    text = files.read(report.id).decode()
    schema.check(text.encode(), THEIRS)
    assert report.due_at == now + timedelta(days=2)
    assert "<report_code>STR</report_code>" in text and "Cash &amp; &lt;haste&gt;" in text
    assert re.findall(r"<is_suspected>(\w+)<", text) == ["true", "false"]
    assert preparing.for_case(unit, office.yusuf, files, case, theirs=THEIRS) == report
    asked = filing.request(unit, office.halima, report.id, reason="as decided")
    approvals.approve(unit, office.yusuf, asked.id, "fine")
    filing.filed(unit, office.yusuf, report.id, number="FRC-77", at=now)
    told = find_case(unit, office.halima, case)
    assert (told.filed_as, told.owes_report) == ("FRC-77", False)


def test_what_was_not_concluded_so_is_not_reported(unit, office, files, town):
    amina, brian, _ = town
    with pytest.raises(NotToBeReported):
        preparing.for_case(unit, office.halima, files, office.taken(amina), theirs=None)
    case = reported(unit, office, brian, key="nothing paid")
    with pytest.raises(NothingToReport):
        preparing.for_case(unit, office.halima, files, case, theirs=None)


def test_the_list_of_large_cash_and_the_summary(unit, office, files, town, lower):
    lines = files.read(make(unit, office.halima, files, "large_cash", MONTH).id).decode()
    assert lines.startswith("day,customer,first_name") and lines.count("\n") == 1 + 4
    assert "Amina,Otieno" in lines and "Brian,Kamau" in lines
    told = files.read(make(unit, office.halima, files, "summary", MONTH).id).decode()
    assert '"movements": 4' in told and "Amina" not in told


def test_a_period_that_runs_on_or_is_none_is_refused(unit, office, files, town):
    for kind, period, refusal in (
        ("ctr", "2026-W10", PeriodRunsOn), ("summary", "2026-03", PeriodRunsOn),
        ("ctr", "2026-W99", UnknownPeriod), ("summary", WEEK, UnknownPeriod),
        ("str", WEEK, UnknownKind), ("gossip", WEEK, UnknownKind),
        ("ctr", WEEK, NothingToReport),
    ):  # fmt: skip
        with pytest.raises(refusal):
            make(unit, office.halima, files, kind, period)
    with pytest.raises(UnknownReport):
        reports.find(unit, office.halima, unit.new_id())


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations", "auditor", "admin"])
def test_nobody_else_hears_of_reports(unit, office, files, town, lower, role):
    report = make(unit, office.halima, files)
    asked = filing.request(unit, office.halima, report.id, reason="x")
    other = hired(unit, role)
    for act in (
        lambda: make(unit, other, files),
        lambda: reports.page(unit, other),
        lambda: reports.find(unit, other, report.id),
        lambda: reports.inputs(unit, other, report.id),
        lambda: filing.request(unit, other, report.id, reason="x"),
        lambda: filing.filed(unit, other, report.id, number="x", at=unit.now),
        lambda: filing.withdraw(unit, other, report.id, reason="x"),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(UnknownApproval):
        approvals.approve(unit, other, asked.id, "x")


def test_the_database_keeps_reports_from_jumping(unit, office, files, town, lower):
    make(unit, office.halima, files)
    for change in (
        "update regulatory_reports set status = 'filed', filed_at = generated_at, filed_as = 'x'",
        "update regulatory_reports set status = 'approved', approved_at = generated_at",
        "update regulatory_reports set inputs = '\\x00'",
        "delete from regulatory_reports",
    ):
        with (
            pytest.raises(DBAPIError),
            unit.savepoint(),
            compliance(unit, SYSTEM, "reports.approve"),
        ):
            unit.run(change)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (r"<birthdate>.*?</birthdate>", "<birthdate>1700-01-01T00:00:00</birthdate>"),
        (r"<transactionnumber>.*?</transactionnumber>", ""),
        (r"<is_suspected>\w+</is_suspected>", "<is_suspected>maybe</is_suspected>"),
        (r"<report_code>CTR", "<report_code>XYZ"),
        (r"<country>KE", "<country>Kenya"),
        (r"<swift>.*?</swift>", "<swift></swift>"),
    ],
)
def test_what_is_not_as_the_authority_takes_it_is_refused(
    unit, office, files, town, lower, was, becomes
):
    text = files.read(make(unit, office.halima, files).id).decode()
    broken = re.sub(was, becomes, text, count=1)
    assert broken != text
    with pytest.raises(ReportUnfit):
        schema.check(broken.encode())


def test_the_notice_of_a_report_that_is_due_is_given_once(unit, office, files, town, lower, now):
    report = make(unit, office.halima, files)
    assert filing.nearly_late(unit, within=timedelta(hours=12)) == 0
    unit.now = report.due_at - timedelta(hours=3)
    assert filing.nearly_late(unit, within=timedelta(hours=12)) == 1
    assert filing.nearly_late(unit, within=timedelta(hours=12)) == 0
    assert filing.known(unit, [report.id, unit.new_id()]) == {report.id}
    assert isinstance(report.due_at, datetime)
