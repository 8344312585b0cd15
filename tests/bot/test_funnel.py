"""Every turn says where it found the customer, where it left them and why they went."""

import pytest

from bot import hub
from tests.support.town import AMINA, NEEMA, PIN

SQL = """
select coalesce(flow || '.' || step_before, flow), next_flow || '.' || step_after, exit_reason,
    seconds
from interactions where date >= %(since)s order by date, id
"""


@pytest.fixture
def rows(house, clock):
    """Return what the turns left behind, newest last."""
    since = clock.now

    def read() -> list[tuple]:
        with house.unit() as unit:
            return [tuple(row) for row in unit.all(SQL, since=since)]

    return read


def test_a_payment_from_the_menu_to_the_end(phone, clock, rows):
    amina = phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "500", "1", PIN):
        clock.pass_(seconds=7)
        amina.say(word)
    assert rows() == [
        ("menu", "menu.home", None, None),
        ("menu.home", "send_money.recipient", "became", 7),
        ("send_money.recipient", "send_money.amount", None, 7),
        ("send_money.amount", "send_money.review", None, 7),
        ("send_money.review", "send_money.pin", None, 7),
        ("send_money.pin", "send_money.sent", "ended", 7),
    ]


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["SEND", "cancel"], ("send_money.recipient", "menu.home", "cancelled")),
        (["SEND", "menu"], ("send_money.recipient", "menu.home", "menu")),
        (["SEND", "back"], ("send_money.recipient", "menu.home", "menu")),
        (["SEND", "gibberish"], ("send_money.recipient", "send_money.recipient", None)),
        (["SEND", "language"], ("send_money.recipient", "language.pick", "aside")),
        (["SEND", "balance"], ("send_money.recipient", "send_money.recipient", None)),
        (["BAL"], ("balance", "balance.shown", None)),
        (["SEND 5 0712000002", "no"], ("send_money.review", "send_money.cancelled", "ended")),
    ],
)
def test_why_a_story_is_left(phone, rows, words, last):
    amina = phone("sms", AMINA)
    for word in words:
        amina.say(word)
    assert rows()[-1][:3] == last


def test_a_refusal_that_ends_a_story_is_the_reason(phone, rows):
    stranger = phone("sms", "+254799000111")
    for word in ("JOIN", "en", "agree", "Asha", "Otieno", "A1234567", "5/5/2020"):
        stranger.say(word)
    assert rows()[-1][:3] == ("join.born", "join.refused", "refused")


def test_a_dropped_session_and_one_that_breaks(phone, rows, monkeypatch):
    from flows.send_money import SendMoney

    amina = phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "500"):
        amina.say(word)
    amina.dial()
    assert rows()[-1][:3] == ("send_money.review", "resume.offer", "dropped")
    amina.say("1")
    assert rows()[-1][:3] == ("resume.offer", "send_money.review", "ended")
    amina.say("1")

    def broken(self, _):
        raise ZeroDivisionError

    monkeypatch.setattr(SendMoney, "send", broken)
    amina.say(PIN)
    assert rows()[-1][:3] == ("send_money.pin", "send_money.pin", "broken")


def test_a_story_nobody_goes_on_with_times_out_once(phone, house, clock, rows):
    amina, other = phone("sms", AMINA), phone("whatsapp", AMINA)
    amina.say("SEND")
    other.say("SEND")
    clock.pass_(minutes=30)
    amina.say("hello")  # before the sweep
    assert rows()[-1] == ("send_money.recipient", "menu.home", "timed_out", 1800)
    assert hub.expire_conversations(house) == 1
    other.say("hello")
    timed_out = [row for row in rows() if row[2] == "timed_out"]
    assert len(timed_out) == 2 and timed_out[1] == ("send_money.recipient", None, "timed_out", 1800)


def test_version_and_language_are_told(phone, house):
    phone("sms", NEEMA).say("SALIO")
    with house.unit() as unit:
        row = unit.one("select flow_version, language from interactions order by date desc limit 1")
    assert tuple(row) == (1, "sw")
