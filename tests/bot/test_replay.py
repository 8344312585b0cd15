"""Recorded conversations, walked again: what differs is told, and nothing is kept."""

from dataclasses import replace

import pytest

from bot import hub, replay
from core.crm import recorded
from flows.catalog import CATALOG, PAST, STORIES
from flows.send_money import SendMoney
from flows.story import Choose
from flows.versions import Catalog
from tests.bot.published import release
from tests.flows.changed import SendMoneyNow
from tests.support.town import AMINA, FATOU, PIN

__all__ = ["release"]

TABLES = (
    "messages", "interactions", "inbox", "outbox", "conversations", "transfers", "customers",
    "transactions",
)  # fmt: skip


def runs(house, flow: str | None = None, last: int = 100) -> list[recorded.Run]:
    with house.unit() as unit:
        return recorded.runs(unit, flow=flow, last=last)


def everything(house) -> dict[str, str]:
    with house.unit() as unit:
        return {
            table: unit.value(
                f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t"
            )
            for table in TABLES
        }


def a_busy_day(phone) -> None:
    amina = phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "500", "1", "1111", PIN):
        amina.say(word)
    other = phone("whatsapp", AMINA)
    other.say("SEND 300 0712000002")
    other.tap("change")
    other.say("amount")
    other.say("250")
    other.say("balance")
    other.say("yes")
    other.say(PIN)
    third = phone("sms", AMINA)
    third.say("CHANGE PIN")
    for word in (PIN, "7391", "7392", "7391", "7391"):
        third.say(word)
    fatou = phone("sms", FATOU)
    fatou.say("SOLDE")
    stranger = phone("sms", "+254799000111")
    for word in (
        "JOIN",
        "en",
        "agree",
        "Asha",
        "Otieno",
        "A1234567",
        "5/5/1990",
        "yes",
        "7391",
        "7391",
    ):
        stranger.say(word)


def test_the_same_stories_say_the_same_again_and_nothing_is_kept(house, phone):
    a_busy_day(phone)
    before = everything(house)
    found = runs(house)
    assert {(run.channel, run.turns[-1].after) for run in found} >= {
        ("ussd", "sent"), ("whatsapp", "sent_new"), ("sms", "done"), ("sms", "welcome"),
    }  # fmt: skip
    # The account was opened since, and its number is taken: that is the bank, not the story.
    same = [run for run in found if run.turns[-1].after != "welcome"]
    assert [replay.compare(house, run) for run in same] == [None] * len(same)
    assert everything(house) == before


def test_a_run_is_the_way_through_one_story(house, phone):
    a_busy_day(phone)
    (ussd,) = [run for run in runs(house, "send_money") if run.channel == "ussd"]
    steps = [heard.after for heard in ussd.turns]
    assert steps == ["recipient", "amount", "review", "pin", "pin", "sent"]
    assert [heard.said for heard in ussd.turns][-2:] == ["****", "****"]
    assert len(runs(house, last=2)) == 2
    assert [run.channel for run in runs(house, "join")] == ["sms"]


def test_a_new_name_is_no_difference_but_a_new_way_is(house, phone, release):
    a_busy_day(phone)
    kept = {("send_money", SendMoney.version): SendMoney}
    target = Catalog({**STORIES, "send_money": SendMoneyNow}, kept)
    found = {run.channel: replay.compare(house, run, target) for run in runs(house, "send_money")}
    # The amount is asked under a new name; then "1" was yes, and is no now.
    assert found["ussd"].at == "send_money.amount"
    assert found["ussd"].was.endswith("#. Yes\n#. Change or add note\n#. No")
    assert found["ussd"].now.endswith("#. No\n#. Yes")
    assert found["whatsapp"].at == "send_money.start"


class AskedTwice(SendMoney):
    """Sending money that asks once more, and has the old words."""

    name, version = "send_money", SendMoney.version + 1
    steps = (*SendMoney.steps, Choose("really", options=("yes", "no")))
    paths = tuple(
        ("yes", path[1], "change") if path[0] == "yes" else path for path in SendMoney.paths
    )


@pytest.mark.parametrize("kept", [True, False])
def test_a_difference_is_told_whether_the_old_version_is_kept_or_not(
    house, phone, monkeypatch, kept
):
    a_busy_day(phone)
    monkeypatch.setitem(STORIES, "send_money", AskedTwice)
    if kept:
        monkeypatch.setitem(PAST, ("send_money", SendMoney.version), SendMoney)
    (run,) = [run for run in runs(house, "send_money") if run.channel == "ussd"]
    found = replay.compare(house, run)
    assert found.at == "send_money.review"
    assert (found.was, found.now[:17]) == ("send_money.pin", "send_money.change")


def test_other_words_are_a_difference(house, phone, monkeypatch):
    a_busy_day(phone)
    changed = {"name": "send_money", "version": SendMoney.version + 1, "page": "balance"}
    older = type("Older", (SendMoney,), changed)
    target = replace(CATALOG, stories={**STORIES, "send_money": older})
    monkeypatch.setitem(PAST, ("send_money", SendMoney.version), SendMoney)
    found = replay.compare(house, runs(house, "send_money")[0], target)
    assert found is not None and "broken" in found.now


def test_an_answer_from_outside_is_taken_as_it_was_recorded(house, phone):
    amina = phone("sms", AMINA)
    amina.say("SEND 500 0799123456")
    with house.unit() as unit:
        waiting = unit.one("select provider, provider_id from inbox where state = 'calling'")
    hub.answer_call(house, waiting.provider, waiting.provider_id)
    amina.say("another")
    (run,) = runs(house, "send_money")
    assert [heard.after for heard in run.turns] == ["looking", "no_answer", "recipient"]
    assert replay.compare(house, run) is None


def test_only_versions_that_are_known_can_be_walked_on():
    assert replay.at_version("send_money", 7) is None
    assert replay.at_version("send_money", SendMoney.version) is not None
