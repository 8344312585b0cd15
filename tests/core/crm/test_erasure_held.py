"""Nobody is forgotten while something of theirs is not over, and nothing tells that it is so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.access import approvals
from core.aml import cases as investigations
from core.aml import casework, conclusions, evidence, notes
from core.aml import filing as aml_filing
from core.cards import disputes, payments
from core.crm import cases, erasure
from core.crm.customers import people
from core.ledger import book
from core.store import outbox
from core.store.files import Files
from tests.core.aml.suspects import Office, suspected
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.crm import watched
from tests.core.people import someone
from tests.support import dump
from tests.support.outbox_rows import ALL


@pytest.fixture
def office(unit):
    return Office(unit)


@pytest.fixture
def files(tmp_path, unit):
    return Files(tmp_path, "compliance", unit.keys)


@pytest.fixture
def amina(unit):
    outbox.register_senders(unit, ALL)
    return someone(unit, holds="KES 500.00")


def leaves(unit, amina):
    """Have her leave, be forgotten, and seven years pass."""
    cash = book.system_account(unit, "cash", "KES")
    reason = book.Reason(by="test", why="she leaves")
    book.close(unit, id=unit.new_id(), account=amina.wallet, to=cash, reason=reason)
    told = erasure.erase(unit, amina.id)
    assert told == {"identity": (unit.now + erasure.KEPT_FOR).date().isoformat()}
    unit.now += erasure.KEPT_FOR + timedelta(days=1)


def is_held(unit, amina) -> bool:
    """Return whether she is, and that nothing of her was touched if so."""
    before, words = watched.rows(unit), dump.opened(unit)
    if erasure.due(unit) == [amina.id]:
        return False
    assert not erasure.forget_identity(unit, amina.id)
    assert watched.rows(unit) == before and dump.opened(unit) == words
    assert people(unit, [amina.id])[amina.id].first_name == "Amina"
    return True


def test_an_investigation_is_ended_first_and_its_report_filed(unit, office, amina, files):
    suspected(unit, amina, facts={"in 24 hours": "a pangolin"})
    leaves(unit, amina)
    assert is_held(unit, amina), "an alert that nobody has looked into"
    case = casework.take(unit, office.halima, office.alerts("open")[0].id)
    notes.write(unit, office.halima, case, "Amina keeps a marmot")
    kept = evidence.keep(unit, office.halima, files, case, name="narwhal.txt", content=b"letter")
    casework.suspect(unit, office.halima, case)
    assert is_held(unit, amina), "an investigation that is open"
    asked = conclusions.request(unit, office.halima, case, "reported", reason="an ocelot")
    approvals.approve(unit, replace(office.yusuf, mfa_at=unit.now), asked.id, "so it is")
    assert is_held(unit, amina), "a report that is owed"
    aml_filing.filed(unit, office.yusuf, case, number="FRC-1", at=unit.now)
    unit.finish()
    assert not is_held(unit, amina)
    assert evidence.known(unit, [kept]) == {kept}
    assert erasure.forget_identity(unit, amina.id)
    assert evidence.known(unit, [kept]) == set(), "and so its file is deleted by the tidying job"
    words = ("Amina", "marmot", "narwhal", "pangolin", "ocelot")
    assert dump.found(dump.opened(unit, but="audit_log.details"), words) == []
    with pytest.raises(investigations.UnknownInvestigation):
        office.case(case)


def test_one_that_came_to_nothing_holds_nobody(unit, office, amina):
    case = office.taken(amina)
    asked = conclusions.request(unit, office.halima, case, "false_positive", reason="looked into")
    approvals.approve(unit, office.yusuf, asked.id, "so it is")
    leaves(unit, amina)
    assert not is_held(unit, amina)


def test_a_case_and_a_dispute_hold_as_well_so_that_being_held_tells_nothing(unit, amina):
    card = card_of(unit, amina)
    till = Terminal(unit, card)
    till.pay("50.00")
    till.take("50.00")
    (paid,) = payments.of_card(unit, card.id)
    dispute = disputes.open_dispute(
        unit, customer=amina.id, payment=paid.id, reason="fraud", words="", channel="whatsapp"
    )
    disputes.lose(unit, dispute, by="x", bearer="bank", words="")
    close_cases(unit)
    case = cases.open_case(
        unit, customer=amina.id, category="Card", sub_category="", title="Card", description="lost",
        priority="Low", channel="whatsapp", conversation=None, by="customer",
    )  # fmt: skip
    leaves(unit, amina)
    assert case and is_held(unit, amina)
    close_cases(unit)
    assert not is_held(unit, amina)


def close_cases(unit):
    unit.run(
        "update cases set status = 'Closed', resolved_at = %(now)s, closed_at = %(now)s,"
        " sla_running_since = null, reply_running_since = null where closed_at is null",
        now=unit.now,
    )


def test_whoever_asks_for_an_erasure_hears_the_same_of_both(unit, office, amina):
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"), holds="KES 5.00")
    suspected(unit, amina)
    for one in (amina, brian):
        leaves(unit, one)
        unit.now -= erasure.KEPT_FOR + timedelta(days=1)
    unit.now += erasure.KEPT_FOR + timedelta(days=9)
    assert erasure.erase(unit, amina.id) == erasure.erase(unit, brian.id)
    assert erasure.due(unit) == [brian.id]
    assert {one.first_name for one in people(unit, [amina.id, brian.id]).values()} == {
        "Amina", "Brian",
    }, "who they were goes by the job alone, whoever asks"  # fmt: skip


@pytest.mark.parametrize("asked", ["erasure_held", "aml_held", "erase_aml", "erase_screening",
                                   "erase_monitoring", "erase_watch"])  # fmt: skip
def test_the_application_may_not_ask_who_is_held_nor_erase_a_part(unit, amina, asked):
    with pytest.raises(DBAPIError, match="permission denied"), unit.savepoint():
        unit.run(f"select {asked}(%(customer)s)", customer=amina.id)


def test_erasing_somebody_who_is_held_leaves_who_they_were_whoever_calls_it(unit, amina):
    suspected(unit, amina)
    leaves(unit, amina)
    before = watched.rows(unit)
    unit.run(
        "select erase_customer(%(id)s, true, %(name)s, %(name)s, 'erasure', %(now)s)",
        id=amina.id,
        name=unit.keys.seal("Former", field="customers.first_name", row=amina.id),
        now=unit.now,
    )
    assert people(unit, [amina.id])[amina.id].first_name == "Amina"
    assert watched.rows(unit) == before
