"""Documents against a plain model: whatever comes in whatever order, they go one way.

Pictures arrive, the firm answers well, badly, late or twice, people decide, time passes, customers
begin anew. After each step every document stands where its own history says, a tier is no
higher than what is in force, and what was decided stays decided.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import ClassVar

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
from uuid_utils.compat import uuid7

from core import outcomes
from core.access import approvals
from core.approvals.catalog import KINDS
from core.errors import Refusal
from core.kyc import checks, documents, expiry, history, requests
from core.kyc.pieces import is_shown
from core.kyc.tiers import Tier
from core.kyc_review import deciding
from core.partners import order_queue, orders
from core.partners.answers import Done, Refused, Unclear
from core.store.outbox import register_senders
from core.store.unit import Unit
from tests.conftest import NOW
from tests.core.kyc import showing
from tests.core.people import someone
from tests.support.desk import hired
from tests.support.keys import KEYS
from tests.support.outbox_rows import ALL
from tests.support.rounds import until_seen

OVER = {"rejected", "asked_again", "expired"}
CODES = st.sampled_from(["unreadable", "name_differs", "not_genuine"])
ANSWERS = st.sampled_from(
    ["fits", "differs", "unreadable", "no_face", "refused", "nothing", "unclear"]
)


class Documents(RuleBasedStateMachine):
    """One customer, three people who review, and a firm that says what it likes."""

    engine = None
    seen: ClassVar[set[str]] = set()

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NOW, uuid7, "0" * 32, KEYS)
        self.over: dict[object, str] = {}
        self.highest = Tier.REGISTERED

    @initialize()
    def begin(self):
        approvals.register(KINDS)
        register_senders(self.unit, ALL)
        self.amina = someone(self.unit, tier=Tier.REGISTERED, kyc_status="Pending")
        self.people = [hired(self.unit, "compliance") for _ in range(2)]
        self.moves = {
            (row.was, row.status) for row in self.unit.all("select was, status from kyc_moves")
        }

    def teardown(self):
        self.outer.rollback()
        self.connection.close()

    def mine(self):
        return documents.of_customer(self.unit, self.amina.id)

    def attempt(self, act):
        with suppress(Refusal), self.unit.savepoint():
            act()

    @rule(tier=st.sampled_from([2, 2, 3]))
    def ask(self, tier):
        tier_now = showing.standing(self.unit, self.amina)[0]
        if tier == 2 or tier_now >= 2:
            self.attempt(lambda: showing.asks(self.unit, self.amina, tier=tier))

    @rule(late=st.booleans())
    def show(self, late):
        request = requests.current(self.unit, self.amina.id)
        if request is not None:
            showing.shows(self.unit, request, but=("selfie.front",) if late else ())

    @rule(tier=st.sampled_from([2, 3]))
    def all_goes_well(self, tier):
        """Without it chance alone would hardly ever bring anybody far."""
        self.ask(tier)
        self.show(late=False)
        self.firm_answers("fits")

    @rule(answer=ANSWERS)
    def firm_answers(self, answer):
        said = {
            "unreadable": Refused("unreadable"),
            "no_face": Refused("no_face"),
            "refused": Refused("refused"),
            "nothing": Done("SV", {}),
            "unclear": Unclear("slow"),
        }.get(answer)
        read = {"name": "Somebody Else"} if answer == "differs" else {}
        showing.firm_says(self.unit, said, **read)

    @rule()
    def firm_repeats_itself(self):
        """A word that comes again about a check that is over changes nothing."""
        sql = f"select {orders.COLUMNS} from partner_orders where finished_at is not null limit 1"
        row = self.unit.maybe(sql)
        if row is not None:
            before = self.mine()
            said = Done("SV", {**showing.READ, "name": "Somebody Else"})
            outcomes.HEARD[checks.SUBJECT].done(self.unit, orders.opened(self.unit, row), said)
            assert self.mine() == before

    @rule()
    def a_day_without_a_word(self):
        self.unit.now += timedelta(days=1, minutes=1)
        while (order := order_queue.take_stuck(self.unit)) is not None:
            outcomes.tell_stuck(self.unit, order)

    @rule(who=st.integers(0, 1), which=st.integers(0, 9), what=st.integers(0, 3), code=CODES)
    def decide(self, who, which, what, code):
        known, actor = self.mine(), self.people[who]
        if not known:
            return
        one = known[which % len(known)].id
        acts = (
            lambda: deciding.take(self.unit, actor, one),
            lambda: deciding.approve(self.unit, actor, one, until=None, reason="it fits"),
            lambda: deciding.reject(self.unit, actor, one, code=code, reason="no"),
            lambda: deciding.ask_again(self.unit, actor, one, code=code, reason="again"),
        )
        self.attempt(acts[what])

    @rule(yes=st.booleans())
    def second_person(self, yes):
        asked = self.unit.maybe("select id, made_by from approvals where status = 'pending'")
        if asked is None:
            return
        other = next(one for one in self.people if one.id != asked.made_by)
        other = replace(other, mfa_at=self.unit.now)
        self.attempt(
            lambda: (
                approvals.approve(self.unit, other, asked.id)
                if yes
                else approvals.reject(self.unit, other, asked.id, "no")
            )
        )

    @rule(days=st.sampled_from([30, 400, 1200]))
    def time_passes(self, days):
        self.unit.now += timedelta(days=days)
        expiry.warn(self.unit)
        for one in expiry.due(self.unit):
            expiry.end(self.unit, one)

    @invariant()
    def histories_are_whole(self):
        if not hasattr(self, "moves"):
            return
        known = self.mine()
        told = history.events(self.unit, [one.id for one in known])
        for one in known:
            path = [event.became for event in told[one.id]]
            assert path[0] == "received" and path[-1] == one.status
            assert all(step in self.moves for step in pairwise(path))
            self.seen.add(one.status)

    @invariant()
    def what_is_over_stays_over(self):
        if not hasattr(self, "moves"):
            return
        for one in self.mine():
            if one.id in self.over:
                assert one.status == self.over[one.id]
            elif one.status in OVER:
                self.over[one.id] = one.status

    @invariant()
    def nobody_is_higher_than_what_is_in_force(self):
        if not hasattr(self, "moves"):
            return
        tier = showing.standing(self.unit, self.amina)[0]
        in_force = documents.approved(self.unit, self.amina.id).keys()
        assert tier == 1 or is_shown(2, in_force)
        assert tier < 3 or is_shown(3, in_force)
        self.seen.add(f"tier {tier}")


@pytest.mark.parametrize("examples", [12, pytest.param(300, marks=pytest.mark.soak)])
def test_documents_go_one_way_whatever_comes(engine, examples):
    Documents.engine, Documents.seen = engine, set()
    played = settings(
        max_examples=examples, stateful_step_count=24, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    until_seen(
        lambda: run_state_machine_as_test(Documents, settings=played),
        lambda: Documents.seen >= {"approved", "rejected", "asked_again", "expired", "tier 2"},
    )
