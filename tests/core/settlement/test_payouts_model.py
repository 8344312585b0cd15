"""Payments that leave, against a plain model: whatever partners do, no cent is lost or made.

Two customers send to banks and phones; partners accept, answer, fall silent, refuse for their own
reasons or for the payment's, tell late or twice, send back; wallets are frozen and fill up; time
passes; units die at crash points and are done again. The model is integers: what each has, what is
on its way, what left the nostros. The bank must agree after each step, `ledger verify` must find
nothing, and at the end everything has an end.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
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
from uuid_utils.compat import uuid7

from core import outcomes
from core.errors import Refusal
from core.kyc.tiers import Tier
from core.ledger import book
from core.ledger.checks import clearing
from core.money import Money
from core.partners import hearing, order_queue
from core.partners.answers import Accepted, Done, Refused, Unclear
from core.partners.partner import Told
from core.settlement import endings, liquidity, sending, store, windows
from core.store import crashpoints
from core.store.unit import Unit
from tests.core.people import someone
from tests.core.settlement import house
from tests.core.settlement.house import EQUITY, MPESA, NIGHT
from tests.support import done_anew
from tests.support.keys import KEYS
from tests.support.rounds import until_seen

PARTNERS = ("pesalink", "rtgs", "eft", "mpesa")
NOSTROS = ("nostro_central", "nostro_mobile")
POINTS = (
    "payout.held", "payout.in_clearing", "payout.sent", "payout.paid", "payout.given_back",
)  # fmt: skip
ANSWERS = (
    Done("P"), Done("P"), Accepted("P"), Unclear("silence"), Refused("AB08"), Refused("AC01"),
    Refused("AM04"), Refused("??"),
)  # fmt: skip
RICH = 400_000_000
"""What each customer has at first, in cents."""
FULL = 150_000_000
"""What each nostro has at first: not enough for everything at once."""
OVER = ("settled", "returned", "failed", "cancelled")
BECAUSE = book.Reason("grace@wekeza", "asked by the branch")


class Payouts(RuleBasedStateMachine):
    """Does everything twice: in the bank and in a model of integers."""

    engine = None
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NIGHT, uuid7, str(uuid4()), KEYS)
        self.payers = [
            someone(self.unit, f"+25471200000{n}", holds="KES 4000000.00", tier=Tier.ASSESSED,
                    names=("Brian", "Kamau"), id_number=f"ID{n}23456")
            for n in (1, 2)
        ]  # fmt: skip
        for nostro in NOSTROS:
            liquidity.top_up(self.unit, id=uuid4(), nostro=nostro, amount=Money(FULL, "KES"))
        self.sent: dict = {}
        self.frozen = [False, False]

    def teardown(self):
        try:
            self.everything_ends()
            assert house.clearing(self.unit) == {}
            assert set(self.statuses().values()) <= set(OVER)
            self.the_bank_agrees()
            assert book.verify(self.unit) == []
        finally:
            crashpoints.arm("")
            self.outer.rollback()
            self.connection.close()

    def once(self, work):
        return done_anew.once(self.unit, work, self.seen)

    def statuses(self):
        rows = self.unit.all("select settlement_id, status from settlements")
        return {row.settlement_id: row.status for row in rows}

    @rule(point=st.sampled_from(POINTS))
    def a_unit_will_die(self, point):
        crashpoints.arm(f"{point}=raise")

    @rule(payer=st.integers(0, 1), to=st.sampled_from([EQUITY, EQUITY, MPESA]),
          minor=st.sampled_from([1_000, 150_000, 20_000_000, 120_000_000]))  # fmt: skip
    def start(self, payer, to, minor):
        effect = uuid4()
        amount = str(Money(minor, "KES"))
        try:
            self.once(
                lambda: house.start(self.unit, self.payers[payer], amount, to=to, effect=effect)
            )
        except Refusal as refused:
            self.seen[refused.code] += 1
            return
        self.sent[effect] = {"payer": payer, "minor": minor, "back": 0}
        house.start(self.unit, self.payers[payer], amount, to=to, effect=effect)

    @rule()
    def the_scheduler_comes_by(self):
        for one in store.due(self.unit, most=100):
            self.once(lambda one=one: sending.send_due(self.unit, one))
        self.once(lambda: windows.close_due(self.unit))

    @initialize()
    def several_are_on_their_way(self):
        self.a_unit_will_die("payout.held")
        for payer, to, minor in ((0, EQUITY, 150_000), (1, MPESA, 1_000), (0, EQUITY, 1_000)):
            self.start(payer, to, minor)
        self.the_scheduler_comes_by()

    @rule(answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=3), twice=st.booleans())
    def partners_answer(self, answers, twice):
        self.the_scheduler_comes_by()
        for partner in PARTNERS:
            self.once(lambda partner=partner: self.a_partner_answers(partner, answers, twice))

    def a_partner_answers(self, partner, answers, twice):
        for n, one in enumerate(order_queue.take(self.unit, partner, most=50)):
            answer = answers[n % len(answers)]
            noted = order_queue.note(self.unit, one, answer)
            outcomes.tell(self.unit, one.order, noted, answer)
            if twice and noted.heard in ("done", "refused"):
                # An engine that is told twice changes nothing.
                outcomes.tell(self.unit, one.order, noted, answer)
            self.seen[answer.kind] += 1

    @rule(which=st.integers(0, 40), share=st.sampled_from([1, 1, 2]), number=st.integers(0, 3),
          reason=st.sampled_from(["AC04", "AM09"]))  # fmt: skip
    def money_comes_back(self, which, share, number, reason):
        self.the_scheduler_comes_by()
        ended = [
            key
            for key, status in self.statuses().items()
            if status in ("settled", "sent", "accepted", "returned") and key in self.sent
        ]
        if not ended:
            return
        key = sorted(ended)[which % len(ended)]
        back = self.sent[key]["minor"] // share
        before = store.find(self.unit, key)
        news = Told(f"return {uuid4()}", verify={}, subject="return")
        order = hearing.keep(self.unit, "pesalink", news, body=b"x").order_id
        facts = {"end_to_end": before.reference, "amount": str(Money(back, "KES")),
                 "reason": reason, "number": f"{key} {number}"}  # fmt: skip

        def work():
            for one in order_queue.take(self.unit, "pesalink", most=50):
                own = one.order.id == order
                answer = Done("R", facts) if own else Unclear("busy")
                noted = order_queue.note(self.unit, one, answer)
                outcomes.tell(self.unit, one.order, noted, answer)

        if order_queue.health.room(self.unit, "pesalink", most=9):
            self.once(work)
        if store.find(self.unit, key).returned.minor and not before.returned.minor:
            self.sent[key]["back"] = back
            self.seen["came back"] += 1

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 40))
    def take_back(self, which):
        key = list(self.sent)[which % len(self.sent)]
        payer = self.payers[self.sent[key]["payer"]]
        with suppress(endings.PayoutGone):
            self.once(lambda: endings.cancel(self.unit, key, customer=payer.id))
            self.seen["cancelled"] += 1

    @rule(payer=st.integers(0, 1))
    def a_wallet_is_frozen_or_released(self, payer):
        self.frozen[payer] = not self.frozen[payer]
        status = "frozen" if self.frozen[payer] else "active"
        book.set_status(
            self.unit, id=uuid4(), account=self.payers[payer].wallet, status=status, reason=BECAUSE
        )

    @rule(minutes=st.sampled_from([1, 61, 13 * 60, 40 * 60]))
    def time_passes(self, minutes):
        self.unit.now += timedelta(minutes=minutes)

    def everything_ends(self):
        """Let partners answer and wallets take what is theirs, until nothing is on its way."""
        for payer in (0, 1):
            if self.frozen[payer]:
                self.a_wallet_is_frozen_or_released(payer)
        for nostro in NOSTROS:
            liquidity.top_up(self.unit, id=uuid4(), nostro=nostro, amount=Money(20 * RICH, "KES"))
        for _ in range(60):
            self.unit.now += timedelta(hours=5)
            order_queue.return_leases(self.unit)
            self.the_scheduler_comes_by()
            for partner in PARTNERS:
                self.once(
                    lambda partner=partner: self.a_partner_answers(
                        partner, [Done("P")], twice=False
                    )
                )
            if set(self.statuses().values()) <= set(OVER):
                return

    @invariant()
    def the_bank_agrees(self):
        for check in clearing.CHECKS.values():
            assert self.unit.all(f"select * from ({check}) c (which, what)") == []
        self.the_limits_agree()
        fees = Counter()
        paid = Counter()
        for key, status in self.statuses().items():
            one, row = self.sent[key], store.find(self.unit, key)
            if status in ("settled", "returned") or (status == "returning" and row.settled_at):
                paid[one["payer"]] += one["minor"] - (one["back"] if status == "returned" else 0)
                earned = row.reason_code != "AM09" or status != "returned"
                fees[one["payer"]] += row.fee.minor if earned else 0
            elif status in ("sent", "accepted", "returning") or (
                status == "queued" and row.clearing is not None
            ):
                paid[one["payer"]] += one["minor"]
        for n, payer in enumerate(self.payers):
            balance = book.balance(self.unit, payer.wallet)
            assert balance.posted.minor == RICH - paid[n] - fees[n]
            assert balance.available.minor >= 0

    def the_limits_agree(self):
        """What left today, or this month, and has not come home counts; nothing else does."""
        begun = self.unit.all(
            """
            select s.settlement_id as id, s.customer_id as payer, s.status,
                (s."timestamp" at time zone k.timezone)::date = k.day as today,
                date_trunc('month', s."timestamp" at time zone k.timezone)::date = k.month as month
            from settlements s join limit_counters k on k.owner = s.customer_id
            """
        )
        counts = self.unit.all(
            """
            select owner, day_spent, month_spent from limit_counters
            where day = (%(now)s::timestamptz at time zone timezone)::date
            """,
            now=self.unit.now,
        )
        for one in counts:
            own = [(row, self.left(row)) for row in begun if row.payer == one.owner]
            assert one.day_spent == sum(minor for row, minor in own if row.today)
            assert one.month_spent == sum(minor for row, minor in own if row.month)

    def left(self, row):
        """Return how much of a payment is not back in its wallet."""
        sent = self.sent[row.id]
        home = {"failed": "minor", "cancelled": "minor", "returned": "back"}.get(row.status)
        return sent["minor"] - (sent[home] if home else 0)


@pytest.mark.parametrize(
    ("examples", "steps"), [(12, 40), pytest.param(200, 60, marks=pytest.mark.soak)]
)
def test_no_cent_is_lost_whatever_partners_do(engine, examples, steps):
    Payouts.engine, Payouts.seen = engine, Counter()
    played = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    until_seen(
        lambda: run_state_machine_as_test(Payouts, settings=played),
        lambda: (
            set(Payouts.seen) >= {"done", "refused", "came back"}
            and any(what.startswith("crashed at") for what in Payouts.seen)
        ),
    )
