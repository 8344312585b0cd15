"""A process dies between a document's file and its row: half of it counts for nothing."""

import pytest

from core.documents import orders, shelf
from core.store import contacts
from core.store.outbox import register_senders
from tests.core.people import someone
from tests.support import crashes, unsealed
from tests.support.crashes import KILLED
from tests.support.outbox_rows import ALL


@pytest.fixture
def document(house):
    """A statement that Amina has asked for."""
    with house.unit() as unit:
        register_senders(unit, ALL)
        amina = someone(unit, holds="KES 2000.00")
        today = orders.local_day(unit, amina.id, unit.now)
        orders.order(
            unit,
            orders.Order(
                customer=amina.id, wallet=amina.wallet, since=today, until=today, language="en",
                carrier="whatsapp", address=contacts.keep(unit, amina.phone),
            ),
        )  # fmt: skip
        (found,) = shelf.due(unit)
    return found


def test_it_is_made_anew_and_told_once(house, document, clock):
    ended = crashes.exit_code(
        house.settings, "make documents", now=clock.now, at="document.written"
    )
    assert ended == KILLED
    assert list(house.files("documents").ids()) == [document]
    with house.unit() as unit:
        assert shelf.find(unit, document) is None, "no row says that it is there"
        assert shelf.due(unit) == [], "another may still be at it"
    clock.pass_(minutes=1)
    for _ in range(2):
        crashes.do(house, "make documents")
    with house.unit() as unit:
        assert shelf.find(unit, document)
        told = [one.payload.get("document") for one in unsealed.outbox(unit)]
    assert told.count(str(document)) == 1
    assert list(house.files("documents").ids()) == [document]
