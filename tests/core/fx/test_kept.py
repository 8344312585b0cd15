"""What conversions leave behind elsewhere: recalls, copies of a customer's data, their erasure."""

from uuid import uuid4

import pytest

from core import customer_copy
from core.access.actors import SYSTEM
from core.fx import rate_alerts
from core.fx.convert import convert
from core.ledger import book
from core.money import Money
from core.transfers import recall
from core.transfers.abroad import send_abroad
from core.transfers.recall import RecallChanged
from tests.core.fx.dealing import amina, open_market, quoted
from tests.core.people import someone
from tests.support.desk import hired


@pytest.fixture
def who(unit):
    open_market(unit)
    return amina(unit, usd="250.00", kes="0.00")[0]


def test_money_that_was_changed_on_its_way_is_not_recalled(unit, who):
    neema = someone(unit, "+255712000003", names=("Neema", "Mushi"))
    amount = Money.load("USD 20.00")
    given = quoted(unit, who.id, "USD", "TZS", amount, purpose="transfer")
    transfer = uuid4()
    send_abroad(unit, id=transfer, payer=who.id, payee=neema.id, quote=given.id, channel="whatsapp")

    with pytest.raises(RecallChanged):
        recall.request(unit, hired(unit, "agent"), transfer=transfer, reason="a wrong number")
    assert book.balance(unit, neema.wallet).available == given.buy


def test_a_customers_copy_has_conversions_quotes_and_rates_waited_for(unit, who):
    given = quoted(unit, who.id, "USD", "KES", Money.load("USD 20.00"))
    convert(unit, id=uuid4(), customer=who.id, quote=given.id, channel="whatsapp")
    rate_alerts.watch(unit, who.id, sell="USD", buy="KES", rate="140")

    held = customer_copy.copy(unit, SYSTEM, who.id, reason="she wrote")

    (done,) = held["conversions"]
    assert (done["amount_from"], done["amount_to"]) == (2000, given.buy.minor)
    assert done["timestamp"] == unit.now.isoformat()
    assert [one["status"] for one in held["quotes"]] == ["used"]
    assert [one["rate"] for one in held["rates_waited_for"]] == ["140"]


def test_whoever_is_forgotten_waits_for_no_rate(unit, who):
    rate_alerts.watch(unit, who.id, sell="USD", buy="KES", rate="140")
    unit.run(
        "select erase_customer(%(id)s, false, null, null, 'erasure', %(now)s)",
        id=who.id,
        now=unit.now,
    )
    assert rate_alerts.watched(unit, who.id) == []
