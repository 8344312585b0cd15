"""A simulated payment is known by the features that the database would tell of a real one."""

from datetime import timedelta
from uuid import UUID

import pytest

from core.money import Money
from core.transfers.send import send_money
from core.watch.training.payments import NAMES, judged
from core.watch.training.simulated import Movement, Person, Simulation
from tests.core.watch.village import BEGAN, RATE, Village

HELD = 300_000
SENT = (  # who, whom, hours since the beginning, shillings
    (0, 1, 2, 1_000), (1, 0, 20, 5_000), (0, 1, 30, 2_500), (2, 1, 31, 700), (0, 2, 200, 4_000),
    (1, 0, 690, 9_000), (0, 1, 700, 1_200), (0, 2, 719, 300), (2, 0, 719.5, 20_000),
    (0, 1, 719.8, 800), (0, 2, 720, 6_000),
)  # fmt: skip
SIM_AT, CHANGED = BEGAN + timedelta(hours=650), 0


@pytest.fixture
def people(unit):
    village = Village(unit)
    return [village.somebody(holds=f"KES {HELD}.00") for _ in range(3)]


@pytest.fixture
def told(unit, people):
    """What the database says of each payment, just before it is made."""
    found = []
    for payer, payee, hours, shillings in SENT:
        unit.now = BEGAN + timedelta(hours=hours)
        if unit.now > SIM_AT:
            _change_sim(unit, people[CHANGED])
        money = Money.load(f"KES {shillings}.00")
        asked = unit.one(
            """
            select features from payment_asked(%(id)s, 'transfer', %(payer)s, %(wallet)s,
                %(amount)s, 'KES', 'ussd', null, %(payee)s, null, %(now)s)
            """,
            id=unit.new_id(),
            payer=people[payer].id,
            wallet=people[payer].wallet,
            amount=money.minor,
            payee=people[payee].id,
            now=unit.now,
        )
        found.append(asked.features)
        send_money(
            unit, id=unit.new_id(), payer=people[payer].id, payee=people[payee].id, amount=money,
            channel="ussd",
        )  # fmt: skip
    return found


def _change_sim(unit, whose):
    unit.run(
        """
        insert into sim_changes (notice, address, customer_id, source, changed_at, noted_at)
        select 'one', address, customer_id, 'test', %(at)s, %(at)s from addresses
        where customer_id = %(customer)s limit 1 on conflict do nothing
        """,
        at=SIM_AT,
        customer=whose.id,
    )


@pytest.fixture
def known(unit, people):
    """The same, as training reckons it."""
    opened = {
        row.id: row.created_at
        for row in unit.all("select id, created_at from customers order by id")
    }
    simulated = Simulation(
        seed=0,
        began=BEGAN,
        days=31,
        people=[Person(one.id, "KE", "KES", "casual", 1.0, opened[one.id]) for one in people],
        opening={one.id: round(100 * HELD / RATE) for one in people},
        movements=[
            Movement(
                UUID(int=place), BEGAN + timedelta(hours=hours), "transfer", people[payer].id,
                people[payee].id, "", shillings * 100, "KES", round(100 * shillings / RATE), "ussd",
                "",
            )
            for place, (payer, payee, hours, shillings) in enumerate(SENT)
        ],
        sims=[(people[CHANGED].id, SIM_AT)],
        planted=[],
    )  # fmt: skip
    return [one.features for one in judged(simulated)]


def test_training_knows_of_a_payment_what_the_database_tells_of_it(told, known):
    assert len(told) == len(known) == len(SENT)
    for asked, reckoned in zip(told, known, strict=True):
        for name in NAMES:
            theirs, ours = asked[name], reckoned.get(name)
            if isinstance(theirs, int | float) and not isinstance(theirs, bool):
                assert ours == pytest.approx(theirs, rel=2e-3, abs=0.03), name
            else:
                assert ours == theirs, name
