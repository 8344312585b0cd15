"""Receipts move a message up its ladder, in whatever order they come."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, exc

from core.crm import messages
from core.store import contacts, delivery
from core.store.delivery import Taken
from core.store.unit import Unit, open_unit
from tests.support.keys import KEYS
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
    ours: str = ""


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
            assert messages.receive(unit, [Receipt(status)]) == 0
        delivery.taken(unit, [Taken(parcel.id, parcel.message_id, SID, 1, "Hello")])
        messages.apply_waiting(unit)
        rungs = [told(unit)[0]]
        for status in heard[early:]:
            messages.receive(unit, [Receipt(status)])
            rungs.append(told(unit)[0])
        highest = max(["sent", *heard], key=LADDER.index)
        assert rungs[-1] == highest
        assert [LADDER.index(r) for r in rungs] == sorted(LADDER.index(r) for r in rungs)
        assert unit.value("select count(*) from receipts where not applied") == 0
        attempt.rollback()


WORDS = st.tuples(
    st.sampled_from(("a", "b", "c")),
    st.sampled_from(LADDER),
    st.sampled_from(("", "30003", "63016")),
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=st.lists(st.lists(WORDS, max_size=6), max_size=5), known_after=st.integers(0, 5))
def test_however_receipts_come_messages_end_as_a_plain_model_says(
    unit: Unit, batches: list[list[tuple[str, str, str]]], known_after: int
) -> None:
    """Any order, any repetition, any batches, before and after the message is known."""
    with unit.connection.begin_nested() as attempt:
        register(unit)
        for contact in "abc":
            reply(unit, contact)
        parcels = lease(unit)
        for place in range(max(len(batches), known_after) + 1):
            if place == known_after:
                delivery.taken(
                    unit, [Taken(p.id, p.message_id, f"SM{p.contact}", 1, "Hello") for p in parcels]
                )
            words = batches[place] if place < len(batches) else []
            messages.receive(
                unit,
                [
                    Receipt(status, message_id=f"SM{contact}", code=code)
                    for contact, status, code in words
                ],
            )
        messages.apply_waiting(unit)
        said = [word for batch in batches for word in batch]
        assert ends(unit) == {contact: model(contact, said) for contact in "abc"}
        attempt.rollback()


def ends(unit: Unit) -> dict[str, tuple[object, ...]]:
    rows = unit.all(
        """
        select address, status, error_code, failed_at is not null as failed,
            delivered_at is not null as delivered, read_at is not null as read
        from messages
        """
    )
    known = contacts.reveal(unit, [row.address for row in rows])
    return {known[row[0]]: tuple(row)[1:] for row in rows}


def model(contact: str, said: list[tuple[str, str, str]]) -> tuple[object, ...]:
    """Say where a message ends: the highest rung it was told of, with what belongs to it."""
    heard = [(status, code) for to, status, code in said if to == contact]
    rungs = {"sent", *(status for status, _ in heard)}
    end = max(rungs, key=LADDER.index)
    failed = end == "failed"
    code = next((code for status, code in heard if status == "failed"), "") if failed else ""
    return end, code or None, failed, end in {"delivered", "read"}, end == "read"


def test_batches_that_meet_do_not_lock_each_other_out(clean_engine: Engine, now: datetime) -> None:
    """The same words in opposite orders, from two processes at once."""
    sids = [f"SM{n}" for n in range(8)]

    def open_one() -> AbstractContextManager[Unit]:
        return open_unit(clean_engine, keys=KEYS, now=now, new_id=uuid4, correlation=str(uuid4()))

    with open_one() as unit:
        register(unit)
        for sid in sids:
            reply(unit, sid)
        told = [Taken(p.id, p.message_id, p.contact, 1, "") for p in lease(unit)]
        delivery.taken(unit, told)

    def tell(seed: int) -> None:
        chance = random.Random(seed)
        for status in chance.sample(("sent", "delivered", "read"), 3):
            with open_one() as unit:
                batch = [Receipt(status, message_id=sid) for sid in chance.sample(sids, len(sids))]
                messages.receive(unit, batch)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(tell, seed) for seed in range(24)]:
            done.result(30)
    with open_one() as unit:
        assert {row.status for row in unit.all("select status from messages")} == {"read"}
        assert unit.value("select count(*) from receipts") == 3 * len(sids)


def test_a_batch_looks_at_its_own_messages_only(unit: Unit) -> None:
    """However many there are, and though the plan was made when there were none."""
    for _ in range(12):  # long enough that PostgreSQL keeps the plan
        messages.receive(unit, [Receipt("sent", message_id="SMnobody")])
        messages.apply_waiting(unit)
    unit.run(
        """
        insert into messages (channel, provider, is_inbound, address, status, provider_message_id,
            correlation, created_at)
        select 'whatsapp', 'twilio', false, '+1', 'sent', 'SM' || n, gen_random_uuid(), %(now)s
        from generate_series(1, 2000) n
        """,
        now=unit.now,
    )
    read = """
        select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables
        where relname = 'messages'
    """
    before = unit.value(read)
    batch = [Receipt("read", message_id=f"SM{n}") for n in range(1, 9)]
    assert messages.receive(unit, batch) == 8
    assert unit.value(read) - before < 100, "rows looked at to move eight"


def test_a_receipt_that_comes_twice_counts_once(unit: Unit) -> None:
    send(unit)
    assert messages.receive(unit, [Receipt("delivered")])
    assert not messages.receive(unit, [Receipt("delivered")])
    assert unit.value("select count(*) from receipts") == 1


def test_a_receipt_that_overtakes_the_record_waits_for_it(unit: Unit) -> None:
    messages.receive(unit, [Receipt("read")])
    messages.receive(unit, [Receipt("delivered")])
    assert messages.apply_waiting(unit) == 0
    send(unit)
    assert told(unit) == ("sent", None)
    assert messages.apply_waiting(unit) == 2
    row = unit.one("select status, delivered_at, read_at from messages")
    assert tuple(row) == ("read", unit.now, unit.now)
    assert messages.apply_waiting(unit) == 0


def test_a_receipt_of_no_message_of_ours_is_let_go_after_an_hour(unit: Unit) -> None:
    messages.receive(replace(unit, now=unit.now - timedelta(hours=2)), [Receipt("read")])
    send(unit)
    assert messages.apply_waiting(unit) == 0


def test_one_provider_cannot_speak_for_another(unit: Unit) -> None:
    send(unit)
    messages.receive(unit, [Receipt("read", provider="africastalking")])
    assert told(unit) == ("sent", None)


def test_read_says_delivered_too(unit: Unit) -> None:
    send(unit)
    messages.receive(unit, [Receipt("read")])
    row = unit.one("select delivered_at, read_at from messages")
    assert tuple(row) == (unit.now, unit.now)


def test_what_failed_and_arrived_after_all_has_not_failed(unit: Unit) -> None:
    send(unit)
    messages.receive(unit, [FAILED])
    assert told(unit) == ("failed", "63016")
    messages.receive(unit, [Receipt("delivered")])
    assert told(unit) == ("delivered", None)
    assert messages.failures(unit) == []


def test_a_failure_is_judged_once(unit: Unit) -> None:
    send(unit)
    messages.receive(unit, [FAILED])
    [failure] = messages.failures(unit)
    assert (failure.code, failure.fate, failure.channel) == ("63016", "template", "whatsapp")
    assert messages.failures(unit) == []


def test_an_early_failure_is_judged_once_its_message_is_known(unit: Unit) -> None:
    messages.receive(unit, [FAILED])
    assert messages.failures(unit) == []
    send(unit)
    messages.apply_waiting(unit)
    assert [one.code for one in messages.failures(unit)] == ["63016"]


@pytest.mark.parametrize("back", ["queued", "sending", "sent", "failed"])
def test_the_database_itself_refuses_to_go_back(unit: Unit, back: str) -> None:
    send(unit)
    messages.receive(unit, [Receipt("delivered")])
    with pytest.raises(exc.IntegrityError, match="earlier status"):
        unit.run("update messages set status = %(back)s", back=back)


@pytest.mark.parametrize("change", ["delete from messages", "delete from media"])
def test_the_application_may_not_forget(unit: Unit, change: str) -> None:
    with pytest.raises(exc.ProgrammingError, match="permission denied"):
        unit.run(change)
