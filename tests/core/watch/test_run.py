"""A day is gone through once and in order; what is found is raised once, and read by compliance."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.money import Money
from core.store.acting import acting_as
from core.store.sealed import COMPLIANCE_ROLE
from core.watch import run
from tests.core.watch.village import BEGAN, Village


@pytest.fixture
def village(unit):
    unit.now = BEGAN + timedelta(days=20)
    return Village(unit)


NO_MOVEMENT = {
    "opening", "exchange", "fee", "interest", "reversal", "settlement", "adjustment", "closing",
    "recall", "move", "return", "reroute", "commission", "cover", "revaluation",
    "card_refund", "card_debt", "card_dispute",
}  # fmt: skip
"""Postings in which a customer pays nobody and is paid by nobody: undoing, fees, the bank's own."""


def movements(unit):
    return unit.all("select * from watch_movements where at >= %(began)s order by at", began=BEGAN)


def test_what_moved_is_taken_over_with_its_sides_and_worth(unit, village):
    asha, juma = village.somebody(), village.somebody()
    sent = village.pays(asha, juma, 1, "KES 12900.00")
    came = village.brings(asha, 2, "KES 1290.00")
    left = village.takes(juma, 3, "KES 2580.00")
    [done] = village.watched()
    assert done.movements == 3
    taken = movements(unit)
    assert [(one.movement_id, one.kind, one.payer, one.payee, one.worth) for one in taken] == [
        (sent, "transfer", asha.id, juma.id, 10_000),
        (came, "deposit", None, asha.id, 1_000),
        (left, "payout", juma.id, None, 2_000),
    ]


def test_what_was_undone_has_not_moved(unit, village):
    asha, juma = village.somebody(), village.somebody()
    sent = village.pays(asha, juma, 1, "KES 12900.00")
    unit.now = BEGAN + timedelta(hours=2)
    book.reverse(unit, id=unit.new_id(), transaction=sent)
    unit.now = BEGAN + timedelta(days=20)
    village.watched()
    assert movements(unit) == []


def test_what_was_undone_in_part_has_moved(unit, village):
    asha, juma = village.somebody(), village.somebody()
    sent = village.pays(asha, juma, 1, "KES 12900.00")
    unit.now = BEGAN + timedelta(hours=2)
    book.reverse(unit, id=unit.new_id(), transaction=sent, amount=Money.load("KES 900.00"))
    unit.now = BEGAN + timedelta(days=20)
    village.watched()
    assert [one.movement_id for one in movements(unit)] == [sent]


def test_what_the_bank_charges_is_no_movement(unit, village):
    asha = village.somebody()
    fees = book.system_account(unit, "fees", "KES")
    village.post("fee", 1, "KES 5.00", from_=asha.wallet, to=fees, wallet=asha.wallet)
    village.watched()
    assert movements(unit) == []


def test_every_type_of_posting_is_a_movement_or_named_here(unit):
    types = {row.type for row in unit.all("select type from transaction_types")}
    taken = {row.type for row in unit.all("select type from watch_kinds")}
    assert taken | NO_MOVEMENT == types and not taken & NO_MOVEMENT


def test_a_day_is_gone_through_once(unit, village):
    village.cycle()
    [first] = village.watched()
    [again] = village.watched()
    assert [one.typology for one in first.live] == ["cycle"]
    assert again.live == () and again.movements == 0
    assert len(village.alerts()) == 1


def test_what_is_found_names_its_rows_and_says_why(unit, village):
    steps = village.cycle()
    [done] = village.watched()
    [found] = done.live
    assert found.movements == tuple(steps)
    assert found.facts["customers"] == "3" and found.facts["began with"] == "USD 465.12"
    assert (found.severity, found.worth) == ("low", 46_512)
    [alert] = village.alerts()
    assert (alert.type, alert.customer_id, alert.severity) == ("cycle", found.customer, "low")
    assert alert.transaction_id == steps[-1]
    assert alert.source == f"typology cycle {found.version}"


def test_what_goes_on_for_days_is_raised_once(unit, village):
    village.cycle()
    days = village.watched(days=9)
    assert [len(one.live) for one in days] == [1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert len(village.alerts()) == 1


def test_days_come_in_their_order_and_only_when_they_are_over(unit, village):
    village.cycle()
    today = BEGAN.date()
    unit.now = BEGAN + timedelta(hours=17)
    assert run.next_day(unit) is None or run.next_day(unit) < today
    unit.now = BEGAN + timedelta(hours=19)  # a day ends at midnight, and is left alone a little
    seen = []
    while (day := run.next_day(unit)) is not None:
        seen.append(day)
        run.watch(unit, day)
    assert seen[-1] == today and seen == sorted(set(seen))
    assert len(village.alerts()) == 1


def test_a_bank_in_which_nothing_moved_has_no_days(unit):
    assert run.next_day(unit) is None


@pytest.mark.parametrize(
    "sql", ["select * from watch_findings", "select * from watch_look('bank', '2026-01-05', 1)"]
)
def test_what_is_found_is_nothing_for_the_application(unit, sql):
    with pytest.raises(DBAPIError, match="permission denied"), unit.savepoint():
        unit.all(sql)


def test_compliance_reads_what_was_found(unit, village):
    village.cycle()
    village.watched()
    with acting_as(unit, COMPLIANCE_ROLE):
        [found] = unit.all("select * from watch_findings")
    assert found.typology == "cycle"


def test_movements_are_forgotten_when_no_window_reaches_them(unit, village):
    asha, juma = village.somebody(), village.somebody()
    village.pays(asha, juma, 1, "KES 100.00")
    village.watched()
    unit.now = BEGAN + run.KEPT + timedelta(days=2)
    run.watch(unit, unit.now.date() - timedelta(days=1))
    assert movements(unit) == []
