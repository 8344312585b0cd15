"""Whole lives of cards against a plain model: who may move them, what is kept, and what it costs.

News of the scheme comes late, twice and in any order; customer and staff try whatever they like.
After every step cards, histories, numbers and wallet are what the model (`life`) says.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from core import outcomes
from core.access.actors import Actor
from core.cards import cards, desk, expiry, holding, issuing, lifecycle, pin, vault
from core.cards import outcomes as heard
from core.errors import Refusal
from core.ledger import book, verify
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Done, Refused
from core.store.unit import Unit
from tests.conftest import NOW
from tests.core.cards.life import (
    ACTS,
    BY_CUSTOMER,
    BY_STAFF,
    FEES,
    HOME,
    LIVING,
    MOST,
    MOVES,
    MUST_BE_SEEN,
    NEWS,
    REPLACEABLE,
    START,
    Life,
)
from tests.core.cards.making import BINS, pan_of
from tests.core.people import someone
from tests.support.desk import hired
from tests.support.keys import KEYS


class Lives(RuleBasedStateMachine):
    """A customer with cards, the staff, and the scheme."""

    engine: Engine

    @initialize(shipped=st.booleans(), activated=st.booleans(), paused=st.booleans())
    def begin(self, shipped: bool, activated: bool, paused: bool) -> None:
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        chance = Random(384)
        self.new_id = lambda: UUID(int=chance.getrandbits(128), version=4)
        self.unit = Unit(self.connection, NOW, self.new_id, str(self.new_id()), KEYS)
        self.amina = someone(self.unit, holds=str(Money(START, "KES")))
        self.agent: Actor = hired(self.unit, "agent")
        self.lives: dict[UUID, Life] = {}
        self.paid = 0
        # Some cards from the start, for Hypothesis leaves rules out at times.
        for kind in ("virtual", "physical"):
            self.ask(kind, again=False)
        self.scheme_answers(makes=True)
        if shipped:
            self.news(1, "shipped")
        if activated:
            self.activate(1)
        if paused:
            self.customer_acts(0, "pause")

    def teardown(self) -> None:
        try:
            assert verify.verify(self.unit) == []
        finally:
            self.outer.rollback()
            self.connection.close()

    def pick(self, n: int, *, sent: bool = False) -> Life | None:
        """Return one of the cards: mostly one that lives; of those that are ``sent`` by post."""
        known = [one for one in self.lives.values() if not sent or one.type == "physical"]
        living = [one for one in known if one.status in LIVING]
        among = living if living and n != 3 else known
        return among[n % len(among)] if among else None

    def told(self, work: Callable[[], object], *, refuses: bool) -> None:
        code = ""
        try:
            with self.unit.savepoint():
                work()
        except Refusal as refused:
            book.keep(self.unit, refused)
            code = refused.code
        assert bool(code) == refuses, code

    @rule(
        act=st.sampled_from(ACTS),
        n=st.integers(0, 5),
        kind=st.sampled_from(["virtual", "physical"]),
        flag=st.booleans(),
    )
    def act(self, act: str, n: int, kind: str, flag: bool) -> None:
        doers: dict[str, Callable[[], object]] = {
            "ask": lambda: self.ask(kind, again=flag),
            "replace": lambda: self.replace(n),
            "scheme makes": lambda: self.scheme_answers(makes=True),
            "scheme refuses": lambda: self.scheme_answers(makes=False),
            "activate": lambda: self.activate(n),
            "set pin": lambda: self.set_pin(n),
            "time": lambda: self.time_passes(365 if flag and n == 0 else 1),
            **{f"news {one}": partial(self.news, n, one) for one in NEWS},
            **{one: partial(self.customer_acts, n, one) for one in BY_CUSTOMER},
            **{one: partial(self.staff_act, n, one) for one in BY_STAFF},
        }
        doers[act]()
        SEEN.update(
            (life.history[-2:] or [""])[0] + " " + life.status for life in self.lives.values()
        )

    def ask(self, kind: str, again: bool) -> None:
        held = sum(one.type == kind and one.status in LIVING for one in self.lives.values())
        full, id_ = held >= MOST[kind], self.new_id()
        for _ in range(1 + again):
            self.told(
                lambda: issuing.request(
                    self.unit, id=id_, customer=self.amina.id, wallet=self.amina.wallet,
                    type=kind, channel="sms", to=HOME if kind == "physical" else None,
                ),
                refuses=full,
            )  # fmt: skip
        if not full:
            self.lives[id_] = Life(id_, kind, FEES[kind], None)
            self.paid += FEES[kind]

    def replace(self, n: int) -> None:
        if (old := self.pick(n)) is None:
            return
        after = [one.status for one in self.lives.values() if one.replaces == old.id]
        followed = any(status in (*LIVING, "replaced") for status in after)
        refuses, id_ = old.status not in REPLACEABLE or followed, self.new_id()
        self.told(
            lambda: issuing.replace(
                self.unit, id=id_, customer=self.amina.id, card=old.id, channel="sms"
            ),
            refuses=refuses,
        )
        if not refuses:
            fee = FEES[f"replaced {old.type}"]
            self.lives[id_] = Life(id_, old.type, fee, old.id)
            self.paid += fee

    def scheme_answers(self, makes: bool) -> None:
        for taken in order_queue.take(self.unit, "scheme", most=50):
            order = taken.order
            if order.action in {"issue", "replace"}:
                said = self.made(self.lives[order.subject_id], makes=makes)
            else:
                said = Done(order.body["card"], {"card": order.body["card"], "state": "closed"})
            noted = order_queue.note(self.unit, taken, said)
            assert noted is not None
            outcomes.tell(self.unit, order, noted, said)

    def made(self, life: Life, *, makes: bool) -> Done | Refused:
        if not makes:
            if life.status == "requested":
                life.become("failed")
            self.paid -= life.fee
            life.fee = 0
            return Refused("product")
        last = self.unit.now.date() + timedelta(days=400)
        if life.status == "requested":
            life.pan = pan_of(life.id, BINS[life.type])
            life.last_day = cards.last_day(f"{last:%Y-%m}")
            old = self.lives.get(life.replaces) if life.replaces else None
            life.has_pin = bool(life.free and old and old.has_pin)
            if life.type == "virtual":
                self.opened(life)
        scheme = f"crd_{life.id.hex}"
        facts = {"card": scheme, "pan": pan_of(life.id, BINS[life.type])}
        return Done(scheme, facts | {"expiry": f"{last:%Y-%m}"})

    def opened(self, life: Life) -> None:
        life.become("active")
        old = self.lives.get(life.replaces) if life.replaces else None
        if old is not None and old.status in {"active", "paused"}:
            old.become("replaced")

    def news(self, n: int, state: str) -> None:
        life = self.pick(n, sent=state != "closed")
        if life is None or not life.pan:
            return
        heard._verified(self.unit, Done("", {"card": f"crd_{life.id.hex}", "state": state}))
        life.become(MOVES[state].get(life.status, life.status))

    def customer_acts(self, n: int, act: str) -> None:
        if (life := self.pick(n)) is None:
            return
        mine = {"customer": self.amina.id, "card": life.id}
        acts: dict[str, Callable[[], object]] = {
            "pause": lambda: holding.pause(self.unit, **mine),
            "resume": lambda: holding.resume(self.unit, **mine),
            "lost": lambda: holding.report(self.unit, **mine, missing="lost"),
            "close": lambda: holding.close(self.unit, **mine),
        }
        to = MOVES[act].get(life.status)
        self.told(acts[act], refuses=to is None)
        life.become(to or life.status)

    def staff_act(self, n: int, act: str) -> None:
        blocked = [one for one in self.lives.values() if one.status == "blocked"]
        life = blocked[0] if blocked and act == "unblock" else self.pick(n)
        if life is None:
            return
        facts = {
            "customer": self.amina.id, "card": life.id, "why": "other", "reason": "it is a test",
        }  # fmt: skip
        acts: dict[str, Callable[[], object]] = {
            "block": lambda: desk.block(self.unit, self.agent, **facts),
            "staff close": lambda: desk.close(self.unit, self.agent, **facts),
            "unblock": lambda: desk.unblock(self.unit, self.agent, life.id),
        }
        before = life.history[-2] if life.status == "blocked" else None
        to = before if act == "unblock" else MOVES[act].get(life.status)
        self.told(acts[act], refuses=to is None)
        life.become(to or life.status)

    def activate(self, n: int) -> None:
        if (life := self.pick(n)) is None:
            return
        refuses = life.type == "virtual" or life.status not in MOVES["activate"]
        self.told(
            lambda: holding.activate(
                self.unit, customer=self.amina.id, card=life.id, digits=life.pan[-4:]
            ),
            refuses=refuses,
        )
        if not refuses:
            self.opened(life)

    def set_pin(self, n: int) -> None:
        if (life := self.pick(n)) is None:
            return
        refuses = not life.pan or life.status not in LIVING
        self.told(
            lambda: pin.set_pin(self.unit, customer=self.amina.id, card=life.id, pin_hash="hash"),
            refuses=refuses,
        )
        life.has_pin = life.has_pin or not refuses

    def time_passes(self, days: int) -> None:
        self.unit.now += timedelta(days=days)
        today = (self.unit.now + timedelta(hours=3)).date()  # in Nairobi
        while (found := expiry.close_due(self.unit)) is not None:
            life = self.lives[found]
            assert life.last_day is not None and life.last_day < today
            life.become("closed")
        while (found := expiry.renew_due(self.unit)) is not None:
            life = self.lives[found]
            assert not life.looked_at and life.last_day is not None
            assert today <= life.last_day <= today + timedelta(days=30)
            life.looked_at = True
            followed = [one for one in self.lives.values() if one.replaces == found]
            if life.status in {"active", "paused"} and all(
                one.status == "failed" for one in followed
            ):
                self.renewed(life)

    def renewed(self, old: Life) -> None:
        own = cards.own_cards(self.unit, self.amina.id)
        (new,) = [one for one in own if one.id not in self.lives]
        assert (new.occasion, new.replaces) == ("renewal", old.id)
        self.lives[new.id] = Life(new.id, old.type, 0, old.id, free=True)

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        if not hasattr(self, "lives"):
            return
        found = cards.those(self.unit, list(self.lives))
        assert len(found) == self.unit.value("select count(*) from cards") == len(self.lives)
        for life in self.lives.values():
            card = found[life.id]
            assert (card.status, card.type, card.expires_on) == (
                life.status, life.type, life.last_day,
            )  # fmt: skip
            told = [one.after for one in reversed(lifecycle.history(self.unit, card))]
            assert told == life.history
            assert vault.open_pan(self.unit, card.id) == (life.pan or None)
            assert card.last4 == life.pan[-4:]
            assert pin.state(self.unit, card.id).is_set == life.has_pin
        numbers = [life.pan for life in self.lives.values() if life.pan]
        assert self.unit.value("select count(*) from card_vault") == len(numbers)
        left = book.balance(self.unit, self.amina.wallet).available
        assert left == Money(START - self.paid, "KES")


SEEN: set[str] = set()


def play(engine: Engine, examples: int) -> None:
    machine = type("Lives", (Lives,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=40, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def walk(engine: Engine, seed: int, steps: int) -> None:
    lives, chance = type("Lives", (Lives,), {"engine": engine})(), Random(seed)
    lives.begin(shipped=True, activated=chance.random() < 0.5, paused=False)
    try:
        for _ in range(steps):
            kind = chance.choice(["virtual", "physical"])
            lives.act(chance.choice(ACTS), chance.randrange(6), kind, flag=chance.random() < 0.5)
            lives.all_is_as_the_model_says()
    finally:
        lives.teardown()


def test_lives_of_cards_are_as_the_model_says(engine: Engine) -> None:
    play(engine, 10)


def test_long_lives_are_too(engine: Engine) -> None:
    SEEN.clear()
    for seed in range(8):
        walk(engine, seed, steps=120)
    assert sorted(MUST_BE_SEEN - SEEN) == []


@pytest.mark.soak
def test_a_thousand_lives(engine: Engine) -> None:
    play(engine, 400)
    for seed in range(100, 300):
        walk(engine, seed, steps=100)
