"""A card's number is in one place, sealed, and found again only by who has it."""

import pytest
from sqlalchemy import exc

from core.cards import cards, vault
from core.store.sealed import COLUMNS
from core.store.unit import Unit
from tests.core.cards.making import BINS, card_of, numbered, pan_of, requested
from tests.core.people import Someone


def test_a_number_comes_back_to_who_asks_for_its_card(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    pan = pan_of(card.id, BINS["virtual"])
    assert vault.open_pan(unit, card.id) == pan
    assert vault.by_pan(unit, pan) == cards.by_id(unit, card.id)
    token = vault.token_of(unit, card.id)
    assert token is not None and pan not in token and card.last4 == pan[-4:]


def test_a_number_that_is_nobody_s_finds_nobody(unit: Unit, amina: Someone) -> None:
    bare = requested(unit, amina)
    assert vault.by_pan(unit, pan_of(bare.id, BINS["virtual"])) is None
    assert vault.open_pan(unit, bare.id) is None
    assert vault.token_of(unit, bare.id) is None


def test_a_card_has_one_number(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    token = vault.token_of(unit, card.id)
    other = pan_of(amina.id, BINS["virtual"])
    assert vault.seal(unit, card.id, other) == token
    assert vault.open_pan(unit, card.id) == pan_of(card.id, BINS["virtual"])


def test_a_number_has_one_card(unit: Unit, amina: Someone) -> None:
    card, other = card_of(unit, amina), requested(unit, amina)
    with pytest.raises(exc.DBAPIError, match="pan_index"), unit.savepoint():
        vault.seal(unit, other.id, pan_of(card.id, BINS["virtual"]))


@pytest.mark.parametrize(
    "text",
    ["", "4242424242424241", "424242424242424x", "42424242", "4242 4242 4242 4242", "\uff14" * 16],
)
def test_what_is_no_number_is_not_taken_and_not_told(unit: Unit, amina: Someone, text: str) -> None:
    card = requested(unit, amina)
    with pytest.raises(vault.NotACardNumber) as refused:
        vault.seal(unit, card.id, text)
    assert not refused.value.args


def test_the_vault_is_known_to_the_rotation_of_keys() -> None:
    assert vault.SEALED in {column.field for column in COLUMNS}


def test_nothing_in_the_vault_tells_the_number(unit: Unit, amina: Someone) -> None:
    card = numbered(unit, requested(unit, amina))
    pan = pan_of(card.id, BINS["virtual"])
    told = unit.value("select v::text from card_vault v where card_id = %(id)s", id=card.id)
    assert pan not in told and pan.encode().hex() not in told
