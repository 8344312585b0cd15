"""Many payments at once, from several connections: no nostro is promised more than it has."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from core import outcomes
from core.errors import Refusal
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Done, Refused
from core.settlement import endings, liquidity, sending, store
from tests.core.people import someone, units
from tests.core.settlement import house
from tests.core.settlement.house import EQUITY, MORNING, MPESA

PAYMENTS = 24
EACH = "KES 10000.00"
ROOM = 7
"""How many of them the nostro can pay."""


def test_at_once_from_everywhere_no_more_leaves_than_there_is(clean_engine):  # noqa: C901 - one bank, many hands
    opened, chance = units(clean_engine, MORNING), random.Random(11)
    with opened() as unit:
        payers = [
            someone(unit, f"+25471200000{n}", holds="KES 900000.00", tier=Tier.ASSESSED,
                    names=("Brian", "Kamau"), id_number=f"ID{n}23456")
            for n in (1, 2, 3)
        ]  # fmt: skip
        room = Money(Money.load(EACH).minor * ROOM, "KES")
        liquidity.top_up(unit, id=uuid4(), nostro="nostro_central", amount=room)
    effects = [uuid4() for _ in range(PAYMENTS)]

    def start(n):
        with opened() as unit:
            house.start(unit, payers[n % 3], EACH, to=EQUITY, effect=effects[n])

    def send(n, later=timedelta(0)):
        with opened(now=MORNING + later) as unit:
            sending.send_due(unit, effects[n])

    def take_back(n):
        with opened() as unit:
            endings.cancel(unit, effects[n], customer=payers[n % 3].id)

    def answer(seed):
        with opened(now=MORNING + timedelta(hours=1)) as unit:
            for one in order_queue.take(unit, "pesalink", most=2):
                said = Done("P") if seed % 3 else Refused("AC01")
                noted = order_queue.note(unit, one, said)
                outcomes.tell(unit, one.order, noted, said)

    def at_once(work):
        chance.shuffle(work)

        def go(task):
            with suppress(Refusal):
                task[0](*task[1:])

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(go, work))

    at_once([(start, n) for n in (*range(PAYMENTS), *range(6))])
    at_once([*((send, n) for n in (*range(PAYMENTS), *range(PAYMENTS)))])
    with opened() as unit:
        sent = unit.value("select count(*) from settlements where status = 'sent'")
        (line,) = [
            one for one in liquidity.lines(unit)
            if (one.nostro, one.free.currency) == ("nostro_central", "KES")
        ]  # fmt: skip
        assert (sent, line.free.minor) == (ROOM, 0)
        assert line.is_low
        assert book.verify(unit) == []
    at_once([
        *((answer, n) for n in range(9)), *((take_back, n) for n in range(0, PAYMENTS, 5)),
        *((send, n, timedelta(minutes=2)) for n in range(PAYMENTS)),
    ])  # fmt: skip
    with opened() as unit:
        liquidity.top_up(unit, id=uuid4(), nostro="nostro_central", amount=Money(10**9, "KES"))
    for round_ in range(1, 9):
        at_once([
            *((send, n, timedelta(minutes=3 * round_)) for n in range(PAYMENTS)),
            *((answer, n) for n in range(9)),
        ])  # fmt: skip
    with opened() as unit:
        rows = unit.all("select status, amount, fee, customer_id from settlements")
        assert len(rows) == PAYMENTS
        assert {row.status for row in rows} <= {"settled", "failed", "cancelled"}
        assert house.clearing(unit) == {}
        for payer in payers:
            spent = sum(
                row.amount + row.fee for row in rows
                if row.customer_id == payer.id and row.status == "settled"
            )  # fmt: skip
            balance = book.balance(unit, payer.wallet)
            assert (balance.posted.minor, balance.held.minor) == (90_000_000 - spent, 0)
        assert store.due(unit, most=9) == []
        assert book.verify(unit) == []


def test_mobile_money_has_a_nostro_of_its_own(unit):
    unit.now = MORNING
    payer = house.brian(unit)
    liquidity.top_up(unit, id=uuid4(), nostro="nostro_mobile", amount=Money(10**8, "KES"))
    to_phone, to_bank = house.start(unit, payer, to=MPESA), house.start(unit, payer)
    house.send_all(unit)
    assert house.status(unit, to_phone) == "sent"
    assert house.status(unit, to_bank) == "queued"
    assert store.find(unit, to_bank).waits_for == "liquidity"


def test_payments_that_go_from_one_line_to_another_crosswise_do_not_stop_each_other(clean_engine):
    opened, lines, amount = (
        units(clean_engine, MORNING),
        ("nostro_central", "nostro_mobile"),
        Money(100, "KES"),
    )
    with opened() as unit:
        for nostro in lines:
            liquidity.top_up(unit, id=uuid4(), nostro=nostro, amount=Money(10**6, "KES"))
            assert liquidity.reserve(unit, nostro, Money(10**4, "KES"))

    def change(n):
        here, there = lines if n % 2 else lines[::-1]
        with opened() as unit:
            liquidity.lock_all(unit, "KES")
            liquidity.release(unit, here, amount)
            return liquidity.reserve(unit, there, amount)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(change, range(80)))
    with opened() as unit:
        rows = unit.all("select nostro, reserved from nostro_lines where currency = 'KES'")
    assert {row.reserved for row in rows if row.nostro in lines} == {10**4}
