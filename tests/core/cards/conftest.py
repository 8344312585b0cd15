"""Amina, with money and a card of hers, and a till that it is paid at."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from core.cards.cards import Card
from core.ledger import verify
from core.store.outbox import register_senders
from core.store.unit import Unit
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.people import Someone, someone
from tests.support.outbox_rows import ALL


@pytest.fixture
def amina(unit: Unit) -> Someone:
    """Amina, whose wallet holds KES 20,000.00."""
    register_senders(unit, ALL)
    return someone(unit, holds="KES 20000.00")


@pytest.fixture
def card(unit: Unit, amina: Someone) -> Card:
    """A plastic card of hers, open."""
    return card_of(unit, amina)


@pytest.fixture
def till(unit: Unit, card: Card) -> Terminal:
    """A till that asks for payments by that card."""
    return Terminal(unit, card)


@pytest.fixture
def later(unit: Unit) -> Callable[..., None]:
    """Let time pass."""

    def pass_(**time: int) -> None:
        unit.now += timedelta(**time)

    return pass_


@pytest.fixture
def whole(unit: Unit) -> Iterator[None]:
    """Hold the book to its laws when the test is over."""
    yield
    assert verify.verify(unit) == []
