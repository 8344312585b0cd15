"""Cards live whole lives, and then everything is searched: no number stands anywhere.

Not in a copy of the database, whichever way it is written down, not in what its sealed fields say
to whoever has the keys (but for the vault), not in Redis, in files or in logs.
"""

import re
from uuid import uuid4

import pytest
from redis import Redis

from bot import app as web
from core.access import codes
from core.cards import address, cards, desk, holding, issuing, reveal, vault
from core.crm import customers
from core.partners.mishaps import Plan
from core.partners.scheme_twin import PRODUCED_AFTER, SHIPPED_AFTER
from core.store import delivery
from tests.support import dump, unsealed
from tests.support.card_scheme import SchemeTown, with_scheme
from tests.support.desk import hired
from tests.support.town import AMINA, BRIAN
from worker import partner_orders
from worker.dress import dress

HOME = address.read(line="12 Moi Avenue", town="Nairobi", postcode="00100", country="KE")
LEAST = 6
"""Digits in a row of a number that would be told already, beside its first six."""


@pytest.fixture
def town(house) -> SchemeTown:
    return with_scheme(house)


def numbers(house) -> list[str]:
    """Return every number there is in the vault."""
    with house.unit() as unit:
        rows = unit.all("select card_id from card_vault")
        return [vault.open_pan(unit, row.card_id) for row in rows]


def forms(pan: str) -> list[str]:
    """Return a number as people and programs write it, and the part of it that nobody may know."""
    fours = [pan[at : at + 4] for at in range(0, 16, 4)]
    return [pan, " ".join(fours), "-".join(fours), pan[::-1], pan[4:], pan[: 6 + LEAST]]


def ask_scheme(town: SchemeTown, clock) -> None:
    """Let the drain ask whatever is owed, and whatever that owes."""
    for _ in range(4):
        partner_orders.work(town.house, "scheme")
        clock.pass_(seconds=5)


def tell_notices(town: SchemeTown, http) -> None:
    """Have the bank hear what the twin called it with."""
    for letter in town.post.letters:
        path = letter.url.removeprefix(town.house.settings.public_base_url)
        heard = http.post(path, data=letter.body, headers=dict(letter.headers))
        assert heard.status_code == 200


def asked(town: SchemeTown, phone: str, kind: str) -> cards.Card:
    with town.house.unit() as unit:
        who = customers.find_by_phone(unit, phone)
        wallet = unit.value("select default_wallet from customers where id = %(id)s", id=who)
        return issuing.request(
            unit, id=uuid4(), customer=who, wallet=wallet, type=kind, channel="whatsapp",
            to=HOME if kind == "physical" else None,
        ).card  # fmt: skip


def send_all(house) -> list[str]:
    """Dress everything that waits in the outbox as it leaves, note it as sent; return the words."""
    said: list[str] = []
    while some := [words for sender in senders(house) for words in send_some(house, sender)]:
        said += some
    return said


def senders(house) -> list[str]:
    with house.unit() as unit:
        return [row.sender for row in unit.all("select distinct sender from outbox")]


def send_some(house, sender: str) -> list[str]:
    with house.unit() as unit:
        parcels = delivery.lease(unit, sender=sender, most=100, hold=SHIPPED_AFTER)
    dressed = [dress(house, one) for one in parcels]
    with house.unit() as unit:
        delivery.taken(
            unit,
            [
                delivery.Taken(one.id, one.message_id, uuid4().hex, 1, words.content)
                for one, words in zip(parcels, dressed, strict=True)
            ],
        )
    return [words.outgoing.reply.text for words in dressed]


