"""What is kept of card payments when their customer asks for a copy, leaves, or time has passed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core import customer_copy
from core.access.actors import SYSTEM
from core.cards import controls, disputes, payments
from core.cards.controls import Scope
from core.crm import erasure, retention
from core.ledger import book
from core.store.outbox import register_senders
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.people import someone
from tests.support.outbox_rows import ALL

RULE = "words of card disputes"


@pytest.fixture
def amina(unit):
    register_senders(unit, ALL)
    return someone(unit, holds="KES 500.00")


@pytest.fixture
def dispute(unit, amina):
    card = card_of(unit, amina)
    till = Terminal(unit, card)
    till.pay("500.00")
    till.take("500.00")
    controls.set_own(unit, amina.id, card.id, scope=Scope(groups=["gambling"]))
    (paid,) = payments.of_card(unit, card.id)
    return disputes.open_dispute(
        unit, customer=amina.id, payment=paid.id, reason="fraud", words="I was at home.",
        channel="whatsapp",
    )  # fmt: skip


def words(unit):
    return unit.value("select count(*) from card_dispute_events where words is not null")


def test_a_copy_has_payments_rules_and_disputes(unit, amina, dispute):
    told = customer_copy.copy(unit, SYSTEM, amina.id, reason="she asked for it")
    assert told["card_payments"][0]["merchant"] == "NAIVAS WESTLANDS"
    assert told["card_rules"][0]["groups"] == ["gambling"]
    assert told["card_disputes"][0]["reference"] == dispute.reference
    assert told["what_they_said_in_disputes"][0]["words"] == "I was at home."


def test_what_was_said_is_forgotten_two_years_after_its_end(unit, dispute):
    (rule,) = [one for one in retention.RULES if one.what == RULE]
    disputes.lose(unit, dispute, by="x", bearer="customer", words="They signed.")
    unit.now += timedelta(days=700)
    retention.forget(unit, rule)
    assert words(unit) == 2
    unit.now += timedelta(days=60)
    retention.forget(unit, rule)
    assert words(unit) == 0


def test_who_leaves_takes_their_words_along(unit, amina, dispute):
    disputes.lose(unit, dispute, by="x", bearer="customer", words="They signed.")
    why = book.Reason(by="test", why="left")
    book.close(unit, id=uuid4(), account=amina.wallet, to=None, reason=why)
    erasure.erase(unit, amina.id)
    assert words(unit) == 0
    assert unit.value("select merchant from card_transactions") == "NAIVAS WESTLANDS"
