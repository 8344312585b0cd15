"""What is kept of cards when their customer leaves, asks for a copy, or time has passed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core import customer_copy
from core.access import approvals
from core.access.actors import SYSTEM
from core.approvals.catalog import KINDS
from core.cards import cards, delivery, desk, holding, pin, reveal, vault
from core.crm import erasure, retention
from core.ledger import book
from core.partners import orders
from core.store.outbox import register_senders
from core.store.unit import Unit
from tests.core.cards.making import BINS, card_of, pan_of
from tests.core.cards.scheme import HOME
from tests.core.people import Someone, someone
from tests.support.desk import hired
from tests.support.outbox_rows import ALL


@pytest.fixture
def amina(unit: Unit) -> Someone:
    approvals.register(KINDS)
    register_senders(unit, ALL)
    return someone(unit)


@pytest.fixture
def card(unit: Unit, amina: Someone) -> cards.Card:
    """A physical card of hers, with all that is known of one."""
    found = card_of(unit, amina, type="physical")
    delivery.note(unit, found.id, HOME)
    pin.set_pin(unit, customer=amina.id, card=found.id, pin_hash="hash")
    reveal.send_link(unit, customer=amina.id, card=found.id)
    return found


def close_wallet(unit: Unit, who: Someone) -> None:
    reason = book.Reason(by="test", why="left")
    book.close(unit, id=uuid4(), account=who.wallet, to=None, reason=reason)


def rows(unit: Unit, table: str) -> int:
    return unit.value(f"select count(*) from {table}")


def test_who_leaves_takes_pin_and_address_along_and_every_card_ends(
    unit: Unit, amina: Someone, card: cards.Card
) -> None:
    other = card_of(unit, amina, "blocked")
    close_wallet(unit, amina)
    maker, checker = hired(unit, "compliance"), hired(unit, "compliance")
    asked = approvals.request(
        unit, maker, "erasure", facts={}, customer=amina.id, reason="she asked for it"
    )
    ended = approvals.approve(unit, checker, asked.id)
    assert ended.status == "approved"
    for one in (card, other):
        found = cards.by_id(unit, one.id)
        assert (found.status, found.status_why) == ("closed", "customer_left")
    assert [one.action for one in orders.listed(unit, partner="scheme")] == ["close", "close"]
    assert delivery.address_of(unit, card.id) is None
    assert rows(unit, "card_pins") == rows(unit, "card_reveals") == 0
    assert vault.open_pan(unit, card.id), "while payments may be disputed"
    assert rows(unit, "card_events") > 4, "what became of them stays"


def test_nobody_leaves_with_open_wallets_and_then_no_card_ends(
    unit: Unit, amina: Someone, card: cards.Card
) -> None:
    maker, checker = hired(unit, "compliance"), hired(unit, "compliance")
    asked = approvals.request(
        unit, maker, "erasure", facts={}, customer=amina.id, reason="she asked for it"
    )
    assert approvals.approve(unit, checker, asked.id).status == "failed"
    assert cards.by_id(unit, card.id).status == "active"


def test_numbers_go_with_who_the_customer_was(unit: Unit, amina: Someone, card: cards.Card) -> None:
    close_wallet(unit, amina)
    desk.close_all(unit, SYSTEM, amina.id)
    erasure.erase(unit, amina.id)
    assert rows(unit, "card_vault") == 1
    unit.now += erasure.KEPT_FOR + timedelta(days=1)
    assert erasure.forget_identity(unit, amina.id)
    assert rows(unit, "card_vault") == 0


def forget(unit: Unit, what: str) -> None:
    (rule,) = [one for one in retention.RULES if one.what == what]
    while retention.forget(unit, rule):
        pass


def test_the_number_of_a_card_that_has_ended_is_kept_for_disputes_and_no_longer(
    unit: Unit, amina: Someone, card: cards.Card
) -> None:
    living = card_of(unit, amina)
    holding.report(unit, customer=amina.id, card=card.id, missing="lost")
    unit.now += timedelta(days=18 * 30)
    forget(unit, "card numbers")
    assert vault.open_pan(unit, card.id)
    unit.now += timedelta(seconds=1)
    forget(unit, "card numbers")
    assert vault.open_pan(unit, card.id) is None
    assert vault.by_pan(unit, pan_of(card.id, BINS["physical"])) is None
    assert vault.open_pan(unit, living.id), "it may still pay"
    assert cards.by_id(unit, card.id).last4 == card.last4


def test_links_go_after_a_month(unit: Unit, amina: Someone, card: cards.Card) -> None:
    unit.now += timedelta(days=30)
    forget(unit, "card reveals")
    assert rows(unit, "card_reveals") == 1
    unit.now += timedelta(seconds=1)
    forget(unit, "card reveals")
    assert rows(unit, "card_reveals") == 0


def test_a_copy_tells_of_cards_in_clear_and_of_no_number(
    unit: Unit, amina: Someone, card: cards.Card
) -> None:
    told = customer_copy.copy(unit, SYSTEM, amina.id, reason="she asked for it")
    (one,) = told["cards"]
    assert (one["last4"], one["status"]) == (card.last4, "active")
    assert "12 Moi Avenue" in str(told["cards_sent"][0]["destination"])
    assert [row["to_status"] for row in told["what_became_of_cards"]] == [
        "requested", "shipped", "active",
    ]  # fmt: skip
    assert told["card_numbers_shown"][0]["way"] == "link"
    assert pan_of(card.id, BINS["physical"]) not in str(told)