def whole_lives(town: SchemeTown, settings, clock) -> None:
    """Ask for cards, lose answers, ship, activate, show, report, replace, block and close."""
    house = town.house
    http = web.build(settings, house).test_client()
    virtual = asked(town, AMINA, "virtual")
    town.stand.mishaps.plan = Plan(lost_answers=1.0)
    partner_orders.work(house, "scheme")
    town.stand.mishaps.plan = Plan()
    physical = asked(town, BRIAN, "physical")
    ask_scheme(town, clock)
    for later in (PRODUCED_AFTER, SHIPPED_AFTER):
        clock.pass_(seconds=later.total_seconds())
        tell_notices(town, http)
        ask_scheme(town, clock)
    with house.unit() as unit:
        physical, virtual = (cards.by_id(unit, one.id) for one in (physical, virtual))
        assert (physical.status, virtual.status) == ("shipped", "active")
        holding.activate(unit, customer=physical.customer, card=physical.id, digits=physical.last4)
        reveal.send_link(
            unit, customer=virtual.customer, card=virtual.id, channel="whatsapp", address=AMINA
        )
    (link,) = [one for text in send_all(house) for one in re.findall(r"/reveal/(\w+)", text)]
    assert http.post(f"/reveal/{link}").status_code == 200
    with house.unit() as unit:
        reveal.send_code(unit, customer=physical.customer, card=physical.id)
        facts = unsealed.outbox(unit)[-1].payload["facts"]
        digits = codes.reveal(settings.pin_pepper, facts["code_id"])
        assert codes.is_right(settings.pin_pepper, unit.value(LAST_REVEAL), digits)
        holding.report(unit, customer=virtual.customer, card=virtual.id, missing="stolen")
        issuing.replace(unit, id=uuid4(), customer=virtual.customer, card=virtual.id, channel="sms")
        agent = hired(unit, "agent")
        desk.block(
            unit, agent, customer=physical.customer, card=physical.id, why="other",
            reason="he called and asked for it",
        )  # fmt: skip
    ask_scheme(town, clock)
    send_all(house)


LAST_REVEAL = "select id from card_reveals order by created_at desc, id desc limit 1"


def in_redis(redis: Redis) -> str:
    """Return all that Redis holds, as text."""
    told = []
    for key in redis.scan_iter(count=1000):
        kind = redis.type(key)
        read = {
            b"string": redis.get, b"hash": redis.hgetall, b"set": redis.smembers,
            b"list": lambda name: redis.lrange(name, 0, -1),
            b"zset": lambda name: redis.zrange(name, 0, -1), b"stream": redis.xrange,
        }  # fmt: skip
        name = kind if isinstance(kind, bytes) else str(kind).encode()
        told.append(f"{key!r} {read[name](key)!r}")
    return "\n".join(told)


def test_after_whole_lives_no_number_stands_anywhere(
    town, settings, clock, servers, bank_database, capfd
) -> None:
    whole_lives(town, settings, clock)
    pans = numbers(town.house)
    assert len(pans) == 6, "three of the demo's and three that were made here"
    written = [form for pan in pans for form in forms(pan)]

    copied = dump.of(servers.admin_url(bank_database))
    assert copied.count("INSERT INTO public.card_events ") > 15
    assert dump.found(copied, written) == []
    with town.house.unit() as unit:
        opened = dump.opened(unit, but=vault.SEALED)
    assert "12 Moi Avenue" in opened, "the fields were really opened"
    assert [form for form in written if form in opened] == []
    for place, told in {
        "redis": in_redis(town.house.redis),
        "the log": "".join(capfd.readouterr()),
    }.items():
        assert [form for form in written if form in told] == [], place
    assert dump.in_files(settings.data_dir, pans) == []


def test_what_is_searched_for_would_be_found(town, servers, bank_database) -> None:
    pan = numbers(town.house)[0]
    with town.house.unit() as unit:
        unit.run(
            "update cards set code = %(told)s where card_id = (select card_id from cards limit 1)",
            told=f"number {pan}",
        )
    found = dump.found(dump.of(servers.admin_url(bank_database)), forms(pan))
    assert {pan, pan[4:]} <= set(found)
