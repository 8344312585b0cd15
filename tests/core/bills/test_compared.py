"""Billers are compared with the lists: once when they are added, and again with every list."""

from datetime import timedelta

import pytest

from core.bills import compared
from core.screening import hits, rescreen
from core.screening.importing import take_in
from tests.core.screening import lists
from tests.core.screening.test_rescreen import run_all
from tests.support.desk import hired

FIRM = '102,"NAIROBI WATER","-0- ","CYBER2","-0- "' + lists.REST + ',"-0- "'


@pytest.fixture(autouse=True)
def nobody_compared(unit):
    """Begin before any biller was compared, whatever other tests have left."""
    unit.run("update billers set party_id = null")


def test_each_is_compared_once(unit):
    many = unit.value("select count(*) from billers where active")
    before = unit.value("select count(*) from screenings where why = 'biller_added'")
    assert compared.compare_new(unit, most=1000) == many
    assert compared.compare_new(unit, most=1000) == 0
    assert unit.value("select count(*) from screenings where why = 'biller_added'") - before == many
    assert hits.page(unit, hired(unit, "compliance")) == []


def test_one_that_a_list_names_years_later_is_seen_by_compliance(unit):
    compared.compare_new(unit, most=1000)
    name = unit.value("select name from billers where biller_id = 'ke-nairobi-water'")
    unit.now += timedelta(days=800)
    take_in(unit, "ofac-sdn", lists.sdn([FIRM.replace("NAIROBI WATER", name.upper())]))
    assert run_all(unit)[0].hits == 1
    (hit,) = hits.page(unit, hired(unit, "compliance"))
    assert (hit.subject, hit.customer, hit.party.kind) == ("counterparty", None, "organisation")
    assert rescreen.begin(unit) is None
