"""A payout that fails through no fault of its payer's has a case, and its number is told."""

import pytest

from core.crm import cases
from core.crm.case_store import Case
from core.settlement import cases as for_operations
from core.settlement import endings, reasons, store
from tests.core.settlement import house
from tests.core.settlement.house import told


@pytest.fixture
def bank(unit):
    return house.opened(unit)


@pytest.fixture
def brian(unit):
    return house.brian(unit)


def opened(unit) -> list[Case]:
    return [cases.get(unit, row.id) for row in unit.all("select id from cases order by created_at")]


def refused_everywhere(unit, bank, payout) -> None:
    bank.refuse("pesalink", "AB08")
    for _ in range(9):
        one = store.find(unit, payout)
        if one.due_at is not None:
            unit.now = max(unit.now, one.due_at)
            house.send_all(unit)
        for partner in ("eft", "rtgs"):
            bank.refuse(partner, "RC01")
    assert house.status(unit, payout) == "failed"


def test_when_no_rail_can_carry_it_a_case_is_opened_and_its_number_told(unit, bank, brian):
    payout = house.start(unit, brian)
    house.send_all(unit)
    refused_everywhere(unit, bank, payout)
    (case,) = opened(unit)
    assert (case.category, case.sub_category, case.priority) == ("Transfer", "failed", "High")
    assert (case.source, case.customer, case.assigned_to) == ("bot", brian.id, None)
    assert len(cases.links(unit, case)) == 1
    alert, facts = told(unit)[-1]
    assert (alert, facts["case"]) == ("payout_failed_case", case.number)
    assert store.account(unit, store.find(unit, payout)) not in case.description


def test_what_the_payer_wrote_wrong_opens_none(unit, bank, brian):
    house.start(unit, brian)
    house.send_all(unit)
    bank.refuse("pesalink", "AC01", "no such account")
    assert told(unit)[-1][0] == "payout_failed"
    assert opened(unit) == []


def test_what_could_not_leave_in_time_opens_none_whoever_did_not_let_it(unit, bank, brian):
    """A payment that compliance did not let go ends so: no case may tell the two apart."""
    payout = house.start(unit, brian)
    endings.fail(unit, store.lock(unit, payout), code=reasons.TOO_LONG, event="given_up")
    assert told(unit)[-1][0] == "payout_failed"
    assert opened(unit) == []


def test_a_case_about_it_that_is_there_already_is_the_one_that_is_told(unit, bank, brian):
    payout = house.start(unit, brian)
    house.send_all(unit)
    for_operations.no_final_word(unit, store.find(unit, payout))
    refused_everywhere(unit, bank, payout)
    (case,) = opened(unit)
    assert told(unit)[-1][1]["case"] == case.number


def test_five_open_cases_of_their_own_do_not_hide_it(unit, bank, brian):
    for _ in range(cases.MOST_OPEN):
        cases.open_case(
            unit, customer=brian.id, category="Question", sub_category="", title="?",
            description="?", priority="Low", channel="sms", conversation=None, by="customer",
        )  # fmt: skip
    payout = house.start(unit, brian)
    house.send_all(unit)
    refused_everywhere(unit, bank, payout)
    (failed,) = [one for one in opened(unit) if one.sub_category == "failed"]
    assert failed.source == "system"
    assert told(unit)[-1][1]["case"] == failed.number
