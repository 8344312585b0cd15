"""A payment by card is judged as every other: what is stopped is not held, and alerts."""

from uuid import uuid4

import pytest

from core.access.pins import Proof
from core.ledger import book, verify
from core.money import Money
from core.monitoring import decisions, reviews
from core.store.acting import acting_as
from tests.core.cards.terminal import BOOKS, NAIVAS
from tests.core.monitoring.judged import alerts, make_live
from tests.core.people import HASH
from tests.support import unsealed

HELD = Money.load("KES 20000.00")


def decided(unit, request):
    with acting_as(unit, "wekeza_compliance"):
        return decisions.find(unit, request.id)


@pytest.mark.parametrize(("merchant", "abroad"), [(NAIVAS, False), (BOOKS, True)])
def test_it_is_judged_as_what_it_is_and_where(unit, till, merchant, abroad):
    asked = till.request("authorise", "500.00", "R1", merchant=merchant)
    assert till.say(asked).approved
    found = decided(unit, asked)
    assert (found.verdict, found.features["kind"]) == ("allow", "card")
    assert found.features["abroad"] == abroad


@pytest.mark.parametrize("verdict", ["hold", "block"])
def test_what_is_stopped_is_declined_and_nothing_is_held(unit, amina, till, verdict):
    make_live(unit, ("everything", 'kind == "card"', verdict))
    asked = till.request("authorise", "500.00", "R1")
    answer = till.say(asked)
    assert (answer.code, answer.reason) == ("62", "not_possible")
    assert decided(unit, asked).verdict == "block"  # there is no waiting at a till
    assert book.balance(unit, amina.wallet).available == HELD
    assert reviews.listed(unit, open_only=True) == []
    (raised,) = alerts(unit)
    assert raised.customer_id == amina.id
    assert verify.verify(unit) == []


def test_nothing_tells_it_from_a_payment_of_a_frozen_wallet(unit, amina, card, till):
    make_live(unit, ("far_away", 'kind == "card" and abroad', "block"))
    stopped = till.pay("500.00", "R1", merchant=BOOKS)
    reason = book.Reason("test", "a test")
    book.set_status(unit, id=uuid4(), account=amina.wallet, status="frozen", reason=reason)
    refused = till.pay("500.00", "R2", merchant=NAIVAS)
    assert (stopped.code, stopped.reason) == (refused.code, refused.reason)
    kept = unit.all("select status, code, reason from card_transactions")
    assert len(kept) == 2 and kept[0] == kept[1]
    facts = [one.payload["facts"]["reason"] for one in unsealed.outbox(unit)]
    assert facts == ["not_possible"] * 2


def test_more_proof_is_the_pin_of_the_card(unit, card, till):
    unit.run(
        "insert into card_pins (card_id, hash, changed_at) values (%(id)s, %(hash)s, %(now)s)",
        id=card.id, hash=HASH, now=unit.now,
    )  # fmt: skip
    make_live(unit, ("everything", 'kind == "card"', "step_up"))
    assert till.pay("500.00", "R1").code == "1A"
    version = unit.value("select version from card_pins where card_id = %(id)s", id=card.id)
    assert till.pay("500.00", "R2", pin=Proof("pin", ok=True, version=version)).approved
