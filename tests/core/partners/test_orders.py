"""Orders in the books: owed once, leased to one, noted once, and nothing is told that is sealed."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import exc

from core.partners import health, hearing, order_queue, orders
from core.partners.answers import Accepted, Answer, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.order_queue import HOLD, KEPT_FOR, Taken
from core.partners.partner import Told
from core.store.unit import Unit

SUBJECT = UUID(int=7)
BODY = {"amount": "KES 100.00", "phone": "+254712000001"}


def owe(unit: Unit, partner: str = "trial", **facts) -> UUID:
    given = {"action": "pay", "subject": "trial", "subject_id": SUBJECT, "body": BODY, **facts}
    return orders.owe(unit, partner=partner, **given)


def take(unit: Unit) -> Taken:
    (one,) = order_queue.take(unit, "trial", most=5)
    return one


def answer(unit: Unit, said: Answer) -> str:
    noted = order_queue.note(unit, take(unit), said)
    return noted.heard


def status(unit: Unit, order: UUID) -> str:
    return orders.find(unit, order).status


@pytest.fixture
def later(unit: Unit) -> Callable[..., None]:
    def pass_(**time: int) -> None:
        unit.now += timedelta(**time)

    return pass_


def test_an_order_is_sealed_and_opens_as_it_was(unit):
    order = owe(unit)
    sealed = unit.value("select body from partner_orders where id = %(id)s", id=order)
    assert b"712000001" not in bytes(sealed)
    taken = take(unit)
    assert taken.order.body == BODY
    assert (taken.order.id, taken.order.key) == (order, order.hex)
    assert taken.asks and taken.order.attempts == 1


def test_owing_wakes_the_partner_unless_it_is_for_later(unit):
    owe(unit, "late", due=unit.now + timedelta(hours=1))
    assert not unit.wakes
    owe(unit)
    assert unit.wakes == {"partner:trial"}
    assert [one.partner for one in order_queue.due_partners(unit)] == ["trial"]


def test_owed_twice_by_one_id_it_is_one_order(unit):
    first = owe(unit)
    assert owe(unit, order_id=first, body={"amount": "KES 900.00"}) == first
    assert take(unit).order.body == BODY


def test_a_body_has_limits(unit):
    with pytest.raises(ValueError, match="too large"):
        owe(unit, body={str(n): "" for n in range(51)})


def test_one_that_is_leased_is_nobody_elses(unit):
    owe(unit)
    take(unit)
    assert order_queue.take(unit, "trial", most=5) == []


def test_a_final_word_is_told_once_and_stays(unit):
    order = owe(unit)
    assert answer(unit, Accepted("ref-1")) == "accepted"
    unit.now += timedelta(seconds=5)
    assert answer(unit, Accepted("ref-1")) == ""
    unit.now += timedelta(seconds=15)
    assert answer(unit, Done("ref-1", {"token": "1"})) == "done"
    found = orders.find(unit, order)
    assert (found.status, found.reference) == ("done", "ref-1")
    assert order_queue.take(unit, "trial", most=5) == []
    with pytest.raises(exc.DBAPIError, match="does not go from done"), unit.savepoint():
        unit.run("update partner_orders set status = 'queued', finished_at = null")


def test_every_answer_is_kept_in_order(unit):
    order = owe(unit)
    answer(unit, Unclear("silence"))
    unit.now += timedelta(seconds=5)
    answer(unit, Refused("account_unknown", "E42"))
    rows = unit.all("select asked, answer, became, reason from partner_answers order by id")
    assert [tuple(row) for row in rows] == [
        ("send", "unclear", "unclear", "silence"),
        ("query", "refused", "refused", "account_unknown: E42"),
    ]
    assert status(unit, order) == "refused"
    with pytest.raises(exc.DBAPIError), unit.savepoint():
        unit.run("update partner_answers set answer = 'done'")


def test_an_answer_after_the_lease_ran_out_changes_nothing(unit, later):
    order = owe(unit)
    taken = take(unit)
    later(seconds=HOLD.total_seconds() + 1)
    assert order_queue.return_leases(unit) == 1
    assert status(unit, order) == "unclear"
    assert order_queue.note(unit, taken, Done()) is None
    assert status(unit, order) == "unclear"
    assert answer(unit, Done()) == "done"


def test_a_holder_that_vanished_leaves_it_to_be_asked_after(unit, later):
    order = owe(unit)
    take(unit)
    later(minutes=1)
    order_queue.return_leases(unit)
    taken = take(unit)
    assert not taken.asks and taken.order.attempts == 1
    order_queue.note(unit, taken, NotKnown())
    later(seconds=15)
    assert answer(unit, NotKnown()) == ""
    assert status(unit, order) == "queued"
    again = take(unit)
    assert again.asks and again.order.attempts == 2


def test_what_nobody_has_asked_can_be_taken_back(unit):
    order = owe(unit)
    assert orders.cancel(unit, order)
    assert order_queue.take(unit, "trial", most=5) == []
    assert not orders.cancel(unit, order)


@pytest.mark.parametrize("said", [Unclear("silence"), Accepted()])
def test_what_may_have_left_is_not_taken_back(unit, said):
    order = owe(unit)
    taken = take(unit)
    assert not orders.cancel(unit, order)
    order_queue.note(unit, taken, said)
    assert not orders.cancel(unit, order)


def test_what_never_left_can_still_be_taken_back(unit):
    order = owe(unit)
    answer(unit, NotSent("nobody there"))
    assert orders.cancel(unit, order)


def test_news_makes_it_asked_after_at_once(unit):
    order = owe(unit)
    answer(unit, Accepted("ref-1"))
    assert order_queue.take(unit, "trial", most=5) == []
    assert orders.hurry(unit, partner="trial", reference="ref-1") == order
    assert not take(unit).asks


def test_news_that_comes_while_it_is_asked_is_not_lost(unit):
    order = owe(unit)
    taken = take(unit)
    assert orders.hurry(unit, partner="trial", order_id=order) == order
    order_queue.note(unit, taken, Accepted())
    assert take(unit).order.id == order


def test_news_of_another_partner_or_of_nothing_is_no_news(unit):
    order = owe(unit)
    answer(unit, Accepted("ref-1"))
    assert orders.hurry(unit, partner="other", order_id=order) is None
    assert orders.hurry(unit, partner="trial", reference="") is None
    assert orders.hurry(unit, partner="trial", reference="ref-2") is None


def test_a_notice_is_kept_once_and_hurries_each_time(unit):
    order = owe(unit)
    answer(unit, Accepted("ref-1"))
    told = Told("n-1", reference="ref-1")
    assert hearing.keep(unit, "trial", told, body=b"{}").new
    taken = take(unit)
    order_queue.note(unit, taken, Accepted("ref-1"))
    again = hearing.keep(unit, "trial", told, body=b"{}")
    assert not again.new and again.order_id == order
    assert take(unit).order.id == order
    assert unit.value("select count(*) from payment_notices") == 1


def test_money_nobody_ordered_is_asked_about_once(unit):
    told = Told("n-2", verify={"id": "R1", "amount": "KES 5.00"})
    first, second = (hearing.keep(unit, "trial", told, body=b"<xml/>") for _ in range(2))
    assert first.order_id == second.order_id
    taken = take(unit)
    assert (taken.order.action, taken.order.subject) == ("verify", "receipt")
    assert taken.order.subject_id == first.notice_id
    assert taken.order.body == told.verify


def test_five_failures_open_the_circuit_and_an_answer_closes_it(unit, later):
    for _ in range(20):
        owe(unit)
    assert len(order_queue.take(unit, "trial", most=8)) == 8
    for _ in range(5):
        health.failed(unit, "trial", reason="silence")
    assert health.away(unit) == {"trial"}
    assert order_queue.due_partners(unit) == []
    assert order_queue.take(unit, "trial", most=8) == []
    health.failed(unit, "trial", reason="another one asked before")
    later(seconds=5)
    assert len(order_queue.take(unit, "trial", most=8)) == 1, "one tries it"
    health.failed(unit, "trial", reason="silence")
    later(seconds=9)
    assert order_queue.take(unit, "trial", most=8) == [], "and it rests longer"
    later(seconds=1)
    health.answered(unit, "trial")
    assert len(order_queue.take(unit, "trial", most=8)) == 8
    assert health.all_of(unit)["trial"].failures == 0


def test_one_partners_circuit_is_its_own(unit):
    owe(unit)
    for _ in range(5):
        health.failed(unit, "other", reason="silence")
    assert take(unit)


def test_a_day_without_a_final_word_is_told_once(unit, later):
    order = owe(unit)
    answer(unit, Accepted())
    later(hours=23)
    assert order_queue.take_stuck(unit) is None
    later(hours=2)
    assert order_queue.take_stuck(unit).id == order
    assert order_queue.take_stuck(unit) is None
    assert answer(unit, Done()) == "done", "and it is asked after as before"


def test_it_is_listed_page_by_page(unit):
    made = [owe(unit) for _ in range(5)]
    owe(unit, "other")
    first = orders.listed(unit, partner="trial", limit=3)
    rest = orders.listed(unit, partner="trial", limit=3, before=first[-1].id)
    assert sorted(one.id for one in [*first, *rest]) == sorted(made)
    assert orders.listed(unit, status="done") == []
    assert len(orders.listed(unit, subject_id=SUBJECT)) == 6


def test_a_person_may_have_it_asked_after_now_but_not_sent_twice(unit):
    order = owe(unit)
    answer(unit, Unclear("silence"))
    assert orders.retry(unit, order)
    assert not take(unit).asks
    assert not orders.retry(unit, UUID(int=1))


def test_what_was_said_is_forgotten_a_month_later(unit, later):
    owe(unit)
    answer(unit, Done())
    hearing.keep(unit, "trial", Told("n-1"), body=b"secret")
    assert order_queue.forget(unit) == 0
    later(days=KEPT_FOR.days + 1)
    assert order_queue.forget(unit) == 2
    assert orders.opened(unit, unit.one(f"select {orders.COLUMNS} from partner_orders")).body == {}
    assert unit.value("select body from payment_notices") is None


def test_depths_are_seen(unit):
    owe(unit)
    owe(unit, "other")
    answer(unit, Accepted())
    rows = unit.all("select partner, status, orders, stuck from partner_order_depths order by 1")
    assert [tuple(row) for row in rows] == [("other", "queued", 1, 0), ("trial", "accepted", 1, 0)]


def test_an_order_stays_what_it_is(unit):
    owe(unit)
    with pytest.raises(exc.DBAPIError), unit.savepoint():
        unit.run("update partner_orders set subject_id = %(id)s", id=UUID(int=9))
