"""A process dies while a file of payments is handed in: each of them is paid once.

The payments are real, their window has closed, and so is the clearing house's wire: its twin takes
pain.001 over HTTP. After the crash the scheduler does what it always does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from bot.house import House
from bot.simulator.twin import rails as twin
from core.ledger import verify
from core.partners import order_queue
from core.partners.rails.twin import Switch
from core.partners.rails.twin_rules import RULES
from core.store.outbox import register_senders
from tests.core.partners.serving import served
from tests.core.settlement import house as till
from tests.support import crashes, without_redis
from tests.support.crashes import KILLED
from tests.support.outbox_rows import ALL
from tests.support.servers import Servers
from tests.support.town import Clock
from worker import settlements

SECRET = "between the two"
PAYMENTS = 3


@dataclass(slots=True)
class Clearing(Switch):
    """The clearing house, which counts the files that reach it."""

    files: list[int] = field(default_factory=list)

    def hand_in(self, file, *, now):
        self.files.append(len(file.transfers))
        Switch.hand_in(self, file, now=now)


@pytest.fixture
def clearing() -> Clearing:
    return Clearing(RULES["eft"])


@pytest.fixture
def house(
    servers: Servers, clean_database: str, clock: Clock, pepper: bytes, tmp_path, clearing
) -> Iterator[House]:
    """A house whose only rail is EFT."""

    def make(stand):
        return twin.blueprint(twin.Window(replace(stand, clock=clock), clearing))

    secrets = {"eft": SECRET}
    with (
        served("eft", make, rail_secrets=secrets) as world,
        without_redis.opened(
            servers, clean_database, clock, data_dir=tmp_path, pepper=pepper,
            rail_bases={"eft": world.base}, rail_secrets=secrets,
        ) as house,
    ):  # fmt: skip
        yield house


@pytest.fixture
def payouts(house: House, clock: Clock) -> list[UUID]:
    """Payments of one window, owed to the clearing house."""
    clock.now = till.NIGHT
    with house.unit() as unit:
        register_senders(unit, ALL)
        till.funded(unit)
        brian = till.brian(unit)
        begun = [till.start(unit, brian) for _ in range(PAYMENTS)]
        unit.run("update settlements set tried = '{KE-PESALINK}'")
    settlements.send(house)
    with house.unit() as unit:
        closes: datetime = unit.value("select min(due_at) from settlements")
    clock.now = closes + timedelta(seconds=2)
    settlements.send(house)
    with house.unit() as unit:
        assert unit.value("select count(*) from partner_orders where partner = 'eft'") == PAYMENTS
    return begun


SPANS = (*[order_queue.HOLD] * 8, timedelta(days=1), timedelta(hours=1))
"""Until the next window has closed, and its file was answered."""


@pytest.mark.parametrize(
    "at", ["order.before_asking", "order.answered", "order.noted", "order.after_commit"]
)
def test_whenever_it_dies_each_payment_of_the_file_is_made_once(
    house, payouts, clearing, clock, at
):
    work = (house.settings, "ask partners", "eft")
    assert crashes.exit_code(*work, now=clock.now, at=at) == KILLED
    crashes.come_to_rest(house, clock, "eft", SPANS)
    with house.unit() as unit:
        assert {till.status(unit, one) for one in payouts} == {"settled"}
        assert till.clearing(unit) == {}
        assert verify.verify(unit) == []
    assert (clearing.files, len(clearing.payments)) == ([PAYMENTS], PAYMENTS)
