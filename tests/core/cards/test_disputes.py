"""Disputes: money back for the time being, and what becomes of it; the book has every cent."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.access import approvals
from core.access.actors import Forbidden
from core.approvals.catalog import KINDS
from core.cards import captures, clearing, debts, dispute_desk, dispute_store, disputes, payments
from core.cards.clearing import Line, Report
from core.cards.dispute_desk import WordsNeeded
from core.cards.dispute_store import DisputeOver, UnknownDispute
from core.cards.disputes import AlreadyDisputed, DisputeAmount, DisputeTooLate, NotDisputable
from core.cards.payments import UnknownCardPayment
from core.crm import cases
from core.ledger import book
from core.money import Money
from tests.core.colleagues import at_work, colleague
from tests.core.people import someone
from tests.support import unsealed


@pytest.fixture(autouse=True)
def kinds():
    approvals.register(KINDS)


@pytest.fixture
def paid(unit, card, till):
    till.pay("5000.00", told="asked")
    till.take("5000.00", told="taken")
    return payments.of_card(unit, card.id)[0]


@pytest.fixture
def contest(unit, amina, paid):
    def open_(reason="fraud", **facts):
        given = {
            "customer": amina.id, "payment": paid.id, "words": "I was at home.",
            "channel": "whatsapp", **facts,
        }  # fmt: skip
        return disputes.open_dispute(unit, reason=reason, **given)

    return open_


pytestmark = pytest.mark.usefixtures("whole")


def kes(text):
    return Money.load(f"KES {text}")


def free(unit, who):
    return str(book.balance(unit, who.wallet).available.major)


def stands(unit, kind):
    found = unit.value(
        "select sum(posted)::bigint from system_accounts where kind = %(kind)s", kind=kind
    )
    return found or 0


def alerts(unit):
    return [one.payload["alert"] for one in unsealed.outbox(unit) if "alert" in one.payload]


def freeze(unit, who, status="frozen"):
    why = book.Reason("test", "a test")
    book.set_status(unit, id=uuid4(), account=who.wallet, status=status, reason=why)


def test_fraud_is_given_back_at_once(unit, amina, contest):
    dispute = contest()
    assert (dispute.status, dispute.credited, dispute.amount) == ("credited", True, kes("5000.00"))
    assert free(unit, amina) == "20000.00"
    assert stands(unit, "card_disputes") == -500_000
    case = cases.get(unit, dispute.case)
    assert (case.category, case.sub_category) == ("Card", "dispute")
    assert alerts(unit)[1:] == ["card_dispute_opened", "card_dispute_credited"]
    assert dispute_store.find(unit, amina.id, dispute.reference.lower()).id == dispute.id


def test_what_never_came_is_given_back_within_days(unit, amina, contest):
    dispute = contest("not_received")
    assert (dispute.status, free(unit, amina)) == ("opened", "15000.00")
    assert disputes.look_after_due(unit) is None
    unit.now += timedelta(days=5)
    assert disputes.look_after_due(unit) == dispute.id
    assert free(unit, amina) == "20000.00"
    assert disputes.look_after_due(unit) is None


def test_a_part_of_it(unit, amina, contest):
    contest("wrong_amount", amount=kes("1200.00"))
    unit.now += timedelta(days=5)
    disputes.look_after_due(unit)
    assert free(unit, amina) == "16200.00"


class TestWhatIsNotDisputed:
    def test_of_somebody_else(self, unit, contest):
        other = someone(unit, "+254712000002", names=("Brian", "Otieno"))
        with pytest.raises(UnknownCardPayment):
            contest(customer=other.id)

    def test_twice(self, unit, contest):
        first = contest()
        with pytest.raises(AlreadyDisputed) as told:
            contest()
        assert told.value.facts == {"reference": first.reference}

    def test_too_late(self, unit, contest):
        unit.now += timedelta(days=121)
        with pytest.raises(DisputeTooLate):
            contest()

    @pytest.mark.parametrize("amount", ["0.00", "5000.01"])
    def test_more_than_was_taken(self, contest, amount):
        with pytest.raises(DisputeAmount):
            contest(amount=kes(amount))

    def test_what_nobody_took(self, unit, amina, card, till, contest):
        till.pay("10.00", "R2")
        (held,) = [one for one in payments.of_card(unit, card.id) if one.ref == "R2"]
        with pytest.raises(NotDisputable):
            contest(payment=held.id)
        till.back("10.00", "R3")
        (back,) = [one for one in payments.of_card(unit, card.id) if one.ref == "R3"]
        with pytest.raises(NotDisputable):
            contest(payment=back.id)


class TestHowItEnds:
    def test_won(self, unit, amina, contest):
        dispute = disputes.win(unit, contest(), by="scheme")
        assert (free(unit, amina), stands(unit, "card_disputes")) == ("20000.00", 0)
        assert clearing.standing(unit) == []
        report = Report(
            "scheme", "r", unit.now.date(), kes("0.00"),
            [Line("taken", kes("5000.00")), Line(f"dispute {dispute.reference}", kes("-5000.00"))],
        )  # fmt: skip
        assert clearing.settle(unit, report).unknown == ()
        assert cases.get(unit, dispute.case).status == "Resolved"
        assert alerts(unit)[-1] == "card_dispute_won"
        with pytest.raises(DisputeOver):
            disputes.win(unit, dispute, by="scheme")

    def test_won_before_it_was_given_back(self, unit, amina, contest):
        disputes.win(unit, contest("cancelled"), by="scheme")
        assert (free(unit, amina), stands(unit, "card_disputes")) == ("20000.00", 0)

    def test_lost_by_its_customer(self, unit, amina, contest):
        disputes.lose(unit, contest(), by="x", bearer="customer", words="signed")
        assert (free(unit, amina), stands(unit, "card_disputes")) == ("15000.00", 0)
        assert debts.owed(unit, amina.id) == []
        assert alerts(unit)[-1] == "card_dispute_lost"

    def test_lost_and_spent(self, unit, amina, till, contest):
        dispute = contest()
        till.pay("19000.00", "R2")
        disputes.lose(unit, dispute, by="x", bearer="customer", words="signed")
        assert (free(unit, amina), debts.owed(unit, amina.id)) == ("0.00", [kes("4000.00")])

    def test_lost_while_the_wallet_is_frozen(self, unit, amina, contest):
        dispute = contest()
        freeze(unit, amina)
        disputes.lose(unit, dispute, by="x", bearer="customer", words="signed")
        assert debts.owed(unit, amina.id) == [kes("5000.00")]

    @pytest.mark.parametrize("reason", ["fraud", "cancelled"])
    def test_lost_and_borne_by_the_bank(self, unit, amina, contest, reason):
        disputes.lose(unit, contest(reason), by="x", bearer="bank", words="kind")
        assert (free(unit, amina), stands(unit, "loss")) == ("20000.00", -500_000)
        assert alerts(unit)[-1] == "card_dispute_kept"

    def test_withdrawn_and_opened_again(self, unit, amina, contest):
        dispute = contest()
        other = someone(unit, "+254712000002", names=("Brian", "Otieno"))
        with pytest.raises(UnknownDispute):
            disputes.withdraw(unit, other.id, dispute.id)
        disputes.withdraw(unit, amina.id, dispute.id)
        assert free(unit, amina) == "15000.00"
        assert contest().status == "credited"

    def test_the_merchants_bank_is_silent(self, unit, amina, contest):
        dispute = contest()
        unit.now += timedelta(days=30)
        assert disputes.look_after_due(unit) == dispute.id
        assert dispute_store.get(unit, dispute.id).status == "won"

    def test_the_merchants_bank_says_that_it_was_right(self, unit, contest):
        dispute = disputes.represent(unit, contest(), by="scheme", words="chip and PIN")
        unit.now += timedelta(days=29)
        assert disputes.look_after_due(unit) is None
        unit.now += timedelta(days=1)
        assert disputes.look_after_due(unit) == dispute.id
        assert dispute_store.get(unit, dispute.id).status == "represented"
        assert disputes.look_after_due(unit) is None, "once a day"

    def test_a_wallet_that_cannot_take_it(self, unit, amina, contest):
        freeze(unit, amina)
        dispute = contest()
        assert (dispute.status, stands(unit, "card_disputes")) == ("opened", 0)
        unit.now += timedelta(days=1)
        assert disputes.look_after_due(unit) == dispute.id
        disputes.win(unit, dispute_store.lock(unit, dispute.id), by="scheme")
        freeze(unit, amina, "active")
        unit.now += debts.AGAIN_AFTER
        assert captures.waiting_refund(unit) is not None
        assert free(unit, amina) == "20000.00"


class TestTheDesk:
    @pytest.fixture
    def olga(self, unit):
        return at_work(unit, colleague(unit, "operations", enrolled=True).id)

    @pytest.fixture
    def sue(self, unit):
        who = at_work(unit, colleague(unit, "supervisor", enrolled=True).id)
        return replace(who, mfa_at=unit.now)

    def test_what_happened_is_read_in_order(self, unit, olga, contest):
        dispute = contest()
        dispute_desk.evidence(unit, olga, dispute.id, "The signature differs.")
        dispute_desk.represented(unit, olga, dispute.id, "They sent a slip.")
        seen = dispute_desk.look(unit, olga, dispute.id)
        assert [(one.what, one.words) for one in seen.events] == [
            ("opened", "I was at home."), ("credited", ""), ("evidence", "The signature differs."),
            ("represented", "They sent a slip."),
        ]  # fmt: skip
        (listed,) = dispute_desk.listed(unit, olga, running=True, after=None, limit=10)
        assert listed.id == dispute.id
        raw = unit.all("select words from card_dispute_events where words is not null")
        assert not any(b"home" in bytes(row.words) for row in raw)

    def test_a_small_loss_is_one_persons(self, unit, amina, olga, contest):
        dispute = contest(amount=kes("2500.00"))
        ended = dispute_desk.lost(unit, olga, dispute.id, bearer="bank", words="kind")
        assert (ended.status, ended.bearer) == ("lost", "bank")
        assert dispute_desk.listed(unit, olga, running=True, after=None, limit=10) == []

    def test_a_great_one_takes_two(self, unit, amina, olga, sue, contest):
        dispute = contest()
        asked = dispute_desk.lost(unit, olga, dispute.id, bearer="customer", words="signed")
        assert asked.status == "pending" and free(unit, amina) == "20000.00"
        assert dispute_desk.look(unit, olga, dispute.id).pending == asked.id
        decided = approvals.approve(unit, sue, asked.id, "I agree")
        assert decided.status == "approved" and free(unit, amina) == "15000.00"

    def test_who_may(self, unit, sue, contest):
        dispute = contest()
        with pytest.raises(Forbidden):
            dispute_desk.won(unit, sue, dispute.id, "x")
        with pytest.raises(Forbidden):
            dispute_desk.look(unit, at_work(unit, colleague(unit, "agent").id), dispute.id)

    def test_no_step_without_words(self, unit, olga, contest):
        with pytest.raises(WordsNeeded):
            dispute_desk.won(unit, olga, contest().id, " ")
