"""The counter for cards: which of them may be asked what, and what is told before."""

import pytest

from core.access.actors import SYSTEM
from core.bank import Bank
from core.cards import cards, lifecycle
from core.cards.cards import UnknownCard
from core.cards.payments import UnknownCardPayment
from core.money import Money
from core.store.outbox import register_senders
from core.store.unit import Unit
from core.wallets.wallets import WalletGone
from tests.core.cards.making import card_of, numbered, requested
from tests.core.cards.terminal import Terminal
from tests.core.people import Someone, counter, someone
from tests.support.outbox_rows import ALL


@pytest.fixture
def amina(unit: Unit) -> Someone:
    register_senders(unit, ALL)
    return someone(unit, holds="KES 20000.00")


@pytest.fixture
def bank(unit: Unit, amina: Someone) -> Bank:
    return counter(unit, amina.phone)


def ends(bank: Bank, doing: str) -> set[str]:
    return {one.status for one in bank.cards_to(doing)}  # type: ignore[arg-type]


def test_only_cards_of_which_it_may_be_asked_are_listed(
    unit: Unit, amina: Someone, bank: Bank
) -> None:
    for status in ("active", "paused", "blocked", "lost", "closed"):
        card_of(unit, amina, status)  # type: ignore[arg-type]
    card_of(unit, amina, "shipped", type="physical")
    requested(unit, amina)
    assert ends(bank, "freeze") == {"active"}
    assert ends(bank, "unfreeze") == {"paused"}
    assert ends(bank, "activate") == {"shipped"}
    assert ends(bank, "show") == {"active", "paused"}
    assert ends(bank, "report") == {"shipped", "active", "paused", "blocked"}
    assert ends(bank, "look") == {"requested", "shipped", "active", "paused", "blocked"}
    assert ends(bank, "recall") == {"active", "paused", "blocked", "lost", "closed"}


def test_a_card_is_meant_by_its_last_digits_among_those_alone(
    unit: Unit, amina: Someone, bank: Bank
) -> None:
    card = card_of(unit, amina)
    assert bank.card_to("freeze", f" {card.last4} ") == cards.locked(unit, card.id)
    for doing, said in (("unfreeze", card.last4), ("freeze", "9"), ("freeze", "")):
        with pytest.raises(UnknownCard):
            bank.card_to(doing, said)  # type: ignore[arg-type]


def test_what_another_replaces_already_is_not_replaced_again(
    unit: Unit, amina: Someone, bank: Bank
) -> None:
    worn = card_of(unit, amina)
    new = requested(unit, amina, replaces=worn)
    assert bank.cards_to("replace") == []
    made = numbered(unit, new)
    lifecycle.move(unit, made, "closed", by=SYSTEM, why="story")
    assert [one.id for one in bank.cards_to("replace")] == [worn.id]


def test_kinds_are_offered_with_their_prices(bank: Bank) -> None:
    assert {one.product.type: str(one.fee) for one in bank.card_products()} == {
        "virtual": "KES 50.00",
        "physical": "KES 500.00",
    }


def test_a_kind_without_a_price_is_left_out(unit: Unit, bank: Bank) -> None:
    unit.now = unit.now.replace(year=1999)  # before any price was said
    assert bank.card_products() == []


def test_a_card_pays_from_a_wallet_of_ones_own(unit: Unit, bank: Bank) -> None:
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    with pytest.raises(WalletGone):
        bank.card_offer("virtual", str(brian.wallet))


def test_an_address_is_street_comma_town(bank: Bank) -> None:
    to = bank.read_address("P.O. Box 12, Westlands, Nairobi")
    assert (to.line, to.town, to.country) == ("P.O. Box 12, Westlands", "Nairobi", "KE")


def test_only_what_was_taken_is_disputed_and_no_more(
    unit: Unit, amina: Someone, bank: Bank
) -> None:
    terminal = Terminal(unit, card_of(unit, amina))
    terminal.pay("300.00", "R1", told="1")
    assert bank.disputable_payments(str(terminal.card.id)) == []
    terminal.take("300.00", "R1", told="2")
    (paid,) = bank.disputable_payments(str(terminal.card.id))
    bank.check_disputed(str(paid.id), Money.load("KES 300.00"))
    bank.dispute_payment(str(paid.id), "duplicate", words="Twice.", amount=None)
    assert bank.disputable_payments(str(terminal.card.id)) == []
    with pytest.raises(UnknownCardPayment):
        bank.disputable_payment(str(terminal.card.id), str(paid.id))
    with pytest.raises(UnknownCardPayment):
        bank.card_payment("no id at all")
