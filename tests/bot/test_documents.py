"""Documents on their way: made outside the turn, sealed on disk, sent, opened by link, gone."""

import io
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from pypdf import PdfReader

from bot import app as web
from bot.simulator.twin import app as twins
from core.access import audit
from core.access.actors import SYSTEM
from core.documents import links, orders, shelf
from core.documents.orders import Order
from core.ledger import book
from core.store import mail
from core.store.delivery import Parcel
from core.store.words import opened_payload
from tests.support.town import AMINA, BRIAN, PIN
from worker import documents
from worker.dress import dress
from worker.mail import send_mail


@pytest.fixture
def amina(house):
    """Amina's id, her wallet and her number there."""
    with house.unit() as unit:
        return unit.one(
            """
            select c.id, a.account_id as wallet, a.account_no from customers c
            join ledger_accounts a on a.account_id = c.default_wallet
            where c.phone_index = %(phone)s
            """,
            phone=unit.keys.token(AMINA, kind="address"),
        )


@pytest.fixture
def order(house, amina, phone):
    """Order a statement of Amina's last months, and return the document's id."""
    phone("whatsapp", AMINA).say("hi")

    def put(*, carrier="whatsapp", language="en"):
        with house.unit() as unit:
            today = orders.local_day(unit, amina.id, unit.now)
            address = unit.keys.token(AMINA, kind="address") if carrier == "whatsapp" else None
            number = orders.order(
                unit,
                Order(customer=amina.id, wallet=amina.wallet, since=today - timedelta(days=90),
                      until=today, language=language, carrier=carrier, address=address),
            )  # fmt: skip
            return unit.value("select id from documents where number = %(n)s", n=number)

    return put


@pytest.fixture
def client(house):
    return web.build(house=house).test_client()


def row(house, document):
    with house.unit() as unit:
        return unit.one("select * from documents where id = %(id)s", id=document)


def told_by(house, document):
    """Return what was queued for a document, dressed as it would leave now."""
    with house.unit() as unit:
        found = unit.all("select * from outbox where channel = 'whatsapp' order by id desc limit 9")
        payloads = [(one, opened_payload(unit, one.payload, one.message_id)) for one in found]
    one, payload = next((o, p) for o, p in payloads if p.get("document") == str(document))
    return Parcel(
        id=one.id, lease=one.message_id, message_id=one.message_id, sender=one.sender,
        channel="whatsapp", contact=AMINA, payload=payload, language="en", as_template=False,
        attempts=1, created_at=one.created_at, expires_at=None, correlation="c", in_window=True,
    )  # fmt: skip


def path_of(house, document):
    link = dress(house, told_by(house, document)).outgoing.media
    assert link.startswith(f"{house.settings.public_base_url}/documents/{document}/")
    return link.removeprefix(house.settings.public_base_url)


@pytest.mark.parametrize("language", ["en", "sw", "fr"])
def test_the_paper_says_what_the_ledger_says(house, amina, order, language):
    document = order(language=language)
    assert documents.make_in(house, document)
    content = house.files("documents").read(document)
    pages = PdfReader(io.BytesIO(content)).pages
    text = "\n".join(page.extract_text() for page in pages)
    kept = row(house, document)
    words = house.words(language, "paper")

    def money(amount):
        return words.say("documents", "sum", {"amount": str(amount), "country": "KE"})

    with house.unit() as unit:
        whole = book.statement(
            unit, amina.wallet, since=unit.now - timedelta(days=120), until=kept.created_at
        )
    assert whole.lines
    lines = text.splitlines()
    for line in whole.lines:
        told = [one for one in lines if line.reference and line.reference in one]
        if line.reference:
            assert any(money(line.amount) in o and money(line.balance_after) in o for o in told)
    shown = [
        one for one in lines if one.endswith(tuple(money(a.balance_after) for a in whole.lines))
    ]
    assert len(shown) >= len(whole.lines)
    assert f"{words.say('documents', 'closing')} {money(whole.closing)}" in text
    assert amina.account_no in text and kept.number in text
    mac = " ".join(kept.content_mac[at : at + 4] for at in range(0, 24, 4))
    assert mac in text
    assert "A***a" in text and "Amina" not in text
    last = words.say("documents", "page", {"page": len(pages), "pages": len(pages)})
    assert last in text
    assert kept.bytes == len(content)


def test_it_is_sealed_on_disk(house, order, tmp_path):
    document = order()
    documents.make_in(house, document)
    (file,) = (tmp_path / "documents").glob("??/*")
    assert b"%PDF" not in file.read_bytes()


def test_the_link_opens_it_for_a_day(house, amina, order, client, clock):
    document = order()
    documents.make_in(house, document)
    path = path_of(house, document)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.data == house.files("documents").read(document)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert amina.account_no[-4:] in answer.headers["Content-Disposition"]
    assert client.get(path).status_code == 200, "the carrier may fetch it again"
    with house.unit() as unit:
        (noted,) = audit.page(unit, SYSTEM, action="document.opened")
    assert (noted.actor_kind, noted.customer_id) == ("customer", amina.id)
    clock.pass_(hours=24, seconds=2)
    assert client.get(path).status_code == 410


