"""Payees who are saved: compared once, under the id that payments to them are decided by."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.screening import hits, rescreen
from core.screening.importing import take_in
from core.settlement import destinations, payees
from core.store import outbox
from tests.core.people import someone
from tests.core.screening import lists
from tests.core.screening.test_rescreen import run_all
from tests.core.settlement.house import EQUITY, funded, start
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

LISTED = replace(EQUITY, name="Mwambao Idrisa Kasimu Zuberi")


@pytest.fixture
def amina(unit):
    outbox.register_senders(unit, ALL)
    funded(unit)
    return someone(unit, holds="KES 20000.00")


def party(unit):
    return unit.value("select party_id from payout_destinations")


def test_a_destination_nobody_compared_is_compared_by_the_chore(unit, amina):
    start(unit, amina)
    assert party(unit) is None
    assert payees.compare_saved(unit, most=10) == 1
    assert payees.compare_saved(unit, most=10) == 0
    why = unit.all("select why from screenings where why = 'payee_saved'")
    assert len(why) == 1 and party(unit) is not None


def test_one_that_was_compared_is_saved_with_its_id(unit, amina):
    found = payees.compare(unit, amina.id, bank_id=EQUITY.bank_id, name=EQUITY.name)
    start(unit, amina)
    assert party(unit) == found
    start(unit, amina, to=replace(EQUITY, name="Brian Mwangi"))  # the account has another name now
    assert party(unit) is None


def test_a_saved_payee_is_found_when_a_list_names_them_years_later(unit, amina):
    start(unit, amina, to=LISTED)
    payees.compare_saved(unit, most=10)
    assert rescreen.begin(unit) is None
    unit.now += timedelta(days=800)
    take_in(unit, "ofac-sdn", lists.sdn())
    assert run_all(unit)[0].hits == 1
    (hit,) = hits.page(unit, hired(unit, "compliance"))
    assert (hit.subject, hit.subject_id, hit.band) == ("counterparty", party(unit), "block")


def test_one_that_was_forgotten_is_not_looked_at_again(unit, amina):
    start(unit, amina, to=LISTED)
    payees.compare_saved(unit, most=10)
    (saved,) = destinations.saved(unit, amina.id)
    destinations.forget(unit, amina.id, saved.id)
    unit.now += timedelta(days=800)
    take_in(unit, "ofac-sdn", lists.sdn())
    assert run_all(unit)[0].hits == 0
