"""A run over a number: order per contact, fates, leases, and what a crash leaves behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from uuid import UUID

import pytest

from bot.house import House
from channels.message import Fate, Outgoing, SendFailed, Sent
from core.access import codes
from core.store import delivery, outbox, upkeep
from tests.support.numbers import Number, fails
from tests.support.outbox_rows import add_address, add_customer
from worker import fates, sending
from worker.sending import Drain

Queue = Callable[..., None]


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that say nothing about the rules are cut short."""
    monkeypatch.setattr(sending, "PACE_SECONDS", 0.0)
    monkeypatch.setattr(fates, "FIRST_WAIT", timedelta(milliseconds=20))
    monkeypatch.setattr(fates, "PAUSE", timedelta(milliseconds=50))


def drain(house: House, number: Number, **given: object) -> int:
    return Drain(
        house, number, stop=given.pop("stop", Event()), **{"idle_seconds": 0.3, **given}
    ).run()


def rows(house: House) -> list[tuple[object, ...]]:
    with house.unit() as unit:
        return [
            tuple(row)
            for row in unit.all(
                """
                select o.contact, o.status, m.status as said, o.error
                from outbox o join messages m on m.id = o.message_id order by o.id
                """
            )
        ]


def test_everything_is_sent_and_recorded(house: House, number: Number, queue: Queue) -> None:
    queue(("+1", "a"), ("+2", "b"))
    assert drain(house, number) == 2
    assert sorted(number.taken) == [("+1", "a"), ("+2", "b")]
    with house.unit() as unit:
        told = unit.all("select status, sent_at, provider_message_id from messages")
    assert {row.status for row in told} == {"sent"}
    assert all(row.sent_at and row.provider_message_id for row in told)


def test_each_contact_reads_in_order_under_failures(
    house: House, number: Number, queue: Queue
) -> None:
    number.answer = fails(Fate.RETRY, times=2)
    wanted = {f"+{n}": [f"{n}-{m}" for m in range(5)] for n in range(6)}
    queue(
        *((contact, text) for m in range(5) for contact in wanted for text in [wanted[contact][m]])
    )
    assert drain(house, number) == 30
    assert {contact: number.texts(contact) for contact in wanted} == wanted


def test_a_slow_contact_holds_up_nobody_else(house: House, number: Number, queue: Queue) -> None:
    stuck = Event()
    number.answer = lambda message: stuck.wait(20) if message.to == "+slow" else None
    queue(("+slow", "1"), ("+slow", "2"), *((f"+{n}", "hi") for n in range(40)))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number)
        _until(lambda: len(number.taken) == 40)
        assert number.texts("+slow") == []
        stuck.set()
        assert run.result(20) == 42
    assert number.texts("+slow") == ["1", "2"]


def test_contacts_are_served_side_by_side(house: House, number: Number, queue: Queue) -> None:
    together = Barrier(8, timeout=10)
    number.answer = lambda _: together.wait()
    queue(*((f"+{n}", "hi") for n in range(8)))
    assert drain(house, number) == 8


def test_a_number_is_drained_in_one_place_only(house: House, number: Number, queue: Queue) -> None:
    inside, go_on = Event(), Event()
    number.answer = lambda _: (inside.set(), go_on.wait(20))
    queue(("+1", "a"), ("+2", "b"))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(drain, house, number)
        assert inside.wait(10)
        assert drain(house, number) == 0
        go_on.set()
        assert first.result(20) == 2
    assert len(number.handed) == 2


def test_what_never_works_becomes_a_dead_letter_and_lets_the_next_pass(
    house: House, number: Number, queue: Queue
) -> None:
    number.answer = fails(Fate.PERMANENT, "21211")
    queue(("+1", "bad"))
    drain(house, number)
    assert rows(house) == [("+1", "dead", "failed", "21211")]
    number.answer = lambda _: None
    queue(("+1", "good"))
    with house.unit() as unit:
        assert delivery.revive(unit) == 1
    drain(house, number)
    assert number.texts("+1") == ["bad", "good"]


def test_tries_are_limited(
    house: House, number: Number, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fates, "MOST_ATTEMPTS", 3)
    number.answer = fails(Fate.RETRY, "503", times=99)
    queue(("+1", "a"))
    drain(house, number)
    assert (len(number.handed), rows(house)) == (3, [("+1", "dead", "failed", "503")])


def test_a_throttled_number_slows_down_and_loses_nothing(
    house: House, number: Number, queue: Queue
) -> None:
    number.answer = fails(Fate.THROTTLE, "20429", times=1)
    queue(*((f"+{n}", str(n)) for n in range(5)))
    assert drain(house, number) == 5
    with house.unit() as unit:
        assert unit.value("select allowed < rate from senders")
        assert unit.value("select max(attempts) from outbox") == 1, "a wait is no attempt"


