"""A card moves as the table says: whoever tries anything else is refused, twice over."""

from uuid import uuid4

import pytest
from sqlalchemy import exc

from core.access import audit
from core.access.actors import SYSTEM, Actor
from core.cards import cards, lifecycle
from core.cards.cards import Status
from core.store.unit import Unit
from tests.core.cards.making import WAY, card_of, numbered, requested
from tests.core.people import Someone, someone

STATUSES = [*WAY, "failed"]
STAFF = Actor(id=uuid4(), kind="staff", role="agent", permissions=frozenset())


def allowed(unit: Unit) -> set[tuple[str, str, str]]:
    rows = unit.all("select from_status, to_status, unnest(who) from card_moves")
    return {tuple(row) for row in rows}


@pytest.mark.parametrize("status", [one for one in WAY if one not in {"produced", "shipped"}])
def test_every_move_that_is_not_in_the_table_is_refused(
    unit: Unit, amina: Someone, status: Status
) -> None:
    doers = {"customer": audit.customer(unit, amina.id), "staff": STAFF, "system": SYSTEM}
    card = requested(unit, amina) if status == "requested" else card_of(unit, amina, status)
    known = allowed(unit)
    for to in STATUSES:
        for kind, by in doers.items():
            if to == status or (status, to, kind) in known:
                continue
            with pytest.raises(lifecycle.CardMoveRefused) as refused:
                lifecycle.move(unit, card, to, by=by, why="test")
            assert refused.value.facts == {"status": status, "to": to}
    assert cards.by_id(unit, card.id) == card


@pytest.mark.parametrize("status", ["lost", "stolen", "closed", "replaced"])
def test_nothing_follows_the_end(unit: Unit, amina: Someone, status: Status) -> None:
    card = card_of(unit, amina, status)
    assert not card.is_living
    for kind in ("customer", "staff", "system"):
        assert lifecycle.possible(unit, card, by=kind) == set()


def test_the_database_refuses_it_too(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina, "lost")
    for change in (
        "status = 'active', status_why = 'forged'",
        "customer_id = gen_random_uuid()",
        "last4 = '0000'",
        "status_why = 'forged'",
    ):
        with pytest.raises(exc.DBAPIError), unit.savepoint():
            unit.run(f"update cards set {change} where card_id = %(id)s", id=card.id)
    for statement in (
        "delete from cards where card_id = %(id)s",
        "update card_events set why = 'forged' where card_id = %(id)s",
        "delete from card_events where card_id = %(id)s",
        """
        insert into card_events (card_id, n, to_status, by_kind, why, at)
        values (%(id)s, 99, 'active', 'system', 'forged', now())
        """,
    ):
        with pytest.raises(exc.DBAPIError), unit.savepoint():
            unit.run(statement, id=card.id)


def test_a_card_begins_as_requested(unit: Unit, amina: Someone) -> None:
    card = requested(unit, amina)
    with pytest.raises(exc.DBAPIError, match="begins as requested"), unit.savepoint():
        unit.run(
            """
            insert into cards select (jsonb_populate_record(c, %(facts)s)).* from cards c
            where card_id = %(id)s
            """,
            id=card.id,
            facts=f'{{"card_id": "{uuid4()}", "order_id": "{uuid4()}", "reference": "X",'
            ' "status": "active", "last4": "1234", "bin": "424242", "scheme_id": "s",'
            ' "expires_on": "2030-01-31"}',
        )


def test_each_move_is_an_event_with_who_and_why(unit: Unit, amina: Someone) -> None:
    card = numbered(unit, requested(unit, amina))
    card = lifecycle.move(unit, card, "active", by=SYSTEM, why="provisioned")
    card = lifecycle.move(unit, card, "blocked", by=STAFF, why="suspected_fraud")
    told = [(e.n, e.before, e.after, e.by_kind, e.by, e.why) for e in lifecycle.history(unit, card)]
    assert told == [
        (2, "active", "blocked", "staff", STAFF.id, "suspected_fraud"),
        (1, "requested", "active", "system", None, "provisioned"),
        (0, None, "requested", "customer", amina.id, "asked"),
    ]
    assert cards.by_id(unit, card.id) == card
    assert card.moves == 2


def test_who_was_too_slow_is_refused(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    me = audit.customer(unit, amina.id)
    lifecycle.move(unit, card, "paused", by=me, why="frozen")
    with pytest.raises(lifecycle.CardMoveRefused):
        lifecycle.move(unit, card, "blocked", by=SYSTEM, why="test")


def test_cards_are_found_by_id_and_last_digits(unit: Unit, amina: Someone) -> None:
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    gone, open_ = card_of(unit, amina, "closed"), card_of(unit, amina)
    foreign = card_of(unit, brian)
    assert cards.own_cards(unit, amina.id) == [open_]
    assert cards.own_cards(unit, amina.id, ended=True) == [open_, gone]
    assert cards.find(unit, amina.id, str(gone.id)) == gone
    assert cards.find(unit, amina.id, f" *{open_.last4}") == open_
    assert cards.by_scheme_id(unit, open_.scheme_id) == open_
    assert cards.those(unit, [gone.id, foreign.id]) == {gone.id: gone, foreign.id: foreign}
    for said in ("", "*", str(foreign.id), str(uuid4())):
        with pytest.raises(cards.UnknownCard):
            cards.find(unit, amina.id, said)
    with pytest.raises(cards.UnknownCard):
        cards.locked(unit, uuid4())
    assert cards.by_id(unit, uuid4()) is None and cards.by_scheme_id(unit, "crd_none") is None
