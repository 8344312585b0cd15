"""Drains of partners: asked outside any transaction, noted with what the owner does about it."""

from dataclasses import replace
from threading import Event, Thread
from uuid import UUID

import pytest

from core import outcomes
from core.partners import order_queue, orders
from core.partners.answers import Accepted, Done, Heard, Unclear
from tests.support.firm import Firm
from tests.support.until import until
from worker import partner_orders
from worker.drain import Drains
from worker.partner_orders import PartnerDrain


@pytest.fixture
def heard(monkeypatch):
    """What owners of the subject ``trial`` have heard."""
    told = []

    def hear(word):
        return lambda unit, order, answer: told.append((word, order.id, order.reference, answer))

    words = ("done", "refused", "accepted", "stuck")
    monkeypatch.setitem(outcomes.HEARD, "trial", Heard(*(hear(word) for word in words)))
    return told


@pytest.fixture
def firm() -> Firm:
    return Firm()


@pytest.fixture
def house(make_house, number, firm, books, admin_engine):
    yield replace(make_house(number), partners={"trial": firm, "slow": Firm("slow")})
    with admin_engine.begin() as connection:
        connection.exec_driver_sql(
            "truncate partner_orders, partner_answers, payment_notices, partner_health cascade"
        )


def owe(house, partner="trial", **facts) -> UUID:
    given = {"action": "pay", "subject": "trial", "subject_id": UUID(int=1), "body": {}, **facts}
    with house.unit() as unit:
        order = orders.owe(unit, partner=partner, **given)
        unit.wakes.clear()
    return order


def status(house, order) -> str:
    with house.unit() as unit:
        return orders.find(unit, order).status


def drain(house, name="trial") -> int:
    return PartnerDrain(house, house.partners[name], stop=Event(), idle_seconds=0.1).run()


def test_what_is_owed_is_asked_and_its_owner_hears(house, firm, heard):
    firm.facts = {"token": "1234"}
    made = [owe(house) for _ in range(20)]
    assert drain(house) == 20
    assert {status(house, one) for one in made} == {"done"}
    assert sorted(order for _, order, _, _ in heard) == sorted(made)
    assert heard[0][0] == "done" and heard[0][2] == "ref-1"
    assert heard[0][3] == Done("ref-1", {"token": "1234"})
    assert set(firm.seen.values()) == {1}


def test_an_order_is_asked_while_no_transaction_is_open(house, firm, heard, engine):
    """Whoever looks at the row meanwhile is not kept waiting by us."""
    firm.gate.clear()
    order = owe(house)
    thread = Thread(target=drain, args=(house,))
    thread.start()
    until(lambda: status(house, order) == "asking")
    with engine.begin() as connection:
        connection.exec_driver_sql("set local lock_timeout = '1s'")
        connection.exec_driver_sql("select 1 from partner_orders for update")
    firm.gate.set()
    thread.join()
    assert status(house, order) == "done"


def test_a_slow_partner_holds_up_nobody_else(house, heard):
    slow = house.partners["slow"]
    slow.gate.clear()
    waiting = [owe(house, "slow") for _ in range(30)]
    quick = [owe(house) for _ in range(30)]
    drains = Drains(house)
    partner_orders.sweep(replace(house, waker=Deaf()), drains.open)
    until(lambda: {status(house, one) for one in quick} == {"done"})
    asking = [one for one in waiting if status(house, one) == "asking"]
    assert 0 < len(asking) <= partner_orders.AT_ONCE, "and it has no more threads than its own"
    slow.gate.set()
    until(lambda: {status(house, one) for one in waiting} == {"done"})
    assert drains.close(seconds=30)


class Deaf:
    """A waker that cannot reach anybody."""

    def wake(self, keys):
        return False

    def beat(self, key):
        return False

    def fall_silent(self, key):
        return False


def test_a_partner_is_drained_from_one_place_at_a_time(house, firm, heard):
    firm.gate.clear()
    order = owe(house)
    thread = Thread(target=drain, args=(house,))
    thread.start()
    until(lambda: status(house, order) == "asking")
    owe(house)
    assert drain(house) == 0
    firm.gate.set()
    thread.join()
    assert sum(firm.seen.values()) == 2


def test_owing_rouses_the_worker(house, heard):
    with house.unit() as unit:
        orders.owe(
            unit, partner="trial", action="pay", subject="trial", subject_id=UUID(int=1), body={}
        )
    assert house.redis.exists("wekeza:drain:partner:trial")


def test_orders_that_nobody_can_be_asked_about_keep_no_others_waiting(house, firm, heard):
    """M-Pesa's prompts whose answer and call were both lost: each hour they are looked at again."""
    send, firm.send = firm.send, lambda *_, **__: Unclear("which prompt is it?", failure=False)
    lost = [owe(house) for _ in range(12)]
    assert partner_orders.work(house, "trial") == 12
    firm.send = send
    order = owe(house)
    partner_orders.work(house, "trial")
    assert status(house, order) == "done"
    assert {status(house, one) for one in lost} == {"unclear"}


def test_a_client_that_breaks_leaves_nothing_certain(house, firm, heard):
    firm.send = None  # a bug in the client
    order = owe(house)
    drain(house)
    assert status(house, order) == "unclear"
    with house.unit() as unit:
        assert unit.value("select key from parked where kind = 'job'") == "partner trial"


def test_an_owner_that_breaks_leaves_the_order_to_be_asked_after(house, firm, heard, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    good = outcomes.HEARD["trial"]
    monkeypatch.setitem(outcomes.HEARD, "trial", replace(good, done=broken))
    order = owe(house)
    drain(house)
    assert status(house, order) == "asking", "nothing of the answer is written"
    monkeypatch.setitem(outcomes.HEARD, "trial", good)
    later = replace(house, clock=lambda: house.now() + order_queue.HOLD)
    partner_orders.sweep(later, lambda _: None)
    assert status(house, order) == "unclear"
    drain(later)
    assert status(house, order) == "done" and firm.asked == ["send", "query"]
    assert [word for word, *_ in heard] == ["done"]


def test_a_partner_that_is_away_is_left_alone(house, firm, heard):
    firm.answers = [Unclear("silence")] * 5
    for _ in range(5):
        owe(house)
    partner_orders.work(house, "trial")
    owe(house)
    assert partner_orders.work(house, "trial") == 0
    opened = []
    partner_orders.sweep(house, opened.append)
    assert opened == []


def test_owners_are_told_once_of_what_is_stuck(house, firm, heard):
    firm.answers = [Accepted("ref-1")]
    owe(house)
    partner_orders.work(house, "trial")
    later = replace(house, clock=lambda: house.now() + orders.STUCK_AFTER)
    assert partner_orders.tell_stuck(later) == 1
    assert partner_orders.tell_stuck(later) == 0
    assert [word for word, *_ in heard] == ["accepted", "stuck"]


def test_orders_of_a_partner_that_is_not_set_up_wait(house, heard):
    order = owe(house, "gone")
    opened = []
    partner_orders.sweep(house, opened.append)
    assert opened == [] and status(house, order) == "queued"
