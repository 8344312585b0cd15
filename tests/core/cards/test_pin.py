"""The PIN of a card, as its customer sets it."""

import pytest

from core.access.pins import Proof
from core.cards import cards, holding, pin
from tests.core.cards.scheme import ask, made, told
from tests.core.people import someone


def test_the_pin_of_a_card_is_its_customer_s(unit, amina):
    card = made(unit, ask(unit, amina).card)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    with pytest.raises(cards.UnknownCard):
        pin.set_pin(unit, customer=brian.id, card=card.id, pin_hash="x")
    assert pin.state(unit, card.id) == pin.PinState(is_set=False, is_blocked=False)
    proof = Proof("new", ok=True, new_hash="hash")
    pin.set_pin(unit, customer=amina.id, card=card.id, pin_hash=proof.new_hash)
    unit.run(
        "update card_pins set attempts = 3, blocked_at = %(now)s where card_id = %(card)s",
        now=unit.now, card=card.id,
    )  # fmt: skip
    assert pin.state(unit, card.id).is_blocked
    pin.set_pin(unit, customer=amina.id, card=card.id, pin_hash="other")
    assert pin.state(unit, card.id) == pin.PinState(is_set=True, is_blocked=False)
    assert unit.value("select version from card_pins where card_id = %(c)s", c=card.id) == 2
    assert told(unit).count("card_pin_set") == 2
    holding.close(unit, customer=amina.id, card=card.id)
    with pytest.raises(pin.CardHasNoNumber):
        pin.set_pin(unit, customer=amina.id, card=card.id, pin_hash="x")
