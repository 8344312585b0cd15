"""Recalling a transfer to a wrong number: what is set aside, given back or left."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.access import approvals
from core.access.actors import Forbidden
from core.approvals.catalog import KINDS
from core.ledger import book
from core.money import Money
from core.store import outbox
from core.transfers import recall
from core.transfers.send import send_money
from tests.core.people import fund, someone, units
from tests.support import unsealed
from tests.support.desk import hired
from tests.support.outbox_rows import ALL


class Story:
    """Amina sent Brian 500 of her 2,000 shillings by mistake; he had 100."""

    def __init__(self, unit):
        approvals.register(KINDS)
        outbox.register_senders(unit, ALL)
        self.unit = unit
        self.amina = someone(unit, holds="KES 2000.00")
        self.brian = someone(unit, "+254712000002", holds="KES 100.00", names=("Brian", "Kamau"))
        self.agent, self.supervisor = hired(unit, "agent"), hired(unit, "supervisor")
        self.transfer = self.send(self.amina, self.brian, "500.00")

    def send(self, payer, payee, amount):
        transfer = uuid4()
        send_money(
            self.unit, id=transfer, payer=payer.id, payee=payee.id,
            amount=Money.parse(amount, "KES"), channel="whatsapp",
        )  # fmt: skip
        return transfer

    def ask(self, **other):
        facts = {"transfer": self.transfer, "reason": "a digit was wrong"} | other
        return recall.request(self.unit, self.agent, **facts)

    def holds(self, who):
        balance = book.balance(self.unit, who.wallet)
        return str(balance.posted), str(balance.available)

    def told(self):
        whose = {one.id: one.customer_id for one in unsealed.messages(self.unit)}
        alerts = [
            (whose[row.message_id], row.payload["alert"]) for row in unsealed.outbox(self.unit)
        ]
        return [one for one in alerts if one[1].startswith("recall")]


@pytest.fixture
def story(unit):
    return Story(unit)


def test_asking_sets_it_aside_and_approving_gives_it_back(story):
    asked = story.ask()
    assert asked.facts["amount"] == "KES 500.00"
    assert story.holds(story.brian) == ("KES 600.00", "KES 100.00")
    ended = approvals.approve(story.unit, story.supervisor, asked.id)
    assert (ended.status, ended.outcome["amount"]) == ("approved", "KES 500.00")
    assert story.holds(story.brian) == ("KES 100.00", "KES 100.00")
    assert story.holds(story.amina) == ("KES 2000.00", "KES 2000.00")
    assert story.told() == [
        (story.amina.id, "recall_asked"), (story.brian.id, "recall_held"),
        (story.amina.id, "recall_returned"), (story.brian.id, "recall_taken"),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["reject", "withdraw", "expire", "expire after its hold"])
def test_what_is_not_approved_is_left_to_the_recipient(story, how):
    asked = story.ask()
    if how == "reject":
        approvals.reject(story.unit, story.supervisor, asked.id, "he says it was rent")
    elif how == "withdraw":
        approvals.withdraw(story.unit, story.agent, asked.id)
    else:
        story.unit.now = asked.expires_at
        if how == "expire after its hold":
            assert book.expire(story.unit) == 1
        assert approvals.expire(story.unit, asked.id)
        book.expire(story.unit)
    assert story.holds(story.brian) == ("KES 600.00", "KES 600.00")
    assert story.told()[2:] == [
        (story.amina.id, "recall_refused"), (story.brian.id, "recall_released"),
    ]  # fmt: skip


def test_what_was_spent_does_not_come_back(story):
    carol = someone(story.unit, "+254712000003", names=("Carol", "Njeri"))
    story.send(story.brian, carol, "450.00")
    assert story.ask().facts["amount"] == "KES 150.00"


def test_nothing_left_is_refused(story):
    carol = someone(story.unit, "+254712000003", names=("Carol", "Njeri"))
    story.send(story.brian, carol, "600.00")
    with pytest.raises(recall.NothingLeft):
        story.ask()
    assert story.told() == []


def test_what_was_reversed_is_not_recalled_as_well(story):
    amount = Money.parse("400.00", "KES")
    book.reverse(story.unit, id=uuid4(), transaction=story.transfer, amount=amount)
    assert story.ask().facts["amount"] == "KES 100.00"


def test_what_was_recalled_is_not_reversed_as_well(story):
    carol = someone(story.unit, "+254712000003", names=("Carol", "Njeri"))
    story.send(story.brian, carol, "250.00")  # so that 350 are left
    asked = story.ask()

    def reverse(amount=None):
        with story.unit.savepoint():
            return book.reverse(
                story.unit, id=uuid4(), transaction=story.transfer, amount=amount, force=True
            ).amount

    with pytest.raises(book.ReversalExceedsRest) as refused:
        reverse(Money.parse("200.00", "KES"))
    assert refused.value.facts == {"left": "KES 150.00", "wanted": "KES 200.00"}
    approvals.approve(story.unit, story.supervisor, asked.id)
    assert reverse() == Money.parse("150.00", "KES")
    with pytest.raises(book.ReversalExceedsRest):
        reverse()
    assert story.holds(story.amina) == ("KES 2000.00", "KES 2000.00")
    assert book.verify(story.unit) == []


def test_after_a_no_it_is_reversed_whole(story):
    approvals.reject(story.unit, story.supervisor, story.ask().id, "he says it was rent")
    back = book.reverse(story.unit, id=uuid4(), transaction=story.transfer)
    assert back.amount == Money.parse("500.00", "KES")


@pytest.mark.parametrize("first", ["recall", "reversal"])
def test_a_recall_and_a_reversal_at_once_give_it_back_once(clean_engine, first):
    """The second starts while the first has not committed, so that neither sees the other."""
    opened = units(clean_engine)
    with opened() as unit:
        story = Story(unit)
        fund(unit, story.brian.wallet, "KES 1000.00")

    def recalled(unit):
        recall.request(unit, story.agent, transfer=story.transfer, reason="a digit was wrong")

    def reversed_(unit):
        book.reverse(unit, id=uuid4(), transaction=story.transfer)

    steps = [recalled, reversed_] if first == "recall" else [reversed_, recalled]

    def second():
        with opened() as unit:
            steps[1](unit)

    with ThreadPoolExecutor(1) as pool:
        with opened() as unit:
            steps[0](unit)
            following = pool.submit(second)
            with suppress(TimeoutError):
                following.result(timeout=0.3)
        with pytest.raises((recall.NothingLeft, book.ReversalExceedsRest)):
            following.result(timeout=20)
    with opened() as unit:
        assert book.verify(unit) == []


def test_money_comes_back_once(story):
    approvals.approve(story.unit, story.supervisor, story.ask().id)
    with pytest.raises(approvals.AlreadyAsked):
        story.ask()
    assert story.holds(story.brian) == ("KES 100.00", "KES 100.00"), "no hold is left behind"


def test_after_a_no_it_may_be_asked_again(story):
    approvals.reject(story.unit, story.supervisor, story.ask().id, "who is asking?")
    assert story.ask().status == "pending"


def test_old_and_unknown_transfers_are_not_recalled(story):
    with pytest.raises(book.UnknownTransaction):
        story.ask(transfer=uuid4())
    story.unit.now += timedelta(days=30, seconds=1)
    with pytest.raises(recall.RecallTooLate) as refused:
        story.ask()
    assert refused.value.facts == {"days": "30"}


def test_who_may_not_ask_leaves_no_trace(story):
    with pytest.raises(Forbidden):
        recall.request(
            story.unit, hired(story.unit, "auditor"), transfer=story.transfer, reason="why not"
        )
    assert story.holds(story.brian) == ("KES 600.00", "KES 600.00")


def test_a_capture_that_is_refused_fails_and_moves_nothing(story):
    asked = story.ask()
    book.void(story.unit, id=uuid4(), hold=UUID(asked.facts["hold"]))
    ended = approvals.approve(story.unit, story.supervisor, asked.id)
    assert (ended.status, ended.outcome["code"]) == ("failed", "hold_closed")
    assert story.holds(story.brian) == ("KES 600.00", "KES 600.00")
