"""When a code is asked on top of the PIN, and that nothing gets around it, in whatever order."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from uuid_utils.compat import uuid7

from core.access import addresses, codes, trust
from core.access.codes import CodeSpent, WrongCode
from core.errors import Refusal
from core.ledger.refusals import IdReused
from core.money import Money
from core.store import contacts, resending
from core.store.unit import Unit
from tests.core.access.test_trust import OTHER, right_code, second_phone, step_up, swap
from tests.core.ledger.books import NOW
from tests.core.people import PIN, SECRETS, counter, fund, guess, someone
from tests.support.keys import KEYS
from tests.support.outbox_rows import register

PHONE = "+254712000001"
LIMIT = 250_000  # tier 2 in Kenya, a payment


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 400000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


def kes(amount):
    return Money.parse(f"{amount}", "KES")


def needs(unit, brian, amount, **where):
    return counter(unit, **where).payment_needs(
        kind="transfer", to=str(brian.id), amount=kes(amount), effect_id=uuid4()
    )


def pay(unit, to, amount):
    counter(unit).send_money(to=str(to.id), amount=kes(amount), effect_id=unit.new_id())


def test_ordinary_payments_need_the_pin_alone(unit, amina, brian):
    assert needs(unit, brian, LIMIT * 0.2 - 1) == "enough"


def test_a_larger_one_to_somebody_never_paid_needs_a_code(unit, amina, brian):
    assert needs(unit, brian, LIMIT * 0.2) == "code"
    pay(unit, brian, 100)
    assert needs(unit, brian, LIMIT * 0.2) == "enough"
    assert needs(unit, brian, LIMIT * 0.5) == "code"


def test_what_is_refused_anyway_needs_none(unit, amina, brian):
    assert needs(unit, brian, LIMIT + 1) == "enough"


def test_without_a_way_a_person_has_to_look(unit, amina, brian):
    addresses.attach(unit, amina.id, channel="sms", address=PHONE, trust="trusted")
    assert needs(unit, brian, LIMIT * 0.2, channel="sms") == "person"
    second_phone(unit, amina)
    assert needs(unit, brian, LIMIT * 0.2, channel="sms") == "code"


def test_after_a_changed_sim_any_money_needs_a_code_until_it_settled(unit, amina, brian, now):
    second_phone(unit, amina)
    swap(unit)
    step_up(unit, amina)
    assert needs(unit, brian, 1) == "code"
    unit.now = now + trust.SETTLES_AFTER
    trust.settle(unit, most=10)
    assert needs(unit, brian, 1) == "enough"


def test_a_code_is_for_one_payment_alone(unit, amina, brian):
    carol = someone(unit, "+254712000005", names=("Carol", "Njeri"))
    effect, amount = uuid4(), kes(100_000)
    bank = counter(unit)
    bank.prove(guess(unit, amina.id, PIN))
    agreed = {"to": str(brian.id), "amount": amount, "effect_id": effect}
    assert bank.payment_needs(kind="transfer", **agreed) == "code"
    bank.send_payment_code(**agreed)
    bank.check_code(right_code(unit, bank))
    for other in (
        {"to": str(carol.id), "amount": amount, "effect_id": effect},
        {"to": str(brian.id), "amount": kes(100_001), "effect_id": effect},
    ):
        with pytest.raises(IdReused):
            counter(unit).payment_needs(kind="transfer", **other)
        with pytest.raises(IdReused):
            counter(unit).send_money(**other)
    other = {"to": str(brian.id), "amount": amount, "effect_id": uuid4()}
    assert counter(unit).payment_needs(kind="transfer", **other) == "code"
    with pytest.raises(LookupError, match="more proof"):
        counter(unit).send_money(**other)
    counter(unit).send_money(**agreed)


def test_no_code_is_sent_before_the_pin(unit, amina, brian):
    bank = counter(unit)
    with pytest.raises(LookupError):
        bank.send_payment_code(to=str(brian.id), amount=kes(100_000), effect_id=uuid4())
    with pytest.raises(LookupError):
        bank.send_step_up()


def test_the_ways_are_taken_one_after_the_other(unit, amina):
    second_phone(unit, amina)
    swap_free = counter(unit)
    swap_free.prove(guess(unit, amina.id, PIN))
    assert swap_free.send_step_up() == {"way": "whatsapp", "where": ""}
    assert swap_free.send_step_up() == {"way": "whatsapp", "where": ""}
    assert swap_free.has_next_way
    assert swap_free.send_step_up(onward=True) == {"way": "sms", "where": "+254 7** *** 001"}
    assert not swap_free.has_next_way


def test_a_code_meant_for_one_place_goes_nowhere_else(unit, amina):
    register(unit)
    second_phone(unit, amina)
    bank = counter(unit)
    bank.prove(guess(unit, amina.id, PIN))
    bank.send_step_up()
    owed = unit.one("select id, channel, contact, expires_at from outbox")
    assert (owed.channel, owed.contact) == ("whatsapp", contacts.token(unit, OTHER))
    assert not resending.by_sms(unit, owed.id, lease=None, error="no such user")


class Swaps(RuleBasedStateMachine):
    """A customer, a thief with the PIN and a swapped SIM, and days, in whatever order."""

    engine = None

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NOW, uuid7, str(uuid4()), KEYS)
        self.amina = someone(self.unit, holds="KES 400000.00")
        self.brian = someone(self.unit, "+254712000002", names=("Brian", "Kamau"))
        self.swapped = None  # when the SIM was changed last, until it has settled
        self.proved = {}  # by address: when PIN and code were both given after that
        self.pinned = set()  # where the PIN was given since

    def teardown(self):
        self.outer.rollback()
        self.connection.close()

    def here(self, place):
        channel, address = place
        return counter(self.unit, address, channel=channel)

    PLACES = st.sampled_from([
        ("ussd", PHONE), ("sms", PHONE), ("whatsapp", PHONE), ("whatsapp", OTHER),
    ])  # fmt: skip

    @rule(hours=st.sampled_from([1, 20, 71, 73]))
    def time_passes(self, hours):
        self.unit.now += timedelta(hours=hours)

    @rule()
    def time_settles(self):
        trust.settle(self.unit, most=10)
        if self.swapped and not self.unit.value(
            "select count(sim_changed_at) from addresses where customer_id = %(i)s",
            i=self.amina.id,
        ):
            # Trust rose: PIN and code were given at the number, and three days passed since.
            at = [t for (_, address), t in self.proved.items() if address == PHONE]
            assert at
            assert min(at) <= self.unit.now - trust.SETTLES_AFTER
            self.swapped = None

    @rule()
    def the_sim_is_changed(self):
        self.unit.now += timedelta(minutes=1)
        assert swap(self.unit) == self.amina.id
        self.swapped = self.unit.now
        self.proved = {place: t for place, t in self.proved.items() if place[1] != PHONE}
        self.pinned = set()

    @rule()
    def a_second_phone_is_linked(self):
        bank = counter(self.unit, OTHER, channel="whatsapp")
        if not bank.known:
            self.attempt(bank.send_link_code, PHONE)
            self.attempt(lambda: bank.check_code(right_code(self.unit, bank)))

    @rule(place=PLACES)
    def the_pin_is_given(self, place):
        bank = self.here(place)
        if bank.known:
            bank.prove(guess(self.unit, self.amina.id, PIN))
            self.pinned.add(place)
            if bank.owes_code and bank.has_second_way:
                self.attempt(bank.send_step_up)

    @rule(place=PLACES, right=st.booleans())
    def a_code_is_entered(self, place, right):
        bank = self.here(place)
        if not bank.known:
            return
        proof = right_code(self.unit, bank)
        wrong = SECRETS.check_code(codes.look(self.unit, **bank._here), "x")
        rose = self.attempt(lambda: bank.check_code(proof if right else wrong))
        if rose and bank.trusted:
            assert place in self.pinned
            self.proved[place] = self.unit.now

    @rule(place=PLACES, amount=st.sampled_from([100, 49_000, 51_000, 130_000]))
    def money_is_sent(self, place, amount):
        bank, effect = self.here(place), uuid4()
        if not bank.known:
            return
        facts = {"to": str(self.brian.id), "amount": kes(amount), "effect_id": effect}
        bank.prove(guess(self.unit, self.amina.id, PIN))
        needed = bank.payment_needs(kind="transfer", **facts)
        if needed == "code":
            if not self.attempt(lambda: bank.send_payment_code(**facts)):
                return
            assert self.attempt(lambda: bank.check_code(right_code(self.unit, bank)))
        if needed == "person" or not self.attempt(lambda: bank.send_money(**facts)):
            return
        assert bank._visitor.trust in ("probation", "trusted")
        lowered = self.swapped and self.unit.now < self.swapped + trust.SETTLES_AFTER
        if lowered or (bank._visitor.trust == "probation" and self.still_lowered()):
            assert amount <= LIMIT * trust.LOWERED_PERCENT / 100
        if self.swapped and place[1] == PHONE:
            assert needed == "code"

    def still_lowered(self):
        until = self.unit.value(
            "select lowered_until from account_owners where owner = %(i)s", i=self.amina.id
        )
        return until is not None and self.unit.now < until

    @rule()
    def money_comes(self):
        fund(self.unit, self.amina.wallet, "KES 50000.00") if self.room() else None

    def room(self):
        held = self.unit.value(
            "select posted from ledger_accounts where account_id = %(a)s", a=self.amina.wallet
        )
        return held < 400_000_00

    def attempt(self, work, *facts):
        """Do it; False when the bank refuses, or says that there is nothing to do it with."""
        try:
            with self.unit.savepoint():
                work(*facts)
        except (WrongCode, CodeSpent, Refusal, LookupError):
            return False
        return True

    @invariant()
    def below_trusted_at_a_swapped_number(self):
        """Until it has settled, nothing at the number is trusted, whatever was proved there."""
        if self.swapped:
            found = self.unit.all(
                "select trust from addresses where address = %(a)s and customer_id = %(i)s",
                a=contacts.token(self.unit, PHONE),
                i=self.amina.id,
            )
            assert {row.trust for row in found} <= {"new", "probation"}


def machine(engine, **how):
    Swaps.engine = engine
    run_state_machine_as_test(
        Swaps,
        settings=settings(
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # what fails is told step by step as it is
            **how,
        ),
    )


def test_whatever_the_order_of_swaps_proofs_and_days(engine):
    machine(engine, max_examples=20, stateful_step_count=25, derandomize=True)


@pytest.mark.soak
def test_whatever_the_order_of_very_many(engine):
    machine(engine, max_examples=1000, stateful_step_count=60)
