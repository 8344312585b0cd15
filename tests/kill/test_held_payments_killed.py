"""A process dies while a payment is held, or decided by people: it is paid once, or free again."""

from uuid import UUID

import pytest

from core import reviewing
from core.access import approvals
from core.approvals.catalog import KINDS
from core.ledger import book
from core.money import Money
from core.monitoring.reviews import REVIEWED_WITHIN, ReviewOver
from core.transfers import held, requests
from core.transfers.held import Wanted
from tests.kill.watched import LONGER, NOTHING, Watched
from tests.support import crashes

HELD = NOTHING + {
    "held": "KES 500.00", "decisions": 1, "alerts": 1, "reviews": ["open"], "money": ["held"],
}  # fmt: skip
PAID = HELD + {
    "posted": "KES 199500.00", "held": "KES 0.00", "payee": "KES 500.00", "reviews": ["released"],
    "money": ["paid"], "told": ["money_received", "money_sent"], "logged": ["released"],
}  # fmt: skip
FREE = HELD + {
    "held": "KES 0.00", "reviews": ["refused"], "money": ["returned"],
    "told": ["payment_not_made"], "logged": ["refused"],
}  # fmt: skip
OVER = FREE + {"reviews": ["expired"], "logged": []}


@pytest.fixture
def bank(house) -> Watched:
    """A bank where every payment is held."""
    approvals.register(KINDS)
    return Watched(house)


def held_payment(bank: Watched, amount: str = "500") -> UUID:
    """Have a payment held, as its payer makes it by SMS; return which one it is."""
    bank.sends("sms", amount).again()
    with bank.house.unit() as unit:
        found: UUID = unit.value("select payment_id from payment_reviews")
    return found


@pytest.mark.parametrize("at", ["payment.decided", "held.set_aside", "turn.after_commit"])
@pytest.mark.parametrize(("channel", "told"), [("ussd", ["payment_longer"]), ("sms", [])])
def test_it_is_held_once_and_told_in_the_words_of_any_wait(bank, channel, told, at):
    amina = bank.sends(channel, "500")
    bank.dies("hear", amina.heard, at=at)
    after = HELD + {"told": told}
    assert bank.stands() == (after if at == "turn.after_commit" else NOTHING)
    said = amina.again()
    assert LONGER in said and "review" not in said
    assert amina.again() == (said if channel == "ussd" else "")  # an SMS is not written twice
    assert bank.stands() == after


@pytest.mark.parametrize("at", ["held.let_go", "held.paid", "review.decided"])
@pytest.mark.parametrize(("then", "after"), [("release", PAID), ("refuse", FREE)])
def test_released_it_is_paid_and_decided_or_as_it_was(bank, at, then, after):
    payment = held_payment(bank)
    bank.dies("release payment", bank.officer, payment, at=at)
    assert bank.stands() == HELD
    crashes.do(bank.house, f"{then} payment", bank.other, payment)
    assert bank.stands() == after
    for again in ("release payment", "refuse payment"):
        with pytest.raises(ReviewOver):
            crashes.do(bank.house, again, bank.officer, payment)
    assert bank.stands() == after


@pytest.mark.parametrize("at", ["held.returned", "review.decided"])
@pytest.mark.parametrize(("then", "after"), [("release", PAID), ("refuse", FREE)])
def test_refused_it_is_free_and_decided_or_as_it_was(bank, at, then, after):
    payment = held_payment(bank)
    bank.dies("refuse payment", bank.officer, payment, at=at)
    assert bank.stands() == HELD
    crashes.do(bank.house, f"{then} payment", bank.other, payment)
    assert bank.stands() == after


@pytest.mark.parametrize("at", ["held.paid", "review.decided", "approval.decided"])
def test_by_two_people_it_is_paid_and_decided_or_as_it_was(bank, at):
    payment = held_payment(bank, "150000")
    with bank.house.unit() as unit:
        asked = reviewing.ask_release(unit, bank.officer, payment, why="called her")
    before = HELD + {"held": "KES 150000.00"}
    bank.dies("approve", bank.other, asked.id, at=at)
    assert bank.stands() == before
    crashes.do(bank.house, "approve", bank.other, asked.id)
    assert bank.stands() == PAID + {"posted": "KES 50000.00", "payee": "KES 150000.00"}


def test_over_its_time_it_is_free_once_whenever_the_sweep_dies(bank, clock):
    held_payment(bank)
    clock.now += REVIEWED_WITHIN
    for _ in range(2):
        bank.dies("end reviews", at="held.returned")
        with bank.house.unit() as unit:
            assert book.expire(unit) == 0  # it is free when that is told, and no sooner
        assert bank.stands() == HELD
    assert [crashes.do(bank.house, "end reviews") for _ in range(2)] == [1, 0]
    assert bank.stands() == OVER


@pytest.mark.parametrize("at", ["held.let_go", "held.paid", "review.decided"])
def test_a_request_is_answered_with_its_payment_or_not_at_all(bank, at):
    payment, amount = bank.house.new_id(), Money.load("KES 500.00")
    with bank.house.unit() as unit:
        asked = requests.ask(unit, asker=bank.brian.id, asked=bank.amina.id, amount=amount)
        wanted = Wanted(
            id=payment, payer=bank.amina.id, payee=bank.brian.id, amount=amount, channel="sms"
        )
        held.set_aside_request(unit, wanted, request=asked.id)

    def stands():
        with bank.house.unit() as unit:
            status = unit.value("select status from money_requests")
        found = bank.stands()
        return status, found.posted, found.held, found.payee, found.reviews

    waits = ("open", "KES 200000.00", "KES 500.00", "KES 0.00", ["open"])
    bank.dies("release payment", bank.officer, payment, at=at)
    assert stands() == waits
    crashes.do(bank.house, "release payment", bank.officer, payment)
    assert stands() == ("paid", "KES 199500.00", "KES 0.00", "KES 500.00", ["released"])
