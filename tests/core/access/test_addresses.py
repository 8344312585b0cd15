import pytest

from core.access import addresses
from core.access.addresses import AddressTaken
from core.access.pins import WrongPin
from core.crm import consents
from tests.core.people import PIN, counter, guess, someone


def test_a_customers_number_on_another_channel_earns_trust_by_the_pin(unit):
    amina = someone(unit)
    assert counter(unit).trusted
    bank = counter(unit, channel="sms")  # the same SIM; WhatsApp owes a code besides
    assert (bank.known, bank.trusted, bank.customer_id) == (True, False, amina.id)
    with pytest.raises(WrongPin):
        bank.prove(guess(unit, amina.id, "9999"))
    assert not counter(unit, channel="sms").trusted
    bank.prove(guess(unit, amina.id, PIN))
    assert bank.trusted
    assert counter(unit, channel="sms").trusted
    assert not bank.owes_code
    assert counter(unit, channel="whatsapp").owes_code


def test_a_stranger_is_nobody(unit):
    someone(unit)
    bank = counter(unit, "+254799000000")
    assert not bank.known
    assert not bank.trusted
    assert (bank.country, bank.currency, bank.first_name) == ("KE", "", "")
    assert unit.value("select count(*) from addresses") == 1
    with pytest.raises(LookupError):
        bank.balances()


def test_a_number_that_changed_hands_is_a_strangers(unit):
    amina = someone(unit)
    counter(unit, channel="whatsapp").prove(guess(unit, amina.id, PIN))
    assert addresses.withdraw(unit, address=amina.phone, by="operations") == 2
    for channel in ("ussd", "whatsapp", "sms"):
        assert not counter(unit, channel=channel).known
    next_holder = someone(unit, names=("Brian", "Kamau"), id_number="B1234567")
    bank = counter(unit)
    assert (bank.customer_id, bank.first_name) == (next_holder.id, "Brian")
    assert bank.trusted
    assert not counter(unit, channel="whatsapp").trusted


def test_a_customer_who_changes_number_proves_the_new_one(unit):
    amina = someone(unit)
    addresses.change_number(unit, amina.id, to="+254722000009", by="operations")
    assert not counter(unit).known
    bank = counter(unit, "+254722000009")
    assert (bank.customer_id, bank.trusted) == (amina.id, False)
    bank.prove(guess(unit, amina.id, PIN))
    assert bank.trusted
    addresses.change_number(unit, amina.id, to="+254722000009", by="operations")
    assert counter(unit, "+254722000009").trusted


def test_another_customers_number_is_not_given_away(unit):
    amina = someone(unit)
    someone(unit, "+254712000002", names=("Brian", "Kamau"))
    with pytest.raises(AddressTaken):
        addresses.change_number(unit, amina.id, to="+254712000002", by="operations")
    with pytest.raises(AddressTaken):
        addresses.attach(unit, amina.id, channel="ussd", address="+254712000002", trust="new")
    assert counter(unit).customer_id == amina.id


def test_silence_is_kept_for_strangers_and_customers(unit):
    stranger = counter(unit, "+254799000000", channel="sms")
    stranger.opt_out()
    stranger.opt_out()
    assert not counter(unit, "+254799000000", channel="sms").known
    out = "select opted_out_at is not null from addresses where channel = 'sms'"
    assert unit.value(out)
    amina = someone(unit, "+254799000000", channel="ussd")
    bank = counter(unit, "+254799000000", channel="sms")
    assert (bank.customer_id, bank.trusted) == (amina.id, False)
    assert unit.value(out)
    bank.opt_in()
    assert not unit.value(out)


def test_stop_takes_back_that_news_are_wanted_and_start_gives_it_back(unit):
    amina, brian = someone(unit), someone(unit, "+254712000002", names=("Brian", "Kamau"))
    consents.give(unit, amina.id, purpose="marketing", channel="sms")
    bank, other = counter(unit), counter(unit, "+254712000002")
    for one in (bank, other):
        one.opt_out()
    assert not consents.stands(unit, amina.id, purpose="marketing")
    assert not unit.value("select wants_news(%(id)s)", id=amina.id)
    for one in (bank, other):
        one.opt_in()
    assert consents.stands(unit, amina.id, purpose="marketing")
    assert unit.value("select wants_news(%(id)s)", id=amina.id)
    assert not consents.stands(unit, brian.id, purpose="marketing"), "who never gave it"


def test_whoever_is_not_known_yet_silences_an_address_and_no_more(unit):
    amina = someone(unit, channel="ussd")
    consents.give(unit, amina.id, purpose="marketing", channel="sms")
    bank = counter(unit, amina.phone, channel="sms")
    assert not bank.trusted
    bank.opt_out()
    assert consents.stands(unit, amina.id, purpose="marketing")
    assert not unit.value("select wants_news(%(id)s)", id=amina.id)


def test_the_language_chosen_once_is_spoken_everywhere(unit):
    someone(unit, "+255712000003", names=("Neema", "Mushi"))
    bank = counter(unit, "+255712000003")
    assert (bank.language, bank.language_chosen) == ("sw", True)
    bank.set_language("fr")
    assert bank.language == "fr"
    assert counter(unit, "+255712000003", channel="sms").language == "fr"


def test_a_language_heard_is_spoken_for_now(unit):
    bank = counter(unit, "+254799000000")
    bank.speak("sw")
    assert (bank.language, bank.language_chosen) == ("sw", False)
