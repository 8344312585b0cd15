"""Random lives of cards against a plain model: every cent is where the model says, at every step.

Questions, raises, parts, advices, reversals, captures of all kinds, refunds, reports; messages that
come again; a card that is paused, a wallet that is frozen; time; units that die at crash points and
are done again. What is free, held, taken, owed, waiting and in clearing must agree after each step,
and `ledger verify` must find nothing at the end.
"""

from collections import Counter
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from uuid_utils.compat import uuid7

from core.access import audit
from core.cards import captures, cards, clearing, debts, lifecycle, reversals
from core.cards.clearing import Line, Report
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.monitoring import decisions
from core.store import crashpoints
from core.store.acting import acting_as
from core.store.unit import Unit
from tests.conftest import NOW
from tests.core.cards.making import card_of
from tests.core.cards.plain_card import Card
from tests.core.cards.terminal import HOTEL, JAVA, NAIVAS, SHELL, Terminal
from tests.core.people import fund, someone
from tests.support import done_anew
from tests.support.keys import KEYS
from tests.support.rounds import until_seen

REFS = {"A": NAIVAS, "B": JAVA, "C": SHELL, "D": HOTEL, "E": NAIVAS}
TRADES = {
    NAIVAS.mcc: {"points": 0, "days": 7}, JAVA.mcc: {"points": 2000, "days": 7},
    SHELL.mcc: {"points": 1500, "days": 7}, HOTEL.mcc: {"points": 1500, "days": 31},
}  # fmt: skip
AMOUNTS = st.sampled_from([1, 99, 10_000, 33_333, 150_000, 600_000])
NAMES = st.sampled_from(sorted(REFS))
POINTS = ("card.held", "card.captured", "card.decided")
AT_FIRST = 2_000_000


