"""A plan whose payee is on a list, or comes onto one: compared when made, stopped on its day."""

import pytest

from core.access import approvals
from core.approvals.catalog import KINDS
from core.ledger import book
from core.plans import plans
from core.plans.days import Rule
from core.screening import decisions, hits, rescreen
from core.screening.importing import take_in
from core.store import outbox
from core.store.acting import acting_as
from tests.core.people import someone
from tests.core.plans.test_ordering import FIRST, agreed, at, came_of, swept, told
from tests.core.screening import lists
from tests.core.settlement.house import funded
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

LISTED = "Mwambao Idrisa Kasimu Zuberi"


@pytest.fixture
def amina(unit):
    outbox.register_senders(unit, ALL)
    funded(unit)
    return someone(unit, holds="KES 20000.00")


def party(unit, plan):
    return unit.value("select party_id from payment_plans where id = %(id)s", id=plan)


def compared(unit, why):
    """Return under which ids payees were compared for a reason."""
    rows = unit.all(
        """
        select s.subject_id from screenings c join screening_subjects s on s.id = c.subject_id
        where c.why = %(why)s and s.subject = 'counterparty' order by c.id
        """,
        why=why,
    )
    return [row.subject_id for row in rows]


def test_a_payee_is_compared_when_a_plan_is_made_and_under_the_same_id_when_it_pays(unit, amina):
    plan = agreed(unit, amina, "payout", Rule("month", FIRST))
    assert compared(unit, "payee_saved") == [party(unit, plan)]
    at(unit, "2026-03-05 08:00")
    assert swept(unit) == 1 and came_of(unit, plan) == [("03-05", "paid")]
    assert compared(unit, "payment") == [party(unit, plan)]
    saved = unit.value("select party_id from payout_destinations")
    assert saved == party(unit, plan)


@pytest.mark.parametrize("kind", ["bill", "airtime"])
def test_a_plan_that_pays_no_person_compares_nobody(unit, amina, kind):
    assert party(unit, agreed(unit, amina, kind)) is None
    assert compared(unit, "payee_saved") == []


def test_whom_a_list_names_already_is_seen_by_compliance_and_told_to_nobody(unit, amina):
    take_in(unit, "ofac-sdn", lists.sdn())
    agreed(unit, amina, "payout", name=LISTED)
    (hit,) = hits.page(unit, hired(unit, "compliance"))
    assert (hit.subject, hit.band, hit.customer) == ("counterparty", "block", amina.id)
    assert told(unit) == []


def test_a_plan_whose_payee_became_listed_is_stopped_when_it_pays(unit, amina):
    plan = agreed(unit, amina, "payout", Rule("month", FIRST), name=LISTED)
    take_in(unit, "ofac-sdn", lists.sdn())
    for hour in range(8, 22):
        at(unit, f"2026-03-05 {hour:02}:00")
        swept(unit)
    assert came_of(unit, plan) == [("03-05", "payment_not_possible")]
    assert str(book.balance(unit, amina.wallet).posted) == "KES 20000.00"
    assert unit.value("select count(*) from settlements") == 0
    with acting_as(unit, "wekeza_compliance"):
        raised = unit.all("select type, severity, customer_id from aml_alerts")
    assert {(row.severity, row.customer_id) for row in raised} == {("critical", amina.id)}
    words = str(told(unit)).lower()
    assert "sanction" not in words and "screen" not in words and "list" not in words


def test_whom_two_people_called_somebody_else_is_paid(unit, amina):
    approvals.register(KINDS)
    take_in(unit, "ofac-sdn", lists.sdn())
    plan = agreed(unit, amina, "payout", Rule("month", FIRST), name=LISTED)
    maker, checker = hired(unit, "compliance"), hired(unit, "compliance")
    for hit in hits.page(unit, maker):
        asked = decisions.request(unit, maker, hit.id, "false_positive", reason="his passport")
        approvals.approve(unit, checker, asked.id)
    at(unit, "2026-03-05 08:00")
    assert swept(unit) == 1 and came_of(unit, plan) == [("03-05", "paid")]


def test_what_was_made_before_payees_were_compared_is_compared_once(unit, amina):
    plan = agreed(unit, amina, "payout")
    first = party(unit, plan)
    unit.run("update payment_plans set party_id = null")
    assert plans.compare_saved(unit, most=10) == 1
    assert plans.compare_saved(unit, most=10) == 0
    assert party(unit, plan) == first


def test_a_paused_plan_is_compared_with_every_new_list_and_a_dropped_one_is_not(unit, amina):
    kept = agreed(unit, amina, "payout", name="Wenzel Grumboldt")
    dropped = agreed(unit, amina, "payout", name="Barnaba Quist")
    unit.run("update payment_plans set status = 'paused', due_at = null where id = %(id)s", id=kept)
    unit.run(
        """
        update payment_plans set status = 'dropped', due_at = null, ended_at = created_at
        where id = %(id)s
        """,
        id=dropped,
    )
    at(unit, "2029-03-05 08:00")
    run = rescreen.begin(unit, everything=True)
    rows = unit.all(
        """
        select s.subject_id from screening_next(%(run)s, 100) n
        join screening_subjects s on s.id = n.id where n.due and s.subject = 'counterparty'
        """,
        run=run.id,
    )
    assert [row.subject_id for row in rows] == [party(unit, kept)]
