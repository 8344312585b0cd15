"""A card's number is shown once, to its customer or by one who may, and never left lying about."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import exc

from core.access.actors import Actor, Forbidden
from core.cards import cards, holding, reveal, reveal_store
from core.cards.reveal import CardNotShown, Opened
from core.cards.reveal_store import Missed, TooManyReveals
from core.store.unit import Unit
from tests.core.cards.making import BINS, card_of, pan_of
from tests.core.people import Someone, someone
from tests.support import unsealed
from tests.support.desk import hired


def facts(unit: Unit) -> dict[str, str]:
    return unsealed.outbox(unit)[-1].payload["facts"]


def link(unit: Unit, who: Someone, card: cards.Card) -> str:
    reveal.send_link(unit, customer=who.id, card=card.id)
    return reveal.token_of(unit.keys, UUID(facts(unit)["reveal_id"]))


def noted(unit: Unit) -> list[tuple[str, str]]:
    unit.finish()
    rows = unit.all(
        "select action, actor_kind from audit_log where action like 'card.%%' order by seq"
    )
    return [tuple(row) for row in rows]


def test_a_link_opens_once(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    token = link(unit, amina, card)
    assert reveal_store.waiting(unit, token) == reveal_store.waiting(unit, token) == amina.id
    opened = reveal.open_link(unit, token)
    assert opened.pan == pan_of(card.id, BINS["virtual"]) and opened.card == card
    assert opened.pan not in repr(opened)
    assert opened.question.card == card.scheme_id
    assert reveal_store.waiting(unit, token) is None
    assert reveal.open_link(unit, token) is None
    assert noted(unit) == [("card.shown", "customer")]


def test_what_the_scheme_says_must_be_of_this_card(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    opened = reveal.open_link(unit, link(unit, amina, card))
    told = {"pan": opened.pan, "expiry": "2028-11", "cvv": "123"}
    shown = reveal.read(opened, told)
    assert (shown.expiry, shown.cvv) == ("11/28", "123")
    assert shown.in_fours.replace(" ", "") == opened.pan and shown.in_fours.count(" ") == 3
    assert opened.pan not in repr(shown) and "123" not in repr(shown)
    assert reveal.read(opened, told | {"pan": pan_of(amina.id, "424242")}) is None
    assert reveal.read(opened, {}) is None
    reveal.note_shown(unit, opened)
    assert unit.value("select shown_at from card_reveals where id = %(id)s", id=opened.id)
    assert unsealed.outbox(unit)[-1].payload["alert"] == "card_shown"


def test_a_link_lives_five_minutes(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    token = link(unit, amina, card)
    unit.now += timedelta(minutes=5)
    assert reveal_store.waiting(unit, token) is None and reveal.open_link(unit, token) is None
    for made_up in ("", "x", token[:-1], token.upper()):
        assert reveal.open_link(unit, made_up) is None


def test_a_new_link_ends_the_one_before(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    first, second = link(unit, amina, card), link(unit, amina, card)
    assert reveal.open_link(unit, first) is None
    assert reveal.open_link(unit, second) is not None


def test_the_end_of_a_card_ends_its_links(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    token = link(unit, amina, card)
    holding.report(unit, customer=amina.id, card=card.id, missing="stolen")
    assert reveal.open_link(unit, token) is None
    with pytest.raises(CardNotShown) as refused:
        reveal.send_link(unit, customer=amina.id, card=card.id)
    assert refused.value.facts == {"status": "stolen"}
    with pytest.raises(CardNotShown):
        reveal.send_code(unit, customer=amina.id, card=card.id)


def test_nobody_sees_the_card_of_another(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    for send in (reveal.send_link, reveal.send_code):
        with pytest.raises(cards.UnknownCard):
            send(unit, customer=brian.id, card=card.id)


def test_neither_token_nor_code_stands_anywhere(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    token = link(unit, amina, card)
    assert facts(unit).keys() == {"reveal_id", "card"}
    reveal.send_code(unit, customer=amina.id, card=card.id)
    assert facts(unit).keys() == {"code_id", "card"}
    assert unsealed.outbox(unit)[-1].channel == "sms"
    told = unit.value("select string_agg(r::text, ' ') from card_reveals r")
    assert token not in told


def test_numbers_are_asked_for_only_so_often(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    for _ in range(3):
        link(unit, amina, card)
    with pytest.raises(TooManyReveals) as refused:
        reveal.send_code(unit, customer=amina.id, card=card.id)
    assert refused.value.facts == {"minutes": "15"}
    for _ in range(7):
        unit.now += timedelta(minutes=15)
        link(unit, amina, card)
    unit.now += timedelta(minutes=15)
    with pytest.raises(TooManyReveals) as refused:
        link(unit, amina, card)
    assert refused.value.facts == {"minutes": "1440"}


def code(unit: Unit, who: Someone, card: cards.Card) -> UUID:
    reveal.send_code(unit, customer=who.id, card=card.id)
    return UUID(facts(unit)["code_id"])


def enter(unit: Unit, by: Actor, who: Someone, code: UUID | None, *, right: bool = True):
    return reveal.open_code(unit, by, customer=who.id, code=code, right=right)


def test_staff_open_a_number_with_the_customers_code(unit: Unit, amina: Someone) -> None:
    who, card = hired(unit, "agent"), card_of(unit, amina, "paused")
    one = code(unit, amina, card)
    assert reveal_store.code_of(unit, amina.id) == one
    assert enter(unit, who, amina, one, right=False) == Missed(2)
    opened = enter(unit, who, amina, one)
    assert isinstance(opened, Opened) and opened.pan == pan_of(card.id, BINS["virtual"])
    assert enter(unit, who, amina, one) == Missed(0), "once"
    assert noted(unit) == [
        ("card.code_wrong", "staff"), ("card.shown", "staff"), ("card.code_wrong", "staff"),
    ]  # fmt: skip
    seen = unit.one("select opened_by, attempts from card_reveals where id = %(id)s", id=one)
    assert tuple(seen) == (who.id, 1)


def test_a_code_has_three_tries_and_ten_minutes(unit: Unit, amina: Someone) -> None:
    who, card = hired(unit, "agent"), card_of(unit, amina)
    one = code(unit, amina, card)
    assert [enter(unit, who, amina, one, right=False) for _ in range(4)] == [
        Missed(2), Missed(1), Missed(0), Missed(0),
    ]  # fmt: skip
    assert enter(unit, who, amina, one) == Missed(0)
    two = code(unit, amina, card)
    unit.now += timedelta(minutes=10)
    assert enter(unit, who, amina, two) == Missed(0)


def test_a_code_is_of_one_customer_and_for_those_who_may(unit: Unit, amina: Someone) -> None:
    who, card = hired(unit, "agent"), card_of(unit, amina)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    one = code(unit, amina, card)
    assert enter(unit, who, brian, one) == Missed(0)
    assert enter(unit, who, amina, None) == Missed(0)
    assert enter(unit, who, amina, uuid4()) == Missed(0)
    stranger = Actor(id=uuid4(), kind="staff", role="operations", permissions=frozenset())
    with pytest.raises(Forbidden):
        enter(unit, stranger, amina, one)
    assert isinstance(enter(unit, who, amina, one), Opened)


def test_the_database_opens_nothing_twice(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    reveal.open_link(unit, link(unit, amina, card))
    for change in (
        "opened_at = null", "opened_by = gen_random_uuid()", "expires_at = now()", "attempts = -1"
    ):  # fmt: skip
        with pytest.raises(exc.DBAPIError), unit.savepoint():
            unit.run(f"update card_reveals set {change} where card_id = %(id)s", id=card.id)
