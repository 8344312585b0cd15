"""All three clocks of a case, whatever happens to it, against a model that lives every minute."""

from dataclasses import dataclass, field
from datetime import datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from core.access.actors import SYSTEM
from core.crm import calendar, case_work, cases
from core.crm.sla import PRIORITIES, Priority
from core.store.unit import Unit
from tests.core.crm.desk import case, customer, staff
from tests.core.crm.test_sla_calendar import MINUTE, works
from tests.core.crm.test_three_clocks import tick
from tests.support.keys import KEYS
from tests.support.outbox_rows import register

ANSWER = {"Low": 540.0, "Medium": 270.0, "High": 60.0, "Critical": 15.0}
SOLVED = {"Low": 2700.0, "Medium": 1080.0, "High": 1440.0, "Critical": 240.0}
NAMES = ("warned", "breached", "raised")


@dataclass
class Minutes:
    """A clock that counts minutes, and what has come of it."""

    promise: dict[str, float]
    marks: tuple[float, ...]
    running: bool = True
    wall: int = 0
    working: int = 0
    came: set[str] = field(default_factory=set)

    def live(self, *, worked: bool) -> None:
        if self.running:
            self.wall += 1
            self.working += worked

    def reached(self, priority: str) -> set[str]:
        used = self.wall if priority in ("High", "Critical") else self.working
        whole = self.promise[priority]
        return {
            name
            for name, share in zip(NAMES, self.marks, strict=False)
            if used * 100 >= whole * share
        }

    def judge(self, priority: str) -> None:
        """What has come by now; nothing comes while it stands."""
        if self.running:
            self.came |= self.reached(priority)

    def read_anew(self, priority: str) -> None:
        """What has not come after all may come again."""
        if self.running:
            self.came &= self.reached(priority)


class Cases(RuleBasedStateMachine):
    """One case, and a model of it."""

    unit: Unit

    @initialize(
        priority=st.sampled_from(PRIORITIES),
        country=st.sampled_from(["KE", "TZ", "UG", "NG"]),
        minute=st.integers(0, 10_000),
    )
    def begins(self, priority: str, country: str, minute: int) -> None:
        self.unit.now += minute * MINUTE
        register(self.unit)
        self.me, self.agent = customer(self.unit), staff(self.unit, "supervisor")
        self.case = case(self.unit, self.me, priority=priority, country=country)
        self.days = calendar.load(self.unit, country)
        self.priority, self.status, self.assigned = priority, "Open", False
        self.answered = False
        self.answer: Minutes | None = self.waits()
        self.solved = Minutes(SOLVED, (80, 100))

    def waits(self) -> Minutes:
        return Minutes(ANSWER, (80, 100, 150))

    @rule(minutes=st.one_of(st.integers(1, 30), st.integers(30, 2000)))
    def passes(self, minutes: int) -> None:
        for _ in range(minutes):
            worked = works(self.days, self.unit.now)
            for clock in (self.answer, self.solved):
                if clock is not None:
                    clock.live(worked=worked)
            self.unit.now += MINUTE
        tick(self.unit)
        was_late = "breached" in self.solved.came
        for clock in (self.answer, self.solved):
            if clock is not None:
                clock.judge(self.priority)
        if "breached" in self.solved.came and not was_late:
            self.status = "Escalated"
        if self.status == "Resolved" and self.unit.now - self.solved_at >= 72 * 60 * MINUTE:
            self.status = "Closed"

    @precondition(lambda self: self.status not in ("Resolved", "Closed"))
    @rule()
    def replies(self) -> None:
        case_work.reply(self.unit, self.agent, self.case, "We look", message=None)
        self.answered, self.answer = True, None

    @precondition(lambda self: self.status not in ("Resolved", "Closed"))
    @rule()
    def writes(self) -> None:
        cases.add_words(
            self.unit, self.case, by="customer", actor=self.me, text="Well?", internal=False
        )
        if self.answer is None:
            self.answer = self.waits()
        if self.status == "PendingCustomer":
            self.status = "InProgress"
            self.go_on()

    @precondition(lambda self: self.status in ("InProgress", "Escalated"))
    @rule()
    def pends(self) -> None:
        case_work.set_status(self.unit, self.agent, self.case, "PendingCustomer")
        self.status = "PendingCustomer"
        self.stand()

    @precondition(lambda self: self.status in ("Open", "PendingCustomer", "Escalated"))
    @rule()
    def resumes(self) -> None:
        case_work.set_status(self.unit, self.agent, self.case, "InProgress")
        self.status = "InProgress"
        self.go_on()

    @precondition(lambda self: self.status not in ("Resolved", "Closed"))
    @rule()
    def resolves(self) -> None:
        case_work.set_status(self.unit, self.agent, self.case, "Resolved")
        self.status, self.solved_at, self.answer = "Resolved", self.unit.now, None
        self.stand()

    @precondition(lambda self: self.status in ("Resolved", "Closed"))
    @rule(by_customer=st.booleans())
    def reopens(self, by_customer: bool) -> None:
        one = cases.get(self.unit, self.case.id)
        by_customer = by_customer and cases.may_reopen(one, self.unit.now)
        cases.reopen(self.unit, self.case, by="customer" if by_customer else "system")
        self.status, self.answer = "Open", self.waits() if by_customer else None
        self.go_on()

    @precondition(lambda self: self.status not in ("Resolved", "Closed"))
    @rule(priority=st.sampled_from(PRIORITIES))
    def is_judged_anew(self, priority: Priority) -> None:
        case_work.set_priority(self.unit, SYSTEM, self.case, priority)
        self.priority = priority
        for clock in (self.answer, self.solved):
            if clock is not None:
                clock.read_anew(priority)

    def stand(self) -> None:
        for clock in (self.answer, self.solved):
            if clock is not None:
                clock.running = False

    def go_on(self) -> None:
        for clock in (self.answer, self.solved):
            if clock is not None:
                clock.running = True
                clock.read_anew(self.priority)

    @invariant()
    def the_case_is_as_the_model_says(self) -> None:
        one = cases.get(self.unit, self.case.id)
        assert (one.status, one.priority) == (self.status, self.priority)
        assert noted(one.warned_at, one.breached_at) == self.solved.came
        assert (one.answer is None) == (self.answer is None)
        assert (one.first_replied_at is not None) == self.answered
        if one.answer is None or self.answer is None:
            return
        got = one.answer
        assert noted(got.warned_at, got.breached_at, got.raised_at) == self.answer.came
        assert (got.due is not None) == self.answer.running == (not got.stands)
        if not self.answered:
            assert noted(one.first_warned_at, one.first_breached_at) == (
                self.answer.came - {"raised"}
            )


def noted(*instants: datetime | None) -> set[str]:
    """The names of those that have come; each comes after those before it."""
    came = [at for at in instants if at is not None]
    assert came == sorted(came), "warned before late before raised"
    return {name for name, at in zip(NAMES, instants, strict=False) if at is not None}


def test_the_clocks_of_a_case_are_those_of_the_model(engine: Engine, now: datetime) -> None:
    from uuid import uuid4

    with engine.connect() as connection:

        class OnABook(Cases):
            def __init__(self) -> None:
                super().__init__()
                self._outer = connection.begin()
                self.unit = Unit(connection, now, uuid4, str(uuid4()), KEYS)

            def teardown(self) -> None:
                self._outer.rollback()

        run_state_machine_as_test(
            OnABook,
            settings=settings(
                max_examples=40,
                stateful_step_count=15,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
