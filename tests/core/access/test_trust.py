"""Trust of an address: lost with its SIM, earned by PIN and code, settled by time."""

from datetime import timedelta

import pytest

from core.access import addresses, codes, trust
from core.access.codes import TooManyCodes
from core.money import Money
from core.store import contacts
from tests.core.people import PEPPER, PIN, SECRETS, counter, guess, someone
from tests.support.outbox_rows import register

OTHER = "KE.13490987654321"
HOURS = timedelta(hours=1)


def swap(unit, phone="+254712000001", *, at=None, notice=None):
    notice = notice or str(unit.new_id())
    return trust.sim_changed(unit, phone, at=at or unit.now, notice=notice, source="test")


def second_phone(unit, amina, *, level="trusted"):
    addresses.attach(unit, amina.id, channel="whatsapp", address=OTHER, trust=level)


def level(unit, channel="ussd", address="+254712000001"):
    return unit.value(
        "select trust from addresses where channel = %(c)s and address = %(a)s",
        c=channel,
        a=contacts.token(unit, address),
    )


def right_code(unit, bank):
    here = {"channel": bank.channel, "address": bank._visitor.address}
    sent = codes.look(unit, **here)
    return SECRETS.check_code(sent, codes.reveal(PEPPER, str(sent)))


def step_up(unit, amina, **where):
    """Give the PIN and the code at an address, as the story does."""
    bank = counter(unit, **where)
    bank.prove(guess(unit, amina.id, PIN))
    if bank.owes_code:
        bank.send_step_up()
        bank.check_code(right_code(unit, bank))
    return bank


def test_a_changed_sim_is_trusted_no_more_and_others_are_told(unit):
    register(unit)
    amina = someone(unit)
    second_phone(unit, amina)
    addresses.attach(unit, amina.id, channel="sms", address=amina.phone, trust="trusted")
    assert swap(unit) == amina.id
    assert (level(unit), level(unit, "sms")) == ("new", "new")
    assert level(unit, "whatsapp", OTHER) == "trusted"
    told = unit.all("select channel, contact from outbox")
    assert [(one.channel, one.contact) for one in told] == [
        ("whatsapp", contacts.token(unit, OTHER))
    ]
    assert not counter(unit).trusted


def test_a_notice_counts_once_and_none_from_before(unit, now):
    amina = someone(unit)
    second_phone(unit, amina)
    assert swap(unit, notice="network 1") == amina.id
    step_up(unit, amina)
    for old in ({"notice": "network 1"}, {"at": now - HOURS}, {"at": now}):
        assert swap(unit, **old) is None
        assert level(unit) == "probation"
    unit.now = now + HOURS
    assert swap(unit) == amina.id
    assert level(unit) == "new"


def test_a_number_nobody_has_changes_nothing(unit):
    assert swap(unit, "+254799000000") is None
    assert unit.value("select count(*) from sim_changes where customer_id is null") == 1


def test_a_notice_from_the_future_holds_no_later_one_up(unit, now):
    amina = someone(unit)
    assert swap(unit, at=now + timedelta(days=365)) == amina.id
    unit.now = now + HOURS
    assert swap(unit) == amina.id


def test_pin_and_code_put_it_on_probation_and_time_trusts_it(unit, now):
    amina = someone(unit, holds="KES 200000.00")
    second_phone(unit, amina)
    swap(unit)
    bank = counter(unit)
    bank.prove(guess(unit, amina.id, PIN))
    assert not bank.trusted
    assert bank.owes_code
    bank = step_up(unit, amina)
    assert bank.trusted
    assert level(unit) == "probation"
    for hours, expected in ((71, "probation"), (72, "trusted")):
        unit.now = now + hours * HOURS
        trust.settle(unit, most=10)
        assert level(unit) == expected
    assert unit.value("select count(sim_changed_at) from addresses") == 0


def test_nothing_settles_while_the_pin_is_locked(unit, now):
    amina = someone(unit)
    second_phone(unit, amina)
    swap(unit)
    step_up(unit, amina)
    unit.run("update pins set attempts = 3, locked_at = %(now)s", now=now)
    unit.now = now + 100 * HOURS
    assert trust.settle(unit, most=10) == 0
    unit.run("update pins set attempts = 0, locked_at = null")
    assert trust.settle(unit, most=10) == 1


