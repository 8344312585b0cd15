"""What was paid by card is known of a payer like whatever else they paid."""

import pytest

from core.cards import reversals
from core.ledger import book, verify
from core.monitoring import decisions
from core.store.acting import acting_as
from core.store.outbox import register_senders
from tests.core.cards.making import card_of
from tests.core.cards.terminal import HOTEL, JAVA, Terminal
from tests.core.monitoring.judged import earlier, features, later, payment
from tests.core.people import someone
from tests.support.outbox_rows import ALL

USD = 129
"""Shillings to the dollar, as tests know it."""
COUNTED = ("count_1h", "count_24h", "usd_24h")


@pytest.fixture
def amina(unit):
    register_senders(unit, ALL)
    return someone(unit, holds="KES 100000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


@pytest.fixture
def till(unit, amina):
    return Terminal(unit, card_of(unit, amina))


@pytest.fixture(autouse=True)
def whole(unit):
    yield
    assert verify.verify(unit) == []


def known(unit, amina, brian):
    """Return what a payment of a dollar would be judged by."""
    return features(unit, payment(amina, brian, f"KES {USD}.00"))


def counted(unit, amina, brian):
    found = known(unit, amina, brian)
    return tuple(found[name] for name in COUNTED)


def test_payments_by_card_count_like_others(unit, amina, brian, till):
    earlier(unit, days=6)
    assert till.pay(f"{7 * USD}.00", "old").approved
    assert till.take(f"{7 * USD}.00", "old").approved
    later(unit, days=5, hours=20)
    assert till.pay(f"{3 * USD}.00", "today").approved
    later(unit, hours=3, minutes=30)
    assert till.pay(f"{2 * USD}.00", "just now", merchant=JAVA).approved
    later(unit, minutes=30)

    found = known(unit, amina, brian)

    assert [found[name] for name in ("count_1h", "count_24h", "count_7d")] == [1, 2, 3]
    spent = [found[name] for name in ("usd_1h", "usd_24h", "usd_7d")]
    assert spent == pytest.approx([3, 6, 13])
    assert found["dormant_days"] == pytest.approx(0.02, abs=0.005)
    assert found["payees_24h"] == 0  # a merchant is nobody whom the bank knows


def test_cash_by_card_counts_too(unit, amina, brian, till):
    unit.run(
        "insert into card_pins (card_id, hash, changed_at) values (%(id)s, '', %(now)s)",
        id=till.card.id,
        now=unit.now,
    )
    assert till.cash(f"{4 * USD}.00").approved
    assert counted(unit, amina, brian) == (1, 1, 5)


class TestWhatDoesNotCount:
    """Money that did not leave, or that came back."""

    @pytest.fixture(autouse=True)
    def nothing(self, unit, amina, brian):
        yield
        found = known(unit, amina, brian)
        assert (found["count_30d"], found["usd_30d"]) == (0, 1)

    def test_what_was_declined(self, till):
        assert not till.pay("100001.00").approved

    def test_what_was_reversed(self, till):
        assert till.pay("500.00").approved
        assert till.undo().approved

    def test_what_nobody_took(self, unit, till):
        earlier(unit, days=8)
        assert till.pay("500.00").approved
        later(unit, days=8)
        book.expire(unit)
        assert len(reversals.expire_due(unit)) == 1

    def test_what_was_given_back(self, till):
        assert till.pay("500.00").approved
        assert till.take("500.00").approved
        assert till.back("500.00").approved

    def test_money_that_a_merchant_sent_by_itself(self, till):
        assert till.back("500.00", "R9").approved


def test_what_was_given_back_in_part_still_counts(unit, amina, brian, till):
    till.pay("500.00")
    till.take("500.00")
    till.back("100.00")
    assert counted(unit, amina, brian)[:2] == (1, 1)


def test_somebody_who_only_pays_by_card_is_not_dormant(unit, amina, brian, till):
    earlier(unit, days=200)
    till.pay("500.00", "R1")
    till.undo("R1")
    later(unit, days=190)
    assert not till.pay("100001.00", "R2").approved
    later(unit, days=10)
    # A reversal takes nothing from having been there; being declined is no payment.
    assert known(unit, amina, brian)["dormant_days"] == 200


def test_more_of_a_payment_is_judged_under_its_own_id(unit, amina, brian, till):
    first = till.request("authorise", f"{10 * USD}.00", "stay", merchant=HOTEL)
    more = till.request("authorise", f"{5 * USD}.00", "stay", merchant=HOTEL)
    assert till.say(first).approved and till.say(more).approved
    with acting_as(unit, "wekeza_compliance"):
        begun, raised = (decisions.find(unit, one.id) for one in (first, more))
    assert (begun.features["usd_24h"], begun.features["count_24h"]) == (10, 0)
    assert str(raised.amount) == f"KES {5 * USD}.00"
    assert (raised.features["usd_24h"], raised.features["count_24h"]) == (15, 1)
    assert counted(unit, amina, brian) == (1, 1, 16)  # one payment, of what it came to
