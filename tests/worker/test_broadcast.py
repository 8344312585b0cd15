"""A broadcast as the scheduler sends it: bounded, behind every reply, and through to its end."""

from dataclasses import replace
from datetime import timedelta
from threading import Event
from time import monotonic
from uuid import UUID

import pytest

from core.access import approvals
from core.approvals.catalog import KINDS
from core.crm import broadcasts, consents
from core.crm.broadcasts import Choice, Plan
from core.store import delivery, outbox
from tests.support.desk import hired
from tests.support.numbers import Number
from tests.support.outbox_rows import add_customer
from tests.support.town import Clock
from tests.worker.conftest import queue_in
from worker import broadcast
from worker.dress import dress
from worker.sending import THREADS, Drain

WORDS = {
    "en": "{name}, cards cost nothing this month.",
    "sw": "{name}, kadi ni bure mwezi huu.",
    "fr": "{name}, les cartes sont gratuites ce mois-ci.",
}
SMS = "twilio:sms:21000"


def asked_and_approved(house, **other):
    approvals.register(KINDS)
    facts = {
        "name": "Cards", "words": WORDS, "choice": Choice(),
        "ends_at": house.now() + timedelta(days=2),
    }  # fmt: skip
    with house.unit() as unit:
        made = broadcasts.request(
            unit, hired(unit, "operations"), Plan(**facts | other), reason="spring"
        )
        approvals.approve(unit, hired(unit, "compliance"), made.approval_id)
    return made.id


def people(house, count, **other):
    with house.unit() as unit:
        for n in range(1, count + 1):
            one = UUID(int=(0x7 << 76) + n)
            add_customer(unit, one, phone=f"+2547990{n:05d}", **other)
            consents.give(unit, one, purpose="marketing", channel="sms")


def told(house, one):
    with house.unit() as unit:
        return broadcasts.get(unit, one)


def leased(house, most=50):
    with house.unit() as unit:
        return delivery.lease(unit, sender=SMS, most=most, hold=timedelta(seconds=45))


@pytest.fixture
def clock(now):
    """Noon in Nairobi, until it is moved."""
    return Clock(now)


@pytest.fixture
def house(make_house, number, clock):
    """A house that speaks by SMS, ten times a second."""
    made = replace(make_house(number), clock=clock)
    with made.unit() as unit:
        unit.run("update senders set refilled_at = %(now)s", now=unit.now)
    return made


@pytest.fixture
def number():
    """Its number."""
    return Number(channel="sms", number="21000", rate=10.0)


def test_each_second_has_its_few_and_all_are_told_once(house, clock):
    people(house, 12)
    one = asked_and_approved(house)
    looked_at, names = [], []
    for _ in range(40):
        looked_at.append(broadcast.sweep(house))
        clock.pass_(seconds=1)
        for parcel in leased(house):
            names.append(parcel.contact)
            with house.unit() as unit:
                delivery.taken(
                    unit, [delivery.Taken(parcel.id, parcel.message_id, f"SM{parcel.id}", 1, "x")]
                )
        if told(house, one).state == "done":
            break
    assert max(looked_at) == 2  # a fifth of ten a second
    assert sorted(names) == [f"+2547990{n:05d}" for n in range(1, 13)]
    assert (told(house, one).owed, told(house, one).state) == (12, "done")
    assert broadcast.sweep(house) == 0


def test_a_number_that_sends_nothing_is_given_nothing_more(house, clock):
    people(house, 12)
    one = asked_and_approved(house)
    for _ in range(10):
        broadcast.sweep(house)
        clock.pass_(seconds=1)
    assert told(house, one).owed == 2


def test_a_reply_leaves_at_once_beside_a_big_broadcast(house, number):
    people(house, 400)
    asked_and_approved(house)
    broadcast.sweep(house)
    with house.unit() as unit:
        queue_in(unit, "+254799099999", "Hi", of=number)
    began = monotonic()
    Drain(house, number, stop=Event(), idle_seconds=0.2).run()
    assert number.texts("+254799099999") == ["Hi"]
    at_once = [words for _, words in number.taken[:THREADS]]
    assert "Hi" in at_once, "it is among the first that leave side by side"
    assert number.at[0] - began < 1.0
    assert 1 < len(number.taken) <= 3  # and the few of this second


def test_the_words_as_they_leave(house, clock):
    people(house, 1, language="fr")
    one = asked_and_approved(house)
    broadcast.sweep(house)
    [parcel] = leased(house)
    dressed = dress(house, parcel)
    assert dressed.outgoing.reply.text == (
        "Wekeza: Amina, les cartes sont gratuites ce mois-ci.\n"
        "Écrivez STOP pour ne plus rien recevoir."
    )
    unasked = replace(parcel, channel="whatsapp", in_window=False)
    notice = dress(house, unasked).outgoing.notice
    assert notice is not None
    assert notice.name.startswith("broadcast_") and len(notice.name) == 30
    assert notice.body.startswith("Wekeza: {{1}}, les cartes") and notice.values == ("Amina",)
    assert str(one).replace("-", "").startswith(notice.name.removeprefix("broadcast_"))


def test_two_broadcasts_share_what_there_is(house, clock):
    people(house, 3)
    first, second = asked_and_approved(house), asked_and_approved(house, name="Other")
    assert broadcast.sweep(house) == 2
    assert (told(house, first).owed, told(house, second).owed) == (2, 0)


def test_what_waited_for_the_morning_leaves_then(house, clock):
    people(house, 3)
    clock.pass_(hours=10)  # half past ten at night
    with house.unit() as unit:
        for n in range(1, 4):
            outbox.queue_notice(
                unit, customer_id=UUID(int=(0x7 << 76) + n), alert="kyc_expired",
                facts={"document": "passport"},
            )  # fmt: skip
    assert broadcast.let_go(house) == 0
    assert leased(house) == []
    clock.pass_(hours=9)
    assert broadcast.let_go(house) == 3
    assert [one.payload["alert"] for one in leased(house)] == ["kyc_expired"] * 2
