"""What a customer lets a card do: told, set, and held to when it pays."""

import pytest

from core.cards import controls, own_limits
from core.cards.cards import Card, UnknownCard
from core.cards.own_limits import CardLimitTooHigh
from core.money import Money
from core.store.unit import Unit
from tests.core.cards.making import card_of
from tests.core.cards.terminal import BOOKS, Terminal
from tests.core.people import Someone, someone


@pytest.fixture
def card(unit: Unit, amina: Someone) -> Card:
    return card_of(unit, amina)


def kes(amount: str) -> Money:
    return Money.load(f"KES {amount}")


def test_a_new_card_has_the_limit_of_its_kind_and_may_be_used_everywhere(
    unit: Unit, card: Card
) -> None:
    now = own_limits.of(unit, card)
    assert (now.transaction, now.day, now.month) == (None, None, card.limit)
    assert now.allowed == {"online", "abroad", "atm"}


def test_an_amount_is_set_anew_and_taken_away(unit: Unit, amina: Someone, card: Card) -> None:
    mine = {"customer": amina.id, "card": card.id}
    own_limits.set_most(unit, **mine, per="day", most=kes("900.00"))
    own_limits.set_most(unit, **mine, per="day", most=kes("800.00"))
    own_limits.set_most(unit, **mine, per="transaction", most=kes("500.00"))
    now = own_limits.of(unit, card)
    assert (now.day, now.transaction) == (kes("800.00"), kes("500.00"))
    assert len(controls.of_card(unit, card.id)) == 2
    terminal = Terminal(unit, card)
    assert terminal.pay("600.00", "R1").reason == "rule_transaction"
    assert terminal.pay("450.00", "R2").approved
    assert terminal.pay("450.00", "R3").reason == "rule_day"
    own_limits.set_most(unit, **mine, per="day", most=None)
    assert own_limits.of(unit, card).day is None
    assert terminal.pay("450.00", "R4").approved


def test_a_month_is_no_more_than_any_such_card_may_spend(
    unit: Unit, amina: Someone, card: Card
) -> None:
    mine = {"customer": amina.id, "card": card.id, "per": "month"}
    own_limits.set_most(unit, **mine, most=kes("1000.00"))
    terminal = Terminal(unit, card)
    assert terminal.pay("1200.00", "R1").reason == "month_limit"
    with pytest.raises(CardLimitTooHigh) as refused:
        own_limits.set_most(unit, **mine, most=kes("100000.01"))
    assert refused.value.facts == {"limit": "KES 100000.00"}
    own_limits.set_most(unit, **mine, most=None)
    assert terminal.pay("1200.00", "R2").approved


def test_a_place_is_forbidden_and_allowed_again(unit: Unit, amina: Someone, card: Card) -> None:
    mine = {"customer": amina.id, "card": card.id}
    terminal = Terminal(unit, card)
    online = {"merchant": BOOKS, "way": "online"}
    own_limits.allow(unit, **mine, where="online", allowed=False)
    own_limits.allow(unit, **mine, where="online", allowed=False)
    assert own_limits.of(unit, card).allowed == {"abroad", "atm"}
    assert len(controls.of_card(unit, card.id)) == 1
    assert terminal.pay("100.00", "R1", **online).reason == "rule_forbidden"
    own_limits.allow(unit, **mine, where="online", allowed=True)
    assert terminal.pay("100.00", "R2", **online).approved
    own_limits.allow(unit, **mine, where="abroad", allowed=False)
    assert terminal.pay("100.00", "R3", **online).reason == "rule_forbidden"
    own_limits.allow(unit, **mine, where="atm", allowed=False)
    assert own_limits.of(unit, card).allowed == {"online"}


def test_another_customers_card_is_not_there(unit: Unit, card: Card) -> None:
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    with pytest.raises(UnknownCard):
        own_limits.set_most(unit, customer=brian.id, card=card.id, per="day", most=kes("1.00"))
    with pytest.raises(UnknownCard):
        own_limits.allow(unit, customer=brian.id, card=card.id, where="atm", allowed=False)


def test_each_change_is_noted(unit: Unit, amina: Someone, card: Card) -> None:
    mine = {"customer": amina.id, "card": card.id}
    own_limits.set_most(unit, **mine, per="month", most=kes("1000.00"))
    own_limits.set_most(unit, **mine, per="day", most=kes("900.00"))
    own_limits.allow(unit, **mine, where="atm", allowed=False)
    unit.finish()
    rows = unit.all("select action from audit_log where action like 'card.%%' order by seq")
    assert [row.action for row in rows] == ["card.limit_set", "card.rule_set", "card.rule_set"]
