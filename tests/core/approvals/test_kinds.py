"""Every kind of thing that is asked of a second person, and what each does."""

from datetime import timedelta

import pytest

from core.access import addresses, approvals
from core.access.actors import SYSTEM
from core.approvals import number_change, pin_reset
from core.approvals.catalog import KINDS
from core.ledger import book
from core.store import contacts, outbox
from core.wallets.wallets import open_wallet
from tests.core.people import someone
from tests.support import unsealed
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

NEW = "+254712000077"


@pytest.fixture(autouse=True)
def kinds(unit):
    approvals.register(KINDS)
    outbox.register_senders(unit, ALL)


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 100.00")


@pytest.fixture
def officer(unit):
    """Somebody of compliance who decides."""
    return hired(unit, "compliance")


def statuses(unit, customer):
    return {one.status for one in book.balances(unit, customer.id)}


def alerts(unit):
    return [row.payload["alert"] for row in unsealed.outbox(unit)]


def ask(unit, kind, customer, **facts):
    return approvals.request(
        unit, SYSTEM, kind, facts=facts, customer=customer.id, reason="told by phone"
    )


def test_the_database_knows_the_same_kinds(unit):
    rows = unit.all("select kind, approve_permission, mfa from approval_kinds")
    assert {tuple(row) for row in rows} == {(one.name, one.approve, one.mfa) for one in KINDS}


def test_every_permission_belongs_to_a_role(unit):
    held = {row[0] for row in unit.all("select permission from role_permissions")}
    for kind in KINDS:
        assert {kind.make, kind.approve} <= held


def test_a_freeze_stops_every_wallet_and_is_taken_back(unit, amina, officer):
    open_wallet(unit, amina.id, "USD")
    ended = approvals.approve(unit, officer, ask(unit, "freeze", amina).id)
    assert (ended.status, ended.outcome) == ("approved", {"wallets": "2"})
    assert statuses(unit, amina) == {"frozen"}
    change = book.status_history(unit, amina.wallet)[0]
    assert (change.reason.by, change.reason.why) == (f"staff {officer.id}", f"approval {ended.id}")
    approvals.approve(unit, officer, ask(unit, "unfreeze", amina).id)
    assert statuses(unit, amina) == {"active"}
    assert alerts(unit) == ["wallets_frozen", "wallets_released"]


def test_a_wallet_comes_back_as_it_was(unit, amina, officer):
    reason = book.Reason(by="risk", why="a rule")
    book.set_status(
        unit, id=unit.new_id(), account=amina.wallet, status="debit_frozen", reason=reason
    )
    approvals.approve(unit, officer, ask(unit, "freeze", amina).id)
    assert approvals.approve(unit, officer, ask(unit, "freeze", amina).id).outcome == {
        "wallets": "0"
    }
    approvals.approve(unit, officer, ask(unit, "unfreeze", amina).id)
    assert statuses(unit, amina) == {"debit_frozen"}


def test_a_person_lets_a_customer_choose_a_new_pin(unit, amina):
    agent, supervisor = hired(unit, "agent"), hired(unit, "supervisor")
    asked = pin_reset.request(
        unit, agent, customer=amina.id, address=amina.phone, reason="knew her mother's name"
    )
    assert amina.phone not in str(asked.facts)
    approvals.approve(unit, supervisor, asked.id)
    row = unit.one(
        "select reset_allowed_until, reset_allowed_address from pins where customer_id = %(id)s",
        id=amina.id,
    )
    assert row.reset_allowed_until == unit.now + timedelta(hours=24)
    assert row.reset_allowed_address == contacts.token(unit, amina.phone)
    assert alerts(unit) == ["pin_reset_allowed"]


def change_number(unit, customer):
    asked = number_change.request(
        unit, hired(unit, "agent"), customer=customer.id, to=NEW, reason="SIM was stolen"
    )
    assert NEW not in str(asked.facts)
    return approvals.approve(unit, hired(unit, "supervisor"), asked.id)


def test_a_number_is_changed(unit, amina):
    assert change_number(unit, amina).status == "approved"
    assert addresses.recognise(unit, channel="whatsapp", address=NEW).customer_id == amina.id
    assert addresses.recognise(unit, channel="whatsapp", address=amina.phone) is None


def test_a_number_of_somebody_else_is_refused(unit, amina):
    someone(unit, NEW, names=("Brian", "Kamau"))
    ended = change_number(unit, amina)
    assert (ended.status, ended.outcome) == ("failed", {"code": "address_taken"})
    assert alerts(unit) == []
