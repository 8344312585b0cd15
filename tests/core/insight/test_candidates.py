"""Each action is found by what customers did, and by nothing less."""

from datetime import timedelta

import pytest

from core.crm import cases, sentiment
from core.insight import action_candidates
from core.kyc.tiers import Tier
from tests.core.cards.making import card_of
from tests.core.people import someone

BILL = """
insert into bill_payments (id, customer_id, wallet_id, kind, biller_id, account, amount, currency,
    fee, order_id, reference, channel, status, receipt, code, correlation, created_at, ended_at)
values (%(id)s, %(who)s, %(wallet)s, 'bill', %(biller)s, '', 100, 'KES', 0, %(id)s, %(ref)s,
    'whatsapp', %(status)s, %(receipt)s, %(code)s, %(id)s,
    %(at)s, %(at)s)
"""


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 1000.00", tier=Tier.IDENTIFIED, channel="whatsapp")


def found(unit, who) -> dict[str, dict[str, object]]:
    return {one.action_type: one.facts for one in action_candidates.find(unit, [who.id])}


def pay_bill(unit, who, at, *, status: str = "done", biller: str = "") -> None:
    made = unit.new_id()
    biller = biller or unit.value("select biller_id from billers order by biller_id limit 1")
    unit.run(
        BILL, id=made, who=who.id, wallet=who.wallet, biller=biller, ref=made.hex[-12:],
        status=status, receipt="R" if status == "done" else None,
        code="refused" if status == "returned" else None, at=at,
    )  # fmt: skip


def interact(unit, who, at, *, channel: str) -> None:
    unit.run(
        "insert into interactions (id, customer_id, channel, date, notes, conversation_id, outcome,"
        " correlation) values (%(id)s, %(who)s, %(channel)s, %(at)s, '', %(id)s, '', %(id)s)",
        id=unit.new_id(), who=who.id, channel=channel, at=at,
    )  # fmt: skip


def test_nothing_speaks_for_anything_with_somebody_new(unit, amina) -> None:
    assert found(unit, amina) == {}


def test_a_card_that_was_sent_waits_to_be_activated(unit, amina) -> None:
    card = card_of(unit, amina, type="physical", status="shipped")
    assert "activate_card" not in found(unit, amina)
    unit.now += timedelta(days=8)
    assert found(unit, amina)["activate_card"]["card"] == str(card.id)


def test_a_card_never_paid_with_is_shown_how(unit, amina) -> None:
    card = card_of(unit, amina)
    assert "use_card" not in found(unit, amina)
    unit.now += timedelta(days=15)
    assert found(unit, amina)["use_card"]["card"] == str(card.id)


def test_who_pays_often_and_has_no_card_is_offered_one(unit, amina) -> None:
    for day in (1, 2):
        pay_bill(unit, amina, unit.now - timedelta(days=day))
    assert "offer_card" not in found(unit, amina)
    pay_bill(unit, amina, unit.now - timedelta(days=3))
    assert found(unit, amina)["offer_card"] == {"payments": 3}
    card_of(unit, amina)
    assert "offer_card" not in found(unit, amina)


def test_the_same_bill_in_three_months_may_be_planned(unit, amina) -> None:
    for days in (15, 40):  # February, January
        pay_bill(unit, amina, unit.now - timedelta(days=days))
    pay_bill(unit, amina, unit.now)  # this month is not over
    assert "plan_bill" not in found(unit, amina)
    pay_bill(unit, amina, unit.now - timedelta(days=70))  # December
    assert found(unit, amina)["plan_bill"]["months"] == 3


def test_a_bill_that_failed_is_followed_up_for_a_week(unit, amina) -> None:
    pay_bill(unit, amina, unit.now - timedelta(days=1), status="returned")
    assert found(unit, amina)["follow_up_failed_payment"]["kind"] == "bill"
    unit.now += timedelta(days=7)
    assert "follow_up_failed_payment" not in found(unit, amina)


def test_a_case_later_than_promised_is_followed_up(unit, amina) -> None:
    case = cases.open_case(
        unit, customer=amina.id, category="Card", sub_category="", title="Card",
        description="lost it", priority="Critical", channel="whatsapp", conversation=None,
        by="customer",
    )  # fmt: skip
    assert "follow_up_case" not in found(unit, amina)
    unit.now += timedelta(hours=5)
    assert found(unit, amina)["follow_up_case"]["case"] == case.number


def test_a_low_rating_is_asked_about(unit, amina) -> None:
    case = cases.open_case(
        unit, customer=amina.id, category="Card", sub_category="", title="Card",
        description="lost it", priority="Low", channel="whatsapp", conversation=None,
        by="customer",
    )  # fmt: skip
    unit.run(
        "insert into case_ratings (case_id, resolution, customer_id, rating, at)"
        " values (%(case)s, 0, %(who)s, 2, %(now)s)",
        case=case.id, who=amina.id, now=unit.now,
    )  # fmt: skip
    assert found(unit, amina)["follow_up_rating"] == {"case": case.number, "rating": 2}


def test_one_unhappy_message_is_not_enough_and_a_case_is_care_already(unit, amina) -> None:
    def unhappy() -> None:
        sentiment.keep(unit, customer=amina.id, kind="Negative", score=0.8, words="slow again")

    unhappy()
    assert "follow_up_feeling" not in found(unit, amina)
    unhappy()
    assert found(unit, amina)["follow_up_feeling"] == {"messages": 2, "worst": 0}
    cases.open_case(
        unit, customer=amina.id, category="Card", sub_category="", title="Card",
        description="slow", priority="Low", channel="whatsapp", conversation=None, by="customer",
    )  # fmt: skip
    assert "follow_up_feeling" not in found(unit, amina)


def test_money_in_a_currency_without_a_wallet_is_a_reason_for_one(unit, amina) -> None:
    made = unit.new_id()
    unit.run(
        """
        insert into incoming_payments (id, partner, number, way, amount, currency, country,
            customer_id, reference, status, why, came_at, return_at)
        values (%(id)s, 'x', 'N1', 'bank', 100, 'USD', 'KE', %(who)s, 'R1', 'parked',
            'other_currency', %(now)s, %(now)s)
        """,
        id=made, who=amina.id, now=unit.now,
    )  # fmt: skip
    assert found(unit, amina)["open_currency_wallet"] == {"currency": "USD", "times": 1}


def test_who_dials_often_is_shown_the_chat_unless_met_there(unit, amina) -> None:
    dialler = someone(unit, "+254712000009", names=("Brian", "Kamau"))
    for days in range(10):
        for who in (amina, dialler):
            interact(unit, who, unit.now - timedelta(days=days), channel="ussd")
    assert found(unit, dialler)["move_to_chat"] == {"times": 10}
    assert "move_to_chat" not in found(unit, amina)


def test_whoever_has_left_is_left_alone(unit, amina) -> None:
    unit.run("update customers set kyc_status = 'Expired' where id = %(id)s", id=amina.id)
    assert "renew_kyc" in found(unit, amina)
    unit.run("update customers set is_active = false where id = %(id)s", id=amina.id)
    assert found(unit, amina) == {}
