"""Receipts move a message up its ladder, in whatever order they come."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import exc

from core.crm import messages
from core.store import delivery
from core.store.delivery import Taken
from core.store.unit import Unit
from tests.support.outbox_rows import lease, register, reply

LADDER = ("queued", "sending", "sent", "failed", "delivered", "read")
SID = "SM0001"


@dataclass(frozen=True)
class Receipt:
    status: str
    provider: str = "twilio"
    message_id: str = SID
    code: str = ""
    fate: str | None = None


FAILED = Receipt("failed", code="63016", fate="template")


def send(unit: Unit, sid: str = SID) -> None:
    """Have a message taken by the provider under this id."""
    register(unit)
    reply(unit, "+1")
    [parcel] = lease(unit)
    delivery.taken(unit, [Taken(parcel.id, parcel.message_id, sid, 1, "Hello")])


def told(unit: Unit) -> tuple[str, str | None]:
    row = unit.one("select status, error_code from messages")
    return row.status, row.error_code


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_any_order_of_receipts_ends_on_the_same_rung(unit: Unit, data: st.DataObject) -> None:
    heard = data.draw(st.lists(st.sampled_from(LADDER), max_size=8))
    early = data.draw(st.integers(0, len(heard)))
    with unit.connection.begin_nested() as attempt:
        register(unit)
        reply(unit, "+1")
        [parcel] = lease(unit)
        for status in heard[:early]:
            assert messages.receive(unit, Receipt(status)) is False
        delivery.taken(unit, [Taken(parcel.id, parcel.message_id, SID, 1, "Hello")])
        messages.apply_waiting(unit)
        rungs = [told(unit)[0]]
        for status in heard[early:]:
            messages.receive(unit, Receipt(status))
            rungs.append(told(unit)[0])
        highest = max(["sent", *heard], key=LADDER.index)
        assert rungs[-1] == highest
        assert [LADDER.index(r) for r in rungs] == sorted(LADDER.index(r) for r in rungs)
        assert unit.value("select count(*) from receipts where not applied") == 0
        attempt.rollback()


def test_a_receipt_that_comes_twice_counts_once(unit: Unit) -> None:
    send(unit)
    assert messages.receive(unit, Receipt("delivered"))
    assert not messages.receive(unit, Receipt("delivered"))
    assert unit.value("select count(*) from receipts") == 1


def test_a_receipt_that_overtakes_the_record_waits_for_it(unit: Unit) -> None:
    messages.receive(unit, Receipt("read"))
    messages.receive(unit, Receipt("delivered"))
    assert messages.apply_waiting(unit) == 0
    send(unit)
    assert told(unit) == ("sent", None)
    assert messages.apply_waiting(unit) == 2
    row = unit.one("select status, delivered_at, read_at from messages")
    assert tuple(row) == ("read", unit.now, unit.now)
    assert messages.apply_waiting(unit) == 0


def test_a_receipt_of_no_message_of_ours_is_let_go_after_an_hour(unit: Unit) -> None:
    messages.receive(replace(unit, now=unit.now - timedelta(hours=2)), Receipt("read"))
    send(unit)
    assert messages.apply_waiting(unit) == 0


def test_one_provider_cannot_speak_for_another(unit: Unit) -> None:
    send(unit)
    messages.receive(unit, Receipt("read", provider="africastalking"))
    assert told(unit) == ("sent", None)


def test_read_says_delivered_too(unit: Unit) -> None:
    send(unit)
    messages.receive(unit, Receipt("read"))
    row = unit.one("select delivered_at, read_at from messages")
    assert tuple(row) == (unit.now, unit.now)


def test_what_failed_and_arrived_after_all_has_not_failed(unit: Unit) -> None:
    send(unit)
    messages.receive(unit, FAILED)
    assert told(unit) == ("failed", "63016")
    messages.receive(unit, Receipt("delivered"))
    assert told(unit) == ("delivered", None)
    assert messages.failures(unit) == []


def test_a_failure_is_judged_once(unit: Unit) -> None:
    send(unit)
    messages.receive(unit, FAILED)
    [failure] = messages.failures(unit)
    assert (failure.code, failure.fate, failure.channel) == ("63016", "template", "whatsapp")
    assert messages.failures(unit) == []


def test_an_early_failure_is_judged_once_its_message_is_known(unit: Unit) -> None:
    messages.receive(unit, FAILED)
    assert messages.failures(unit) == []
    send(unit)
    messages.apply_waiting(unit)
    assert [one.code for one in messages.failures(unit)] == ["63016"]


@pytest.mark.parametrize("back", ["queued", "sending", "sent", "failed"])
def test_the_database_itself_refuses_to_go_back(unit: Unit, back: str) -> None:
    send(unit)
    messages.receive(unit, Receipt("delivered"))
    with pytest.raises(exc.IntegrityError, match="earlier status"):
        unit.run("update messages set status = %(back)s", back=back)


@pytest.mark.parametrize("change", ["delete from messages", "delete from media"])
def test_the_application_may_not_forget(unit: Unit, change: str) -> None:
    with pytest.raises(exc.ProgrammingError, match="permission denied"):
        unit.run(change)
