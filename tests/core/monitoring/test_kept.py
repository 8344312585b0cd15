"""What was decided of a payment stays, but for words that are sealed anew, or forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.crm import erasure
from core.ledger import book
from core.money import Money
from core.monitoring import backtest, reviews, rule_sets
from core.store.acting import acting_as
from core.store.sealed import COLUMNS, COMPLIANCE_ROLE, Resealed, replace
from tests.core.monitoring.judged import judged, payment
from tests.core.people import someone
from tests.support.desk import hired


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 2000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"), holds="KES 2000.00")


def test_words_of_a_payment_that_was_decided_are_sealed_anew(unit, amina):
    made, officer = unit.new_id(), hired(unit, "compliance")
    reviews.open_review(
        unit, payment=made, kind="transfer", customer=amina.id, amount=Money.load("KES 5.00"),
        reference="T1",
    )  # fmt: skip
    reviews.decided(unit, officer, reviews.lock(unit, made), "refused", why="a mule")
    (column,) = [one for one in COLUMNS if one.field == reviews.WHY]
    row = unit.one("select ctid::text as place, why from payment_reviews")
    later = row.why[:1] + (int.from_bytes(row.why[1:5]) + 1).to_bytes(4) + row.why[5:]
    assert replace(unit, column, [Resealed(row.place, row.why, later)]) == 1
    for change in ("why = null", "status = 'released'", "decided_at = now()"):
        with pytest.raises(DBAPIError, match="decided once"), unit.savepoint():
            unit.run(f"update payment_reviews set {change}")


def test_a_decision_is_changed_by_nobody(unit, amina, brian):
    judged(unit, payment(amina, brian))
    for role in ("", COMPLIANCE_ROLE):
        for change in (
            "update payment_decisions set features = '{}'",
            "delete from payment_decisions",
        ):
            with (
                pytest.raises(DBAPIError, match="permission denied"),
                unit.savepoint(),
                acting_as(unit, role),
            ):
                unit.run(change)


def test_who_is_forgotten_is_in_no_trial_of_rules_any_more(unit, amina, brian):
    for payer, payee in ((amina, brian), (brian, amina)):
        judged(unit, payment(payer, payee))
    began, rules = unit.now - timedelta(days=1), rule_sets.find(unit, 1)
    cash = book.system_account(unit, "cash", "KES")
    book.close(
        unit, id=unit.new_id(), account=amina.wallet, to=cash,
        reason=book.Reason(by="test", why="she leaves"),
    )  # fmt: skip
    erasure.erase(unit, amina.id)
    unit.now += erasure.KEPT_FOR + timedelta(days=1)
    assert tried(unit, rules, since=began) == 2
    assert erasure.forget_identity(unit, amina.id)
    assert tried(unit, rules, since=began) == 1
    with acting_as(unit, COMPLIANCE_ROLE):
        rows = unit.all("select customer_id, verdict, features from payment_decisions")
    assert len(rows) == 2, "that they were judged stays"
    assert {one.customer_id for one in rows if one.features} == {brian.id}


def tried(unit, rules, *, since):
    with acting_as(unit, COMPLIANCE_ROLE):
        return backtest.backtest(unit, rules, since=since, until=unit.now).payments
