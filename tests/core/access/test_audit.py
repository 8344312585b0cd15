"""The audit log: what is noted, when it is written, who may touch it, and how it is read."""

from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.access import audit
from core.access.actors import SYSTEM, Actor
from tests.core.people import units

STAFF = Actor(uuid4(), "staff", "agent", frozenset({"cases.read"}), ip="10.0.0.7")


def noted(unit, action="case.taken", *, actor=STAFF, **facts):
    return audit.note(unit, actor, action, **{"subject": "case", "subject_id": "7"} | facts)


def test_a_note_is_read_as_it_was_made(unit, now):
    customer = uuid4()
    made = noted(
        unit,
        "customer.revealed",
        customer=customer,
        reason="asked for José's limit",
        fields=["phone", "email"],
        before={"tier": 1},
        after={"tier": 2},
    )
    (read,) = audit.page(unit, STAFF)
    assert (read.id, read.seq, read.at, read.actor_id, read.role) == (
        made, 1, now, STAFF.id, "agent",
    )  # fmt: skip
    assert (read.reason, read.fields, read.ip) == (
        "asked for José's limit", ("phone", "email"), "10.0.0.7",
    )  # fmt: skip
    assert (read.before, read.after) == ({"tier": 1}, {"tier": 2})
    assert read.customer_id == customer


def test_nothing_of_the_words_stands_in_clear(unit):
    noted(unit, reason="her number is +254712000001", after={"phone": "+254712000001"})
    unit.finish()
    assert "254712000001" not in unit.value("select audit_log::text from audit_log")


def test_a_note_is_the_last_thing_of_its_unit(unit):
    noted(unit)
    assert unit.value("select count(*) from audit_log") == 0
    unit.finish()
    assert unit.value("select count(*) from audit_log") == 1


def test_a_savepoint_that_is_undone_takes_its_notes_along(unit):
    noted(unit, "case.taken")
    with suppress(LookupError), unit.savepoint():
        noted(unit, "case.closed")
        raise LookupError
    noted(unit, "case.replied")
    assert [one.action for one in audit.page(unit, STAFF)] == ["case.replied", "case.taken"]


def test_customers_and_the_house_act_too(unit):
    who = uuid4()
    noted(unit, "access.locked", actor=audit.customer(unit, who), customer=who)
    noted(unit, "approval.expired", actor=SYSTEM)
    expired, locked = audit.page(unit, STAFF)
    assert (locked.actor_kind, locked.actor_id) == ("customer", who)
    assert (expired.actor_kind, expired.actor_id) == ("system", None)


def test_the_log_is_read_by_pages_and_filters(unit):
    customer, other = uuid4(), Actor(uuid4(), "staff", "auditor", frozenset())
    for n in range(5):
        noted(
            unit, "customer.seen" if n % 2 else "case.taken", customer=customer if n > 2 else None
        )
    noted(unit, actor=other)
    first = audit.page(unit, other, limit=2)
    assert [one.seq for one in first] == [6, 5]
    assert [one.seq for one in audit.page(unit, other, limit=2, after=5)] == [4, 3]
    assert [one.seq for one in audit.page(unit, other, customer=customer)][-2:] == [5, 4]
    assert {one.actor_id for one in audit.page(unit, other, actor=STAFF.id)} == {STAFF.id}
    assert {one.action for one in audit.page(unit, other, action="case")} == {"case.taken"}
    assert {one.action for one in audit.page(unit, other, action="audit.seen")} == {"audit.seen"}


def test_who_looked_at_a_customer_is_found(unit):
    customer = uuid4()
    noted(unit, "customer.seen", subject="customer", subject_id=customer, customer=customer)
    noted(unit, "customer.seen", subject="customer", subject_id=uuid4(), customer=uuid4())
    assert [one.customer_id for one in audit.looks(unit, customer)] == [customer]


@pytest.mark.parametrize(
    "change",
    [
        "update audit_log set details = ''",
        "update audit_log set action = 'case.closed'",
        "delete from audit_log",
        "truncate audit_log",
        "delete from audit_head",
    ],
)
def test_the_house_cannot_rewrite_it(unit, change):
    noted(unit)
    unit.finish()
    with pytest.raises(DBAPIError, match="permission denied"):
        unit.run(change)


def test_its_owner_is_kept_from_all_but_sealing_anew(unit, admin_engine):
    with admin_engine.connect() as connection:
        connection.exec_driver_sql("set local role wekeza_owner")
        connection.exec_driver_sql(
            "insert into audit_log values (1, uuidv7(), now(), 'system', null, 'a.b', 'x', 'y',"
            " null, '{}', 'old', '', '', '', '', '')"
        )
        connection.exec_driver_sql("update audit_log set details = 'new'")
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql("update audit_log set action = 'a.c'")


def test_two_at_once_stand_one_behind_the_other(clean_engine, now):
    opened = units(clean_engine, now)
    with opened() as one:
        noted(one, "case.taken")
        with opened() as other:
            noted(other, "case.replied")
    with opened() as unit:
        assert [one.action for one in audit.page(unit, STAFF)] == ["case.taken", "case.replied"]
