"""A story changes while customers are in it: each goes on, and nothing is paid twice."""

from typing import Any

import pytest

from bot import hub
from flows.catalog import CUSTOMERS, STORIES, STRANGERS
from flows.menu import offer
from flows.send_money import SendMoney
from tests.bot.published import release
from tests.conftest import NOW
from tests.flows import changed
from tests.support import unsealed
from tests.support.town import AMINA, PIN

__all__ = ["release"]

NEWER = changed.SendMoneyNow.version


def row(house, sql: str, **facts: object) -> Any:
    with house.unit() as unit:
        return unit.one(sql, **facts)


def talk(house, channel: str = "sms") -> Any:
    with house.unit() as unit:
        return unsealed.conversation(unit, channel=channel, address=AMINA)


def said(house) -> str:
    """Return every word of the log."""
    with house.unit() as unit:
        return " ".join(one.content or "" for one in unsealed.messages(unit))


def transfers(house) -> int:
    sql = "select count(*) from transfers where created_at >= %(now)s"
    return int(row(house, sql, now=NOW).count)


def at_pin(phone, channel: str = "sms"):
    amina = phone(channel, AMINA)
    amina.say("SEND 500 0712000002")
    amina.say("yes")
    return amina


def test_what_was_read_back_is_read_back_again_and_sent_once(house, phone, release):
    amina, old = at_pin(phone), talk(house).effect_id
    release.publish()
    asked = amina.say(PIN)
    assert "changed" in asked and "B***n K***u" in asked and "500.00" in asked
    assert talk(house).effect_id not in (None, old)
    assert transfers(house) == 0
    amina.say("yes")
    assert "500.00" in amina.say(PIN)
    assert transfers(house) == 1
    assert "4321" not in said(house), "the PIN was typed at a step that asks for none now"


def test_yes_to_the_old_read_back_is_not_yes_to_the_new(house, phone, release):
    amina = phone("whatsapp", AMINA)
    amina.say("SEND 500 0712000002")
    release.publish()
    assert "changed" in amina.tap("yes")
    assert talk(house, "whatsapp").state == "review"
    amina.tap("yes")
    assert talk(house, "whatsapp").state == "pin"


def test_an_answer_is_heard_where_only_the_step_was_renamed(house, phone, release):
    amina = phone("sms", AMINA)
    amina.say("SEND")
    amina.say("0712000002")
    release.publish()
    assert "500.00" in amina.say("500")
    now = talk(house)
    assert (now.flow_version, now.state, "payee" in now.slots) == (NEWER, "review", True)
    assert "How much" in amina.say("back")
    assert talk(house).state == "how_much"


def test_a_number_means_the_option_that_was_seen_under_it(house, phone, monkeypatch):
    amina = phone("ussd", AMINA)
    assert "1. Send money" in amina.dial()
    turned = offer(tuple(reversed(CUSTOMERS)), strangers=STRANGERS)
    monkeypatch.setitem(STORIES, "menu", turned)
    assert "Who is it for" in amina.say("1")
    amina.say("00")
    assert "Who is it for" not in amina.say("1")


def test_whoever_began_in_a_version_that_is_kept_finishes_there(house, phone, release):
    stranger = phone("sms", "+254799000111")
    stranger.say("JOIN")
    stranger.say("1")
    release.publish()
    assert "law" in stranger.say("read").lower()
    kept = row(house, "select flow_version, state from conversations")
    assert tuple(kept) == (1, "notice")
    stranger.say("cancel")
    stranger.say("JOIN")
    assert row(house, "select flow_version from conversations").flow_version == 2


def test_a_story_begins_anew_with_a_word_where_its_step_is_gone(house, phone, release):
    amina = phone("ussd", AMINA)
    amina.dial()
    amina.say("CHANGE PIN")
    amina.say(PIN)
    assert talk(house, "ussd").state == "new"
    release.publish()
    asked = amina.say("9173")
    assert "let's start it again" in asked and "PIN" in asked
    assert talk(house, "ussd").state == "old"
    assert "9173" not in said(house)


def test_a_dropped_session_is_offered_to_go_on_in_the_new_version(house, phone, release):
    amina = phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "500", "1"):
        amina.say(word)
    release.publish()
    assert "1. Continue" in amina.dial()
    assert "500.00" in amina.say("1")
    kept = talk(house, "ussd")
    assert (kept.flow_version, kept.state) == (NEWER, "review")
    amina.say("2")
    assert amina.say(PIN).startswith("END ")
    assert transfers(house) == 1


def test_a_story_that_was_set_aside_is_moved_when_it_is_taken_up(house, phone, release):
    amina, old = at_pin(phone), talk(house).effect_id
    amina.say("LANGUAGE")
    assert talk(house).stack[0]["version"] == SendMoney.version
    release.publish()
    assert "500.00" in amina.say("1")
    now = talk(house)
    assert (now.flow_version, now.state) == (NEWER, "review")
    assert now.effect_id not in (None, old)
    amina.say("yes")
    amina.say(PIN)
    assert transfers(house) == 1


def test_an_answer_from_outside_goes_on_in_the_new_version(house, phone, release):
    amina = phone("sms", AMINA)
    amina.say("SEND 500 0799123456")
    release.publish()
    (waiting,) = [row(house, "select provider, provider_id from inbox where state = 'calling'")]
    assert hub.answer_call(house, waiting.provider, waiting.provider_id)
    assert talk(house).state == "not_here"
    assert len(amina.inbox()) == 1


def test_an_older_process_leaves_a_newer_conversation_as_it_is(house, phone, release):
    release.publish()
    amina = at_pin(phone)
    before = talk(house)
    release.roll_back()
    assert "busy" in amina.say(PIN)
    after = talk(house)
    other = {name for name, was in vars(before).items() if was != getattr(after, name)}
    assert other <= {"version", "last_inbound_at", "memory"}, "sealed anew, the same"
    assert "4321" not in said(house)
    assert "busy" in amina.again() or amina.inbox()[-1].count("busy") == 1
    release.publish()
    assert "500.00" in amina.say(PIN)
    assert transfers(house) == 1


def test_an_older_process_still_lets_go_of_everything(house, phone, release):
    release.publish()
    amina = at_pin(phone)
    release.roll_back()
    assert "1. Send money" in amina.say("menu")
    assert talk(house).flow == "menu"


def test_an_older_process_leaves_a_newer_question_to_whoever_knows_it(house, phone, release):
    release.publish()
    amina = phone("sms", AMINA)
    amina.say("SEND 500 0799123456")
    waiting = row(house, "select provider, provider_id from inbox where state = 'calling'")
    release.roll_back()
    assert not hub.answer_call(house, waiting.provider, waiting.provider_id)
    assert row(house, "select count(*) from inbox where state = 'calling'").count == 1
    release.publish()
    assert hub.answer_call(house, waiting.provider, waiting.provider_id)
    assert talk(house).state == "not_here"


@pytest.mark.parametrize("name", ["send_money", "change_pin"])
def test_a_newer_conversation_that_expires_rests_like_any_other(house, phone, release, clock, name):
    release.publish()
    amina = phone("sms", AMINA)
    amina.say("SEND" if name == "send_money" else "CHANGE PIN")
    assert talk(house).flow_version == changed.NOW[name].version
    release.roll_back()
    clock.pass_(minutes=30)
    assert "afresh" in amina.say("hello there")
