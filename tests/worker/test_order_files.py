"""Orders that a partner takes in files: one call for many, and each an order of its own."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest

from core import outcomes
from core.partners import orders
from core.partners.answers import Answer, Heard, NotKnown, Unclear
from core.partners.partner import Filing
from tests.support.firm import Firm
from tests.worker.test_partner_orders import drain, owe, status
from worker import partner_orders


@dataclass
class Clearing(Firm):
    """A firm that takes what it is to pay in files."""

    filed: str = "pay"
    most_in_a_file: int = 20
    files: list[int] = field(default_factory=list)
    loses: bool = False
    """Whether its answer to a file is lost."""

    def send_all(self, orders, *, seconds) -> list[Answer]:
        """Take a file."""
        self.files.append(len(orders))
        told = [Firm.send(self, one, seconds=seconds) for one in orders]
        return [Unclear("silence")] * len(told) if self.loses else told


@pytest.fixture
def heard(monkeypatch):
    """What owners of the subject ``trial`` have heard, by order."""
    told = {}

    def hear(word):
        return lambda unit, order, answer: told.setdefault(order.id, []).append(word)

    words = ("done", "refused", "accepted", "stuck")
    monkeypatch.setitem(outcomes.HEARD, "trial", Heard(*(hear(word) for word in words)))
    return told


@pytest.fixture
def firm() -> Clearing:
    return Clearing()


@pytest.fixture
def house(make_house, number, firm, books, admin_engine):
    made = make_house(number)
    yield replace(made, partners={"trial": firm})
    with admin_engine.begin() as connection:
        connection.exec_driver_sql(
            "truncate partner_orders, partner_answers, payment_notices, partner_health cascade"
        )


def after(house, span: timedelta):
    """Return the house as it is later."""
    return replace(house, clock=lambda: house.now() + span)


GATHERED = partner_orders.GATHERS


def test_what_is_due_leaves_in_one_call_and_each_is_answered(house, firm, heard):
    assert isinstance(firm, Filing)
    made = [owe(house) for _ in range(12)]
    assert drain(after(house, GATHERED)) == 12
    assert firm.files == [12] and set(firm.seen.values()) == {1}
    assert heard == {one: ["done"] for one in made}


def test_a_file_holds_no_more_than_it_may(house, firm, heard):
    made = [owe(house) for _ in range(50)]
    assert partner_orders.work(house, "trial") == 50
    assert firm.files == [20, 20, 10]
    assert {status(house, one) for one in made} == {"done"}


def test_the_first_of_a_file_waits_for_others(house, firm, heard):
    first = owe(house)
    assert drain(house) == 0 and status(house, first) == "queued"
    now = house.now() + GATHERED
    with replace(house, clock=lambda: now).unit() as unit:
        orders.owe(
            unit, partner="trial", action="pay", subject="trial", subject_id=UUID(int=1), body={}
        )
        unit.wakes.clear()
    assert drain(replace(house, clock=lambda: now)) == 2
    assert firm.files == [2]


def test_other_orders_leave_by_themselves_and_at_once(house, firm, heard):
    paid, asked = owe(house), owe(house, action="verify")
    assert drain(house) == 1
    assert (status(house, paid), status(house, asked)) == ("queued", "done")
    assert firm.files == []


def test_a_lost_answer_leaves_each_unclear_and_none_leaves_again(house, firm, heard):
    firm.loses = True
    made = [owe(house) for _ in range(3)]
    partner_orders.work(house, "trial")
    assert {status(house, one) for one in made} == {"unclear"}
    assert partner_orders.work(after(house, timedelta(seconds=6)), "trial") == 3
    assert {status(house, one) for one in made} == {"done"}
    assert firm.files == [3] and set(firm.seen.values()) == {1}
    assert firm.asked.count("query") == 3 and heard == {one: ["done"] for one in made}


def test_a_file_that_was_never_seen_leaves_again_whole(house, firm, heard):
    made = [owe(house) for _ in range(3)]
    firm.send_all, send_all = lambda orders, **_: [Unclear("lost")] * len(orders), firm.send_all
    partner_orders.work(house, "trial")
    firm.send_all = send_all
    firm.answers = [NotKnown()] * 6
    for seconds in (6, 66, 67):
        partner_orders.work(after(house, timedelta(seconds=seconds)), "trial")
    assert firm.files == [3]
    assert heard == {one: ["done"] for one in made}


def test_a_client_that_answers_for_too_few_leaves_nothing_certain(house, firm, heard):
    made = [owe(house) for _ in range(3)]
    firm.send_all = lambda orders, **_: [Unclear("lost")]
    partner_orders.work(house, "trial")
    assert {status(house, one) for one in made} == {"unclear"}
