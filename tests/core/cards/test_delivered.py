"""A physical card on its way: news may come twice, late, out of order, or not at all."""

from core import outcomes
from core.cards import cards, delivery, holding
from core.partners import hearing
from core.partners.answers import Done, Refused
from core.partners.partner import Told
from tests.core.cards.scheme import HOME, answer, ask, made, told, verified


def test_a_physical_card_is_produced_shipped_and_activated(unit, amina):
    card = made(unit, ask(unit, amina, "physical").card)
    assert card.status == "requested" and told(unit) == []
    verified(unit, card, "produced")
    verified(unit, card, "shipped", carrier="Posta", tracking="EE12345678KE")
    assert told(unit) == ["card_shipped"]
    on_way = delivery.tracking(unit, card.id)
    assert (on_way.carrier, on_way.number) == ("Posta", "EE12345678KE")
    assert on_way.produced_at and on_way.shipped_at
    assert delivery.address_of(unit, card.id) == HOME
    opened = holding.activate(unit, customer=amina.id, card=card.id, digits=f" {card.last4} ")
    assert opened.status == "active" and told(unit)[-1] == "card_activated"
    verified(unit, card, "shipped")
    verified(unit, card, "produced")
    assert cards.by_id(unit, card.id) == opened, "late news does nothing"


def test_news_that_is_lost_is_asked_after_and_may_skip_a_step(unit, amina, later):
    card = made(unit, ask(unit, amina, "physical").card)
    assert delivery.ask_due(unit, most=5) == 0
    later(days=1)
    assert delivery.ask_due(unit, most=5) == 1
    assert delivery.ask_due(unit, most=5) == 0, "asked just now"
    said = {"card": card.scheme_id, "state": "shipped"}
    answer(unit, Done(card.scheme_id, said), "verify")
    assert cards.by_id(unit, card.id).status == "shipped"
    assert told(unit) == ["card_sent"], "without a number to follow it by"
    later(days=2)
    assert delivery.ask_due(unit, most=5) == 0


def test_news_of_cards_that_are_none_of_ours_does_nothing(unit, amina):
    notice = Told("x", verify={"card": "crd_none"}, subject="card")
    hearing.keep(unit, "scheme", notice, body=b"{}")
    answer(unit, Done("crd_none", {"card": "crd_none", "state": "shipped"}), "verify")
    hearing.keep(unit, "scheme", Told("y", verify={"card": "z"}, subject="card"), body=b"{}")
    order = answer(unit, Refused("unknown_card"), "verify")
    outcomes.tell_stuck(unit, order)
    assert told(unit) == []


def test_a_card_that_the_scheme_closed_is_closed(unit, amina):
    card = made(unit, ask(unit, amina).card)
    verified(unit, card, "closed")
    assert cards.by_id(unit, card.id).status_why == "closed_by_scheme"
    assert told(unit) == ["card_ready", "card_closed"]
    verified(unit, card, "closed")
    assert told(unit) == ["card_ready", "card_closed"]
