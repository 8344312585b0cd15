"""Answers while WhatsApp takes no free words: a template tells of them, and they wait."""

from uuid import UUID

import pytest

from bot import handover
from bot.house import House
from core.access.actors import Actor
from core.crm import case_thread, held_words
from core.crm.cases import Case
from core.store import delivery, resending
from tests.support.chatting import (
    PhoneOf,
    alerts,
    hire,
    interrupted,
    latest,
    stands,
    taken,
    written,
)
from tests.support.town import AMINA, Clock, Phone


@pytest.fixture
def zuri(house: House) -> Actor:
    """Somebody who answers customers."""
    return hire(house)


def asked(house: House, phone: PhoneOf, zuri: Actor, clock: Clock) -> tuple[Phone, Case]:
    """Return a phone whose owner asked for a person and then said nothing for a day."""
    amina = phone("whatsapp", AMINA)
    amina.say("agent")
    amina.say("Where is my card?")
    case = taken(house, zuri)
    clock.pass_(hours=25)
    return amina, case


def leased(house: House) -> tuple[int, UUID]:
    """Take the last template out of the outbox, as a drain does; return its row and lease."""
    with house.unit() as unit:
        lease = unit.new_id()
        row: int = unit.value(
            """
            update outbox set status = 'leased', lease = %(lease)s, leased_until = %(now)s
            where id = (select max(id) from outbox where channel = 'whatsapp') returning id
            """,
            lease=lease,
            now=unit.now,
        )
    return row, lease


def waiting(house: House, case: Case) -> int:
    with house.unit() as unit:
        return held_words.waiting(unit, case.id)


def test_a_template_tells_of_an_answer_and_the_words_wait_for_the_customer(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    amina, case = asked(house, phone, zuri, clock)
    said = handover.reply(house, zuri, case.id, "It is on its way", key=house.new_id())
    assert (said.channel, said.held) == ("whatsapp", True)
    assert written(amina) == []
    [(alert, facts)] = alerts(house)
    assert alert == "whatsapp:case_answer"
    assert facts["number"] == case.number
    assert waiting(house, case) == 1
    assert amina.say("Yes?") == "👤 It is on its way"
    assert waiting(house, case) == 0
    assert stands(house) == ("agent", "chat", case.id)


def test_several_answers_come_in_their_order_and_once(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    amina, case = asked(house, phone, zuri, clock)
    for words in ("It is on its way", "It comes on Monday"):
        handover.reply(house, zuri, case.id, words, key=house.new_id())
        clock.pass_(minutes=5)
    assert amina.say("Hello").split("\n") == ["👤 It is on its way", "👤 It comes on Monday"]
    assert amina.say("Thanks") == ""
    with house.unit() as unit:
        said = [one for one in case_thread.thread(unit, case) if one.kind in ("agent", "bot")]
    assert [one.words for one in said[-2:]] == ["It is on its way", "It comes on Monday"]


def test_who_comes_back_after_the_chat_has_rested_reads_which_case_it_is_about(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    amina, case = asked(house, phone, zuri, clock)
    handover.reply(house, zuri, case.id, "It is on its way", key=house.new_id())
    clock.pass_(hours=30)
    first, _, rest = amina.say("hi").partition("\n")
    assert first == f"👤 About your case {case.number}: It is on its way"
    assert rest.startswith("1. Answer")


def test_where_the_template_is_refused_an_sms_says_the_words(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    amina, case = asked(house, phone, zuri, clock)
    handover.reply(house, zuri, case.id, "It is on its way", key=house.new_id())
    row, lease = leased(house)
    with house.unit() as unit:
        assert resending.by_sms(unit, row, lease=lease, error="63016")
    [(alert, facts)] = alerts(house)
    assert alert == "sms:case_answer"
    words = house.words("en", "sms").say("alerts", "case_answer", facts)
    assert words.startswith(f"Wekeza, about your case {case.number}: It is on its way")
    assert "It is on its way" not in amina.say("Hello")
    assert waiting(house, case) == 0


def test_a_template_that_nobody_could_be_told_by_leaves_the_words_waiting(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    amina, case = asked(house, phone, zuri, clock)
    handover.reply(house, zuri, case.id, "It is on its way", key=house.new_id())
    row, lease = leased(house)
    with house.unit() as unit:
        delivery.dead(unit, [delivery.Dead(row, lease, "63024")])
    assert "It is on its way" in amina.say("Hello")


def test_whether_it_is_solved_is_asked_by_a_template_and_answered_in_words(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    amina, case = asked(house, phone, zuri, clock)
    handover.close(house, zuri, case.id, key=house.new_id())
    assert [alert for alert, _ in alerts(house)] == ["whatsapp:case_solved"]
    assert written(amina) == []
    assert stands(house)[:2] == ("agent", "solved")
    assert "How well" in amina.say("yes")
    assert latest(house).status == "Resolved"


def test_within_the_day_the_words_go_at_once(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    amina = interrupted(phone)
    case = taken(house, zuri)
    clock.pass_(hours=23)
    said = handover.reply(house, zuri, case.id, "Yes, that is him", key=house.new_id())
    assert (said.held, written(amina)) == (False, ["👤 Yes, that is him"])
    assert alerts(house) == []
