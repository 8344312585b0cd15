"""One card takes the place of another: lost, worn, or at the end of its days."""

from uuid import uuid4

import pytest

from core import outcomes
from core.access.actors import SYSTEM
from core.cards import cards, delivery, expiry, holding, issuing, lifecycle, pin
from core.ledger import book, verify
from core.partners import order_queue
from core.partners.answers import Refused, Unclear
from core.store import held_notices
from core.wallets.wallets import open_wallet
from tests.core.cards.scheme import HOME, answer, ask, balance, kes, made, order_of, told, verified
from tests.core.people import fund, someone

REASON = book.Reason("test", "test")


def test_a_lost_card_is_replaced_and_stays_lost(unit, amina):
    lost = made(unit, ask(unit, amina, "physical").card)
    verified(unit, lost, "shipped")
    holding.activate(unit, customer=amina.id, card=lost.id, digits=lost.last4)
    holding.report(unit, customer=amina.id, card=lost.id, missing="lost")
    order, taken = order_of(unit, "close")
    assert order.body == {"card": lost.scheme_id, "reason": "lost"}
    order_queue.note(unit, taken, Unclear("later"))
    assert issuing.look_replacement(unit, amina.id, lost.id).fee == kes("300.00")
    id_ = uuid4()
    asked = issuing.replace(unit, id=id_, customer=amina.id, card=lost.id, channel="sms")
    assert asked.fee == kes("300.00") and asked.card.replaces == lost.id
    assert delivery.address_of(unit, asked.card.id) == HOME, "where the last one went"
    assert issuing.replace(unit, id=id_, customer=amina.id, card=lost.id, channel="sms") == asked
    with pytest.raises(issuing.CardNotReplaceable):
        issuing.replace(unit, id=uuid4(), customer=amina.id, card=lost.id, channel="sms")
    new = made(unit, asked.card, action="replace")
    verified(unit, new, "shipped")
    holding.activate(unit, customer=amina.id, card=new.id, digits=new.last4)
    assert cards.by_id(unit, lost.id).status == "lost"
    assert cards.successor(unit, lost).id == new.id
    assert not pin.state(unit, new.id).is_set
    assert verify.verify(unit) == []


def test_what_was_replaced_twice_over_is_not_replaced_from_the_middle(unit, amina):
    first = made(unit, ask(unit, amina, "virtual").card)
    holding.report(unit, customer=amina.id, card=first.id, missing="lost")
    cards_of = [first]
    for _ in range(2):
        asked = issuing.replace(
            unit, id=uuid4(), customer=amina.id, card=cards_of[-1].id, channel="sms"
        )
        cards_of.append(made(unit, asked.card, action="replace"))
    assert [cards.by_id(unit, one.id).status for one in cards_of] == ["lost", "replaced", "active"]
    with pytest.raises(issuing.CardNotReplaceable):
        issuing.replace(unit, id=uuid4(), customer=amina.id, card=first.id, channel="sms")


def test_the_one_that_keeps_the_place_counts_whichever_looks_newer(unit, amina, later):
    """Clocks of two servers may differ: the replacement that was closed may look like the last."""
    first = made(unit, ask(unit, amina, "virtual").card)
    holding.report(unit, customer=amina.id, card=first.id, missing="lost")
    asked = issuing.replace(unit, id=uuid4(), customer=amina.id, card=first.id, channel="sms")
    closed = made(unit, asked.card, action="replace")
    holding.close(unit, customer=amina.id, card=closed.id)
    later(seconds=-2)
    asked = issuing.replace(unit, id=uuid4(), customer=amina.id, card=first.id, channel="sms")
    kept = made(unit, asked.card, action="replace")
    assert cards.successor(unit, first) == kept
    with pytest.raises(issuing.CardNotReplaceable):
        issuing.replace(unit, id=uuid4(), customer=amina.id, card=first.id, channel="sms")


def test_a_worn_card_pays_until_the_other_opens(unit, amina):
    old = made(unit, ask(unit, amina).card)
    asked = issuing.replace(unit, id=uuid4(), customer=amina.id, card=old.id, channel="sms")
    assert asked.fee == kes("50.00")
    assert cards.by_id(unit, old.id).status == "active"
    new = made(unit, asked.card, action="replace")
    assert new.status == "active" and cards.by_id(unit, old.id).status == "replaced"
    order, _ = order_of(unit, "close")
    assert (order.subject_id, order.body["reason"]) == (old.id, "replaced")
    with pytest.raises(issuing.CardNotReplaceable):
        issuing.look_replacement(unit, amina.id, old.id)


