"""A wallet does not close while a card still has something to settle with it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.cards import captures, debts, disputes, payments, reversals
from core.ledger import book, verify
from core.money import Money
from tests.core.cards.making import card_of
from tests.core.cards.terminal import JAVA, Terminal
from tests.core.people import fund, someone

WHY = book.Reason("test", "a test")


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 2000.00")


@pytest.fixture
def till(unit, amina):
    yield Terminal(unit, card_of(unit, amina))
    assert verify.verify(unit) == []


@pytest.fixture
def close(unit, amina):
    to = someone(unit, "+254799000002").wallet

    def closes():
        return book.close(unit, id=uuid4(), account=amina.wallet, to=to, reason=WHY)

    return closes


def only(unit, till):
    (one,) = payments.of_card(unit, till.card.id)
    return one


def test_with_nothing_open_it_closes(unit, till, close):
    till.pay("500.00")
    till.take("500.00")
    assert close().swept == Money.load("KES 1500.00")


def test_not_while_a_payment_is_held(till, close):
    till.pay("500.00")
    with pytest.raises(book.HoldsOpen):
        close()
    till.undo()
    close()


def test_not_while_a_payment_may_be_taken_that_nobody_could_hold(unit, till, close):
    till.advise("2500.00")
    with pytest.raises(book.HoldsOpen):
        close()
    unit.now += timedelta(days=8)
    reversals.expire_due(unit)
    close()


def test_not_while_a_debt_is_to_be_taken(unit, amina, till, close):
    till.pay("2000.00", merchant=JAVA)
    till.take("2200.00", merchant=JAVA)
    with pytest.raises(book.AccountOwes) as refused:
        close()
    assert refused.value.facts == {"balance": "KES -200.00"}
    fund(unit, amina.wallet, "KES 300.00")
    unit.now += debts.GRACE
    debts.collect_due(unit)
    assert close().swept == Money.load("KES 100.00")


@pytest.mark.parametrize("reason", ["fraud", "not_received"])
def test_not_while_a_dispute_is_undecided(unit, amina, till, close, reason):
    till.take("500.00")
    dispute = disputes.open_dispute(
        unit, customer=amina.id, payment=only(unit, till).id, reason=reason, words="No.",
        channel="sms",
    )  # fmt: skip
    with pytest.raises(book.AccountAwaits) as refused:
        close()
    assert refused.value.facts == {"what": "dispute"}
    disputes.win(unit, dispute, by="system")
    close()


def test_not_while_a_refund_waits(unit, amina, till, close):
    till.take("500.00")
    status = {"account": amina.wallet, "reason": WHY}
    book.set_status(unit, id=uuid4(), status="frozen", **status)
    till.back("500.00")
    book.set_status(unit, id=uuid4(), status="active", **status)
    with pytest.raises(book.AccountAwaits) as refused:
        close()
    assert refused.value.facts == {"what": "refund"}
    unit.now += debts.AGAIN_AFTER
    captures.waiting_refund(unit)
    close()


def test_another_wallet_closes_meanwhile(unit, till, amina, close):
    till.take("2500.00")
    assert debts.owed(unit, amina.id)
    other = someone(unit, "+254799000003").wallet
    assert book.close(unit, id=uuid4(), account=other, to=None, reason=WHY).swept.minor == 0