def test_a_link_opens_nothing_else(house, order, client):
    one, other = order(), order()
    for document in (one, other):
        documents.make_in(house, document)
    path = path_of(house, one)
    signature = path.rsplit("/", 1)[1]
    assert client.get(f"/documents/{other}/{signature}").status_code == 403
    when, sealed = signature.split(".")
    other_seal = f"{'B' if sealed[0] == 'A' else 'A'}{sealed[1:]}"
    assert client.get(f"/documents/{one}/{when}.{other_seal}").status_code == 403
    assert client.get(f"/documents/{one}/x").status_code == 403
    forged = links.sign(one, secret_key="another secret, of thirty-two letters", now=house.now())
    assert client.get(f"/documents/{one}/{forged}").status_code == 403


def test_where_no_file_can_go_the_words_say_so(house, order):
    document = order()
    documents.make_in(house, document)
    parcel = told_by(house, document)
    late = dress(house, replace(parcel, in_window=False))
    assert late.outgoing.media == "" and "Write to us" in late.content
    assert late.outgoing.notice is not None
    by_sms = dress(house, replace(parcel, channel="sms"))
    assert by_sms.outgoing.media == "" and "Write to us" in by_sms.content


def test_it_goes_by_mail(house, amina, order):
    ids = count(1)
    company = twins.build(
        house.settings,
        clock=lambda: datetime(2026, 3, 4, tzinfo=UTC),
        new_id=lambda: f"{next(ids):032x}",
        name_enquiry=lambda msisdn: (404, {}),
        mail_port=0,
    )
    box = company.extensions["desk"].mailbox
    url = f"smtp://127.0.0.1:{box.port}"
    sender = replace(house, settings=house.settings.model_copy(update={"smtp_url": url}))
    try:
        gone, document = order(carrier="mail"), order(carrier="mail")
        assert documents.make_in(sender, gone) and documents.make_in(sender, document)
        house.files("documents").remove(gone)
        assert send_mail(sender) == 1
        (letter,) = box.letters()
    finally:
        twins.close(company)
    (name,) = letter.files
    assert name.endswith(".pdf") and amina.account_no[-4:] in name
    assert row(house, document).number in letter.body
    with house.unit() as unit:
        assert sorted(one.status for one in mail.listed(unit)) == ["dead", "sent"]


def test_half_of_it_counts_for_nothing_and_is_made_anew(house, order, client):
    """Whoever made it died between the file and the row."""
    document = order()
    with house.unit() as unit:
        assert shelf.claim(unit, document)
    house.files("documents").write(document, b"half of it")
    signature = links.sign(document, secret_key=house.settings.secret_key, now=house.now())
    assert client.get(f"/documents/{document}/{signature}").status_code == 410
    assert not documents.make_in(house, document), "another may still be at it"
    house.clock.pass_(minutes=1)
    assert documents.make_in(house, document)
    assert house.files("documents").read(document).startswith(b"%PDF")
    assert not documents.make_in(house, document), "once"


def test_one_that_cannot_be_made_is_parked_and_comes_later(
    house, amina, order, bank_admin_engine, clock
):
    document = order()

    def point_at(phone_number):
        with bank_admin_engine.begin() as connection:
            connection.exec_driver_sql(
                "update documents set wallet_id = (select default_wallet from customers"
                " where phone_index = %s) where id = %s",
                (house.keys.token(phone_number, kind="address"), document),
            )

    point_at(BRIAN)  # not hers: nothing may be read
    assert not documents.make_in(house, document)
    clock.pass_(minutes=2)
    assert not documents.make_in(house, document)
    with house.unit() as unit:
        assert unit.value("select attempts from parked where key like 'document %%'") == 2
        alerts = [
            opened_payload(unit, one.payload, one.message_id).get("alert")
            for one in unit.all("select payload, message_id from outbox")
        ]
    assert alerts.count("document_late") == 1 and "document_ready" not in alerts
    point_at(AMINA)
    clock.pass_(hours=1)
    assert documents.make_in(house, document)


def test_after_a_month_it_is_gone(house, order, client, clock):
    document = order()
    documents.make_in(house, document)
    clock.pass_(days=29)
    assert documents.forget(house) == 0
    clock.pass_(days=1, seconds=1)
    signature = links.sign(document, secret_key=house.settings.secret_key, now=house.now())
    assert client.get(f"/documents/{document}/{signature}").status_code == 410
    assert documents.forget(house) == 1
    assert not list(house.files("documents").ids())
    left = row(house, document)
    assert (left.status, left.name, left.content_mac) == ("gone", None, None)
    assert documents.forget(house) == 0


def test_without_redis_the_scheduler_makes_it(house, order):
    document = order()
    with suppress(AttributeError):
        house.waker._resting_until = float("inf")
    documents.make_due(house)
    assert row(house, document).status == "made"


def test_a_customer_orders_one_in_a_chat(house, phone):
    amina = phone("whatsapp", AMINA)
    amina.say("pdf")
    amina.say("1")
    amina.say("This month")
    assert "in a minute" in amina.say("WhatsApp")
    with house.unit() as unit:
        (document,) = shelf.due(unit)
    assert documents.make_in(house, document)
    assert path_of(house, document)
    assert PIN not in path_of(house, document)