def test_nothing_settles_where_a_code_was_guessed_at(unit, now):
    amina = someone(unit)
    second_phone(unit, amina)
    swap(unit)
    step_up(unit, amina)
    unit.now = now + HOURS
    bank = counter(unit)
    bank.send_reset_code()
    for _ in range(3):
        with pytest.raises(codes.Refusal):
            bank.check_code(SECRETS.check_code(codes.look(unit, **bank._here), "000000"))
    unit.now = now + 100 * HOURS
    assert trust.settle(unit, most=10) == 0


def test_no_code_goes_to_the_number_whose_sim_was_changed(unit):
    amina = someone(unit)
    addresses.attach(unit, amina.id, channel="whatsapp", address=amina.phone, trust="trusted")
    assert counter(unit).has_second_way
    swap(unit)
    assert counter(unit).owes_code
    assert not counter(unit).has_second_way
    assert not counter(unit, channel="whatsapp").has_second_way


def test_linking_by_the_swapped_sim_lifts_nothing(unit):
    amina = someone(unit)
    swap(unit)
    bank = counter(unit, OTHER, channel="whatsapp")
    bank.send_link_code(amina.phone)
    bank.check_code(right_code(unit, bank))
    bank.prove(guess(unit, amina.id, PIN))
    assert not bank.trusted
    assert bank.owes_code


def test_linking_by_a_sound_sim_is_proof_enough(unit):
    amina = someone(unit)
    bank = counter(unit, OTHER, channel="whatsapp")
    bank.send_link_code(amina.phone)
    bank.check_code(right_code(unit, bank))
    bank.prove(guess(unit, amina.id, PIN))
    assert level(unit, "whatsapp", OTHER) == "trusted"


def test_a_number_that_staff_gave_goes_on_probation_by_the_pin(unit):
    amina = someone(unit)
    addresses.change_number(unit, amina.id, to="+254722000009", by="operations")
    bank = counter(unit, "+254722000009")
    bank.prove(guess(unit, amina.id, PIN))
    assert level(unit, address="+254722000009") == "probation"
    assert unit.value("select lowered_percent from account_owners") == trust.LOWERED_PERCENT


def test_another_number_leaves_the_changed_sim_behind(unit, now):
    amina = someone(unit)
    swap(unit)
    addresses.change_number(unit, amina.id, to="+254722000009", by="operations")
    counter(unit, "+254722000009").prove(guess(unit, amina.id, PIN))
    unit.now = now + 72 * HOURS
    assert trust.settle(unit, most=10) == 1
    second_phone(unit, amina, level="new")
    bank = counter(unit, OTHER, channel="whatsapp")
    bank.prove(guess(unit, amina.id, PIN))
    bank.send_step_up()
    bank.check_code(right_code(unit, bank))
    assert level(unit, "whatsapp", OTHER) == "trusted"


def test_the_next_holder_of_a_number_begins_without_its_past(unit):
    someone(unit)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    swap(unit)
    addresses.withdraw(unit, address="+254712000001", by="operations")
    carol = someone(unit, names=("Carol", "Njeri"), id_number="C7654321", holds="KES 500.00")
    effect = {"to": str(brian.id), "amount": Money.load("KES 100.00"), "effect_id": unit.new_id()}
    assert counter(unit).payment_needs(kind="transfer", **effect) == "enough"
    assert carol.phone == "+254712000001"


def test_codes_on_their_way_are_void_when_the_sim_changes(unit):
    amina = someone(unit)
    bank = counter(unit)
    bank.send_reset_code()
    swap(unit)
    with pytest.raises(codes.CodeSpent):
        bank.check_code(right_code(unit, bank))
    assert amina.id


def test_codes_are_bounded_over_addresses(unit):
    amina = someone(unit)
    second_phone(unit, amina)
    addresses.attach(unit, amina.id, channel="sms", address="+254722000009", trust="trusted")
    swap(unit)
    bank = counter(unit)
    bank.prove(guess(unit, amina.id, PIN))
    for _ in range(3):
        bank.send_step_up()
    with pytest.raises(TooManyCodes):
        counter(unit, OTHER, channel="whatsapp").send_reset_code()


def test_strangers_who_ask_for_codes_leave_the_customer_their_own(unit):
    amina = someone(unit)
    second_phone(unit, amina)
    for n in range(3):
        counter(unit, f"KE.1349{n}", channel="whatsapp").send_link_code(amina.phone)
    with pytest.raises(TooManyCodes):
        counter(unit, "KE.13499", channel="whatsapp").send_link_code(amina.phone)
    bank = counter(unit)
    bank.prove(guess(unit, amina.id, PIN))
    assert bank.send_step_up() == {"way": "whatsapp", "where": ""}
