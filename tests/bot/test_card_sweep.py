"""The chore of card payments does all that is due, each in a unit of its own, and nothing else."""

import pytest

from core.cards import debts, dispute_store, disputes, payments
from core.ledger import book
from core.money import Money
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.people import someone
from worker import card_payments, expire_holds


@pytest.fixture
def amina(house):
    with house.unit() as unit:
        who = someone(unit, "+254799000001", holds="KES 2000.00")
        card = card_of(unit, who)
        till = Terminal(unit, card)
        till.pay("100.00", "R1")
        till.pay("300.00", "R2")
        till.take("400.00", "R2")
        till.pay("500.00", "R3")
        till.take("500.00", "R3")
        paid = {one.ref: one.id for one in payments.of_card(unit, card.id)}
        disputes.open_dispute(
            unit, customer=who.id, payment=paid["R3"], reason="not_received", words="Nothing came.",
            channel="sms",
        )  # fmt: skip
    return who


def test_what_is_due_is_done_once(house, clock, amina):
    assert card_payments.sweep(house) == 0
    clock.pass_(days=8)
    expire_holds.sweep(house)
    assert card_payments.sweep(house) == 3
    assert card_payments.sweep(house) == 0
    with house.unit() as unit:
        (dispute,) = dispute_store.of_customer(unit, amina.id)
        assert dispute.status == "credited"
        assert debts.owed(unit, amina.id) == []
        assert book.balance(unit, amina.wallet).available == Money(160_000, "KES")
        rows = unit.all(
            "select status from card_transactions where customer_id = %(who)s order by scheme_ref",
            who=amina.id,
        )
        assert [row.status for row in rows] == ["expired", "captured", "captured"]
        assert book.verify(unit) == []
    clock.pass_(days=30)
    assert card_payments.sweep(house) == 1, "the dispute is won"
