"""Whoever decides a held payment never waits in a circle with its payer, with a sweep or a turn."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import pytest

from core import reviewing
from core.ledger import book
from core.money import Money
from core.monitoring.reviews import REVIEWED_WITHIN, ReviewOver
from core.settlement import endings, sending, store
from core.store.outbox import register_senders
from core.store.unit import Unit
from core.transfers import held
from core.transfers.held import Wanted
from tests.core.people import Someone, someone, units
from tests.core.settlement import house
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

Opens = Callable[..., AbstractContextManager[Unit]]
KES_500 = Money.load("KES 500.00")
NUMBER = "+254733000111"
WAITED_FOR = """
select exists(
    select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)))
"""


@pytest.fixture
def opens(clean_engine) -> Opens:
    """Open units that commit, on connections of their own."""
    return units(clean_engine)


@pytest.fixture
def amina(opens) -> Someone:
    with opens() as unit:
        register_senders(unit, ALL)
        house.funded(unit)
        return someone(unit, holds="KES 9000.00")


@pytest.fixture
def officer(opens, amina):
    with opens() as unit:
        return hired(unit, "compliance")


@contextmanager
def crossing(
    opens: Opens, work: Callable[[], None], *, first: Callable[[Unit], object], **other: object
) -> Iterator[Unit]:
    """Lock something first, and go on when somebody whose work it is too waits for it."""
    with ThreadPoolExecutor(1) as pool:
        with opens(**other) as unit:
            first(unit)
            working = pool.submit(work)
            while not (working.done() or unit.value(WAITED_FOR)):
                pass
            yield unit
        working.result(20)


def set_aside(unit: Unit, payer: Someone, **to: object) -> UUID:
    facts = {"id": unit.new_id(), "payer": payer.id, "amount": KES_500, "channel": "sms"} | to
    wanted = Wanted(**facts)  # type: ignore[arg-type]
    held.set_aside(unit, wanted)
    return wanted.id


def locks(unit: Unit, account: UUID) -> None:
    """Lock an account, as whoever posts does with one after the other, by their ids."""
    book.lock_holds(unit, [], accounts=[account])


@pytest.mark.parametrize("decide", [reviewing.release, reviewing.refuse])
def test_its_payer_takes_a_payout_back_while_somebody_decides_it(opens, amina, officer, decide):
    with opens() as unit:
        payout = house.start(unit, amina, reviewed=True)

    def decides() -> None:
        with opens() as unit, pytest.raises(ReviewOver):
            decide(unit, officer, payout, why="called")

    with crossing(opens, decides, first=lambda unit: store.lock(unit, payout)) as unit:
        endings.cancel(unit, payout, customer=amina.id)


def test_a_payout_is_over_while_somebody_decides_it(opens, amina, officer):
    with opens() as unit:
        payout = house.start(unit, amina, reviewed=True)
        late = unit.now + REVIEWED_WITHIN

    def decides() -> None:
        with opens() as unit, pytest.raises(ReviewOver):
            reviewing.release(unit, officer, payout, why="called")

    with crossing(opens, decides, first=lambda unit: store.lock(unit, payout), now=late) as unit:
        assert sending.send_due(unit, payout)


def test_a_sweep_ends_several_while_one_of_their_payers_pays(opens, amina):
    with opens() as unit:
        payers = [amina, someone(unit, "+254712000002", holds="KES 900.00")]
        payee = someone(unit, "+254712000003")
        first, last = sorted(payers, key=lambda one: one.wallet)
        for one in (last, first):
            set_aside(unit, one, payee=payee.id)
            unit.now = unit.now.replace(microsecond=unit.now.microsecond + 1)
        late = unit.now + REVIEWED_WITHIN

    def sweeps() -> None:
        with opens(now=late) as unit:
            assert held.expire(unit, most=10) == 2

    with crossing(opens, sweeps, first=lambda unit: locks(unit, first.wallet)) as unit:
        locks(unit, last.wallet)


def test_money_for_a_number_is_released_while_its_payer_sends_more(opens, amina, officer):
    with opens() as unit:
        payment = set_aside(unit, amina, phone=NUMBER)
        unclaimed = book.system_account(unit, "unclaimed", "KES", spread_by=payment)

    def releases() -> None:
        with opens() as unit:
            reviewing.release(unit, officer, payment, why="called")

    first, last = sorted([unclaimed, amina.wallet])
    with crossing(opens, releases, first=lambda unit: locks(unit, first)) as unit:
        locks(unit, last)
