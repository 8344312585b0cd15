"""Orders against a plain model of the world: whatever is lost, late or doubled, the books agree.

The model is a partner that does what reaches it, once an id, and answers truly. Between it and the
bank calls and answers are lost or late, holders of leases die, callbacks come twice, out of order
or lie. What may never happen: that an order leaves again though the partner has seen it, that the
books say done where it did nothing, or that an engine hears a final word twice.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from core.partners import hearing, order_queue, orders
from core.partners.answers import Accepted, Answer, Done, Heard, NotKnown, Refused, Unclear
from core.partners.moves import FINAL
from core.partners.order_queue import HOLD, Taken
from core.partners.orders import Order
from core.partners.partner import Told
from core.store.unit import Unit
from tests.conftest import NOW
from tests.support.keys import KEYS

LATEST = timedelta(seconds=50)
"""How late a call may reach the partner: sooner than "never saw it" is believed."""


@dataclass
class Truth:
    """What the partner knows of one order."""

    seen: bool = False
    final: str = ""
    arrives: list[datetime] = field(default_factory=list)
    sent: int = 0
    not_known: int = 0
    """How often it said so since the order last left."""
    heard: list[str] = field(default_factory=list)
    cancelled: bool = False


class World(RuleBasedStateMachine):
    """Bank and partner, with a bad line between them."""

    engine: Engine

    @initialize(many=st.integers(1, 3))
    def begin(self, many: int) -> None:
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.now, self.chance = NOW, Random(384)
        self.truths: dict[UUID, Truth] = {}
        self.leased: list[Taken] = []
        outcomes.HEARD["trial"] = Heard(
            done=self.hear("done"),
            refused=self.hear("refused"),
            accepted=self.hear("accepted"),
            stuck=self.hear("stuck"),
        )
        for _ in range(many):  # here, for Hypothesis leaves rules out at times
            self.owe()

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            del outcomes.HEARD["trial"]
            self.outer.rollback()
            self.connection.close()

    def hear(self, word: str):
        def heard(_: Unit, order: Order, answer: Answer) -> None:
            self.truths[order.id].heard.append(word)

        return heard

    def owe(self) -> None:
        order = orders.owe(
            self.unit(), partner="trial", action="pay", subject="trial",
            subject_id=UUID(int=1), body={"amount": "KES 1.00"},
        )  # fmt: skip
        self.truths[order] = Truth()

    def unit(self) -> Unit:
        return Unit(self.connection, self.now, self.new_id, str(UUID(int=1)), KEYS)

    def new_id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    # --- The partner ---------------------------------------------------------------------------

    def arrive(self) -> None:
        for truth in self.truths.values():
            truth.seen = truth.seen or any(at <= self.now for at in truth.arrives)

    def says(self, truth: Truth) -> Answer:
        self.arrive()
        if not truth.seen:
            truth.not_known += 1
            return NotKnown()
        match truth.final:
            case "done":
                return Done("ref", {"token": "1"})
            case "refused":
                return Refused("no")
        return Accepted("ref")

    # --- What may happen -------------------------------------------------------------------------

    @rule(most=st.integers(1, 3))
    def lease(self, most: int) -> None:
        for taken in order_queue.take(self.unit(), "trial", most=most):
            if taken.asks:
                truth = self.truths[taken.order.id]
                assert not truth.cancelled
                assert truth.sent == 0 or truth.not_known >= 2, "asked twice, and nobody was sure"
                assert not truth.arrives, "asked again though the partner has it, or soon will"
                truth.sent += 1
                truth.not_known = 0
            self.leased.append(taken)

    @rule(
        reached=st.booleans(), late=st.integers(0, int(LATEST.total_seconds())),
        answered=st.booleans(),
    )  # fmt: skip
    def ask(self, reached: bool, late: int, answered: bool) -> None:
        if not self.leased:
            return
        taken = self.leased.pop(0)
        truth = self.truths[taken.order.id]
        if taken.asks and reached:  # within the lease; where the answer is lost, later too
            truth.arrives.append(taken.standing.asked_at + timedelta(seconds=late))
        self.arrive()
        if not (reached and answered) or (taken.asks and not truth.seen):
            said: Answer = Unclear("silence")
        else:
            said = self.says(truth)
        self.note(taken, said)

    @rule(how=st.sampled_from(["well", "late", "lost", "unanswered"]), seconds=st.integers(5, 70))
    def ask_after(self, how: str, seconds: int) -> None:
        """Lease one and ask it at once, and let time pass until the next may be due."""
        self.lease(1)
        late = LATEST.seconds - 1 if how == "late" else 0
        self.ask(reached=how != "lost", late=late, answered=how != "unanswered")
        self.pass_time(seconds)

    @rule()
    def die(self) -> None:
        """Whoever held the oldest lease dies, before or after the order left."""
        if self.leased:
            taken = self.leased.pop(0)
            if taken.asks and self.chance.random() < 0.5:
                self.truths[taken.order.id].arrives.append(taken.standing.asked_at)

    @rule(seconds=st.sampled_from([1, 5, 20, 60, 300, 3600, 90_000]))
    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.arrive()
        unit = self.unit()
        order_queue.return_leases(unit)
        while (order := order_queue.take_stuck(unit)) is not None:
            outcomes.tell_stuck(unit, order)

    @rule(final=st.sampled_from(["done", "refused"]), which=st.integers(0, 20))
    def decide(self, final: str, which: int) -> None:
        seen = [one for one in self.truths.values() if one.seen and not one.final]
        if seen:
            seen[which % len(seen)].final = final

    @rule(which=st.integers(0, 20), known=st.booleans())
    def call_back(self, which: int, known: bool) -> None:
        """News, true or not, once or again, by our id or by the partner's."""
        if self.truths:
            order = list(self.truths)[which % len(self.truths)]
            told = Told(f"n{which % 4}", order=order if known else None, reference="ref")
            hearing.keep(self.unit(), "trial", told, body=b"{}")

    @rule(which=st.integers(0, 20))
    def cancel(self, which: int) -> None:
        if self.truths:
            order = list(self.truths)[which % len(self.truths)]
            truth = self.truths[order]
            if orders.cancel(self.unit(), order):
                assert not truth.arrives
                truth.cancelled = True

    # --- What holds always -----------------------------------------------------------------------

    @invariant()
    def books_tell_the_truth(self) -> None:
        if not getattr(self, "truths", None):
            return
        for row in self.unit().all("select id, status, reference from partner_orders"):
            truth = self.truths[row.id]
            if row.status in {"done", "refused"}:
                assert truth.final == row.status
            if row.status in {"accepted", "done"}:
                assert truth.seen
            assert (row.status == "cancelled") == truth.cancelled
            for word in ("done", "refused", "accepted", "stuck"):
                assert truth.heard.count(word) <= 1
            assert ("done" in truth.heard) == (row.status == "done")
            assert ("refused" in truth.heard) == (row.status == "refused")

    def note(self, taken: Taken, said: Answer) -> None:
        unit = self.unit()
        noted = order_queue.note(unit, taken, said)
        if noted is not None:
            outcomes.tell(unit, taken.order, noted, said)

    def come_to_rest(self) -> None:
        """The line is good again, and the partner decides: in the end everybody knows."""
        self.leased.clear()
        self.now += HOLD + LATEST
        for _ in range(400):
            order_queue.return_leases(self.unit())
            self.arrive()
            for truth in self.truths.values():
                truth.final = truth.final or ("done" if truth.seen else "")
            for taken in order_queue.take(self.unit(), "trial", most=50):
                truth = self.truths[taken.order.id]
                if taken.asks:
                    assert not truth.seen
                    truth.seen = True
                self.note(taken, self.says(truth))
            left = [
                one.id for one in orders.listed(self.unit(), limit=200) if one.status not in FINAL
            ]
            if not left:
                break
            self.now += timedelta(minutes=10)
        assert not left, "something never came to rest"
        self.books_tell_the_truth()


@pytest.fixture
def world(engine: Engine) -> type[World]:
    class OnThisDatabase(World):
        pass

    OnThisDatabase.engine = engine
    return OnThisDatabase


BOUNDS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "stateful_step_count": 50,
    "database": None,
}


def test_the_books_agree_with_the_world(world) -> None:
    run_state_machine_as_test(world, settings=settings(max_examples=20, derandomize=True, **BOUNDS))


@pytest.mark.soak
def test_the_books_agree_with_the_world_for_long(world) -> None:
    run_state_machine_as_test(world, settings=settings(max_examples=600, **BOUNDS))
