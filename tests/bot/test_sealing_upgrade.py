"""A bank that was filled before anything was sealed comes up whole, and tells nothing any more."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine

from bot import migrate
from core.access import codes
from core.crm import conversations, customers, waiting
from core.crm.conversations import Kept, Opening
from core.store import data_keys, delivery
from core.store.data_keys import LocalKeys
from core.store.keyring import Keyring
from core.store.unit import Unit, open_unit
from tests.support import dump, unsealed
from tests.support.keys import AUDIT, FIELD_KEY
from tests.support.outbox_rows import SMS, lease, register

AMINA, TALK, HEARD, OWED, TOLD, SENT, CODE = (UUID(int=n) for n in range(1, 8))
PHONE, BSUID = "+254712000777", "KE.13497771"
MANY = 2300  # more than two batches
FILL = Path(__file__).with_name("before_sealing.sql")
CANARIES = (
    "Xanthippe", "Quetzalcoatl", PHONE, PHONE[1:], BSUID, "xq@example.com", "1991-05-17",
    "KX7788990", "for the zebra", "my old parrot", "what the parrot said", "Fizzwick",
)  # fmt: skip


@pytest.fixture
def old(servers, worker_name) -> Iterator[str]:
    """A database as it was after migration 0009, with a little of everything in it."""
    name = f"old_{worker_name}"
    servers.create(name, template="template1")
    urls = {"app_url": servers.app_url(name)}
    migrate.upgrade(servers.admin_url(name), **urls, to="0009")
    with servers.admin(name) as engine, engine.begin() as connection:
        fill(connection)
    yield name
    servers.drop(name)


def fill(connection: Connection) -> None:
    facts = {
        "amina": AMINA, "talk": TALK, "heard": HEARD, "owed": OWED, "told": TOLD, "sent": SENT,
        "code": CODE, "phone": PHONE, "bsuid": BSUID, "many": MANY,
    }  # fmt: skip
    for statement in FILL.read_text().split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement, facts)


def keyring(connection: Connection) -> Keyring:
    return data_keys.load_in(connection, LocalKeys([FIELD_KEY]), audit=AUDIT)


def test_everything_is_sealed_and_still_there(servers, old, now) -> None:
    admin_url, app_url = servers.admin_url(old), servers.app_url(old)
    assert set(dump.found(dump.of(admin_url), CANARIES)) == {*CANARIES}
    migrate.upgrade(admin_url, app_url=app_url, keyring=keyring)
    assert dump.found(dump.of(admin_url), CANARIES) == []
    with servers.admin(old) as engine:
        assert words_in_files(engine) == []
    with servers.app(old) as engine:
        keys = data_keys.load(engine, LocalKeys([FIELD_KEY]), audit=AUDIT)
        with open_unit(engine, keys=keys, now=now, new_id=uuid4, correlation=str(uuid4())) as unit:
            people_are_found(unit)
            conversations_go_on(unit)
            what_was_owed_is_sent(unit)


def words_in_files(engine: Engine) -> list[str]:
    """Return the canaries that still lie in the files of tables, as rows nobody sees any more."""
    with engine.connect() as connection:
        connection.exec_driver_sql("checkpoint")
        files = connection.exec_driver_sql(
            "select relname, pg_read_binary_file(pg_relation_filepath(oid)) from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')"
        ).all()
    return [
        f"{word} in {name}"
        for name, content in files
        for word in CANARIES
        if word.encode() in bytes(content)
    ]


def people_are_found(unit: Unit) -> None:
    for text in (PHONE, "xq@EXAMPLE.com", "KX7788990", "quetzalcoatl xanthippe"):
        assert customers.search(unit, text) == [AMINA]
    known = customers.people(unit, [AMINA])[AMINA]
    assert (known.name, known.phone) == ("Xanthippe Quetzalcoatl", PHONE)
    assert customers.find_by_address(unit, channel="whatsapp", address=BSUID) == AMINA
    assert codes.look(unit, channel="whatsapp", address=BSUID) == CODE
    row = unit.one("select id, note from transfers where note is not null")
    assert unit.keys.open(row.note, field="transfers.note", row=SENT) == "for the zebra"


def conversations_go_on(unit: Unit) -> None:
    opened = conversations.open_turn(
        unit, provider="twilio", provider_id="SM2", channel="sms", address=PHONE, language="en"
    )
    assert isinstance(opened, Opening) and opened.visitor is not None
    assert opened.visitor["first_name"] == "Xanthippe"
    talk = opened.talk
    assert (talk.id, talk.slots, talk.trail[0][0]) == (TALK, {"name": "Fizzwick"}, "to")
    assert (talk.last_reply, talk.outcome["name"]) == ({"text": "what the parrot said"}, "Fizzwick")
    assert unit.one("select passed, aside from conversations where id = %(id)s", id=TALK) == (
        ["to"],
        [{"flow": "join", "version": 1, "state": "born", "effect": False, "passed": ["terms"]}],
    )
    again = conversations.open_turn(
        unit, provider="twilio", provider_id="SM1", channel="sms", address=PHONE, language="en"
    )
    assert isinstance(again, Kept) and again.reply == {"text": "what the parrot said"}
    resting = unsealed.conversation(unit, channel="whatsapp", address=BSUID)
    assert (resting.expired_flow, resting.outcome) == ("send_money", None)
    assert waiting.kept(unit, provider="twilio", provider_id="SM1") is not None


def what_was_owed_is_sent(unit: Unit) -> None:
    register(unit)
    unit.run("update senders set tokens = 10, burst = 10")
    reply, alert = sorted(lease(unit, number=SMS), key=lambda one: one.id)
    assert (reply.contact, reply.payload["reply"]) == (PHONE, {"text": "what the parrot said"})
    assert (alert.contact, alert.language, alert.payload["facts"]["name"]) == (
        "+254799000111", "sw", "Fizzwick",
    )  # fmt: skip
    said = [one.content for one in unsealed.messages(unit)]
    assert len(said) == MANY + 3 and f"my old parrot {MANY}" in said
    delivery.taken(unit, [delivery.Taken(alert.id, alert.message_id, "SM9", 1, "words found now")])
    assert "words found now" in {one.content for one in unsealed.messages(unit)}


def test_it_says_so_when_the_keys_are_missing_and_changes_nothing(servers, old) -> None:
    with pytest.raises(LookupError, match="FIELD_KEYS"):
        migrate.upgrade(servers.admin_url(old), app_url=servers.app_url(old))
    with servers.admin(old) as engine, engine.connect() as connection:
        name = connection.exec_driver_sql("select first_name from customers").scalar_one()
    assert name == "Xanthippe"
