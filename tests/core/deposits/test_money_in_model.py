"""Money in against a plain model of M-Pesa: each shilling is booked once, whatever the line does.

Customers ask to be prompted, and people pay the paybill with whatever they write. The twin of
M-Pesa does what it would; between it and the bank calls and answers are lost, callbacks come late,
twice, out of order or never, and some lie about the amount. The model knows who paid how much to
whom; in the end the bank has just that, and every shilling in suspense is explained.
"""

import json
from collections import Counter
from datetime import timedelta
from uuid import uuid4

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

from channels.message import Hook
from core import outcomes
from core.deposits import asking, suspense
from core.deposits.asking import TooManyPrompts
from core.ledger import book
from core.money import Money
from core.partners import hearing, order_queue
from core.partners.daraja import Daraja
from core.partners.mpesa import B2C, PUSH, PUSH_QUERY, STATUS, Mpesa
from core.partners.mpesa_twin import MpesaTwin
from core.partners.wire import NoAnswer, Reply
from core.store.unit import Unit
from tests.conftest import NOW
from tests.core.deposits.partner import held
from tests.core.partners.serving import SECRET, Clock, Mail, mpesa_account
from tests.core.people import someone
from tests.support.keys import KEYS

PHONES = ("+254712000001", "+254712000002")
STRANGER = "+254799000111"
AMOUNTS = st.sampled_from([50, 100, 250, 700, 1032, 1037])  # two of them are never paid
BASE = "http://bank.test/webhooks/payments/mpesa"


class Line:
    """Between the bank and the twin: calls are lost, and so are answers."""

    def __init__(self, twin, clock):
        self.twin, self.clock, self.calls = twin, clock, []
        self.loses = ""
        self.password = Daraja(BASE, "", "", clock=clock).password

    def post(self, path, body, *, seconds):
        """Stand in for the network alone: what is said on it is Daraja's own."""
        loses, self.loses = self.loses, ""
        if loses == "call":
            raise NoAnswer("lost on its way")
        does = {PUSH: self.twin.push, B2C: self.twin.pay, STATUS: self.twin.status}
        if path == PUSH_QUERY:
            status, told = self.twin.push_state(body, self.clock.now)
        else:
            (status, told), calls = does[path](body, self.clock.now)
            self.calls += calls
        if loses == "answer":
            raise NoAnswer("lost on its way back")
        return Reply(status, {}, json.dumps(told).encode())


