"""After somebody is forgotten, not even whoever has the keys finds anything of theirs but the book.

And but the log of what staff did: why they did it is kept as they wrote it, masked, for good.
"""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from core.access import approvals, codes
from core.access.audit_verify import verify as breaches_of
from core.approvals.catalog import KINDS
from core.crm import cases, erasure, media, retention
from core.ledger import book
from core.money import Money
from core.settlement import endings, starting
from core.settlement.destinations import Destination
from core.store import contacts
from core.store.files import Files
from core.store.outbox import queue_notice, register_senders
from core.transfers import blocks, people, requests
from core.transfers.send import send_money
from tests.core.crm import watched
from tests.core.people import counter, someone
from tests.support import dump
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

PHONE, BORN, PHOTO = "+254712777888", date(1988, 2, 29), "https://x/photo-of-quirk"
WORDS = (
    "Quirk", "Zanzibarian", PHONE[1:], "712777888", "quirk@example.org", "1988-02-29", "77889912",
    "aardvark", "bumblebee", "chameleon", "dromedary", "echidna", "flamingo", "gazelle", "hornbill",
    "photo-of-quirk", "0110000007788", "Ibex", "kingfisher", *watched.SAID, *watched.SUSPECTED,
)  # fmt: skip
KEPT_SEVEN_YEARS = (
    "Quirk", "Zanzibarian", "1988-02-29", "77889912", "hornbill", "0110000007788", "Ibex",
    *watched.SUSPECTED,
)  # fmt: skip
"""Who they were, whom money was paid to, what staff wrote when they asked for something, and all of
what compliance did."""
GONE = {
    "aml_alert_rows", "aml_alerts", "aml_cases", "aml_evidence", "aml_links", "aml_notes",
    "card_pins", "card_reveals", "card_vault", "screening_hits", "screening_standings",
    "screening_subjects", "screenings", "watch_findings",
}  # fmt: skip
"""Tables of cards, identity and compliance that have no row of somebody who is forgotten."""
NOTHING_OF_THEIRS = {
    "card_control_verdicts", "card_debts", "card_fees", "card_limit_alerts", "card_returns",
    "card_settlements", "card_unknown_lines", "held_notices", "held_receipts", "held_words",
    "screening_entries", "screening_names", "screening_runs", "screening_versions", "watch_drift",
    "watch_models", "watch_sims",
}  # fmt: skip
"""Tables of the same where nothing stands of him: what is published, figures of no person, and rows
of ids, amounts and times alone."""


@pytest.fixture
def files(tmp_path, unit):
    return Files(tmp_path, "compliance", unit.keys)


@pytest.fixture
def brian(unit):
    register_senders(unit, ALL)
    approvals.register(KINDS)
    watched.listed(unit)
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


@pytest.fixture
def before(unit, brian):
    """How many rows each table has without Quirk."""
    return watched.rows(unit)


@pytest.fixture
def quirk(unit, files, brian, before):
    """Somebody of whom there is something in every table."""
    quirk = someone(
        unit, PHONE, holds="KES 900.00", names=("Quirk", "Zanzibarian"), born=BORN,
        email="quirk@example.org", id_number="77889912", channel="whatsapp",
    )  # fmt: skip
    talks(unit, quirk)
    watched.is_watched(unit, quirk, brian, files)
    pays(unit, quirk, brian)
    pays_out(unit, quirk)
    has_a_case(unit, quirk)
    close(unit, quirk)
    unit.finish()
    return quirk


def talks(unit, quirk):
    counter(unit, PHONE, channel="whatsapp")
    contacts.keep(unit, PHONE)
    talk, said, token = uuid4(), uuid4(), contacts.token(unit, PHONE)
    unit.run(
        """
        insert into conversations (id, channel, address, language, memory, created_at)
        values (%(id)s, 'whatsapp', %(token)s, 'en', %(memory)s, %(now)s)
        on conflict (channel, address) do update set id = excluded.id, memory = excluded.memory
        """,
        id=talk,
        token=token,
        memory=unit.keys.seal("aardvark", field="conversations.memory", row=talk),
        now=unit.now,
    )
    unit.run(
        """
        insert into inbox (provider, provider_id, conversation_id, received_at, reply, correlation)
        values ('twilio', 'SM1', %(talk)s, %(now)s, %(reply)s, %(talk)s)
        """,
        talk=talk,
        reply=unit.keys.seal("bumblebee", field="inbox.reply", row="twilio SM1"),
        now=unit.now,
    )
    unit.run(
        """
        insert into messages (id, conversation_id, channel, provider, is_inbound, address, status,
            content, media_url, correlation, created_at)
        values (%(id)s, %(talk)s, 'whatsapp', 'twilio', true, %(token)s, 'received', %(words)s,
            %(photo)s, %(id)s, %(now)s)
        """,
        id=said,
        talk=talk,
        token=token,
        words=unit.keys.seal("chameleon, before I joined", field="messages.content", row=said),
        photo=PHOTO,
        now=unit.now,
    )
    photo = media.expect(
        unit, message_id=said, provider="twilio", url=PHOTO, content_type="image/jpeg"
    )
    media.keep(unit, photo, path="ab/x", size=3, content_type="image/jpeg")
    queue_notice(unit, customer_id=quirk.id, alert="pin_changed", facts={})
    codes.issue(unit, customer=quirk.id, purpose="link", channel="whatsapp", address=PHONE)


