"""What merchants take, give back and let go of: the book has every cent, whatever the order."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from core.access import audit
from core.access.actors import SYSTEM
from core.cards import captures, clearing, debts, lifecycle, payments, reversals
from core.cards.clearing import Line, Report, ReportUnfit
from core.ledger import book
from core.money import Money
from tests.core.cards.terminal import HOTEL, JAVA, NAIVAS, SHELL
from tests.core.people import fund
from tests.support import unsealed

pytestmark = pytest.mark.usefixtures("whole")


def kes(text):
    return Money.load(f"KES {text}")


def balance(unit, who):
    found = book.balance(unit, who.wallet)
    return str(found.available.major), str(found.held.major)


def only(unit, card):
    (one,) = payments.of_card(unit, card.id)
    return one


def alerts(unit):
    return [one.payload["alert"] for one in unsealed.outbox(unit) if "alert" in one.payload]


def freeze(unit, who, status="frozen"):
    why = book.Reason("test", "a test")
    book.set_status(unit, id=uuid4(), account=who.wallet, status=status, reason=why)


def test_what_is_captured_stands_in_clearing(unit, amina, card, till):
    till.pay("500.00")
    assert till.take("500.00").approved
    assert balance(unit, amina) == ("19500.00", "0.00")
    assert clearing.standing(unit) == [kes("500.00")]
    one = only(unit, card)
    assert (one.status, one.captured, one.held) == ("captured", kes("500.00"), kes("0.00"))


def test_less_than_was_held_lets_go_of_the_rest(unit, amina, till):
    till.pay("500.00")
    till.take("420.00")
    assert balance(unit, amina) == ("19580.00", "0.00")


def test_several_captures(unit, amina, card, till):
    till.pay("500.00")
    till.take("200.00", final=False)
    assert balance(unit, amina) == ("19500.00", "300.00")
    assert only(unit, card).status == "approved"
    till.take("100.00", final=False)
    till.take("50.00")
    assert balance(unit, amina) == ("19650.00", "0.00")
    assert clearing.standing(unit) == [kes("350.00")]


def test_a_capture_that_is_repeated_takes_nothing(unit, amina, till):
    till.pay("500.00")
    request = till.request("clear", "500.00", "R1")
    first, again = till.say(request), till.say(request)
    assert (again.code, again.replayed, first.replayed) == ("00", True, False)
    assert clearing.standing(unit) == [kes("500.00")]


@pytest.mark.parametrize("status", ["paused", "blocked", "lost", "stolen", "closed"])
def test_what_was_approved_is_taken_whatever_became_of_the_card(unit, amina, card, till, status):
    till.pay("500.00")
    moved = lifecycle.possible(unit, card, by="customer")
    by = audit.customer(unit, card.customer) if status in moved else SYSTEM
    lifecycle.move(unit, card, status, by=by, why="test")
    freeze(unit, amina)
    assert till.take("500.00").approved
    assert clearing.standing(unit) == [kes("500.00")]


def test_a_tip_within_the_tolerance_comes_from_the_wallet(unit, amina, till):
    till.pay("1000.00", merchant=JAVA)
    till.take("1200.00", merchant=JAVA)
    assert balance(unit, amina) == ("18800.00", "0.00")
    assert debts.owed(unit, amina.id) == []
    assert "card_more" in alerts(unit)


def test_beyond_the_tolerance_it_is_owed_and_taken_after_some_days(unit, amina, till):
    till.pay("1000.00", merchant=SHELL)
    till.take("1200.00", merchant=SHELL)
    assert balance(unit, amina) == ("18850.00", "0.00")
    assert debts.owed(unit, amina.id) == [kes("50.00")]
    assert "card_owed" in alerts(unit)
    assert debts.collect_due(unit) is None
    unit.now += debts.GRACE
    assert debts.collect_due(unit) is not None
    assert balance(unit, amina) == ("18800.00", "0.00")
    assert (debts.owed(unit, amina.id), debts.collect_due(unit)) == ([], None)


def test_more_than_the_wallet_has_is_owed_and_paid_bit_by_bit(unit, amina, till):
    till.pay("20000.00", merchant=JAVA)
    till.take("22000.00", merchant=JAVA)
    assert balance(unit, amina) == ("0.00", "0.00")
    assert debts.owed(unit, amina.id) == [kes("2000.00")]
    unit.now += debts.AGAIN_AFTER
    assert debts.collect_due(unit) is not None
    assert debts.owed(unit, amina.id) == [kes("2000.00")]
    fund(unit, amina.wallet, "KES 500.00")
    unit.now += debts.AGAIN_AFTER
    debts.collect_due(unit)
    assert debts.owed(unit, amina.id) == [kes("1500.00")]
    fund(unit, amina.wallet, "KES 5000.00")
    unit.now += debts.AGAIN_AFTER
    debts.collect_due(unit)
    assert balance(unit, amina) == ("3500.00", "0.00")


def test_one_that_nobody_was_asked_for(unit, amina, card, till):
    assert till.take("300.00").approved
    assert balance(unit, amina) == ("19700.00", "0.00")
    one = only(unit, card)
    assert (one.forced, one.status, one.captured) == (True, "captured", kes("300.00"))


def test_one_that_was_declined_is_owed_first(unit, amina, till):
    till.pay("90000.00")
    till.take("300.00")
    assert balance(unit, amina) == ("20000.00", "0.00")
    assert debts.owed(unit, amina.id) == [kes("300.00")]


def test_a_frozen_wallet_owes_what_nobody_was_asked_for(unit, amina, till):
    freeze(unit, amina)
    till.take("300.00")
    assert debts.owed(unit, amina.id) == [kes("300.00")]


class TestReversals:
    def test_whole(self, unit, amina, card, till):
        till.pay("500.00")
        assert till.undo().approved
        assert balance(unit, amina) == ("20000.00", "0.00")
        assert payments.of_card(unit, card.id) == []
        assert till.undo(told="again").approved

    def test_a_part(self, unit, amina, card, till):
        till.pay("500.00")
        till.undo(stays="200.00")
        assert balance(unit, amina) == ("19800.00", "200.00")
        assert only(unit, card).amount == kes("200.00")
        till.undo(stays="900.00")
        assert balance(unit, amina) == ("19800.00", "200.00")
        till.take("200.00")
        assert balance(unit, amina) == ("19800.00", "0.00")

    def test_a_part_gives_its_share_of_the_limits_back(self, unit, amina, till):
        till.pay("500.00")
        till.undo(stays="200.00")
        spent = unit.value("select day_spent from limit_counters where owner = %(o)s", o=amina.id)
        assert spent == 20_000

    def test_after_a_part_was_taken(self, unit, amina, card, till):
        till.pay("500.00")
        till.take("100.00", final=False)
        till.undo()
        assert balance(unit, amina) == ("19900.00", "0.00")
        assert only(unit, card).status == "captured"

    def test_before_the_question_that_it_takes_back(self, unit, amina, till):
        assert till.undo().approved
        assert till.pay("500.00").reason == "no_original"
        assert balance(unit, amina) == ("20000.00", "0.00")

    def test_what_is_taken_after_it_is_owed(self, unit, amina, till):
        till.pay("500.00")
        till.undo()
        till.take("500.00")
        assert debts.owed(unit, amina.id) == [kes("500.00")]


class TestExpiry:
    def test_what_nobody_takes_comes_back(self, unit, amina, card, till):
        till.pay("500.00")
        unit.now += timedelta(days=7)
        book.expire(unit)
        assert len(reversals.expire_due(unit)) == 1
        assert balance(unit, amina) == ("20000.00", "0.00")
        assert only(unit, card).status == "expired"

    @pytest.mark.parametrize("swept", [True, False])
    def test_what_is_taken_late_is_taken_all_the_same(self, unit, amina, card, till, swept):
        till.pay("500.00")
        unit.now += timedelta(days=8)
        if swept:
            reversals.expire_due(unit)
        till.take("500.00")
        book.expire(unit)
        assert balance(unit, amina) == ("19500.00", "0.00")
        assert debts.owed(unit, amina.id) == []
        assert only(unit, card).status == "captured"

    def test_a_longer_stay_lasts_longer(self, unit, amina, till):
        till.pay("500.00", merchant=HOTEL)
        unit.now += timedelta(days=20)
        till.pay("100.00", merchant=HOTEL)
        unit.now += timedelta(days=20)
        assert reversals.expire_due(unit) == []
        assert balance(unit, amina) == ("19400.00", "600.00")


class TestRefunds:
    def test_of_a_payment(self, unit, amina, card, till):
        till.pay("500.00")
        till.take("500.00")
        till.back("120.00")
        assert balance(unit, amina) == ("19620.00", "0.00")
        assert clearing.standing(unit) == [kes("380.00")]
        assert only(unit, card).spent == kes("380.00")
        assert alerts(unit) == ["card_spent", "card_refunded"]

    def test_of_nothing_we_know(self, unit, amina, card, till):
        till.back("120.00", "R9")
        assert balance(unit, amina) == ("20120.00", "0.00")
        assert clearing.standing(unit) == [kes("-120.00")]
        assert only(unit, card).kind == "refund"

    def test_to_a_wallet_that_cannot_take_it(self, unit, amina, till):
        till.pay("500.00")
        till.take("500.00")
        freeze(unit, amina)
        assert till.back("500.00").approved
        assert balance(unit, amina) == ("19500.00", "0.00")
        unit.now += debts.AGAIN_AFTER
        assert captures.waiting_refund(unit) is not None
        freeze(unit, amina, "active")
        unit.now += debts.AGAIN_AFTER
        assert captures.waiting_refund(unit) is not None
        assert balance(unit, amina) == ("20000.00", "0.00")
        assert captures.waiting_refund(unit) is None


class TestAdvice:
    def test_an_approval_in_our_stead_is_held(self, unit, amina, till):
        assert till.advise("500.00").code == "00"
        assert balance(unit, amina) == ("19500.00", "500.00")
        till.take("500.00")
        assert balance(unit, amina) == ("19500.00", "0.00")

    def test_one_that_cannot_be_held_is_taken_all_the_same(self, unit, amina, card, till):
        till.advise("25000.00")
        assert balance(unit, amina) == ("20000.00", "0.00")
        assert only(unit, card).forced
        till.take("25000.00")
        assert debts.owed(unit, amina.id) == [kes("5000.00")]

    def test_a_decline_is_written_down(self, unit, card, till):
        assert till.advise("500.00", decided="05").code == "00"
        assert (only(unit, card).status, only(unit, card).reason) == ("declined", "elsewhere")

    def test_more_in_our_stead(self, unit, amina, till):
        till.pay("500.00")
        till.advise("200.00")
        assert balance(unit, amina) == ("19300.00", "700.00")
        till.advise("50000.00")
        assert balance(unit, amina) == ("19300.00", "700.00")


class TestSettlement:
    def report(self, net, *lines, told="2026-03-04"):
        cleared = [Line(name, kes(amount)) for name, amount in lines]
        return Report("scheme", told, date(2026, 3, 4), kes(net), cleared)

    def nostro(self, unit):
        return unit.value("select sum(posted) from system_accounts where kind = 'nostro_cards'")

    def test_what_agrees_is_paid(self, unit, till):
        till.pay("500.00")
        till.take("500.00", told="a")
        till.back("100.00", told="b")
        report = self.report("400.00", ("a", "500.00"), ("b", "-100.00"))
        done = clearing.settle(unit, report)
        assert (done.matched, done.unknown) == (kes("400.00"), ())
        assert (clearing.standing(unit), self.nostro(unit)) == ([], 40_000)
        assert clearing.settle(unit, report).replayed
        assert self.nostro(unit) == 40_000

    def test_what_differs_is_left_for_a_person(self, unit, till):
        till.take("500.00", told="a")
        till.take("70.00", "R2", told="b")
        report = self.report("630.00", ("a", "500.00"), ("b", "80.00"), ("c", "50.00"))
        done = clearing.settle(unit, report)
        assert (done.matched, done.unknown) == (kes("500.00"), ("b", "c"))
        assert clearing.standing(unit) == [kes("70.00")]
        assert unit.value("select count(*) from cases where category = 'Reconciliation'") == 1

    def test_more_given_back_than_taken(self, unit, till):
        till.back("100.00", told="b")
        clearing.settle(unit, self.report("-100.00", ("b", "-100.00")))
        assert (clearing.standing(unit), self.nostro(unit)) == ([], -10_000)

    @pytest.mark.parametrize(
        "lines", [[("a", "500.00")], [("a", "200.00"), ("a", "200.00")]], ids=["sum", "twice"]
    )
    def test_one_that_does_not_add_up(self, unit, lines):
        with pytest.raises(ReportUnfit):
            clearing.settle(unit, self.report("400.00", *lines))


def test_a_merchant_at_home(unit, card, till):
    till.pay("1.00")
    assert (only(unit, card).country, only(unit, card).mcc) == (NAIVAS.country, NAIVAS.mcc)
