"""Whoever copies the whole house, its database and every file, learns nothing of who banks here."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot import handover
from bot.house import House
from channels.message import Media
from core.access import staff
from core.access.actors import SYSTEM
from core.crm import case_queue, cases, customers, media
from core.customer_copy import copy
from core.customer_view import reveal
from core.money import Money
from core.store import mail
from core.transfers import people, recall, requests, waiting
from core.transfers.send import send_money
from core.wallets.wallets import own_wallets
from tests.bot.test_nothing_in_clear import CANARIES, QUIRIN, XENIA, Phone, a_story
from tests.support import dump
from tests.support.desk import hired
from worker import retention, seal
from worker.anchoring import publish_anchor, publish_audit_anchor
from worker.seal import deliver_feed, seal_book

MORE = (
    "pumpernickel", "rhododendron", "sauerkraut", "tamarillo", "ultramarine", "vuvuzela",
    "wolfram", "xylophonist", "yggdrasil", "zugzwang", "zebulon@example.org", "Zebulon",
)  # fmt: skip
PICTURE = b"\xff\xd8\xff" + b"xylophonist with an ID card " * 50
UNCLAIMED = "+254733555777"
FEED = {"warehouse": "worker.archive.keep"}


@pytest.fixture
def house(house: House) -> Iterator[House]:
    """A house in earnest: the demo shows what was said to whoever plays it."""
    real = house.settings.model_copy(update={"demo_mode": False, "feed_consumers": FEED})
    yield replace(house, settings=real)
    seal._engine.cache_clear()  # its connection goes with the test's database


@pytest.fixture
def lived_in(house: House) -> House:
    """A house in which all that a house is for has happened."""
    a_story(house)
    with house.unit() as unit:
        xenia, quirin = (customers.find_by_phone(unit, one) for one in (XENIA, QUIRIN))
        agent, checker = hired(unit, "agent"), hired(unit, "supervisor")
        staff.add(unit, SYSTEM, email="zebulon@example.org", name="Zebulon", role="agent")
        mail.queue(
            unit, to="zebulon@example.org", subject="pumpernickel", body="rhododendron",
        )  # fmt: skip
    money_moves(house, xenia, quirin, agent)
    a_case(house, agent)
    with house.unit() as unit:
        reveal(unit, checker, xenia, fields=["phone", "email"], reason="vuvuzela, she called")
        copy(unit, SYSTEM, xenia, reason="wolfram, she wrote")
    seal_book(house)
    deliver_feed(house)
    publish_anchor(house)
    publish_audit_anchor(house)
    retention.tidy_files(house)
    return house


def money_moves(house: House, xenia, quirin, agent) -> None:
    """Pay with words, ask, save somebody, send to a number that is nobody's, ask for money back."""
    amount = Money.load("KES 100.00")
    with house.unit() as unit:
        transfer = unit.new_id()
        send_money(
            unit, id=transfer, payer=xenia, payee=quirin, amount=amount, channel="whatsapp",
            note="sauerkraut",
        )  # fmt: skip
        people.save(unit, xenia, quirin, "tamarillo")
        requests.ask(unit, asker=xenia, asked=quirin, amount=amount, note="ultramarine")
        waiting.send_waiting(
            unit, id=unit.new_id(), payer=xenia, wallet=own_wallets(unit, xenia)[0].id,
            phone=UNCLAIMED, amount=amount, channel="whatsapp", note="yggdrasil",
        )  # fmt: skip
    with house.unit() as unit:
        recall.request(unit, agent, transfer=transfer, reason="zugzwang, the wrong one")


def a_case(house: House, agent) -> None:
    """Ask for a person, send them a picture, and be answered."""
    phone = Phone(house, "whatsapp", XENIA)
    phone.say("agent")
    phone.say("I have lost my pumpernickel")
    sent = replace(phone._inbound("look"), media=(Media("https://x/1", "image/jpeg"),))
    phone._deliver(sent)
    with house.unit() as unit:
        xenia = customers.find_by_phone(unit, XENIA)
        case = case_queue.claim(unit, agent, cases.of_customer(unit, xenia, limit=1)[0])
        cases.add_words(unit, case, by="agent", actor=agent.id, text="rhododendron", internal=True)
        [picture] = unit.all("select id from media")
    handover.reply(house, agent, case.id, "We found your sauerkraut", key=house.new_id())
    path = house.files("media").write(picture.id, PICTURE)
    with house.unit() as unit:
        media.keep(unit, picture.id, path=path, size=len(PICTURE), content_type="image/jpeg")


def test_no_file_under_the_data_folder_tells_anything(lived_in, tmp_path) -> None:
    for folder in ("anchors", "feed"):
        assert list((tmp_path / folder).rglob("*.ndjson")), folder
    assert list(lived_in.files("media").ids())
    assert dump.in_files(tmp_path, [*CANARIES, *MORE]) == []


def test_no_row_of_the_database_tells_anything(lived_in, servers, bank_database) -> None:
    told = dump.of(servers.admin_url(bank_database))
    for table in ("cases", "case_notes", "mails", "audit_log", "approvals", "waiting_transfers",
                  "money_requests", "beneficiaries", "media", "staff"):  # fmt: skip
        assert f"INSERT INTO public.{table} " in told, table
    assert dump.found(told, [*CANARIES, *MORE]) == []
    assert dump.found(told, [UNCLAIMED[1:]]) == []


def test_no_file_of_postgresql_tells_anything(lived_in, servers, bank_database) -> None:
    with servers.admin(bank_database) as engine, engine.connect() as connection:
        connection.exec_driver_sql("checkpoint")
        own = connection.exec_driver_sql(
            "select oid::text from pg_database where datname = current_database()"
        ).scalar_one()
    data = servers.postgres._place.data
    # Other tests' databases stand beside it, and what they say of Otieno is not our matter.
    ours = [one for one in (*CANARIES, *MORE) if one not in ("Otieno", "254712000001")]
    for folder in (data / "base" / own, data / "pg_wal"):
        assert folder.is_dir()
        assert dump.in_files(folder, ["customer.revealed"]), "what is not sealed is found"
        assert dump.in_files(folder, ours) == []


def test_redis_tells_nothing(lived_in) -> None:
    held = b"".join(
        lived_in.redis.dump(key) or b"" for key in lived_in.redis.scan_iter("*")
    )  # fmt: skip
    assert held, "somebody was woken"
    assert [word for word in (*CANARIES, *MORE) if word.encode() in held] == []


def test_the_search_through_files_finds_what_is_there(tmp_path) -> None:
    (tmp_path / "a").write_bytes(b"\0\1Xenophilia\2")
    (tmp_path / "b").write_bytes("Quirinus".encode("utf-16-le"))
    (tmp_path / "c").write_text("58656e6f7068696c6961")
    assert dump.in_files(tmp_path, ["Xenophilia", "Quirinus"]) == [
        "Xenophilia in a", "Quirinus in b", "Xenophilia in c",
    ]  # fmt: skip
