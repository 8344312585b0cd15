"""What is older than its rule says is forgotten, and what is not stays as it was."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from core.crm import cases, media, retention
from core.crm.retention import MONTH, RULES
from tests.core.people import someone

BY_NAME = {rule.what: rule for rule in RULES}


@pytest.fixture
def forget(unit, monkeypatch):
    """Forget all that one rule is about, in small batches."""
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 3)

    def run(what: str) -> None:
        batches = 0
        while retention.forget(unit, BY_NAME[what]):
            batches += 1
            assert batches < 50, "it comes to an end"

    return run


@pytest.fixture
def later(unit):
    """Let time pass; ids that are made then sort after."""

    def wait(how_long: timedelta) -> None:
        unit.now += how_long
        unit.new_id = lambda: _id(unit.now)

    return wait


def _id(at: datetime) -> UUID:
    """An id of that time (UUID version 7)."""
    chance = uuid4().int & ((1 << 76) - 1)
    return UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | chance)


def message(unit, customer, words: str):
    one = unit.new_id()
    unit.run(
        """
        insert into messages (id, customer_id, channel, provider, is_inbound, address, status,
            content, media_url, correlation, created_at)
        values (%(id)s, %(customer)s, 'whatsapp', 'twilio', true, 'a', 'received', %(words)s,
            'https://x/1', %(id)s, %(now)s)
        """,
        id=one,
        customer=customer,
        words=unit.keys.seal(words, field="messages.content", row=one),
        now=unit.now,
    )
    return one


def test_words_are_forgotten_after_two_years_and_that_there_were_any_is_not(unit, forget, later):
    amina = someone(unit)
    old = [message(unit, amina.id, "old") for _ in range(10)]
    later(12 * MONTH)
    young = message(unit, amina.id, "young")
    later(12 * MONTH + timedelta(hours=1))
    forget("words")
    rows = unit.all("select id, content, media_url, status from messages order by id")
    assert [(row.id, row.content, row.media_url) for row in rows[:-1]] == [
        (one, None, None) for one in old
    ]
    assert rows[-1].id == young and rows[-1].content is not None
    later(12 * MONTH)
    forget("words")
    assert unit.value("select count(*) from messages where content is not null") == 0


def test_replies_are_kept_for_a_week(unit, forget, later):
    for n in range(5):
        unit.run(
            "insert into inbox (provider, provider_id, received_at, reply, correlation)"
            " values ('twilio', %(n)s, %(now)s, '\\x01', %(id)s)",
            n=f"SM{n}",
            now=unit.now,
            id=_id(unit.now),
        )
        later(timedelta(days=2))
    forget("replies")
    kept = unit.all("select provider_id from inbox where reply is not null order by 1")
    assert [row.provider_id for row in kept] == ["SM2", "SM3", "SM4"]
    assert unit.value("select count(*) from inbox") == 5, "a second delivery is known as one"


def test_codes_and_tries_go_after_a_month(unit, forget, later):
    amina = someone(unit)
    for _ in range(2):
        unit.run(
            "insert into one_time_codes (id, customer_id, purpose, channel, address, created_at,"
            " expires_at) values (%(id)s, %(who)s, 'link', 'sms', 'a', %(now)s, %(now)s)",
            id=_id(unit.now),
            who=amina.id,
            now=unit.now,
        )
        unit.run(
            "insert into lock_tries (id, channel, address, account_no, at)"
            " values (%(id)s, 'sms', 'a', '1', %(now)s)",
            id=_id(unit.now),
            now=unit.now,
        )
        later(MONTH - timedelta(days=1))
    for what in ("codes", "lock tries"):
        forget(what)
    assert unit.value("select count(*) from one_time_codes") == 1
    assert unit.value("select count(*) from lock_tries") == 1


def a_file(unit, customer, *, kept: bool):
    one = media.expect(
        unit, message_id=message(unit, customer, "look"), provider="twilio", url="https://x/1",
        content_type="image/jpeg",
    )  # fmt: skip
    if kept:
        media.keep(unit, one, path=f"x/{one}", size=3, content_type="image/jpeg")
    return one


def state(unit, one):
    return unit.value("select state from media where id = %(id)s", id=one)


def test_a_file_of_a_case_stays_as_long_as_the_case_and_two_years_more(unit, forget, later):
    amina = someone(unit)
    plain, lost, of_case = (a_file(unit, amina.id, kept=n != 1) for n in range(3))
    case = cases.open_case(
        unit, customer=amina.id, category="Card", sub_category="", title="Card", description="lost",
        priority="Low", channel="whatsapp", conversation=None, by="customer",
    )  # fmt: skip
    cases.attach(unit, case, media=of_case)
    later(24 * MONTH + timedelta(days=1))
    forget("media")
    assert [state(unit, one) for one in (plain, lost, of_case)] == ["leaving", "gone", "kept"]
    assert media.leaving(unit) == [plain]
    unit.run(
        "update cases set status = 'Closed', resolved_at = %(now)s, closed_at = %(now)s,"
        " sla_running_since = null, reply_running_since = null where id = %(id)s",
        id=case.id,
        now=unit.now,
    )
    later(24 * MONTH - timedelta(days=1))
    forget("media")
    assert state(unit, of_case) == "kept"
    later(timedelta(days=2))
    forget("media")
    assert state(unit, of_case) == "leaving"


def test_every_rule_runs_on_an_empty_house(unit, forget):
    for rule in RULES:
        forget(rule.what)


def test_the_guide_tells_every_rule():
    guide = (Path(__file__).parents[3] / "docs" / "guides" / "protection.md").read_text("utf-8")
    assert [rule.what for rule in RULES if f"`{rule.what}`" not in guide] == []
