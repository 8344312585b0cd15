"""A customer gets a copy of all that is held about them, and of nobody else's."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from core import customer_copy
from core.access import audit
from core.access.actors import SYSTEM, Forbidden
from core.crm import cases
from core.customer_copy_parts import PARTS
from core.customer_view import UnknownCustomer
from core.money import Money
from core.store import contacts
from core.store.outbox import register_senders
from core.transfers import people
from core.transfers.send import send_money
from tests.core.people import someone
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

ELSEWHERE = {
    "pins", "lock_tries", "outbox", "mails", "inbox", "conversations", "blocked_askers",
    "watch_movements",
    "held_transfers", "payment_reviews",  # that somebody looks at a payment is told to nobody
    "watch_sims", "screening_subjects", "screening_hits", "screening_standings",
}  # fmt: skip
"""Tables about customers that hold nothing to be told: secrets, queues, what is told, and whom
screening has compared, which nobody may be told (tipping off)."""


@pytest.fixture
def amina(unit):
    register_senders(unit, ALL)
    amina = someone(unit, holds="KES 500.00", email="amina@example.org", channel="whatsapp")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    contacts.keep(unit, amina.phone)
    send_money(
        unit, id=uuid4(), payer=amina.id, payee=brian.id, amount=Money.load("KES 10.00"),
        channel="ussd", note="for the dromedary",
    )  # fmt: skip
    people.save(unit, amina.id, brian.id, "Bro")
    case = cases.open_case(
        unit, customer=amina.id, category="Card", sub_category="", title="Card",
        description="lost it", priority="Low", channel="whatsapp", conversation=None, by="customer",
    )  # fmt: skip
    cases.add_words(unit, case, by="agent", actor=None, text="it comes by post", internal=False)
    cases.add_words(unit, case, by="agent", actor=None, text="a difficult one", internal=True)
    return amina


def test_it_tells_all_that_is_held_in_clear(unit, amina):
    held = customer_copy.copy(unit, SYSTEM, amina.id, reason="she wrote")
    told = json.dumps(held)
    for word in (
        "Amina", "Otieno", amina.phone, "amina@example.org", "1991-05-17", amina.account_no,
        "for the dromedary", "Bro", "lost it", "it comes by post",
    ):  # fmt: skip
        assert word in told, word
    for word in ("Kamau", "+254712000002", "a difficult one", "argon2"):
        assert word not in told, word
    assert held["person"][0]["first_name"] == "Amina"


def test_it_is_noted(unit, amina):
    customer_copy.copy(unit, SYSTEM, amina.id, reason="she wrote")
    unit.finish()
    noted = audit.page(unit, SYSTEM, action="customer", limit=1)[0]
    assert (noted.action, noted.reason) == ("customer.copied", "she wrote")
    assert "messages" not in noted.fields or "person" in noted.fields


def test_only_who_may_reveal_may_copy(unit, amina):
    auditor = hired(unit, "auditor")
    with pytest.raises(Forbidden):
        customer_copy.copy(unit, auditor, amina.id, reason="curious")


def test_nobody_is_nobody(unit, amina):
    with pytest.raises(UnknownCustomer):
        customer_copy.copy(unit, replace(SYSTEM), uuid4(), reason="x")


def test_every_table_about_customers_is_told_or_named_here(unit):
    rows = unit.all(
        """
        select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
            and a.attname in ('customer_id', 'payer', 'asker')
            -- What is suspected of somebody is told to nobody (tipping off).
            and has_any_column_privilege('wekeza_app', c.oid, 'select')
        """
    )
    told = {part.table for part in PARTS} | ELSEWHERE
    assert {row.relname for row in rows} - told == set()
