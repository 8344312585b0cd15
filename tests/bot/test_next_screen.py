"""98 on a question for an amount: the next screen where there is one, ninety-eight where not."""

from flows.words import Words
from tests.support.town import AMINA


def test_what_goes_on_is_read_before_an_amount_is_taken(house, phone, monkeypatch):
    find = Words.find

    def longer(words, page, block, facts=None):
        found = find(words, page, block, facts)
        told = (page, block) == ("refusals", "not_an_amount")
        return f"{found} {'word ' * 25}" if told else found

    monkeypatch.setattr(Words, "find", longer)
    amina = phone("ussd", AMINA)
    amina.dial()
    amina.say("1")
    amina.say("0712000002")
    assert "98. More" in amina.say("lots")
    rest = amina.say("98")
    assert "How much" in rest and "98. More" not in rest
    assert "98.00" in amina.say("98")