def test_outside_the_window_the_template_is_sent(house: House, number: Number) -> None:
    with house.unit() as unit:
        customer = add_customer(unit, language="fr")
        add_address(unit, "whatsapp")
        facts = {
            "amount": "KES 1500.00",
            "name": "Brian Kamau",
            "reference": "TX1",
            "balance": "KES 12.00",
        }
        outbox.queue_notice(unit, customer_id=customer, alert="money_received", facts=facts)
    assert drain(house, number) == 1
    [message] = number.handed
    assert message.in_window is False
    assert message.notice is not None
    assert message.notice.values[0] == "1 500,00 KES"
    read = message.notice.body
    for n, value in enumerate(message.notice.values, start=1):
        read = read.replace(f"{{{{{n}}}}}", value)
    assert read == message.reply.text


def test_free_words_that_are_refused_go_as_the_template(
    house: House, number: Number, queue: Queue
) -> None:
    _open_window(house, "+1")
    number.answer = fails(Fate.TEMPLATE, "63016")
    queue(("+1", "a"))
    assert drain(house, number) == 1
    assert [message.in_window for message in number.handed] == [True, False]


def test_what_whatsapp_cannot_deliver_goes_by_sms(make_house, queue: Queue) -> None:
    whatsapp = Number(fails(Fate.OTHER_CHANNEL, "63003", times=9))
    sms = Number(channel="sms", number="21000")
    house = make_house(whatsapp, sms)
    queue(("+254712000001", "a"), of=whatsapp)
    assert drain(house, whatsapp) == 0
    assert drain(house, sms) == 1
    assert sms.taken == [("+254712000001", "a")]


def test_without_another_channel_it_is_dead(house: House, number: Number, queue: Queue) -> None:
    number.answer = fails(Fate.OTHER_CHANNEL, "63003", times=9)
    queue(("KE.1349", "a"))
    drain(house, number)
    assert rows(house) == [("KE.1349", "dead", "failed", "63003")]


def test_who_has_opted_out_at_the_provider_has_opted_out_here(
    house: House, number: Number, queue: Queue
) -> None:
    number.answer = fails(Fate.OPTED_OUT, "21610")
    with house.unit() as unit:
        add_customer(unit)
        add_address(unit, "whatsapp")
    queue(("+254712000001", "a"))
    drain(house, number)
    with house.unit() as unit:
        assert unit.value("select opted_out_at is not null from addresses")
    assert rows(house) == [("+254712000001", "dead", "failed", "21610")]