class Lives(RuleBasedStateMachine):
    """Does everything twice: in the bank and in a model of integers."""

    engine = None
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NOW, uuid7, str(uuid4()), KEYS)
        self.who = someone(self.unit, holds="KES 20000.00", tier=Tier.ASSESSED)
        self.card = card_of(self.unit, self.who)
        self.till = Terminal(self.unit, self.card)
        self.plain = Card(AT_FIRST, NOW)
        self.said = []

    def teardown(self):
        try:
            self.the_book_agrees()
            assert book.verify(self.unit) == []
        finally:
            crashpoints.arm("")
            self.outer.rollback()
            self.connection.close()

    def once(self, work):
        return done_anew.once(self.unit, work, self.seen)

    def say(self, kind, ref, minor, **facts):
        amount = str(Money(minor, "KES")).partition(" ")[2]
        request = self.till.request(kind, amount, ref, merchant=REFS[ref], **facts)
        answer = self.once(lambda: self.till.say(request))
        assert not answer.replayed
        self.said.append((request, answer))
        return request, answer

    def is_stopped(self, request):
        """Whether monitoring, whose rules are its own, did not let a payment pass."""
        with acting_as(self.unit, "wekeza_compliance"):
            return decisions.find(self.unit, request.id).verdict != "allow"

    def trade(self, ref):
        return TRADES[REFS[ref].mcc]

    @rule(point=st.sampled_from(POINTS))
    def a_unit_will_die(self, point):
        crashpoints.arm(f"{point}=raise")

    @rule(ref=NAMES, minor=AMOUNTS, partial=st.booleans())
    def pay(self, ref, minor, partial):
        wanted, amount = self.plain.says(ref, minor, partial=partial)
        request, answer = self.say("authorise", ref, minor, partial=partial)
        self.seen[answer.reason or answer.code] += 1
        if answer.approved:
            assert wanted and answer.amount == Money(amount, "KES")
            assert (answer.code == "10") == (amount < minor)
            self.plain.approve(ref, amount, **self.trade(ref))
        else:
            assert not wanted or self.is_stopped(request)
            self.plain.decline(ref, minor, **self.trade(ref))

    @rule(ref=NAMES, minor=AMOUNTS)
    def advise(self, ref, minor):
        self.say("advise", ref, minor, decided="00")
        self.plain.advise(ref, minor, **self.trade(ref))

    @rule(ref=NAMES, stays=st.sampled_from([0, 0, 50, 20_000]))
    def reverse(self, ref, stays):
        _, answer = self.say("reverse", ref, stays)
        assert answer.code == "00"
        self.plain.reverse(ref, stays, **self.trade(ref))

    @rule(ref=NAMES, minor=AMOUNTS, final=st.booleans())
    def take(self, ref, minor, final):
        request, answer = self.say("clear", ref, minor, final=final)
        assert answer.code == "00"
        self.plain.take(ref, request.told, minor, final=final, **self.trade(ref))

    @precondition(lambda self: any(one.held for one in self.plain.paid.values()))
    @rule(data=st.data(), final=st.booleans())
    def take_what_is_held(self, data, final):
        ref = data.draw(st.sampled_from([r for r, one in self.plain.paid.items() if one.held]))
        minor = data.draw(st.integers(1, self.plain.paid[ref].held))
        request, _ = self.say("clear", ref, minor, final=final)
        self.plain.take(ref, request.told, minor, final=final, **self.trade(ref))
        self.seen["taken"] += 1

    @rule(ref=NAMES, minor=AMOUNTS)
    def refund(self, ref, minor):
        request, answer = self.say("clear", ref, minor, what="refund")
        assert answer.code == "00"
        self.plain.refund(ref, request.told, minor, **self.trade(ref))

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def say_again(self, data):
        request, before = data.draw(st.sampled_from(self.said))
        again = self.once(lambda: self.till.say(request))
        assert again.replayed
        assert (again.code, again.reason, again.amount, again.approval) == (
            before.code, before.reason, before.amount, before.approval,
        )  # fmt: skip

    @rule(share=st.sampled_from([1, 2]))
    def settle(self, share):
        told = sorted(self.plain.unsettled)[::share]
        lines = [Line(one, Money(self.plain.unsettled[one], "KES")) for one in told]
        net = Money(self.plain.settle(told), "KES")
        report = Report("scheme", uuid4().hex, self.unit.now.date(), net, lines)
        assert clearing.settle(self.unit, report).unknown == ()
        assert clearing.settle(self.unit, report).replayed

    @rule()
    def pause_or_go_on(self):
        card = cards.locked(self.unit, self.card.id)
        to = "active" if self.plain.paused else "paused"
        lifecycle.move(self.unit, card, to, by=audit.customer(self.unit, self.who.id), why="test")
        self.plain.paused = not self.plain.paused

    @rule()
    def freeze_or_release(self):
        self.plain.frozen = not self.plain.frozen
        book.set_status(
            self.unit, id=uuid4(), account=self.who.wallet, reason=book.Reason("test", "a test"),
            status="frozen" if self.plain.frozen else "active",
        )  # fmt: skip

    @precondition(lambda self: not self.plain.frozen)
    @rule(minor=AMOUNTS)
    def wages(self, minor):
        fund(self.unit, self.who.wallet, str(Money(minor, "KES")))
        self.plain.free += minor

    @rule(span=st.sampled_from([timedelta(hours=1), timedelta(days=3), timedelta(days=8)]))
    def time_passes(self, span):
        self.plain.pass_(span)
        self.unit.now += span
        self.till.unit = self.unit
        book.expire(self.unit)

    @rule()
    def sweep(self):
        reversals.expire_due(self.unit)
        for work in (debts.collect_due, captures.waiting_refund):
            while work(self.unit) is not None:
                pass
        self.plain.sweep()

    @invariant()
    def the_book_agrees(self):
        plain, unit = self.plain, self.unit
        held = book.balance(unit, self.who.wallet)
        assert (held.available.minor, held.held.minor) == (
            plain.free, sum(one.rest for one in plain.paid.values()),
        )  # fmt: skip
        assert {one.minor for one in clearing.standing(unit)} == {sum(plain.unsettled.values())} - {
            0
        }
        owed = debts.owed(unit, self.who.id)
        assert sum(one.minor for one in owed) == sum(debt[0] for debt in plain.debts)
        waits = unit.value(
            "select coalesce(sum(amount), 0)::bigint from card_returns where due_at is not null"
        )
        assert waits == sum(one[0] for one in plain.waiting)
        nostro = unit.value(
            "select coalesce(sum(posted), 0)::bigint from ledger_accounts"
            " where kind = 'nostro_cards'"
        )
        assert nostro == plain.nostro
        rows = unit.all(
            "select scheme_ref, status, held, captured, refunded, amount from card_transactions"
        )
        assert {tuple(row) for row in rows} == {
            (ref, one.status, one.held, one.captured, one.refunded, one.auth)
            for ref, one in plain.paid.items()
        }


def played(engine, *, examples, steps):
    Lives.engine = engine
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_no_cent_of_a_card_is_lost_whatever_comes(engine):
    played(engine, examples=60, steps=8)


@pytest.mark.soak
def test_no_cent_of_a_thousand_cards_is_lost(engine):
    Lives.seen = Counter()
    until_seen(
        lambda: played(engine, examples=1000, steps=40),
        lambda: (
            set(Lives.seen) >= {"00", "funds", "paused", "taken"}
            and any(what.startswith("crashed at") for what in Lives.seen)
        ),
    )
