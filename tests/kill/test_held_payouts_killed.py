"""A process dies while a payment that leaves is held, or decided: it leaves once, or is back."""

from uuid import UUID

import pytest

from core.monitoring.reviews import REVIEWED_WITHIN, ReviewOver
from tests.core.settlement.house import Partners
from tests.kill.watched import LONGER, NOTHING, Watched
from tests.support import crashes

HELD = NOTHING + {
    "held": "KES 505.00", "decisions": 1, "alerts": 1, "reviews": ["open"], "money": ["held"],
}  # fmt: skip
RELEASED = HELD + {"reviews": ["released"], "logged": ["released"]}
SENT = RELEASED + {"held": "KES 5.00", "posted": "KES 199500.00", "money": ["sent"], "orders": 1}
THERE = SENT + {
    "posted": "KES 199495.00", "held": "KES 0.00", "money": ["settled"], "told": ["payout_settled"],
}  # fmt: skip
BACK = HELD + {
    "held": "KES 0.00", "reviews": ["refused"], "money": ["failed"], "told": ["payout_failed"],
    "logged": ["refused"],
}  # fmt: skip
OVER = BACK + {"reviews": ["expired"], "logged": []}


@pytest.fixture
def bank(house) -> Watched:
    """A bank where every payment is held."""
    return Watched(house)


def held_payout(bank: Watched) -> UUID:
    """Have a payment held that leaves; return which one it is."""
    bank.withdraws("500").again()
    with bank.house.unit() as unit:
        found: UUID = unit.value("select payment_id from payment_reviews")
    return found


def arrives(bank: Watched) -> None:
    """Have the sweep send what is due, twice, and the partner say that it is there."""
    for _ in range(2):
        crashes.do(bank.house, "send payouts")
    assert bank.stands() == SENT
    with bank.house.unit() as unit:
        (partner,) = (row.partner for row in unit.all("select partner from partner_orders"))
        Partners(unit).done(partner)
    assert bank.stands() == THERE


@pytest.mark.parametrize("at", ["payment.decided", "payout.held", "turn.after_commit"])
def test_it_is_held_once_and_told_in_the_words_of_any_wait(bank, at):
    amina = bank.withdraws("500")
    bank.dies("hear", amina.heard, at=at)
    assert bank.stands() == (HELD if at == "turn.after_commit" else NOTHING)
    said = amina.again()
    assert LONGER in said and "review" not in said
    assert amina.again() == ""  # it is not written twice
    crashes.do(bank.house, "send payouts")
    assert bank.stands() == HELD


@pytest.mark.parametrize("at", ["payout.released", "review.decided"])
def test_released_it_leaves_once_or_waits_as_before(bank, at):
    payment = held_payout(bank)
    bank.dies("release payment", bank.officer, payment, at=at)
    crashes.do(bank.house, "send payouts")
    assert bank.stands() == HELD
    crashes.do(bank.house, "release payment", bank.other, payment)
    assert bank.stands() == RELEASED
    with pytest.raises(ReviewOver):
        crashes.do(bank.house, "refuse payment", bank.officer, payment)
    arrives(bank)


@pytest.mark.parametrize("at", ["payout.in_clearing", "payout.sent"])
def test_a_sweep_that_dies_over_a_released_one_sends_it_once(bank, at):
    payment = held_payout(bank)
    crashes.do(bank.house, "release payment", bank.officer, payment)
    bank.dies("send payouts", at=at)
    assert bank.stands() == RELEASED
    arrives(bank)


@pytest.mark.parametrize("at", ["payout.not_made", "review.decided"])
@pytest.mark.parametrize("then", ["release", "refuse"])
def test_refused_it_is_back_and_decided_or_as_it_was(bank, at, then):
    payment = held_payout(bank)
    bank.dies("refuse payment", bank.officer, payment, at=at)
    assert bank.stands() == HELD
    crashes.do(bank.house, f"{then} payment", bank.other, payment)
    if then == "release":
        arrives(bank)
        return
    assert bank.stands() == BACK
    crashes.do(bank.house, "send payouts")
    assert bank.stands() == BACK


def test_over_its_time_it_is_back_once_whenever_the_sweep_dies(bank, clock):
    held_payout(bank)
    clock.now += REVIEWED_WITHIN
    for _ in range(2):
        bank.dies("send payouts", at="payout.not_made")
        assert bank.stands() == HELD
    assert [crashes.do(bank.house, "send payouts") for _ in range(2)] == [1, 0]
    assert bank.stands() == OVER
