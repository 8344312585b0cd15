"""The one path from a message to its reply, walked on a real database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot import hub
from core.ledger import verify
from core.store import contacts
from tests.support import unsealed
from tests.support.town import AMINA, BRIAN, FATOU, NEEMA, PIN


def kes(house, address):
    with house.unit() as unit:
        return unit.value(
            """
            select w.balance from wallets w join customers c on c.id = w.user_id
            where c.phone_index = %(phone)s and w.currency = c.home_currency
            """,
            phone=contacts.token(unit, address),
        )


def counted(house, sql, **facts):
    with house.unit() as unit:
        return unit.value(f"select count(*) from {sql}", **facts)


def received(house):
    """Return the channels on which payees were told."""
    with house.unit() as unit:
        owed = unsealed.outbox(unit)
    return [row.channel for row in owed if row.payload.get("alert") == "money_received"]


def send(amina, *, to="0712000002", amount="500"):
    return [amina.say(word) for word in ("1", to, amount, "1", PIN)]


def test_amina_sends_brian_money_by_ussd(house, phone):
    amina = phone("ussd", AMINA)
    assert "Welcome" in amina.dial()
    screens = send(amina)
    assert all(screen.startswith("CON ") for screen in screens[:-1])
    assert "B***n K***u" in screens[2] and "500.00" in screens[2]
    assert screens[-1].startswith("END ") and "500.00" in screens[-1]
    assert (kes(house, AMINA), kes(house, BRIAN)) == (11900, 8500)
    assert counted(house, "interactions") == 6
    assert received(house) == ["whatsapp"]
    with house.unit() as unit:
        assert verify.verify(unit) == []


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_amina_sends_brian_money_in_words(house, phone, channel):
    amina = phone(channel, AMINA)
    review = amina.say("SEND 500 0712000002")
    assert "B***n K***u" in review.replace("•", "*") and "500.00" in review
    assert "PIN" in amina.say("yes")
    assert "500.00" in amina.say(PIN)
    assert (kes(house, AMINA), kes(house, BRIAN)) == (11900, 8500)


def test_buttons_work_and_those_of_an_earlier_question_do_not(house, phone):
    amina = phone("whatsapp", AMINA)
    amina.say("SEND 500 0712000002")
    old = amina.last.turn
    amina.tap("change")
    assert "earlier question" in amina.tap_payload(f"yes@{old}")
    assert kes(house, AMINA) == 12400


@pytest.mark.parametrize(
    ("address", "word", "told"),
    [(AMINA, "BAL", "12,400.00"), (NEEMA, "SALIO", "350,000"), (FATOU, "SOLDE", "95 000")],
)
def test_a_keyword_tells_the_balance_in_the_customers_language(phone, address, word, told):
    assert told in phone("sms", address).say(word)


def test_the_same_message_ten_times_at_once_is_answered_once(house, phone):
    amina = phone("whatsapp", AMINA)
    amina.say("SEND 500 0712000002")
    amina.say("yes")
    pin = amina._inbound(PIN)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: hub.hear(house, pin), range(10)))
    assert sum(not said.duplicate for said in answers) == 1
    assert kes(house, AMINA) == 11900
    assert (
        counted(
            house,
            "transactions where type = 'transfer' and amount = 50000 and correlation = %(c)s",
            c=next(said.correlation for said in answers if not said.duplicate),
        )
        == 1
    )
    assert len(amina.inbox()) == 3


def test_a_repeated_press_shows_the_same_screen_and_does_nothing(house, phone):
    amina = phone("ussd", AMINA)
    amina.dial()
    done = send(amina)[-1]
    assert amina.again() == done
    assert kes(house, AMINA) == 11900


def test_two_messages_at_once_are_taken_one_after_the_other(house, phone):
    amina = phone("whatsapp", AMINA)
    inbounds = [amina._inbound("BAL") for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda one: hub.hear(house, one), inbounds))
    assert len(amina.inbox()) == 6
    assert counted(house, "interactions") == 6


def test_three_wrong_pins_lock_it_and_nothing_moves(house, phone):
    amina = phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "500", "1"):
        amina.say(word)
    assert "2" in amina.say("1111")
    assert "1" in amina.say("1112")
    amina.say("1113")
    assert kes(house, AMINA) == 12400
    with house.unit() as unit:
        assert unit.value(
            "select locked_at is not null from pins p join customers c on c.id = p.customer_id"
            " where c.phone_index = %(phone)s",
            phone=contacts.token(unit, AMINA),
        )


def test_a_pin_is_found_nowhere(house, phone, bank_admin_engine):
    canary = "4973"
    for channel in ("ussd", "sms", "whatsapp"):
        amina = phone(channel, AMINA)
        if channel == "ussd":
            amina.dial()
        amina.say(canary)  # where none was asked for
        amina.say("menu" if channel != "ussd" else "00")
        for word in ("1", "0712000002", "250", "1"):
            amina.say(word)
        amina.say(canary)
        amina.say("cancel")
    with bank_admin_engine.connect() as connection:
        tables = (
            connection.exec_driver_sql(
                "select tablename from pg_tables where schemaname = 'public'"
            )
            .scalars()
            .all()
        )
        for table in tables:
            rows = connection.exec_driver_sql(
                f"select count(*) from {table} t"
                f" where t::text ~ '(^|[^0-9a-f]){canary}([^0-9a-f]|$)'"
            )
            assert rows.scalar_one() == 0, table
    for key in house.redis.keys("*"):
        if house.redis.type(key) == b"stream":
            assert canary not in str(house.redis.xrange(key))


def test_money_is_refused_with_the_facts_and_the_amount_asked_again(house, phone):
    amina = phone("sms", AMINA)
    amina.say("SEND 20000 0712000002")
    answer = amina.last.text
    assert "12,400.00" in answer
    assert kes(house, AMINA) == 12400
    assert "B***n" in amina.say("100")


def test_back_and_change_keep_the_other_answers(phone):
    amina = phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "500"):
        amina.say(word)
    assert amina.say("0").startswith("CON ")
    assert amina.last.text.count("B***n") == 1  # asked the amount again, for the same person
    review = amina.say("700")
    assert "700.00" in review and "B***n K***u" in review


def test_a_question_in_between_is_answered_and_the_story_goes_on(phone):
    amina = phone("whatsapp", AMINA)
    amina.say("SEND 500 0712000002")
    answer = amina.say("balance")
    assert "12,400.00" in answer and "B•••n K•••u" in answer
    amina.say("yes")
    assert "500.00" in amina.say(PIN)


def test_a_dropped_session_is_offered_to_go_on_and_told_that_nothing_was_sent(house, phone):
    amina = phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "500", "1"):
        amina.say(word)
    greeting = amina.dial()
    assert "not sent" in greeting and "1. Continue" in greeting
    assert "PIN" in amina.press("1")
    assert amina.press(PIN).startswith("END ")
    assert kes(house, AMINA) == 11900


def test_a_payment_of_a_dropped_session_is_told_on_the_next_dial(phone, house):
    amina = phone("ussd", AMINA)
    amina.dial()
    send(amina)
    greeting = amina.dial()
    assert "500.00" in greeting and "B***n" in greeting
    assert "500.00" not in amina.dial()


def test_the_gateways_word_that_the_session_ended_well_silences_that(phone, house):
    from channels.message import SessionEnd

    amina = phone("ussd", AMINA)
    amina.dial()
    send(amina)
    hub.note_session_end(house, SessionEnd("africastalking", amina.session, AMINA, completed=True))
    assert "500.00" not in amina.dial()


def test_a_conversation_rests_after_a_while_and_says_so(phone, clock, house):
    amina = phone("sms", AMINA)
    amina.say("SEND 500 0712000002")
    clock.pass_(minutes=30)
    assert hub.expire_conversations(house) == 1
    answer = amina.say("yes")
    assert "afresh" in answer
    assert kes(house, AMINA) == 12400


def test_a_message_that_crossed_our_question_does_nothing(phone, clock, house):
    amina = phone("sms", AMINA)
    amina.say("SEND 500 0712000002")
    late = replace(amina._inbound("yes"), sent_at=clock.now)
    clock.pass_(seconds=30)
    amina.say("change")
    amina._deliver(late)
    assert "late" in amina.last.text
    assert kes(house, AMINA) == 12400


def test_a_stranger_is_offered_to_join(phone):
    stranger = phone("ussd", "+254799000111")
    assert "1. " in stranger.dial()
    assert "Amina" not in stranger.last.text


def test_a_new_address_of_a_customer_proves_the_pin_before_the_balance(phone, house):
    with house.unit() as unit:
        unit.run(
            "update addresses set trust = 'new', trusted_at = null"
            " where channel = 'sms' and address = %(a)s",
            a=contacts.token(unit, AMINA),
        )
    amina = phone("sms", AMINA)
    asked = amina.say("BAL")
    assert "12,400" not in asked and "PIN" in asked
    assert "12,400.00" in amina.say(PIN)
    assert "12,400.00" in amina.say("BAL")


def test_stop_ends_notices_and_start_brings_them_back(phone, house):
    brian = phone("whatsapp", BRIAN)
    brian.say("STOP")
    amina = phone("ussd", AMINA)
    amina.dial()
    send(amina)
    assert "whatsapp" not in received(house)
    brian.say("START")
    amina.dial()
    amina.say("00")
    send(amina)
    assert received(house).count("whatsapp") == 1


def test_an_unknown_number_is_looked_up_elsewhere_and_silence_is_told(phone, house):
    # Nobody listens at the registry's address here: that is an outage, and the customer hears so.
    amina = phone("ussd", AMINA)
    amina.dial()
    amina.say("1")
    answer = amina.say("0799123456")
    assert answer.startswith("CON ") and "1. " in answer
    assert counted(house, "inbox where state = 'calling'") == 0


def test_a_call_that_nobody_answered_times_out_in_the_conversation(phone, house, clock):
    amina = phone("sms", AMINA)
    assert amina.say("SEND 500 0799123456") == ""  # the worker asks
    assert counted(house, "inbox where state = 'calling'") == 1
    clock.pass_(seconds=10)
    assert hub.expire_calls(house) == 1
    assert len(amina.inbox()) == 1
    assert counted(house, "inbox where state = 'calling'") == 0


def test_a_bug_is_told_plainly_parks_the_message_and_keeps_the_conversation(
    phone, house, monkeypatch
):
    from flows.send_money import SendMoney

    amina = phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "500", "1"):
        amina.say(word)

    def broken(self, _):
        raise ZeroDivisionError

    monkeypatch.setattr(SendMoney, "send", broken)
    assert "went wrong" in amina.say(PIN)
    assert counted(house, "inbox where state = 'failed'") == 1
    assert kes(house, AMINA) == 12400
