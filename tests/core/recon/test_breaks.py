"""What differs: every kind found in its time, once, and ended when it is none any more."""

from datetime import timedelta

import pytest

from core.access.actors import Forbidden
from core.crm import cases
from core.iso.statement_made import RECEIVED
from core.recon import breaks
from core.recon.kinds import WORDS
from core.recon.run import FINDINGS
from tests.core.recon.town import NEXT, ON, THIRD, bank, out
from tests.support.desk import hired


@pytest.fixture
def town(unit):
    return bank(unit)


def found(town):
    """What is open after a run, and that a second run adds nothing."""
    town.reconciles()
    opened = town.open()
    assert town.reconciles().run is None
    assert town.open() == opened
    return opened


def told_of(town, *names, report=True, statement=True):
    if statement:
        town.states(*(out(name, 150_000) for name in names))
    if report:
        town.reports(*(("out", name, 150_000) for name in names))


def test_every_kind_has_words_and_is_looked_for():
    assert set(FINDINGS) == set(WORDS)


def test_missing_in_the_statement_only_after_t_plus_n_and_ended_by_the_line(town):
    town.pays("WK1")
    told_of(town, "WK1", statement=False)
    town.states()
    assert found(town) == [], "it is a day that the line may still come on"
    town.states(on=NEXT)
    assert found(town) == [("missing_in_statement", "WK1")]
    town.states(out("WK1", 150_000, on=THIRD), on=THIRD)
    town.reconciles()
    assert town.open() == [("late", "WK1")], "it came, and later than promised"
    assert town.ended() == {"missing_in_statement": "line_came"}


def test_missing_in_the_report(town):
    town.pays("WK1")
    told_of(town, "WK1", report=False)
    town.reports()
    town.reports(on=NEXT)
    assert found(town) == [("missing_in_report", "WK1")]


def test_a_report_that_never_came_is_one_break(town):
    for name in ("WK1", "WK2", "WK3"):
        town.pays(name)
    told_of(town, "WK1", "WK2", "WK3", report=False)
    town.reports(on=ON.replace(day=3))
    town.reports(on=NEXT)
    assert found(town) == [("report_gap", "KE-PESALINK")]
    town.reports(*(("out", name, 150_000) for name in ("WK1", "WK2", "WK3")))
    assert found(town) == [] and town.ended() == {"report_gap": "line_came"}


def test_missing_in_the_book_is_one_break_though_both_tell_of_it(town):
    town.states(out("X1", -150_000, code=RECEIVED))
    town.reports(("in", "X1", 150_000))
    assert found(town) == [("missing_in_book", "X1")]
    town.is_paid("X1")
    assert found(town) == [] and town.ended() == {"missing_in_book": "line_came"}


@pytest.mark.parametrize("between", [False, True], ids=["in one run", "in two"])
def test_two_payers_may_call_their_payments_the_same(town, between):
    town.states(out("RENT", -150_000, reference="S0", code=RECEIVED))
    if between:
        town.reconciles()
    town.states(out("RENT", -150_000, reference="S1", code=RECEIVED, on=NEXT), on=NEXT)
    items = town.unit.all("select item_id from recon_items order by 1")
    found(town)
    broken = town.unit.all("select kind, item_id from recon_breaks order by 2")
    assert [tuple(row) for row in broken] == [("missing_in_book", row[0]) for row in items]


def test_what_was_unknown_once_may_be_unknown_again(town):
    town.states(out("X1", -150_000, code=RECEIVED))
    town.reconciles()
    town.is_paid("X1")
    assert found(town) == []
    town.states(out("X1", -7, on=NEXT, code=RECEIVED), on=NEXT)
    assert found(town) == [("missing_in_book", "X1")]


def test_a_rail_that_is_added_later_is_reconciled_as_well(unit, admin_engine):
    with admin_engine.connect() as connection:
        connection.exec_driver_sql("set role wekeza_owner")
        connection.exec_driver_sql(
            """
            insert into rails select (jsonb_populate_record(r, '{"rail": "KE-NEW"}')).* from rails r
            where r.rail = 'KE-EFT'
            """
        )
        row = connection.exec_driver_sql(
            "select minor, late_days, reported from recon_tolerances where rail = 'KE-NEW'"
        ).one()
        assert tuple(row) == (120, 2, True)
        connection.rollback()


