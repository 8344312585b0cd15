"""What is typed before a changed story is published."""

import json

import pytest

from flows import lock as locks
from flows.catalog import STORIES
from flows.send_money import SendMoney
from flows.story import Moved
from tests.bot.published import release
from tests.flows.changed import ChangePinNow, SendMoneyNow
from tests.support.town import AMINA, PIN

__all__ = ["release"]


@pytest.fixture
def busy(house, phone):
    """People stand in many places."""
    for channel in ("sms", "whatsapp"):
        amina = phone(channel, AMINA)
        amina.say("SEND 500 0712000002")
        amina.say("yes")
    amina.say("LANGUAGE")
    other = phone("ussd", AMINA)
    other.dial()
    other.say("CHANGE PIN")
    other.say(PIN)
    stranger = phone("sms", "+254799000111")
    for word in ("JOIN", "en", "agree"):
        stranger.say(word)
    with house.unit() as unit:
        unit.run("update conversations set expires_at = clock_timestamp() + interval '1 hour'")


def test_live_tells_what_becomes_of_every_conversation(busy, demo, release):
    now = [line.split(maxsplit=5) for line in demo("flow", "live").output.splitlines()]
    assert now[0] == ["flow", "version", "state", "aside", "count", "becomes"]
    assert {line[5] for line in now[1:]} == {"goes on"}
    release.publish()
    result = demo("flow", "live", "--json")
    told = {(r["flow"], r["state"], r["aside"]): r["becomes"] for r in json.loads(result.output)}
    assert told == {
        ("change_pin", "new", False): "starts anew",
        ("join", "first_name", False): "finishes on 1",
        ("language", "pick", False): "goes on",
        ("send_money", "pin", False): f"moves to {SendMoneyNow.version}: review, asked anew",
        ("send_money", "pin", True): f"moves to {SendMoneyNow.version}: review, asked anew",
    }
    release.roll_back()


def test_live_on_an_older_release_and_on_an_idle_bank(demo, house):
    assert demo("flow", "live").output == "no conversation is live\n"
    with house.unit() as unit:
        unit.run(
            "insert into conversations (id, channel, address, language, flow, flow_version, state,"
            " expires_at, created_at) values (uuidv7(), 'sms', 'somebody', 'en', 'loan', 3, 'x',"
            " 'infinity', now())"
        )
    assert "waits for a newer process" in demo("flow", "live").output


def test_the_funnel_is_told_step_by_step(busy, demo):
    result = demo("flow", "funnel", "--since", "2026-03-01", "--flow", "send_money")
    lines = [line.split() for line in result.output.splitlines()]
    assert ["send_money", str(SendMoney.version), "sms", "en", "review", "1", "1", "0"] in lines
    rows = demo("flow", "funnel", "--since", "2026-03-01", "--json").output
    pins = [row for row in json.loads(rows) if row["step"] == "pin" and row["left"]]
    assert [(row["channel"], row["left"]) for row in pins] == [("whatsapp", {"aside": 1})]
    assert demo("flow", "funnel", "--since", "2099-01-01").output == "nobody was there\n"


def test_replay_tells_what_differs(busy, demo, monkeypatch):
    same = demo("flow", "replay", "--flow", "change_pin")
    assert (same.exit_code, same.output) == (0, "1 conversations walked again, 0 differ\n")
    monkeypatch.setattr(STORIES["change_pin"], "page", "reset_pin")
    differs = demo("flow", "replay", "--flow", "change_pin", "--last", "5")
    assert differs.exit_code == 1
    assert "1 x at menu.home\n  was: change_pin.old\n  now: broken" in differs.output
    assert demo("flow", "replay", "--flow", "change_pin", "--to", "9").exit_code == 2


def test_lock_writes_down_a_new_version_and_says_what_it_lacks(command, monkeypatch, tmp_path):
    copy = tmp_path / "versions.json"
    copy.write_text(locks.LOCK.read_text())
    monkeypatch.setattr(locks, "LOCK", copy)
    assert command("flow", "lock").output == "every story is as it is written down\n"
    monkeypatch.setitem(STORIES, "change_pin", ChangePinNow)
    monkeypatch.setattr(ChangePinNow, "moves", {})
    result = command("flow", "lock")
    assert result.exit_code == 1
    assert "nothing says what becomes of conversations of version 1" in result.output
    monkeypatch.setattr(ChangePinNow, "moves", {1: Moved()})
    assert command("flow", "lock").exit_code == 0
    assert [entry["version"] for entry in json.loads(copy.read_text())["change_pin"]] == [1, 2]
    assert command("flow", "lock", "--unaffected", "join").exit_code == 2
