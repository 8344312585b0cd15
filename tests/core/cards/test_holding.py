"""What a customer does with a card they hold, and what staff do about it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.access.actors import Actor, Forbidden
from core.access.approvals import AlreadyAsked, ReasonNeeded, approve, register
from core.approvals import card_unblock
from core.approvals.catalog import KINDS
from core.cards import cards, desk, holding, lifecycle
from core.cards.lifecycle import CardMoveRefused
from core.partners import orders
from core.store.unit import Unit
from tests.core.cards.making import card_of, numbered, requested
from tests.core.people import Someone, someone
from tests.support import unsealed
from tests.support.desk import hired


@pytest.fixture(autouse=True)
def kinds() -> None:
    register(KINDS)


@pytest.fixture
def brian(unit: Unit) -> Someone:
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


def told(unit: Unit) -> list[str]:
    return [one.payload["alert"] for one in unsealed.outbox(unit)]


def noted(unit: Unit) -> list[str]:
    unit.finish()
    rows = unit.all("select action from audit_log where action like 'card.%%' order by seq")
    return [row.action for row in rows]


def closes(unit: Unit) -> list[str]:
    return [one.action for one in orders.listed(unit, partner="scheme")]


def test_a_card_is_paused_and_goes_on(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    mine = {"customer": amina.id, "card": card.id}
    paused = holding.pause(unit, **mine)
    assert paused.status == "paused" and holding.pause(unit, **mine) == paused
    resumed = holding.resume(unit, **mine)
    assert resumed.status == "active" and holding.resume(unit, **mine) == resumed
    assert [e.after for e in lifecycle.history(unit, card)][:2] == ["active", "paused"]
    assert noted(unit) == ["card.paused", "card.resumed"]
    assert told(unit) == []


@pytest.mark.parametrize("missing", ["lost", "stolen"])
def test_a_card_that_is_gone_is_gone_for_good(unit: Unit, amina: Someone, missing: str) -> None:
    card = card_of(unit, amina)
    mine = {"customer": amina.id, "card": card.id}
    gone = holding.report(unit, **mine, missing=missing)
    assert (gone.status, gone.status_why) == (missing, f"reported_{missing}")
    assert holding.report(unit, **mine, missing="lost") == gone
    assert told(unit) == ["card_reported"] and closes(unit) == ["close"]
    assert noted(unit) == [f"card.{missing}"]
    for act in (holding.pause, holding.resume, holding.close):
        with pytest.raises(CardMoveRefused):
            act(unit, **mine)


def test_a_card_is_closed_by_its_customer(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina, "paused")
    mine = {"customer": amina.id, "card": card.id}
    closed = holding.close(unit, **mine)
    assert closed.status_why == "closed_by_customer"
    assert holding.close(unit, **mine) == closed
    assert told(unit) == ["card_closed"] and closes(unit) == ["close"]
    with pytest.raises(CardMoveRefused):
        holding.report(unit, **mine, missing="lost")


def test_what_the_bank_has_blocked_its_customer_does_not_open(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina, "blocked")
    mine = {"customer": amina.id, "card": card.id}
    for act in (holding.resume, holding.pause, holding.close):
        with pytest.raises(CardMoveRefused) as refused:
            act(unit, **mine)
        assert refused.value.facts["status"] == "blocked"
    assert holding.report(unit, **mine, missing="stolen").status == "stolen"


def test_nobody_touches_the_card_of_another(unit: Unit, amina: Someone, brian: Someone) -> None:
    card = card_of(unit, amina)
    theirs = {"customer": brian.id, "card": card.id}
    for act, more in (
        (holding.pause, {}), (holding.resume, {}), (holding.close, {}),
        (holding.report, {"missing": "lost"}), (holding.activate, {"digits": card.last4}),
    ):  # fmt: skip
        with pytest.raises(cards.UnknownCard):
            act(unit, **theirs, **more)
    assert cards.by_id(unit, card.id) == card


def on_its_way(unit: Unit, who: Someone) -> cards.Card:
    card = card_of(unit, who, "shipped", type="physical")
    unit.run(
        "insert into card_deliveries (card_id, asked_at) values (%(id)s, %(now)s)",
        id=card.id, now=unit.now,
    )  # fmt: skip
    return card


def test_who_holds_a_card_knows_its_last_digits(unit: Unit, amina: Someone) -> None:
    card = on_its_way(unit, amina)
    mine = {"customer": amina.id, "card": card.id}
    wrong = f"{(int(card.last4) + 1) % 10_000:04d}"
    for left in ("2", "1"):
        with pytest.raises(holding.WrongCardDigits) as refused:
            holding.activate(unit, **mine, digits=wrong)
        assert refused.value.facts == {"left": left}
    with pytest.raises(holding.CardDigitsLocked):
        holding.activate(unit, **mine, digits=wrong)
    unit.now += timedelta(hours=23)
    with pytest.raises(holding.CardDigitsLocked) as locked:
        holding.activate(unit, **mine, digits=card.last4)
    assert locked.value.facts == {"hours": "1"}
    unit.now += timedelta(hours=1)
    assert holding.activate(unit, **mine, digits=card.last4).status == "active"
    with pytest.raises(CardMoveRefused):
        holding.activate(unit, **mine, digits=card.last4)


@pytest.mark.parametrize("kind", ["virtual", "physical"])
def test_only_what_is_on_its_way_is_activated(unit: Unit, amina: Someone, kind: str) -> None:
    bare = numbered(unit, requested(unit, amina, type=kind))
    with pytest.raises(CardMoveRefused):
        holding.activate(unit, customer=amina.id, card=bare.id, digits=bare.last4)


def test_staff_see_cards_masked_and_that_is_noted(unit: Unit, amina: Someone) -> None:
    who = hired(unit, "agent")
    assert desk.look(unit, who, amina.id) == []
    on_way, ended = on_its_way(unit, amina), card_of(unit, amina, "closed")
    views = desk.look(unit, who, amina.id)
    assert [one.card for one in views] == [ended, on_way]
    assert views[0].moves == set() and views[0].tracking is None
    assert views[1].tracking is not None and not views[1].pin.is_set
    assert {"blocked", "closed", "lost"} <= views[1].moves
    assert noted(unit) == ["card.seen"]
    with pytest.raises(Forbidden):
        desk.look(unit, nobody(), amina.id)


def nobody() -> Actor:
    return Actor(id=uuid4(), kind="staff", role="partner", permissions=frozenset())


def test_a_block_takes_one_person_and_its_end_takes_two(unit: Unit, amina: Someone) -> None:
    who, lead, card = hired(unit, "agent"), hired(unit, "supervisor"), card_of(unit, amina)
    facts = {"customer": amina.id, "card": card.id}
    act = {"why": "suspected_fraud", "reason": "paid in two countries within an hour"}
    blocked = desk.block(unit, who, **facts, **act)
    assert (blocked.status, blocked.status_by, blocked.status_why) == (
        "blocked", who.id, "suspected_fraud",
    )  # fmt: skip
    assert told(unit) == ["card_blocked"] and noted(unit) == ["card.blocked"]
    with pytest.raises(CardMoveRefused):
        desk.block(unit, who, **facts, **act)
    asked = card_unblock.request(unit, who, **facts, reason="the customer explained")
    with pytest.raises(AlreadyAsked):
        card_unblock.request(unit, who, **facts, reason="once more")
    approve(unit, lead, asked.id)
    assert cards.by_id(unit, card.id).status == "active"
    assert told(unit)[-1] == "card_unblocked"
    with pytest.raises(CardMoveRefused):
        card_unblock.request(unit, who, **facts, reason="it is open already")


@pytest.mark.parametrize("status", ["paused", "shipped", "produced"])
def test_a_card_is_after_a_block_what_it_was_before(
    unit: Unit, amina: Someone, status: str
) -> None:
    kind = "virtual" if status == "paused" else "physical"
    who, card = hired(unit, "agent"), card_of(unit, amina, status, type=kind)
    desk.block(unit, who, customer=amina.id, card=card.id, why="other", reason="he asked for it")
    assert desk.unblock(unit, who, card.id).status == status
    with pytest.raises(CardMoveRefused):
        desk.unblock(unit, who, card.id)


def test_what_was_decided_too_late_fails(unit: Unit, amina: Someone) -> None:
    who, lead, card = (
        hired(unit, "agent"),
        hired(unit, "supervisor"),
        card_of(unit, amina, "blocked"),
    )
    facts = {"customer": amina.id, "card": card.id}
    asked = card_unblock.request(unit, who, **facts, reason="the customer explained")
    holding.report(unit, **facts, missing="stolen")
    ended = approve(unit, lead, asked.id)
    assert ended.status == "failed" and ended.outcome["status"] == "stolen"


def test_staff_close_a_card_also_one_that_is_being_made(unit: Unit, amina: Someone) -> None:
    who = hired(unit, "agent")
    act = {"customer": amina.id, "why": "customer_asked", "reason": "she called"}
    bare, card = requested(unit, amina), card_of(unit, amina)
    assert desk.close(unit, who, card=bare.id, **act).status == "closed"
    assert closes(unit) == []
    assert desk.close(unit, who, card=card.id, **act).status == "closed"
    assert closes(unit) == ["close"] and told(unit) == ["card_closed", "card_closed"]


def test_staff_need_a_reason_a_right_and_the_right_card(
    unit: Unit, amina: Someone, brian: Someone
) -> None:
    who, card = hired(unit, "agent"), card_of(unit, amina)
    good = {"customer": amina.id, "card": card.id, "why": "other", "reason": "she called"}
    for wrong, error in (
        ({"reason": " no "}, ReasonNeeded), ({"why": "whim"}, ReasonNeeded),
        ({"customer": brian.id}, desk.NoSuchCard), ({"card": uuid4()}, desk.NoSuchCard),
    ):  # fmt: skip
        for act in (desk.block, desk.close):
            with pytest.raises(error):
                act(unit, who, **good | wrong)
    for act in (desk.block, desk.close):
        with pytest.raises(Forbidden):
            act(unit, nobody(), **good)
    with pytest.raises(Forbidden):
        card_unblock.request(unit, nobody(), customer=amina.id, card=card.id, reason="why not")
    with pytest.raises(desk.NoSuchCard):
        card_unblock.request(unit, who, customer=brian.id, card=card.id, reason="why not")