def test_nobody_replaces_the_card_of_another(unit, amina):
    card = made(unit, ask(unit, amina).card)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"), holds="KES 5000.00")
    for one in (card.id, uuid4()):
        with pytest.raises(cards.UnknownCard):
            issuing.look_replacement(unit, brian.id, one)
        with pytest.raises(cards.UnknownCard):
            issuing.replace(unit, id=uuid4(), customer=brian.id, card=one, channel="sms")


def test_a_card_that_was_closed_while_it_was_made_keeps_no_number(unit, amina):
    asked = ask(unit, amina)
    lifecycle.move(unit, asked.card, "closed", by=SYSTEM, why="test")
    card = made(unit, asked.card)
    assert card.status == "closed" and card.last4 == ""
    assert unit.value("select count(*) from card_vault") == 0
    order, _ = order_of(unit, "close")
    assert order.body == {"card": f"crd_{card.id.hex}", "reason": "closed"}


@pytest.mark.parametrize(("code", "cases"), [("unknown_card", 0), ("refused", 1)])
def test_a_card_the_scheme_does_not_close_gets_a_person(unit, amina, code, cases):
    card = made(unit, ask(unit, amina).card)
    holding.close(unit, customer=amina.id, card=card.id)
    order = answer(unit, Refused(code), "close")
    found = unit.value("select count(*) from cases where customer_id = %(id)s", id=amina.id)
    assert found == cases
    outcomes.tell_stuck(unit, order)
    assert "card_late" not in told(unit)


def test_a_card_is_renewed_a_month_before_its_last_day(unit, amina, later):
    old = made(unit, ask(unit, amina).card, expiry="2026-04")
    pin.set_pin(unit, customer=amina.id, card=old.id, pin_hash="hash")
    unit.now = unit.now.replace(month=3, day=30)
    before = balance(unit, amina)
    assert expiry.renew_due(unit) is None, "thirty-one days before"
    later(days=1)
    assert expiry.renew_due(unit) == old.id
    assert expiry.renew_due(unit) is None
    assert told(unit)[-1] == "card_renewed"
    assert balance(unit, amina) == before, "a renewal is free"
    (new,) = [one for one in cards.own_cards(unit, amina.id) if one.id != old.id]
    assert (new.occasion, new.replaces, new.status_by_kind) == ("renewal", old.id, "system")
    new = made(unit, new, action="replace")
    assert cards.by_id(unit, old.id).status == "replaced"
    assert pin.state(unit, new.id).is_set, "the PIN stays"
    later(days=60)
    assert expiry.close_due(unit) is None


def test_a_card_that_is_not_renewed_ends_with_its_last_day(unit, amina, later):
    card = made(unit, ask(unit, amina).card, expiry="2026-03")
    lifecycle.move(unit, card, "blocked", by=SYSTEM, why="test")
    assert expiry.renew_due(unit) == card.id
    assert told(unit)[-1] == "card_expires"
    unit.now = unit.now.replace(day=31, hour=20, minute=59)  # 23:59 in Nairobi
    assert expiry.close_due(unit) is None
    later(minutes=1)
    assert expiry.close_due(unit) == card.id
    assert cards.by_id(unit, card.id).status_why == "expired"
    later(hours=10)
    held_notices.let_go(unit)  # nobody is told of it at midnight
    assert told(unit)[-1] == "card_expired"
    assert expiry.close_due(unit) is None


def test_a_physical_card_is_renewed_once_and_goes_where_the_last_one_went(unit, amina):
    card = made(unit, ask(unit, amina, "physical").card, expiry="2026-03")
    verified(unit, card, "shipped")
    active = holding.activate(unit, customer=amina.id, card=card.id, digits=card.last4)
    new = issuing.renew(unit, active)
    assert new is not None and delivery.address_of(unit, new.id) == HOME
    assert issuing.renew(unit, active) is None, "one follows already"


def test_a_card_of_a_closed_wallet_is_not_renewed(unit, amina):
    wallet = open_wallet(unit, amina.id, "KES").id
    fund(unit, wallet, "KES 1000.00")
    card = made(unit, ask(unit, amina, wallet=wallet).card)
    book.close(unit, id=uuid4(), account=wallet, to=amina.wallet, reason=REASON)
    assert issuing.renew(unit, card) is None
