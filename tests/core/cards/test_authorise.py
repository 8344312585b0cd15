"""A payment by card is decided in order, held, and answered once; each no has its reason."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.access import audit
from core.access.pins import Proof
from core.cards import lifecycle, payments
from core.cards.messages import Answer, Paid
from core.ledger import book
from core.money import Money
from tests.core.cards.making import card_of
from tests.core.cards.terminal import BOOKS, HOTEL, MACHINE, Terminal
from tests.core.people import HASH
from tests.support import unsealed

pytestmark = pytest.mark.usefixtures("whole")


def kes(text):
    return Money.load(f"KES {text}")


def balance(unit, who):
    found = book.balance(unit, who.wallet)
    return str(found.available.major), str(found.held.major)


def told(unit):
    return [
        (one.payload["alert"], one.payload["facts"])
        for one in unsealed.outbox(unit)
        if "alert" in one.payload
    ]


def test_what_is_approved_is_held(unit, amina, card, till):
    answer = till.pay("500.00")
    assert (answer.code, answer.amount, answer.approved) == ("00", kes("500.00"), True)
    assert len(answer.approval) == 6 and answer.approval.isdecimal()
    assert balance(unit, amina) == ("19500.00", "500.00")
    (one,) = payments.of_card(unit, card.id)
    assert (one.status, one.held, one.merchant) == ("approved", kes("500.00"), "NAIVAS WESTLANDS")
    assert one.expires_at == unit.now + timedelta(days=7)
    ((alert, facts),) = told(unit)
    assert alert == "card_spent"
    assert facts == {
        "card": card.last4, "merchant": "NAIVAS WESTLANDS", "amount": "KES 500.00",
        "balance": "KES 19500.00",
    }  # fmt: skip


def test_asked_again_it_says_the_same_and_holds_nothing_more(unit, amina, till):
    request = till.request("authorise", "500.00", "R1")
    first, again = till.say(request), till.say(request)
    assert again == Answer(first.code, "", first.amount, first.approval, replayed=True)
    assert balance(unit, amina) == ("19500.00", "500.00")
    assert len(told(unit)) == 1


def test_one_id_with_another_body_is_refused(unit, amina, till):
    till.pay("500.00", told="m1")
    other = till.pay("900.00", told="m1")
    assert (other.code, other.reason) == ("94", "repeated")
    assert balance(unit, amina) == ("19500.00", "500.00")


def test_a_hotel_is_held_for_longer(unit, card, till):
    till.pay("500.00", merchant=HOTEL)
    (one,) = payments.of_card(unit, card.id)
    assert one.expires_at == unit.now + timedelta(days=31)


def test_a_card_of_nobody(unit, till):
    assert till.pay("500.00", pan="4242424242424242").code == "14"
    assert told(unit) == []


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        ("produced", "78", "not_active"), ("shipped", "78", "not_active"),
        ("paused", "62", "paused"), ("blocked", "62", "blocked"), ("lost", "41", "lost"),
        ("stolen", "43", "stolen"), ("closed", "14", "closed"), ("replaced", "14", "closed"),
    ],
)  # fmt: skip
def test_a_status_that_does_not_pay(unit, amina, status, code, reason):
    card = card_of(unit, amina, status, type="physical")
    answer = Terminal(unit, card).pay("500.00")
    assert (answer.code, answer.reason, answer.amount) == (code, reason, None)
    assert balance(unit, amina) == ("20000.00", "0.00")
    ((alert, facts),) = told(unit)
    assert (alert, facts["reason"]) == ("card_declined", reason)


def test_expiry(unit, card, till):
    good = (card.expires_on.year, card.expires_on.month)
    assert till.pay("1.00", "R1", expiry=good).approved
    assert till.pay("1.00", "R2", expiry=(good[0] + 1, good[1])).code == "54"
    unit.now += timedelta(days=701)
    assert till.pay("1.00", "R3", expiry=good).code == "54"


def test_a_wrong_security_code(till):
    assert till.pay("1.00", "R1", code_matches=True).approved
    assert till.pay("1.00", "R2", code_matches=False).code == "82"


def test_another_currency_than_the_wallets(unit, card, till):
    request = till.request("authorise", "1.00", "R1")
    answer = till.say(replace(request, amount=Money.load("USD 1.00")))
    assert (answer.code, answer.reason) == ("57", "currency")


def test_what_was_paid_abroad_is_billed_at_home(unit, amina, card, till):
    assert till.pay("1300.00", merchant=BOOKS, way="online", paid=Paid(799, "GBP")).approved
    (one,) = payments.of_card(unit, card.id)
    assert (one.paid, one.amount) == (Paid(799, "GBP"), kes("1300.00"))


def test_without_funds(unit, amina, till):
    answer = till.pay("20000.01")
    assert (answer.code, answer.reason) == ("51", "funds")
    assert balance(unit, amina) == ("20000.00", "0.00")


def test_a_part_where_the_terminal_takes_one(unit, amina, card, till):
    answer = till.pay("25000.00", partial=True)
    assert (answer.code, answer.amount) == ("10", kes("20000.00"))
    assert balance(unit, amina) == ("0.00", "20000.00")
    assert till.take("20000.00").approved
    assert payments.of_card(unit, card.id)[0].status == "captured"
    assert till.pay("1.00", "R2", partial=True).code == "51"


def test_the_tiers_limit(unit, till):
    answer = till.pay("10000000.00")
    assert (answer.code, answer.reason) == ("61", "month_limit")


def test_the_months_limit_of_the_card(unit, amina, card, till):
    unit.run('update cards set "limit" = 100000 where card_id = %(id)s', id=card.id)
    assert till.pay("400.00", "R1").approved
    assert till.pay("600.01", "R2").reason == "month_limit"
    assert till.pay("100.00", "R3").approved
    assert till.pay("300.00", "R4").approved
    assert till.pay("200.00", "R5").approved
    assert till.pay("0.01", "R6").reason == "month_limit"
    told_of = [facts["percent"] for alert, facts in told(unit) if alert == "card_limit_reached"]
    assert told_of == ["50", "80", "100"]
    unit.now += timedelta(days=31)
    assert till.pay("600.00", "R7").approved
    told_of = [facts["percent"] for alert, facts in told(unit) if alert == "card_limit_reached"]
    assert told_of == ["50", "80", "100", "50"]


class TestPins:
    @pytest.fixture(autouse=True)
    def pin(self, unit, card):
        unit.run(
            "insert into card_pins (card_id, hash, changed_at) values (%(id)s, %(hash)s, %(now)s)",
            id=card.id, hash=HASH, now=unit.now,
        )  # fmt: skip

    def test_cash_needs_one(self, unit, amina, till):
        assert till.cash("1000.00", "R1", pin=None).reason == "pin_missing"
        assert till.cash("1000.00", "R2").approved
        assert balance(unit, amina) == ("19000.00", "1000.00")
        assert [alert for alert, _ in told(unit)] == ["card_declined", "card_cash"]

    def test_three_wrong_ones_block_it(self, unit, till):
        reasons = [till.cash("1.00", f"R{n}", right=False).reason for n in range(4)]
        assert reasons == ["pin_wrong", "pin_wrong", "pin_blocked", "pin_blocked"]
        assert till.cash("1.00", "R9").code == "75"
        assert "card_pin_blocked" in [alert for alert, _ in told(unit)]

    def test_a_right_one_forgets_the_wrong_ones(self, till):
        till.cash("1.00", "R1", right=False)
        till.cash("1.00", "R2", right=False)
        assert till.cash("1.00", "R3").approved
        assert till.cash("1.00", "R4", right=False).reason == "pin_wrong"

    def test_a_wrong_one_counts_also_when_something_else_says_no(self, unit, card, till):
        unit.run("update card_pins set attempts = 2 where card_id = %(id)s", id=card.id)
        lifecycle.move(unit, card, "paused", by=audit.customer(unit, card.customer), why="test")
        assert till.cash("1.00", "R1", right=False).reason == "paused"
        blocked = unit.value("select blocked_at is not null from card_pins")
        assert blocked is True

    def test_one_that_was_changed_meanwhile(self, unit, card, till):
        request = till.request("authorise", "1.00", "R1", what="cash", way="atm", merchant=MACHINE)
        unit.run("update card_pins set version = 2 where card_id = %(id)s", id=card.id)
        assert till.say(replace(request, pin=Proof("pin", ok=True, version=1))).code == "55"


def test_more_is_held_under_the_same_reference(unit, amina, card, till):
    till.pay("500.00", merchant=HOTEL)
    assert till.pay("300.00", merchant=HOTEL).approved
    assert balance(unit, amina) == ("19200.00", "800.00")
    assert till.pay("19200.01", merchant=HOTEL).reason == "funds"
    assert balance(unit, amina) == ("19200.00", "800.00")
    assert till.take("800.00", merchant=HOTEL).approved
    assert till.pay("1.00", merchant=HOTEL).code == "25"
    (one,) = payments.of_card(unit, card.id)
    assert (one.captured, one.status) == (kes("800.00"), "captured")


def test_a_refund_is_only_agreed_to(unit, amina, till):
    assert till.pay("500.00", what="refund").approved
    assert till.pay("0.00", "R2").approved
    assert balance(unit, amina) == ("20000.00", "0.00")


def test_declines_are_told_a_few_times_an_hour(unit, till):
    for n in range(6):
        till.pay("90000.00", f"R{n}")
    assert [alert for alert, _ in told(unit)] == ["card_declined"] * 3


def test_a_frozen_wallet(unit, amina, till):
    why = book.Reason("test", "a test")
    book.set_status(unit, id=uuid4(), account=amina.wallet, status="frozen", reason=why)
    answer = till.pay("1.00")
    assert (answer.code, answer.reason) == ("62", "not_possible")
