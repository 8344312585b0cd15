"""What must agree between card payments and the book is found, line by line, when it does not."""

import pytest

from core.cards import clearing, disputes, payments
from core.cards.clearing import Line, Report
from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.people import someone
from tests.support.keys import KEYS

TAMPERINGS = {
    "held": "update card_transactions set held = held + 1 where held > 0",
    "captured": "update card_transactions set captured = captured + 1 where scheme_ref = 'R2'",
    "refunded": "update card_transactions set refunded = refunded + 1 where scheme_ref = 'R2'",
    "owed": "update card_debts set amount = amount + 1",
    "claimed": "update card_disputes set amount = amount + 1",
    "waiting": (
        "insert into card_returns (return_id, card_tx_id, wallet_id, amount, currency, due_at, at)"
        " select card_tx_id, card_tx_id, wallet_id, 5, currency, now(), now()"
        " from card_transactions limit 1"
    ),
    "cleared": "delete from card_clearings",
    "settled": "update card_settlements set net = net + 1, matched = matched + 1",
}


@pytest.fixture
def unit(admin_engine, now, new_id):
    """A superuser's unit, in which no trigger stands in the way, and which never commits."""
    with admin_engine.connect() as connection:
        outer = connection.begin()
        unit = Unit(connection, now, new_id, "00000000-0000-7000-8000-000000000001", KEYS)
        who = someone(unit, holds="KES 2000.00")
        till = Terminal(unit, card_of(unit, who))
        till.pay("100.00", "R1")
        till.pay("500.00", "R2")
        till.take("900.00", "R2")
        (paid,) = [one for one in payments.of_card(unit, till.card.id) if one.ref == "R2"]
        disputes.open_dispute(
            unit, customer=who.id, payment=paid.id, reason="fraud", words="Not me.", channel="sms"
        )
        told = unit.value("select told from card_clearings where kind = 'captured'")
        lines = [Line(told, Money.load("KES 900.00"))]
        clearing.settle(unit, Report("scheme", "monday", now.date(), lines[0].amount, lines))
        assert book.verify(unit) == []
        unit.run("set local session_replication_role = replica")
        yield unit
        outer.rollback()


@pytest.mark.parametrize("what", sorted(TAMPERINGS))
def test_what_does_not_agree_is_found(unit, what):
    assert unit.run(TAMPERINGS[what]) >= 1
    found = {one.check for one in book.verify(unit)}
    assert found & {"card_payments", "clearing"}, what