def pays(unit, quirk, brian):
    amount = Money.load("KES 100.00")
    send_money(
        unit, id=uuid4(), payer=quirk.id, payee=brian.id, amount=amount, channel="ussd",
        note="dromedary",
    )  # fmt: skip
    people.save(unit, quirk.id, brian.id, "echidna")
    people.save(unit, brian.id, quirk.id, "my Quirk")
    requests.ask(unit, asker=quirk.id, asked=brian.id, amount=amount, note="flamingo")
    blocks.block(unit, quirk.id, brian.id)
    # What Brian was told of it is his: it has left by now, and his words are for other tests.
    unit.run("delete from outbox where contact = %(his)s", his=contacts.token(unit, brian.phone))


def pays_out(unit, quirk):
    there = Destination(
        kind="bank", bank_id="KE-68", account_no="0110000007788", name="Ibex Jackal"
    )
    payout = uuid4()
    starting.start(
        unit, id=payout, customer=quirk.id, wallet=quirk.wallet, destination=there,
        amount=Money.load("KES 100.00"), channel="whatsapp", note="kingfisher",
    )  # fmt: skip
    endings.cancel(unit, payout, customer=quirk.id)


def has_a_case(unit, quirk):
    case = cases.open_case(
        unit, customer=quirk.id, category="Card", sub_category="", title="gazelle",
        description="Quirk lost a gazelle", priority="Low", channel="whatsapp", conversation=None,
        by="customer",
    )  # fmt: skip
    cases.add_words(unit, case, by="agent", actor=None, text="Quirk sounds upset", internal=True)
    agent = hired(unit, "compliance")
    approvals.request(
        unit, agent, "freeze", facts={"account": str(quirk.wallet)}, customer=quirk.id,
        subject=str(quirk.wallet), reason="hornbill: Quirk asked",
    )  # fmt: skip
    unit.run(
        "update cases set status = 'Closed', resolved_at = %(now)s, closed_at = %(now)s,"
        " sla_running_since = null, reply_running_since = null where closed_at is null",
        now=unit.now,
    )


def close(unit, quirk):
    cash = book.system_account(unit, "cash", "KES")
    book.close(
        unit, id=uuid4(), account=quirk.wallet, to=cash,
        reason=book.Reason(by="test", why="the customer leaves"),
    )  # fmt: skip


def test_before_it_everything_is_there(unit, quirk):
    told = dump.opened(unit)
    assert [word for word in WORDS if word not in told] == []


def test_there_is_something_in_every_table_of_cards_identity_and_compliance(
    unit, quirk, before, beginning
):
    there = watched.rows(unit)
    settings = {table for table in before if table in beginning.tables}
    nothing = {table for table in there if there[table] == before[table]} - settings
    assert nothing <= NOTHING_OF_THEIRS
    assert set(there) >= GONE and not GONE & nothing


def test_what_law_keeps_stays_for_seven_years_and_nothing_else(unit, quirk):
    erasure.erase(unit, quirk.id)
    told = dump.opened(unit, but="regulatory_reports.inputs")
    assert {word for word in WORDS if word in told} == set(KEPT_SEVEN_YEARS)
    assert erasure.due(unit) == []
    assert not erasure.forget_identity(unit, quirk.id)
    assert media.leaving(unit), "the photo is deleted by the job"
    assert book.verify(unit) == []


def test_after_seven_years_nothing_is_left_but_the_book(unit, quirk):
    erasure.erase(unit, quirk.id)
    lines = unit.value("select count(*) from transfers where from_customer = %(id)s", id=quirk.id)
    unit.now += erasure.KEPT_FOR + timedelta(days=1)
    assert erasure.due(unit) == [quirk.id]
    assert erasure.forget_identity(unit, quirk.id)
    forget_reports(unit)
    assert dump.found(dump.opened(unit, but="audit_log.details"), WORDS) == []
    assert list(breaches_of(unit)) == []
    assert erasure.due(unit) == []
    assert lines == 2
    assert book.verify(unit) == []


def test_after_seven_years_no_row_of_what_was_suspected_is_left(unit, quirk, before):
    erasure.erase(unit, quirk.id)
    unit.now += erasure.KEPT_FOR + timedelta(days=1)
    kept = watched.rows(unit)
    assert erasure.forget_identity(unit, quirk.id)
    there = watched.rows(unit)
    assert {table for table in there if there[table] != kept[table]} <= GONE
    assert {table: there[table] for table in GONE} == {table: before[table] for table in GONE}


def forget_reports(unit):
    (rule,) = [one for one in retention.RULES if one.what == "reports to authorities"]
    while retention.forget(unit, rule):
        pass