def test_a_crash_between_sending_and_recording_gives_the_lease_back(
    house: House, number: Number, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one moment in which a message is sent twice; nothing is lost, and order is kept."""
    queue(("+1", "a"), ("+1", "b"))

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "write", die)
        patch.setattr(Drain, "_finish", lambda *_: None)
        with pytest.raises(Killed):
            drain(house, number)
    assert [row[1] for row in rows(house)] == ["leased", "queued"]
    assert drain(house, number) == 0, "the lease still runs"
    with house.unit() as unit:
        unit.now += sending.HOLD + timedelta(seconds=1)
        assert upkeep.return_leases(unit) == 1
        unit.run("update outbox set due_at = due_at - interval '2 minutes'")
    assert drain(house, number) == 2
    assert number.texts("+1") == ["a", "a", "b"]


def test_a_stop_finishes_what_is_in_flight_and_takes_nothing_more(
    house: House, number: Number, queue: Queue
) -> None:
    stop, inside, go_on = Event(), Event(), Event()
    number.answer = lambda _: (inside.set(), go_on.wait(20))
    queue(("+1", "a"), ("+1", "b"))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number, stop=stop)
        assert inside.wait(10)
        stop.set()
        go_on.set()
        assert run.result(20) == 1
    assert rows(house) == [("+1", "sent", "sent", None), ("+1", "queued", "queued", None)]


def test_a_busy_drain_finds_new_rows_without_being_woken(
    house: House, number: Number, queue: Queue
) -> None:
    stop = Event()
    queue(("+1", "a"))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number, idle_seconds=20.0, stop=stop)
        _until(lambda: len(number.taken) == 1)
        queue(("+2", "b"))
        _until(lambda: len(number.taken) == 2)
        stop.set()
        assert run.result(10) == 2, "the same run took both"


def test_a_code_is_in_the_message_and_nowhere_else(make_house) -> None:
    sms = Number(channel="sms", number="21000")
    house = make_house(sms)
    code_id = str(UUID(int=7))
    digits = codes.reveal(house.settings.pin_pepper, code_id)
    with house.unit() as unit:
        customer = add_customer(unit)
        outbox.queue_notice(
            unit, customer_id=customer, alert="one_time_code", facts={"code_id": code_id}
        )
    assert drain(house, sms) == 1
    assert digits in sms.handed[0].reply.text
    with house.unit() as unit:
        kept = unit.value("select string_agg(m::text || o::text, ' ') from messages m, outbox o")
        assert outbox.NOT_SAID in unit.value("select content from messages")
    assert digits not in kept
    assert digits not in str(house.redis.xrange("ui:events"))


def test_what_is_of_no_use_any_more_is_not_sent(make_house) -> None:
    sms = Number(channel="sms", number="21000")
    house = make_house(sms)
    with house.unit() as unit:
        customer = add_customer(unit)
        outbox.queue_notice(
            unit, customer_id=customer, alert="one_time_code", facts={"code_id": "7"}
        )
        unit.run("update outbox set expires_at = expires_at - interval '6 minutes'")
    assert drain(house, sms) == 0
    assert (sms.handed, rows(house)[0][1:]) == ([], ("dead", "failed", "expired"))


def test_a_message_without_words_is_laid_aside_at_once(house: House, number: Number) -> None:
    with house.unit() as unit:
        customer = add_customer(unit)
        add_address(unit, "whatsapp")
        outbox.queue_notice(unit, customer_id=customer, alert="no_such_alert", facts={})
    drain(house, number)
    assert rows(house)[0][1:] == ("dead", "failed", "no_words")


def test_an_id_a_provider_gives_twice_does_not_stop_the_rest(
    house: House, number: Number, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number, "send", lambda message: Sent("SM-always-the-same"))
    queue(("+1", "a"), ("+2", "b"), ("+3", "c"))
    drain(house, number)
    assert [row[1:3] for row in rows(house)] == [("sent", "sent")] * 3


def test_a_bug_in_sending_is_tried_again(house: House, number: Number, queue: Queue) -> None:
    tries: list[Outgoing] = []

    def answer(message: Outgoing) -> None:
        tries.append(message)
        if len(tries) < 3:
            raise ZeroDivisionError

    number.answer = answer
    queue(("+1", "a"))
    assert drain(house, number) == 1


def test_answers_survive_a_moment_without_the_books(
    house: House, number: Number, queue: Queue, admin_engine
) -> None:
    inside, go_on = Event(), Event()
    number.answer = lambda _: (inside.set(), go_on.wait(20))
    queue(("+1", "a"))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(drain, house, number)
        assert inside.wait(10)
        with admin_engine.begin() as connection:
            connection.exec_driver_sql(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()
                """
            )
        go_on.set()
        assert run.result(20) == 1
    house.engine.dispose()
    assert rows(house) == [("+1", "sent", "sent", None)]
    assert len(number.handed) == 1


def test_waits_grow_up_to_a_cap(monkeypatch: pytest.MonkeyPatch, now) -> None:
    monkeypatch.setattr(fates, "FIRST_WAIT", timedelta(seconds=2))
    waits = []
    for attempts in range(1, fates.MOST_ATTEMPTS):
        parcel = _parcel(attempts, now)
        later = fates.judge(parcel, SendFailed("503", fate=Fate.RETRY), now=now)
        assert isinstance(later, delivery.Later)
        waits.append((later.due_at - now).total_seconds())
    assert waits[:3] == [2, 4, 8]
    assert waits == sorted(waits)
    assert max(waits) == fates.LONGEST_WAIT.total_seconds()
    assert isinstance(
        fates.judge(_parcel(fates.MOST_ATTEMPTS, now), SendFailed("503", fate=Fate.RETRY), now=now),
        delivery.Dead,
    )


def test_a_message_only_ever_told_to_wait_is_given_up_after_a_day(now) -> None:
    failed = SendFailed("20429", fate=Fate.THROTTLE, after=3.0)
    fresh = fates.judge(_parcel(1, now), failed, now=now + timedelta(hours=23))
    assert isinstance(fresh, fates.Slower)
    assert fresh.pause == timedelta(seconds=3)
    assert isinstance(
        fates.judge(_parcel(1, now), failed, now=now + timedelta(hours=25)), delivery.Dead
    )


def _parcel(attempts: int, now) -> delivery.Parcel:
    return delivery.Parcel(
        id=16,
        lease=UUID(int=1),
        message_id=UUID(int=2),
        sender="s",
        channel="sms",
        contact="+1",
        payload={},
        as_template=False,
        attempts=attempts,
        created_at=now,
        expires_at=None,
        correlation="",
        in_window=True,
    )


def _open_window(house: House, contact: str) -> None:
    with house.unit() as unit:
        unit.run(
            """
            insert into conversations (id, channel, address, language, created_at, last_inbound_at)
            values (%(id)s, 'whatsapp', %(contact)s, 'en', %(now)s, %(now)s)
            """,
            id=unit.new_id(),
            contact=contact,
            now=unit.now,
        )


def _until(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    waiting = Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError("it never came to that")
