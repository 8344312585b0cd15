"""Which number of ours speaks: the one that was written to, else one of the contact's country."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import pytest

from core.store import contacts, outbox
from core.store.unit import Unit
from tests.support.outbox_rows import add_customer


@dataclass
class Ours:
    """A number of the bank."""

    provider: str
    number: str
    channel: str = "whatsapp"
    rate: float = 80.0

    @property
    def key(self) -> str:
        return f"{self.provider}:{self.channel}:{self.number}"


KENYA = [Ours("meta", f"10{n}") for n in range(3)]
TANZANIA = Ours("meta", "200")
OLD = Ours("twilio", "+254700000100")
POOL = [*KENYA, TANZANIA, OLD]
HOMES = {**{one.key: "KE" for one in KENYA}, TANZANIA.key: "TZ"}


@pytest.fixture
def unit(unit: Unit) -> Unit:
    outbox.register_senders(unit, POOL, homes=HOMES)
    return unit


def met(unit: Unit, address: str, sender: Ours | None) -> None:
    unit.run(
        """
        insert into conversations (id, channel, address, language, sender, created_at)
        values (%(id)s, 'whatsapp', %(address)s, 'en', %(sender)s, %(now)s)
        """,
        id=unit.new_id(),
        address=contacts.keep(unit, address),
        sender=sender and sender.key,
        now=unit.now,
    )


def customer(unit: Unit, n: int, country: str = "KE") -> tuple[UUID, str]:
    ident, address = UUID(int=900 + n), f"+25471300{n:04d}"
    add_customer(unit, ident, phone=address, country=country)
    return ident, address


def told(unit: Unit, who: UUID, address: str) -> str:
    message = outbox.queue_notice(
        unit, customer_id=who, alert="welcome", facts={}, channel="whatsapp", address=address
    )
    assert message is not None
    return str(unit.value("select sender from outbox where message_id = %(id)s", id=message))


def test_every_number_of_the_first_provider_is_a_default(unit: Unit) -> None:
    rows = unit.all("select key, is_default, countries, speaks from senders order by key")
    assert {row.key: (row.is_default, row.countries) for row in rows if row.speaks} == {
        **{one.key: (True, ["KE"]) for one in KENYA},
        TANZANIA.key: (True, ["TZ"]),
        OLD.key: (False, []),
    }


def test_those_never_met_are_spread_over_their_country_and_stay_where_they_are(unit: Unit) -> None:
    first = {n: told(unit, *customer(unit, n)) for n in range(60)}
    again = {n: told(unit, UUID(int=900 + n), f"+25471300{n:04d}") for n in range(60)}
    assert first == again
    spread = Counter(first.values())
    assert set(spread) == {one.key for one in KENYA} and min(spread.values()) >= 8


def test_a_country_without_a_number_shares_them_all(unit: Unit) -> None:
    assert told(unit, *customer(unit, 1, "TZ")) == TANZANIA.key
    ugandans = {told(unit, *customer(unit, n, "UG")) for n in range(2, 40)}
    assert ugandans == {one.key for one in (*KENYA, TANZANIA)}


def test_a_customer_is_told_by_the_number_they_wrote_to(unit: Unit) -> None:
    who, address = customer(unit, 1)
    met(unit, address, OLD)
    assert told(unit, who, address) == OLD.key


def reply(unit: Unit, address: str, sender: Ours) -> str:
    message = outbox.queue_reply(
        unit,
        sender=sender.key,
        channel="whatsapp",
        provider=sender.provider,
        contact=address,
        customer_id=None,
        conversation_id=None,
        reply={"text": "Hi"},
        content="Hi",
    )
    return str(unit.value("select sender from outbox where message_id = %(id)s", id=message))


def test_a_reply_leaves_from_the_number_that_was_written_to(unit: Unit) -> None:
    met(unit, "+254713000001", KENYA[2])
    assert reply(unit, "+254713000001", KENYA[0]) == KENYA[2].key
    assert unit.wakes == {KENYA[2].key}
    met(unit, "+254713000002", None)
    assert reply(unit, "+254713000002", KENYA[0]) == KENYA[0].key
    assert reply(unit, "+254713000001", OLD) == OLD.key, "the provider was chosen by who answers"


def test_a_number_that_is_ours_no_more_speaks_no_more(unit: Unit) -> None:
    who, address = customer(unit, 1)
    met(unit, address, OLD)
    outbox.register_senders(unit, [*KENYA, TANZANIA], homes=HOMES)
    assert told(unit, who, address) in {one.key for one in KENYA}
    assert reply(unit, address, KENYA[1]) == KENYA[1].key
    outbox.register_senders(unit, POOL, homes=HOMES)
    assert told(unit, who, address) == OLD.key, "it is back"


def test_one_number_alone_serves_everybody(unit: Unit) -> None:
    outbox.register_senders(unit, [OLD])
    assert told(unit, *customer(unit, 1, "TZ")) == OLD.key