def test_a_payment_on_its_way_is_waited_for_and_not_for_ever(town):
    town.pays("WK1", status="accepted")
    told_of(town, "WK1")
    assert found(town) == []
    town.silent_until(NEXT)
    assert found(town) == [("wrong_status", "WK1")]


def test_another_amount_is_ended_by_its_correction(town):
    town.pays("WK1")
    town.states(out("WK1", 140_000))
    town.reports(("out", "WK1", 150_000))
    assert found(town) == [("amount_differs", "WK1")]
    one = town.unit.one("select expected, found, amount from recon_breaks")
    assert tuple(one) == ("KES -1500.00", "KES -1400.00", 10_000)
    town.states(out("WK1", 10_000, on=NEXT), on=NEXT)
    assert found(town) == [] and town.ended() == {"amount_differs": "corrected"}


def test_another_amount_in_a_report_too(town):
    town.pays("WK1")
    town.states(out("WK1", 150_000))
    town.reports(("out", "WK1", 250_000))
    town.silent_until(THIRD)
    assert found(town) == [("amount_differs", "WK1")]


def test_another_currency(town):
    town.pays("WK1")
    town.states(out("WK1", 150_000))
    town.reports(("out", "WK1", 150_000, "ACSC", 0, "USD"))
    town.silent_until(THIRD)
    assert found(town) == [("currency_differs", "WK1")]


def test_twice_in_the_statement_until_it_is_reversed(town):
    town.pays("WK1")
    told_of(town, "WK1")
    town.states(out("WK1", 150_000, on=NEXT), on=NEXT)
    assert found(town) == [("duplicate_in_statement", "WK1")]
    town.states(out("WK1", -150_000, on=THIRD, reversal=True), on=THIRD)
    assert found(town) == [] and town.ended() == {"duplicate_in_statement": "corrected"}


def test_twice_in_the_report(town):
    town.pays("WK1")
    told_of(town, "WK1", report=False)
    town.reports(("out", "WK1", 150_000), ("out", "WK1", 150_000))
    assert found(town) == [("duplicate_in_report", "WK1")]


def test_settled_here_and_returned_there_until_the_book_follows(town):
    town.pays("WK1")
    back = out("WK1", -150_000, reason="AC04")
    town.states(out("WK1", 150_000), back)
    town.reports(("out", "WK1", 150_000), ("back", "WK1", 150_000))
    town.silent_until(NEXT)
    assert found(town) == [("wrong_status", "WK1")], "one payment, one break"
    town.pays_back("WK1")
    assert found(town) == [] and town.ended() == {"wrong_status": "corrected"}


def test_settled_here_and_rejected_there(town):
    town.pays("WK1")
    town.states()
    town.reports(("out", "WK1", 150_000, "RJCT"))
    town.silent_until(THIRD)
    assert found(town) == [("wrong_status", "WK1")]


def test_returned_here_and_settled_there(town):
    town.pays("WK1", back=True, status="returned")
    told_of(town, "WK1")
    town.silent_until(THIRD)
    assert found(town) == [("wrong_status", "WK1")]


def test_failed_here_and_settled_there(town):
    town.pays("WK1", status="failed")
    told_of(town, "WK1")
    assert found(town) == [("wrong_status", "WK1")]


def test_a_charge_nobody_expected(town):
    town.pays("WK1")
    town.states(out("WK1", 150_000), out("", 900, reference="CHG1", code="ACMT-MDOP-CHRG"))
    town.reports(("out", "WK1", 150_000, "ACSC", 2_001))
    assert found(town) == [("fee_unexpected", "CHG1"), ("fee_unexpected", "WK1")]
    amounts = town.unit.all("select amount from recon_breaks order by amount")
    assert [row.amount for row in amounts] == [1, 900], "a report may charge the rail's price"


