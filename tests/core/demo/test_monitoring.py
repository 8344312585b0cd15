"""The demo has one payment that is held: it explains itself, and nobody was told."""

from core.access.actors import SYSTEM
from core.aml import alert_list
from core.aml.guard import compliance
from core.demo.monitoring import AMOUNT, ASKED, PAYER
from core.ledger import book
from core.monitoring import decisions, reviews
from core.monitoring.reviews import PERMISSION, REVIEWED_WITHIN
from tests.core.people import counter, units


def test_the_demo_has_one_payment_that_is_held(bank_engine, now):
    with units(bank_engine, now)() as unit:
        [one] = reviews.listed(unit, open_only=True)
        with compliance(unit, SYSTEM, PERMISSION):
            why = decisions.find(unit, one.id)
        [alert] = alert_list.page(unit, SYSTEM, alert_list.Asked(type="sim_swap_cash_out"))
        [fired] = alert_list.fired(unit, SYSTEM, alert)
        payer = counter(unit, PAYER)
        [wallet] = book.balances(unit, payer.customer_id)
    assert (one.customer, one.amount, one.kind) == (payer.customer_id, AMOUNT, "transfer")
    assert one.expires_at == now - ASKED + REVIEWED_WITHIN
    assert not one.amount > reviews.may_alone(unit, one.amount)
    assert why is not None and why.verdict == "hold"
    assert why.reasons[0] == "sim_swap_cash_out" and why.features["new_payee"] is True
    assert (alert.customer, alert.status, alert.severity) == (one.customer, "open", "high")
    assert fired.transaction == one.id
    assert wallet.balance.held == AMOUNT


def test_nobody_was_told(bank_engine, now):
    with units(bank_engine, now)() as unit:
        assert unit.value("select count(*) from outbox") == 0
