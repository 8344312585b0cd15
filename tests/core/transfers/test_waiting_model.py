"""Money that waits, against a plain model: in any order each is paid or returned exactly once.

Two customers send to three numbers, whose owners join or not; payers take back, time passes, sweeps
come by or do not. The model knows what everybody has and what waits; the bank must agree after each
step. A second test does the same things at once, from several connections.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
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

from core.errors import Refusal
from core.kyc import tiers
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from core.transfers import collecting, waiting, waiting_endings
from tests.conftest import NOW
from tests.core.people import someone, units
from tests.support.keys import KEYS
from tests.support.rounds import until_seen

PAYERS = ("+254712000001", "+254712000002")
NUMBERS = ("+254733000111", "+254733000112", "+255754000111")
CEILINGS = {Tier.REGISTERED: 14_000_000, Tier.IDENTIFIED: 50_000_000}  # to hold, in Kenya
RICH = 40_000_000


def send(unit, payer, number, minor, effect):
    waiting.send_waiting(
        unit, id=effect, payer=payer.id, wallet=payer.wallet, phone=number,
        amount=Money(minor, "KES"), channel="whatsapp",
    )  # fmt: skip


class Waits(RuleBasedStateMachine):
    """Does everything twice: in the bank and in a model of integers."""

    engine = None
    seen: ClassVar[set[str]] = set()

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NOW, uuid7, str(uuid4()), KEYS)
        self.payers = [
            someone(self.unit, phone, holds="KES 400000.00", id_number=f"ID{n}23456",
                    tier=Tier.ASSESSED)
            for n, phone in enumerate(PAYERS)
        ]  # fmt: skip
        self.has = [RICH, RICH]
        self.sent: dict = {}
        self.joined: dict = {}
        self.tiers: dict = {}

    def teardown(self):
        try:
            self.time_passes(73)
            self.sweep_due()
            self.the_bank_agrees()
            assert not [one for one in self.sent.values() if one["status"] == "waiting"]
        finally:
            self.outer.rollback()
            self.connection.close()

    def waiting(self, *, number=None, due=False):
        return [
            one for one in self.sent.values()
            if one["status"] == "waiting" and number in (None, one["number"])
            and (one["until"] <= self.unit.now) == due
        ]  # fmt: skip

    @rule(payer=st.integers(0, 1), number=st.sampled_from(NUMBERS),
          minor=st.sampled_from([1, 5_000, 4_000_000, 9_000_000]))  # fmt: skip
    def send(self, payer, number, minor):
        effect = uuid4()
        try:
            with self.unit.savepoint():
                send(self.unit, self.payers[payer], number, minor, effect)
        except Refusal as refused:
            self.seen.add(refused.code)
            return
        self.sent[effect] = {
            "payer": payer, "number": number, "minor": minor, "status": "waiting",
            "until": self.unit.now + waiting.WAITS,
        }  # fmt: skip

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 40))
    def send_again(self, which):
        effect = list(self.sent)[which % len(self.sent)]
        one = self.sent[effect]
        send(self.unit, self.payers[one["payer"]], one["number"], one["minor"], effect)

    @rule(number=st.sampled_from(NUMBERS))
    def join(self, number):
        if number in self.joined:
            return
        self.joined[number] = someone(
            self.unit, number, names=("Brian", "Kamau"), tier=Tier.REGISTERED
        )
        self.tiers[number] = Tier.REGISTERED
        self.collected(number)

    @precondition(lambda self: Tier.REGISTERED in self.tiers.values())
    @rule()
    def tier_rises(self):
        number = min(key for key, tier in self.tiers.items() if tier is Tier.REGISTERED)
        self.unit.now += timedelta(seconds=1)
        tiers.set_tier(
            self.unit, self.joined[number].id, Tier.IDENTIFIED, kyc_status="Verified", by="test"
        )
        self.tiers[number] = Tier.IDENTIFIED
        self.sweep_joined()

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 40))
    def take_back(self, which):
        effect = list(self.sent)[which % len(self.sent)]
        one = self.sent[effect]
        over = one["until"] <= self.unit.now
        try:
            with self.unit.savepoint():
                waiting_endings.cancel(self.unit, effect, payer=self.payers[one["payer"]].id)
        except waiting_endings.WaitingOver as refused:
            self.seen.add(refused.facts["status"])
            assert one["status"] in {"claimed", "returned"} or over
            return
        assert one["status"] == "cancelled" or (one["status"] == "waiting" and not over)
        one["status"] = "cancelled"

    @rule(hours=st.sampled_from([1, 30, 73]))
    def time_passes(self, hours):
        self.unit.now += timedelta(hours=hours)

    @rule()
    def sweep_joined(self):
        for due in collecting.entitled(self.unit, most=9):
            collecting.collect(self.unit, due)
        for number in self.joined:
            self.collected(number)

    @rule()
    def sweep_due(self):
        book.expire(self.unit)
        due = self.waiting(due=True)
        assert waiting_endings.return_due(self.unit, most=99) == len(due)
        for one in due:
            one["status"] = "returned"
            self.seen.add("returned")

    def collected(self, number):
        """Take over what the bank paid out; it must have been waiting, and fit."""
        for one in self.waiting(number=number):
            effect = next(key for key, value in self.sent.items() if value is one)
            status = self.unit.value(
                "select status from waiting_transfers where id = %(id)s", id=effect
            )
            if status == "claimed":
                one["status"] = "claimed"
                self.has[one["payer"]] -= one["minor"]
                self.seen.add("claimed")
            else:
                self.seen.add("waits on")

    @invariant()
    def the_bank_agrees(self):
        for n, payer in enumerate(self.payers):
            balance = book.balance(self.unit, payer.wallet)
            held = sum(
                one["minor"] for one in self.sent.values()
                if one["payer"] == n and one["status"] == "waiting"
            )  # fmt: skip
            swept = sum(one["minor"] for one in self.waiting(due=True) if one["payer"] == n)
            assert balance.posted.minor == self.has[n]
            assert held - swept <= balance.held.minor <= held
        for number, who in self.joined.items():
            got = sum(
                one["minor"] for one in self.sent.values()
                if one["number"] == number and one["status"] == "claimed"
            )  # fmt: skip
            kes = sum(
                one.balance.posted.minor for one in book.balances(self.unit, who.id)
                if one.currency == "KES"
            )  # fmt: skip
            assert kes == got
            if number.startswith("+254"):
                assert got <= CEILINGS[self.tiers[number]]
        rows = self.unit.all("select id, status from waiting_transfers")
        assert {row.id: row.status for row in rows} == {
            key: one["status"] for key, one in self.sent.items()
        }
        assert book.verify(self.unit) == []


@pytest.mark.parametrize(
    "examples", [12, pytest.param(300, marks=pytest.mark.soak)]
)  # fmt: skip
def test_each_is_paid_or_returned_exactly_once(engine, examples):
    Waits.engine, Waits.seen = engine, set()
    played = settings(
        max_examples=examples, stateful_step_count=25, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    until_seen(
        lambda: run_state_machine_as_test(Waits, settings=played),
        lambda: Waits.seen >= {"claimed", "returned"},
    )


def at_once(work):
    """Do it all from six threads. What is refused is refused; a deadlock is an error."""

    def go(task):
        with suppress(Refusal):
            task[0](task[1])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(go, work))


def test_at_once_from_everywhere_each_ends_once(clean_engine):
    """Payers send and take back, numbers join, sweeps come by, and time runs out: all at once."""
    opened, chance = units(clean_engine, NOW), random.Random(17)
    with opened() as unit:
        payers = [
            someone(unit, phone, holds="KES 400000.00", id_number=f"ID{n}23456",
                    tier=Tier.ASSESSED)
            for n, phone in enumerate(PAYERS)
        ]  # fmt: skip
    sent = [uuid4() for _ in range(16)]

    def put(n):
        with opened() as unit:
            send(unit, payers[n % 2], NUMBERS[n % 3], 1_000 + n, sent[n])

    def join(number):
        with opened() as unit:
            someone(unit, number, names=("Brian", "Kamau"), tier=Tier.REGISTERED)

    def back(n):
        with opened() as unit:
            waiting_endings.cancel(unit, sent[n], payer=payers[n % 2].id)

    def sweep(later):
        with opened(now=NOW + later) as unit:
            due = collecting.entitled(unit, most=99)
        for one in due:
            with opened(now=NOW + later) as unit:
                collecting.collect(unit, one)
        with opened(now=NOW + later) as unit:
            book.expire(unit)
            waiting_endings.return_due(unit, most=99)

    def swap(n):
        """The payers pay each other, so that their accounts are locked from both sides."""
        with opened() as unit:
            one, other = payers[n % 2], payers[1 - n % 2]
            leg = book.Leg(one.wallet, other.wallet, Money(1, "KES"))
            book.post(unit, id=uuid4(), type="transfer", legs=[leg], wallet=one.wallet)

    work = [
        *((put, n) for n in range(16)), *((join, number) for number in NUMBERS),
        *((back, n) for n in range(16)), *((back, n) for n in range(4)),
        *((sweep, timedelta(0)) for _ in range(4)), *((swap, n) for n in range(12)),
    ]  # fmt: skip
    chance.shuffle(work)

    at_once(work)
    sweep(timedelta(0))
    over = [(sweep, waiting.WAITS)] * 3 + [(back, n) for n in range(16)]
    chance.shuffle(over)
    at_once(over)
    with opened(now=NOW + waiting.WAITS) as unit:
        rows = unit.all("select status, payer, amount, capture_id from waiting_transfers")
        assert {row.status for row in rows} <= {"claimed", "returned", "cancelled"}
        claimed = [row for row in rows if row.status == "claimed"]
        assert len({row.capture_id for row in claimed}) == len(claimed)
        for payer in payers:
            balance = book.balance(unit, payer.wallet)
            assert balance.held.minor == 0
        posted = sum(book.balance(unit, payer.wallet).posted.minor for payer in payers)
        assert posted == 2 * RICH - sum(row.amount for row in claimed)
        assert book.verify(unit) == []
