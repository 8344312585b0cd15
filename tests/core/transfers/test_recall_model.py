"""Recalls against a plain model: in whatever order, money is neither made nor lost.

Three customers send each other money and take it back; agents and supervisors ask and decide, and
time passes. The model knows balances, holds and who asked; the bank must agree at every step.
"""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

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

from core.access import approval_store, approvals
from core.approvals.catalog import KINDS
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from core.transfers import recall
from core.transfers.send import send_money
from tests.conftest import NOW
from tests.core.people import someone
from tests.support.desk import acting, hired
from tests.support.keys import KEYS
from tests.support.rounds import until_seen

PHONES = ("+254712000001", "+254712000002", "+254712000003")
WHO = st.integers(0, 2)
STAFF = ("agent", "supervisor", "supervisor", "compliance")
SOME = st.integers(0, 40)


class Recalls(RuleBasedStateMachine):
    """Does everything twice: in the bank and in a model of integers."""

    engine = None
    seen: ClassVar[set[str]] = set()

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NOW, uuid7, str(uuid4()), KEYS)
        approvals.register(KINDS)
        self.people = [
            someone(self.unit, phone, holds="KES 300.00", id_number=f"ID{n}23456")
            for n, phone in enumerate(PHONES)
        ]
        self.staff = [hired(self.unit, role) for role in STAFF]
        self.has = [30_000, 30_000, 30_000]
        self.held = [0, 0, 0]
        self.sent: list[tuple[UUID, int, int, int, object]] = []  # id, payer, payee, minor, when
        self.asked: dict[UUID, dict] = {}

    def teardown(self):
        try:
            assert book.verify(self.unit) == []
            for transfer, _, _, minor, _ in self.sent:
                back = [
                    one["amount"] for one in self.asked.values()
                    if one["transfer"] == transfer and one["status"] == "approved"
                ]  # fmt: skip
                assert len(back) <= 1 and sum(back) <= minor
        finally:
            self.outer.rollback()
            self.connection.close()

    def open(self, transfer):
        return any(
            one["transfer"] == transfer and one["status"] in {"pending", "approved"}
            for one in self.asked.values()
        )

    def actor(self, n):
        one = self.staff[n % len(self.staff)]
        return acting(self.unit, one.id, one.role)

    @rule(payer=WHO, payee=WHO, minor=st.sampled_from([1, 4_000, 15_000, 29_999]))
    def send(self, payer, payee, minor):
        if payer == payee:
            return
        transfer = uuid4()
        could = self.has[payer] - self.held[payer] >= minor
        try:
            with self.unit.savepoint():
                send_money(
                    self.unit, id=transfer, payer=self.people[payer].id,
                    payee=self.people[payee].id, amount=Money(minor, "KES"), channel="whatsapp",
                )  # fmt: skip
        except book.InsufficientFunds:
            assert not could
            return
        assert could
        self.has[payer] -= minor
        self.has[payee] += minor
        self.sent.append((transfer, payer, payee, minor, self.unit.now))

    @precondition(lambda self: self.sent)
    @rule(which=SOME, who=SOME)
    def ask(self, which, who):
        transfer, payer, payee, minor, when = self.sent[which % len(self.sent)]
        maker = self.actor(who)
        left = min(minor, self.has[payee] - self.held[payee])
        expected = (
            "recall_too_late" if self.unit.now - when > timedelta(days=30)
            else "nothing_left" if left <= 0
            else "forbidden" if not maker.may("recalls.request")
            else "already_asked" if self.open(transfer)
            else None
        )  # fmt: skip
        try:
            asked = recall.request(self.unit, maker, transfer=transfer, reason="wrong number")
        except Refusal as refused:
            self.same(refused.code, expected)
            self.seen.add(expected)
            return
        assert expected is None
        assert asked.facts["amount"] == str(Money(left, "KES"))
        self.held[payee] += left
        self.asked[asked.id] = {
            "transfer": transfer, "payer": payer, "payee": payee, "amount": left,
            "maker": maker.id, "until": asked.expires_at, "status": "pending",
        }  # fmt: skip

    @precondition(lambda self: self.asked)
    @rule(which=SOME, who=SOME, how=st.sampled_from(["approve", "approve", "reject", "withdraw"]))
    def decide(self, which, who, how):
        asked_id = list(self.asked)[which % len(self.asked)]
        one, actor = self.asked[asked_id], self.actor(who)
        if how == "withdraw" and who % 2:
            actor = replace(actor, id=one["maker"])
        try:
            if how == "withdraw":
                ended = approvals.withdraw(self.unit, actor, asked_id)
            else:
                ended = getattr(approvals, how)(self.unit, actor, asked_id, "because")
        except Refusal as refused:
            self.same(refused.code, self.refused(one, actor, how))
            self.seen.add(refused.code)
            return
        assert self.refused(one, actor, how) is None
        assert how == "withdraw" or actor.id != one["maker"]
        one["status"] = ended.status
        self.seen.add(ended.status)
        self.held[one["payee"]] -= one["amount"]
        if how == "approve":
            assert ended.status == "approved"
            self.has[one["payee"]] -= one["amount"]
            self.has[one["payer"]] += one["amount"]

    @staticmethod
    def same(code, expected):
        assert code == expected

    def refused(self, one, actor, how):
        if one["status"] != "pending":
            return "approval_decided"
        if how == "withdraw":
            return None if actor.id == one["maker"] else "not_your_request"
        if not actor.may("recalls.approve"):
            return "forbidden"
        if one["until"] <= self.unit.now:
            return "approval_expired"
        return "own_request" if actor.id == one["maker"] else None

    @rule(hours=st.sampled_from([1, 24, 71, 72, 24 * 12]), holds_first=st.booleans())
    def time_passes(self, hours, holds_first):
        self.unit.now += timedelta(hours=hours)
        if holds_first:
            book.expire(self.unit)
        for asked_id in approval_store.due(self.unit):
            assert approvals.expire(self.unit, asked_id)
        book.expire(self.unit)
        for one in self.asked.values():
            if one["status"] == "pending" and one["until"] <= self.unit.now:
                one["status"] = "expired"
                self.seen.add("expired")
                self.held[one["payee"]] -= one["amount"]

    @invariant()
    def the_bank_agrees(self):
        assert sum(self.has) == 90_000
        for n, person in enumerate(self.people):
            balance = book.balance(self.unit, person.wallet)
            assert (balance.posted.minor, balance.held.minor) == (self.has[n], self.held[n])


EVERY_END = {"approved", "rejected", "withdrawn", "expired", "approval_decided"}


def play(engine, *, runs, steps):
    machine = type("Recalls", (Recalls,), {"engine": engine, "seen": set()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    return machine.seen


def test_recalls_agree_with_a_plain_model(engine):
    seen: set[str] = set()
    until_seen(lambda: seen.update(play(engine, runs=40, steps=40)), lambda: seen >= EVERY_END)


@pytest.mark.soak
def test_for_many_days_recalls_agree_with_a_plain_model(engine):
    assert play(engine, runs=300, steps=60) == {
        "approved", "rejected", "withdrawn", "expired", "already_asked", "approval_decided",
        "forbidden", "not_your_request", "nothing_left", "own_request", "recall_too_late",
    }  # fmt: skip
