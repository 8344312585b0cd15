"""Alerts are raised by everybody and read by compliance alone; each look is written down twice."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.access import audit
from core.access.actors import SYSTEM, Forbidden
from core.aml.alerts import FACTS, raise_alert
from core.aml.guard import DETAILS, compliance, noted
from tests.core.people import fund, someone
from tests.support.desk import hired

TABLES = ("aml_alerts", "aml_alert_rows", "aml_cases", "aml_log", "aml_moves", "aml_severities")
OTHERS = ("agent", "supervisor", "operations", "auditor", "admin", "partner")


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 100.00")


@pytest.fixture
def officer(unit):
    return hired(unit, "compliance")


def suspected(unit, customer, key="structuring amina 1", **other):
    given = {
        "type": "structuring",
        "severity": "high",
        "customer": customer.id,
        "transactions": [],
        "facts": {"in 24 hours": "KES 1,960,000.00"},
        "source": "typology structuring 1",
        "key": key,
    }
    raise_alert(unit, **(given | other))


def alerts(unit, officer):
    with compliance(unit, officer, "aml.read"):
        return unit.all("select * from aml_alerts order by alert_id")


def test_an_alert_keeps_the_payments_as_the_book_has_them(unit, amina, officer):
    fund(unit, amina.wallet, "KES 7.00")
    rows = unit.all("select transaction_id from transactions order by amount desc")
    suspected(unit, amina, transactions=[row[0] for row in rows], why={rows[1][0]: "just below"})
    [alert] = alerts(unit, officer)
    with compliance(unit, officer, "aml.read"):
        fired = unit.all("select * from aml_alert_rows order by n")
    assert (alert.transaction_id, alert.status) == (rows[-1][0], "open")
    assert [(one.amount, one.currency, one.payee, one.payer) for one in fired] == [
        (10_000, "KES", amina.id, None),
        (700, "KES", amina.id, None),
    ]
    assert [(one.payer_kind, one.payee_kind) for one in fired] == [("cash", "wallet")] * 2
    told = unit.keys.open_json(alert.facts, field=FACTS, row=alert.alert_id)
    assert told["why"] == {str(rows[1][0]): "just below"}


def test_a_payment_the_book_never_had_is_a_row_without_an_amount(unit, amina, officer, new_id):
    stopped = new_id()
    suspected(unit, amina, transactions=[stopped])
    with compliance(unit, officer, "aml.read"):
        [fired] = unit.all("select transaction_id, amount, at from aml_alert_rows")
    assert tuple(fired) == (stopped, None, None)


def test_the_same_key_is_raised_once_and_nothing_tells(unit, amina, officer):
    assert suspected(unit, amina) is suspected(unit, amina) is None
    assert len(alerts(unit, officer)) == 1


@pytest.mark.parametrize(("severity", "hours"), [("critical", 4), ("high", 24)])
def test_what_is_urgent_is_due_by_the_wall_clock(unit, amina, officer, severity, hours):
    suspected(unit, amina, severity=severity)
    [alert] = alerts(unit, officer)
    assert alert.due_at == unit.now + timedelta(hours=hours)


def test_what_can_wait_is_due_in_working_time(unit, amina, officer):
    suspected(unit, amina, "m", severity="medium")
    suspected(unit, amina, "l", severity="low")
    medium, low = alerts(unit, officer)
    # NOW is a Wednesday: three working days later is a Monday, five a Wednesday.
    assert (medium.due_at - unit.now, low.due_at - unit.now) == (
        timedelta(days=5),
        timedelta(days=7),
    )


def test_the_application_reads_and_writes_none_of_it(unit, amina):
    suspected(unit, amina)
    for table in TABLES:
        for change in (
            f"select count(*) from {table}",
            f"delete from {table}",
            f"insert into {table} default values",
        ):
            with pytest.raises(DBAPIError, match="permission denied"), unit.savepoint():
                unit.run(change)


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_is_let_in(unit, amina, role):
    suspected(unit, amina)
    colleague = hired(unit, role)
    with pytest.raises(Forbidden), compliance(unit, colleague, "aml.read"):
        raise AssertionError("let in")
    assert unit.last == []


def test_the_role_is_given_back_however_the_block_ends(unit, amina, officer):
    before = unit.value("select current_user::text")
    with compliance(unit, officer, "aml.read"):
        assert unit.value("select current_user::text") == "wekeza_compliance"
        with compliance(unit, officer, "aml.read"):
            pass
        assert unit.value("select current_user::text") == "wekeza_compliance"
    assert unit.value("select current_user::text") == before
    with pytest.raises(ZeroDivisionError), compliance(unit, officer, "aml.read"):
        raise ZeroDivisionError
    assert unit.value("select current_user::text") == before
    with pytest.raises(DBAPIError), unit.savepoint(), compliance(unit, officer, "aml.read"):
        unit.run("select 1 / 0")
    assert unit.value("select current_user::text") == before


def test_the_role_reads_nothing_else_of_the_bank(unit, officer):
    for table in ("customers", "transactions", "messages", "approvals", "audit_log"):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            unit.savepoint(),
            compliance(unit, officer, "aml.read"),
        ):
            unit.run(f"select 1 from {table}")


def test_a_look_is_noted_in_both_logs_and_the_audit_log_does_not_say_at_what(unit, amina, officer):
    suspected(unit, amina)
    [alert] = alerts(unit, officer)
    with compliance(unit, officer, "aml.read", about="alert", about_id=alert.alert_id):
        pass
    unit.finish()
    with compliance(unit, officer, "aml.read", about="log"):
        inner = unit.all("select * from aml_log order by log_id")
    assert [(one.action, one.about, one.about_id) for one in inner] == [
        ("looked", "queue", ""),
        ("looked", "alert", str(alert.alert_id)),
    ]
    outer = audit.page(unit, SYSTEM, action="compliance")
    assert [one.action for one in outer] == ["compliance.read"] * 3  # and that the log was read
    assert {one.subject_id for one in outer} > {str(one.log_id) for one in inner}
    told = repr([(one, one.after) for one in outer])
    for secret in (alert.alert_id, amina.id, "structuring", alert.key):
        assert str(secret) not in told


def test_the_audit_log_vouches_for_the_other(unit, officer):
    noted(unit, officer, "concluded", about="case", about_id="7", details={"how": "monitored"})
    unit.finish()
    [outer] = audit.page(unit, SYSTEM, action="compliance.worked")
    with compliance(unit, officer, "aml.read"):
        [inner] = unit.all("select * from aml_log where action = 'concluded'")
    details = unit.keys.open_bytes(inner.details, field=DETAILS, row=inner.log_id)
    said = "\n".join((str(inner.log_id), inner.action, inner.about, inner.about_id))
    assert outer.after["digest"] == unit.keys.audit.digest(said.encode() + b"\n" + details).hex()


def test_a_page_that_refreshes_itself_is_one_look(unit, officer, now):
    for minutes in (0, 1, 9, 11):
        unit.now = now + timedelta(minutes=minutes)
        with compliance(unit, officer, "aml.read"):
            pass
        unit.finish()
    assert len(audit.page(unit, SYSTEM, action="compliance.read")) == 2


def test_the_log_is_not_rewritten(unit, officer, admin_engine):
    noted(unit, officer, "taken", about="case", about_id="7")
    unit.finish()
    with pytest.raises(DBAPIError), unit.savepoint(), compliance(unit, officer, "aml.work"):
        unit.run("update aml_log set about = 'x'")
    with pytest.raises(DBAPIError), unit.savepoint(), compliance(unit, officer, "aml.work"):
        unit.run("delete from aml_log")


def test_an_alert_never_goes_and_never_jumps(unit, amina, officer):
    suspected(unit, amina)
    for change in (
        "update aml_alerts set status = 'reported'",
        "update aml_alerts set severity = 'low'",
        "delete from aml_alerts",
    ):
        with pytest.raises(DBAPIError), unit.savepoint(), compliance(unit, officer, "aml.work"):
            unit.run(change)