def test_a_balance_that_does_not_continue_until_the_statement_between_has_come(town):
    town.states()
    town.states(on=THIRD, opening=10**12 + 500)
    town.pays("WK1")
    assert found(town) == [("balance_gap", "")]
    one = town.unit.one("select amount, after_day, day from recon_breaks")
    assert tuple(one) == (500, ON, THIRD)
    town.states(out("IN1", -500, on=NEXT, code=RECEIVED), on=NEXT, opening=10**12)
    assert found(town) == [("missing_in_book", "IN1"), ("missing_in_statement", "WK1")]
    assert town.ended() == {"balance_gap": "line_came"}


def test_lines_that_do_not_make_the_balance(town):
    town.states(out("X", 500), closing=10**12)
    assert ("balance_gap", "") in found(town)


def test_payments_of_a_day_whose_statement_is_missing_are_not_each_a_break(town):
    town.states(on=ON.replace(day=2))
    town.pays("WK1")
    town.states(on=THIRD, opening=10**12 - 150_000)
    town.states(on=THIRD.replace(day=9))
    assert found(town) == [("balance_gap", "")]


def test_one_case_for_each_kind_and_rail_which_ends_with_its_last_break(town, unit):
    for name in ("WK1", "WK2"):
        town.pays(name)
    told_of(town, statement=False)
    town.states()
    town.states(on=NEXT)
    town.reconciles()
    [case_id] = {row.case_id for row in unit.all("select case_id from recon_breaks")}
    case = cases.get(unit, case_id)
    assert (case.category, case.priority, case.country) == ("Reconciliation", "Medium", "KE")
    assert "2 of KES 3,000.00" in case.description
    town.states(out("WK1", 150_000, on=THIRD), on=THIRD)
    town.reconciles()
    assert not cases.get(unit, case_id).done
    later = THIRD.replace(day=7)
    town.states(out("WK2", 150_000, on=later), on=later)
    town.reconciles()
    assert cases.get(unit, case_id).status == "Resolved"


def test_the_list_is_paged_and_grows_older(town, unit):
    for n in range(5):
        town.pays(f"WK{n}")
    told_of(town, statement=False)
    town.states()
    town.states(on=NEXT)
    town.reconciles()
    operator = hired(unit, "operations")
    first = breaks.breaks(unit, operator, limit=2)
    second = breaks.breaks(unit, operator, limit=9, after=first[-1].id)
    assert {one.reference for one in (*first, *second)} == {f"WK{n}" for n in range(5)}
    assert (len(first), len(second)) == (2, 3)
    young = breaks.find(unit, operator, first[0].id)
    assert (young.age_days, young.severity) == (0, "Medium")
    unit.now = unit.now.replace(day=9)
    assert breaks.find(unit, operator, first[0].id).severity == "High"
    unit.now = unit.now.replace(day=19)
    old = breaks.find(unit, operator, first[0].id)
    assert (old.age_days, old.severity) == (15, "Critical")
    [count] = breaks.counts(unit, operator)
    assert (count.kind, count.many, str(count.amount)) == (
        "missing_in_statement", 5, "KES 7500.00",
    )  # fmt: skip
    assert breaks.breaks(unit, operator, status="resolved") == []


def test_what_stands_open_is_counted_by_kind_and_age(town, unit):
    town.pays("WK1")
    told_of(town, statement=False)
    town.states()
    town.states(on=NEXT)
    town.reconciles()
    day = unit.value("select day from recon_breaks")
    for days, age in ((1, "day"), (2, "week"), (7, "week"), (8, "older")):
        unit.now = unit.now.replace(month=day.month, day=day.day) + timedelta(days=days)
        assert breaks.aged(unit) == [breaks.Aged("missing_in_statement", age, 1)]


def test_only_who_looks_after_the_house_sees_them(town, unit):
    with pytest.raises(Forbidden):
        breaks.breaks(unit, hired(unit, "agent"))
    assert breaks.breaks(unit, hired(unit, "auditor")) == []
