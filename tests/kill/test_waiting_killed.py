"""A process dies while money is set aside for somebody, or paid to them: all of it, or nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.joining import Joining
from core.kyc.tiers import Tier
from core.ledger import book
from core.store import contacts
from core.store.outbox import register_senders
from core.transfers import collecting, waiting_endings
from core.transfers.waiting import WAITS
from tests.core.people import BORN, HASH, someone
from tests.support import crashes, unsealed
from tests.support.crashes import KILLED
from tests.support.outbox_rows import ALL

NEW = "+254733000111"
ZAWADI = Joining(
    first_name="Zawadi", last_name="Njeri", id_number="ID33000111", born=BORN, pin_hash=HASH,
    phone=NEW, country="KE", language="en", channel="ussd", consent=True, tier=Tier.REGISTERED,
)  # fmt: skip


@pytest.fixture
def amina(house):
    with house.unit() as unit:
        register_senders(unit, ALL)
        return someone(unit, holds="KES 2000.00")


def stands(house, amina):
    """What Amina has and has set aside, what waits, what the newcomer has, and what was told."""
    with house.unit() as unit:
        balance = book.balance(unit, amina.wallet)
        new = unit.value(
            "select id from customers where phone_index = %(token)s",
            token=contacts.token(unit, NEW),
        )
        assert book.verify(unit) == []
        return (
            str(balance.posted), str(balance.held),
            [row.status for row in unit.all("select status from waiting_transfers")],
            [str(one.balance.posted) for one in book.balances(unit, new)] if new else None,
            [row.payload["alert"] for row in unsealed.outbox(unit)],
        )  # fmt: skip


BEFORE = ("KES 2000.00", "KES 0.00", [], None, [])
SENT = ("KES 2000.00", "KES 500.00", ["waiting"], None, ["money_waits", "invitation"])
PAID = ("KES 1500.00", "KES 0.00", ["claimed"], ["KES 500.00"],
        ["money_waits", "invitation", "money_received", "money_collected"])  # fmt: skip


@pytest.mark.parametrize("at", ["waiting.held", "waiting.invited"])
def test_it_is_set_aside_and_written_down_or_neither(house, amina, clock, at):
    facts = (amina.id, amina.wallet, NEW, uuid4())
    code = crashes.exit_code(house.settings, "send waiting", *facts, now=clock.now, at=at)
    assert code == KILLED
    assert stands(house, amina) == BEFORE
    for _ in range(2):
        crashes.do(house, "send waiting", *facts)
    assert stands(house, amina) == SENT


def test_joining_brings_it_or_has_not_happened(house, amina, clock):
    crashes.do(house, "send waiting", amina.id, amina.wallet, NEW, uuid4())
    at = "waiting.paid"
    assert crashes.exit_code(house.settings, "join", ZAWADI, now=clock.now, at=at) == KILLED
    assert stands(house, amina) == SENT
    crashes.do(house, "join", ZAWADI)
    assert stands(house, amina) == PAID


@pytest.mark.parametrize("then", ["swept", "taken back", "returned"])
def test_a_sweep_that_dies_leaves_it_to_whoever_comes_next(house, amina, clock, then):
    crashes.do(house, "join", ZAWADI)
    effect = uuid4()
    crashes.do(house, "send waiting", amina.id, amina.wallet, NEW, effect)
    sweep, at = "pay or return what waits", "waiting.paid"
    assert crashes.exit_code(house.settings, sweep, now=clock.now, at=at) == KILLED
    sent = stands(house, amina)
    assert sent[:4] == (*SENT[:3], ["KES 0.00"])
    if then == "swept":
        assert crashes.do(house, sweep) == 1
        assert stands(house, amina) == PAID
        return
    if then == "taken back":
        with house.unit() as unit:
            waiting_endings.cancel(unit, effect, payer=amina.id)
    else:
        clock.now += WAITS + timedelta(seconds=1)
        with house.unit() as unit:
            assert book.expire(unit) == 1
            assert collecting.entitled(unit, most=9) == []
        assert crashes.do(house, sweep) == 1
    assert crashes.do(house, sweep) == 0
    ended = "cancelled" if then == "taken back" else "returned"
    assert stands(house, amina)[:4] == ("KES 2000.00", "KES 0.00", [ended], ["KES 0.00"])