class MoneyIn(RuleBasedStateMachine):
    """The bank, M-Pesa, and a bad line between them."""

    engine = None

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NOW, uuid7, str(uuid4()), KEYS)
        # A slow machine thinks for long between two steps.
        self.unit.run("set local idle_in_transaction_session_timeout = 0")
        self.clock, self.mail = Clock(NOW), Mail()
        self.twin = MpesaTwin("384100")
        self.line = Line(self.twin, self.clock)
        account = mpesa_account(BASE, callback=BASE)
        self.mpesa = Mpesa(account, mailbox=self.mail, clock=self.clock)
        self.mpesa._daraja = self.line
        self.mail.feed = self._answers_arrive
        self.paid_in: Counter = Counter()
        self.prompted: dict = {}
        self.parked = 0

    def teardown(self):
        try:
            self.line.loses = ""
            self._come_to_rest()
            self.the_bank_agrees_in_the_end()
        finally:
            self.outer.rollback()
            self.connection.close()

    @initialize()
    def people_join(self):
        """Two customers bank here."""
        self.people = [
            someone(self.unit, phone, names=("Amina", "Otieno"), id_number=f"ID{n}2345678")
            for n, phone in enumerate(PHONES)
        ]

    @rule(who=st.integers(0, 1), shillings=AMOUNTS, loses=st.sampled_from(["", "", "answer"]))
    def asks(self, who, shillings, loses):
        """A customer asks to be prompted; the answer to the prompt may be lost."""
        person = self.people[who]
        try:
            asked = asking.ask(
                self.unit, id=uuid4(), customer=person.id, wallet=person.wallet, country="KE",
                amount=Money(shillings * 100, "KES"), channel="ussd", phone=person.phone,
            )  # fmt: skip
        except TooManyPrompts:
            return
        self.line.loses = loses
        self.prompted[asked.reference] = who
        self._orders_go(1)
        self.line.loses = ""

    @rule(
        who=st.integers(0, 1),
        shillings=st.sampled_from([75, 120, 333]),
        writes=st.sampled_from(["account", "phone", "nothing", "nonsense", "reference"]),
    )
    def pays_in(self, who, shillings, writes):
        """Somebody pays the paybill, and writes what they like."""
        person = self.people[who]
        references = self.unit.all(
            "select reference from deposits where customer_id = %(id)s", id=person.id
        )
        if writes == "reference" and not references:
            return
        account = {
            "account": person.account_no,
            "phone": person.phone,
            "nothing": "",
            "nonsense": "RENT",
            "reference": references[0].reference if references else "",
        }[writes]
        payer = person.phone if writes == "nothing" else STRANGER
        _, calls = self.twin.paybill(
            phone=payer, shillings=shillings, account=account, now=self.clock.now
        )
        self.line.calls += calls
        if writes == "nonsense":
            self.parked += shillings
        else:
            self.paid_in[who] += shillings
        self.clock.now += timedelta(seconds=1)

    @rule(place=st.integers(0, 50), does=st.sampled_from(["once", "twice", "lies", "keeps"]))
    def a_call_arrives(self, place, does):
        """Any of the calls on their way arrives: in any order, twice, lying, or not."""
        if not self.line.calls:
            return
        one = self.line.calls[place % len(self.line.calls)]
        if does != "keeps":
            for _ in range(2 if does == "twice" else 1):
                self._deliver(one, lies=does == "lies")
            # A notice that lied about the amount comes again as it was: money is told until taken.
            if does != "lies":
                self.line.calls.remove(one)

    @rule()
    def a_prompts_call_is_lost(self):
        """How a prompt ended is not told; the payment itself comes by a notice of its own."""
        for one in list(self.line.calls):
            if "Body" in one.body:
                self.line.calls.remove(one)
                return

    @rule(seconds=st.sampled_from([1, 6, 70]), loses=st.sampled_from(["", "call", "answer"]))
    def time_passes(self, seconds, loses):
        """What is due is asked, over a line that may fail once."""
        self._pass(seconds)
        self.line.loses = loses
        self._orders_go(5)

    def owed(self, who):
        """Return what was really paid for somebody: by prompts the twin has, and to the paybill."""
        prompts = [one for one in self.twin._prompts.values() if one.code == "0"]
        return self.paid_in[who] + sum(
            one.shillings for one in prompts if self.prompted[one.account] == who
        )

    @invariant()
    def nobody_has_more_than_was_paid(self):
        """No shilling is ever booked twice, at no time."""
        if not hasattr(self, "people"):
            return
        for who, person in enumerate(self.people):
            assert book.balance(self.unit, person.wallet).posted.minor <= self.owed(who) * 100

    def the_bank_agrees_in_the_end(self):
        """Everybody has what was paid for them, and what is nobody's is explained."""
        for who, person in enumerate(self.people):
            assert book.balance(self.unit, person.wallet).posted.minor == self.owed(who) * 100
        assert held(self.unit, "suspense_receipts").minor == self.parked * 100
        explained = self.unit.value(
            "select coalesce(sum(amount), 0) from clearing_explained_deposits"
        )
        assert explained == self.parked * 100
        total = self.owed(0) + self.owed(1) + self.parked
        assert held(self.unit, "nostro_mobile").minor == -total * 100
        assert len(suspense.listed(self.unit)) == self.unit.value(
            "select count(*) from cases where sub_category = 'suspense'"
        )

    def _come_to_rest(self):
        """Let every call arrive and every question be asked until nothing moves any more."""
        for _ in range(12):
            for one in list(self.line.calls):
                self._deliver(one, lies=False)
            self.line.calls.clear()
            self._pass(3601)
            self._orders_go(50)

    def _answers_arrive(self):
        """While the bank waits for the answer to a question, that answer comes by its own door."""
        for one in list(self.line.calls):
            if "is=status" in one.url:
                self.line.calls.remove(one)
                self._deliver(one, lies=False)

    def _deliver(self, one, *, lies):
        body = one.lie if lies and one.lie is not None else one.body
        url = one.url or f"{BASE}/{SECRET}"
        call = Hook(url=url, body=json.dumps(body).encode(), secret=SECRET)
        for news in self.mpesa.hear(call):
            hearing.keep(self.unit, "mpesa", news, body=call.body)

    def _orders_go(self, most):
        for taken in order_queue.take(self.unit, "mpesa", most=most):
            ask = self.mpesa.send if taken.asks else self.mpesa.query
            answer = ask(taken.order, seconds=5)
            noted = order_queue.note(self.unit, taken, answer)
            outcomes.tell(self.unit, taken.order, noted, answer)

    def _pass(self, seconds):
        self.clock.now += timedelta(seconds=seconds)
        self.unit.now = self.clock.now


@pytest.mark.parametrize(
    ("examples", "steps"),
    [(8, 16), pytest.param(200, 60, marks=pytest.mark.soak)],
    ids=["quick", "long"],
)
def test_each_shilling_is_booked_once(engine, examples, steps):
    MoneyIn.engine = engine
    run_state_machine_as_test(
        MoneyIn,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
