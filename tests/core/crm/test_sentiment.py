"""How messages sounded is kept sealed, read by those who may, and told day by day."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.access.actors import SYSTEM, Forbidden
from core.crm import erasure, retention, sentiment
from core.ledger import book
from tests.core.people import someone
from tests.support.desk import hired


@pytest.fixture
def amina(unit):
    return someone(unit)


def keep(unit, who, kind="Negative", *, words="my money is lost", **other):
    return sentiment.keep(
        unit, customer=who.id, kind=kind, score=0.81234, words=words, key_phrases=("lost",), **other
    )


def test_a_message_is_kept_with_what_it_was_made_of(unit, amina) -> None:
    made = keep(unit, amina)
    (heard,) = sentiment.of_customer(unit, SYSTEM, amina.id)
    assert (heard.id, heard.at, heard.kind, heard.score) == (
        made, unit.now, "Negative", Decimal("0.8123"),
    )  # fmt: skip
    assert (heard.words, heard.key_phrases) == ("my money is lost", ("lost",))
    assert "lost" not in repr(heard)


def test_words_stand_sealed_for_their_own_row(unit, amina) -> None:
    first, second = keep(unit, amina), keep(unit, amina)
    raw = {
        row.id: bytes(row.text_analyzed)
        for row in unit.all("select id, text_analyzed from sentiment_analysis")
    }
    assert b"money" not in raw[first]
    assert raw[first] != raw[second]


def test_the_interaction_is_the_one_of_the_same_turn(unit, amina) -> None:
    talk, turn = uuid4(), unit.new_id()
    for made, at in ((unit.new_id(), unit.now - timedelta(seconds=9)), (turn, unit.now)):
        unit.run(
            "insert into interactions (id, customer_id, channel, date, notes, conversation_id,"
            " outcome, correlation)"
            " values (%(id)s, %(who)s, 'sms', %(at)s, '', %(talk)s, '', %(id)s)",
            id=made, who=amina.id, at=at, talk=talk,
        )  # fmt: skip
    keep(unit, amina, conversation=talk)
    assert sentiment.of_customer(unit, SYSTEM, amina.id)[0].interaction == turn
    keep(unit, amina, conversation=uuid4())
    assert sentiment.of_customer(unit, SYSTEM, amina.id)[0].interaction is None


def test_pages_go_on_where_the_last_one_ended(unit, amina) -> None:
    made = []
    for _ in range(5):
        made.append(keep(unit, amina))
        unit.now += timedelta(minutes=1)
    first = sentiment.of_customer(unit, SYSTEM, amina.id, limit=3)
    rest = sentiment.of_customer(unit, SYSTEM, amina.id, before=first[-1].cursor)
    assert [one.id for one in (*first, *rest)] == made[::-1]


def test_of_a_case_there_is_what_was_said_in_it(unit, amina) -> None:
    case = uuid4()
    keep(unit, amina)
    inside = keep(unit, amina, case=case)
    assert [one.id for one in sentiment.of_case(unit, SYSTEM, case)] == [inside]


def test_a_trend_counts_days_at_home(unit, amina) -> None:
    unit.now = unit.now.replace(hour=20, minute=59)
    keep(unit, amina, "Positive")
    keep(unit, amina, "VeryNegative")
    unit.now += timedelta(minutes=2)  # after midnight in Nairobi
    keep(unit, amina, "Negative")
    span = {"since": unit.now - timedelta(days=2), "until": unit.now + timedelta(days=1)}
    first, second = sentiment.trend(unit, SYSTEM, customer=amina.id, **span)
    assert (first.counts, first.mood) == ({"Positive": 1, "VeryNegative": 1}, 0)
    assert (second.counts, second.mood) == ({"Negative": 1}, Decimal("-0.50"))
    assert (second.day - first.day).days == 1
    assert sentiment.trend(unit, SYSTEM, **span) == [first, second]


def test_each_question_asks_for_its_right(unit, amina) -> None:
    admin, agent = hired(unit, "admin"), hired(unit, "agent")
    with pytest.raises(Forbidden):
        sentiment.of_customer(unit, admin, amina.id)
    with pytest.raises(Forbidden):
        sentiment.of_case(unit, admin, uuid4())
    with pytest.raises(Forbidden):
        sentiment.trend(unit, agent, since=unit.now, until=unit.now)
    assert sentiment.of_customer(unit, agent, amina.id) == []


def test_it_goes_with_its_customer(unit, amina) -> None:
    keep(unit, amina)
    unit.now += timedelta(days=1)
    cash = book.system_account(unit, "cash", "KES")
    book.close(
        unit, id=uuid4(), account=amina.wallet, to=cash,
        reason=book.Reason(by="test", why="the customer leaves"),
    )  # fmt: skip
    erasure.erase(unit, amina.id)
    assert unit.value("select count(*) from sentiment_analysis") == 0


def test_it_goes_after_two_years(unit, amina) -> None:
    (rule,) = [one for one in retention.RULES if one.what == "feelings"]
    keep(unit, amina)
    unit.now += rule.kept_for - timedelta(days=1)
    retention.forget(unit, rule)
    assert len(sentiment.of_customer(unit, SYSTEM, amina.id)) == 1
    unit.now += timedelta(days=2)
    retention.forget(unit, rule)
    assert sentiment.of_customer(unit, SYSTEM, amina.id) == []


def test_whatsapp_messages_have_the_columns_they_are_known_by(unit) -> None:
    names = unit.all(
        "select attname from pg_attribute where attrelid = 'whatsapp_messages'::regclass"
        " and attnum > 0 order by attnum"
    )
    assert [row.attname for row in names] == [
        "id", "customer_id", "phone_number", "message_type", "status", "content", "media_url",
        "whatsapp_message_id", "is_inbound", "sent_at", "delivered_at", "read_at", "created_at",
    ]  # fmt: skip
