"""Whatever happens, no day of a plan is paid twice, and none is left out without a word."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import outcomes
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Done, Refused
from core.plans import changes, plans, run
from core.plans.days import PAID_AT, Rule, moment
from core.plans.plans import NewPlan
from core.store import outbox
from core.transfers.send import send_money
from tests.core.colleagues import undone
from tests.core.people import fund, someone
from tests.support import unsealed
from tests.support.outbox_rows import ALL

ZONE = "Africa/Nairobi"
TODAY = date(2026, 3, 4)
BECAUSE = book.Reason("stories", "it happens in a test")
HAPPENINGS = ("waits", "waits", "waits", "dies", "funds", "spends", "freezes", "thaws", "resumes")

rules = st.builds(
    Rule,
    st.sampled_from(("once", "day", "day", "week", "month", "month_end")),
    st.integers(1, 5).map(lambda days: TODAY + timedelta(days)),
    st.none() | st.integers(40, 60).map(lambda days: TODAY + timedelta(days)),
    st.none() | st.integers(2, 9),
)
lives = st.lists(
    st.tuples(st.sampled_from(HAPPENINGS), st.integers(1, 300), st.booleans()), max_size=14
)


class Life:
    """A plan in the hands of chance, and what its customer was told of it."""

    def __init__(self, unit, kind, rule):
        self.unit, self.kind, self.rule = unit, kind, rule
        self.amina = someone(unit, holds="KES 5000.00")
        brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
        self.sink = someone(unit, "+254712000003", names=("Cate", "Njeri"))
        details = {"to": str(brian.id), "note": ""}
        if kind == "airtime":
            details = {"phone": "+254712000009"}
        new = NewPlan(
            id=uuid4(), customer=self.amina.id, kind=kind, amount=Money.load("KES 900.00"),
            details=details, rule=rule, channel="sms",
        )  # fmt: skip
        self.plan = plans.make(unit, new, today=TODAY, zone=ZONE).id
        self.rested = set()
        """Numbers of days that were passed over when the plan was gone on with."""

    def row(self):
        return self.unit.one("select * from payment_plans where id = %(id)s", id=self.plan)

    def happens(self, what, hours, fortunate):
        if what == "waits":
            self.unit.now += timedelta(hours=hours)
        self.sweeps(dies=what == "dies")
        wallet = self.amina.wallet
        if what == "funds":
            fund(self.unit, wallet, "KES 3000.00")
        elif what == "spends" and (left := book.balance(self.unit, wallet).available).minor:
            self.spends(left)
        elif what in ("freezes", "thaws"):
            status = "debit_frozen" if what == "freezes" else "active"
            book.set_status(self.unit, id=uuid4(), account=wallet, status=status, reason=BECAUSE)
        elif what == "resumes":
            self.resumes()
        self.answers(Done("R") if fortunate else Refused("out_of_stock"))

    def spends(self, left):
        with suppress(Refusal), self.unit.savepoint():
            send_money(
                self.unit, id=uuid4(), payer=self.amina.id, payee=self.sink.id, amount=left,
                channel="sms",
            )  # fmt: skip

    def sweeps(self, *, dies):
        while due := run.due(self.unit, most=10):
            if dies:
                with undone(self.unit):
                    run.pay(self.unit, self.plan)
            assert [run.pay(self.unit, plan) for plan in due] == [True]
            run.pay(self.unit, self.plan)  # a second sweep at the same moment

    def resumes(self):
        before = self.row()
        if before.status != "paused":
            return
        with suppress(plans.PlanOver), self.unit.savepoint():
            changes.resume(self.unit, self.plan, customer=self.amina.id, zone=ZONE)
        self.rested |= set(range(before.number, self.row().number))

    def answers(self, said):
        for taken in order_queue.take(self.unit, "airtime", most=50):
            noted = order_queue.note(self.unit, taken, said)
            outcomes.tell(self.unit, taken.order, noted, said)

    def judged(self):
        """Compare what came of each day with what was paid and what was told."""
        row, unit = self.row(), self.unit
        days = {
            one.day: one
            for one in unit.all("select * from plan_payments where plan_id = %(p)s", p=self.plan)
        }
        for number in range(row.number):
            day = self.rule.day(number)
            assert (day in days) != (number in self.rested), f"{day} was left out unspoken"
        if row.status == "active":
            assert row.next_day == self.rule.day(row.number)
            assert row.next_day not in days
            assert row.due_at > unit.now, "its time has come, and nobody looked"
        elif row.status == "done":
            assert self.rule.day(row.number) is None
        assert all(moment(day, PAID_AT, ZONE) <= unit.now for day in days), "never too early"
        paid = [one.payment_id for one in days.values() if one.status == "paid"]
        table = {"transfer": "transfers", "airtime": "bill_payments"}[self.kind]
        made = unit.all(f"select id from {table} where channel = 'plan'")
        assert Counter(one.id for one in made) == Counter(paid), "each day that is paid, once"
        told = Counter(
            alert.removesuffix("_last").replace("sent", "paid")
            for alert in (one.payload["alert"] for one in unsealed.outbox(unit))
            if alert.startswith("plan_")
        )
        codes = Counter(one.code for one in days.values() if one.status == "skipped")
        late = codes.pop("too_late", 0)
        assert told["plan_paid"] == len(paid)
        skipped = ("plan_skipped", "plan_skipped_funds", "plan_skipped_limit")
        assert sum(told[alert] for alert in skipped) == codes.total()
        assert bool(told["plan_left_out"]) == bool(late)
        paused = ("plan_paused_ours", "plan_paused_theirs", "plan_paused_failing")
        if self.rested or row.status == "paused":
            assert sum(told[alert] for alert in paused), "a day rests only after a word about it"
        assert book.verify(unit) == []


def lived(unit, kind, rule, life):
    with undone(unit):
        plan = Life(unit, kind, rule)
        for happening in life:
            plan.happens(*happening)
        plan.judged()


FREELY = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@pytest.fixture(autouse=True)
def senders(unit):
    outbox.register_senders(unit, ALL)


@pytest.mark.parametrize("kind", ["transfer", "airtime"])
def test_no_day_is_paid_twice_or_left_out_unspoken(unit, kind):
    @settings(max_examples=25, derandomize=True, **FREELY)
    @given(rule=rules, life=lives)
    def whatever_happens(rule, life):
        lived(unit, kind, rule, life)

    whatever_happens()


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["transfer", "airtime"])
def test_nor_in_many_lives(unit, kind):
    @settings(max_examples=600, **FREELY)
    @given(rule=rules, life=lives)
    def whatever_happens(rule, life):
        lived(unit, kind, rule, life)

    whatever_happens()
