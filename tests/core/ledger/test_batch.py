"""Many postings in one call answer as if each had been posted by itself."""

from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from core.errors import Refusal
from core.ledger import book
from core.ledger.book import Item, Leg, Posted
from core.money import Money
from tests.core.ledger.books import at, customer, kes, posted, set_status

TOWN = 5


def item(payer, payee, amount, *, key=None, kind="transfer", note=""):
    return Item(key or uuid4(), kind, Leg(payer, payee, amount), wallet=payer, note=note)


def told(answer):
    """Return an answer without what differs between two runs: nothing but the code and facts."""
    if isinstance(answer, Refusal):
        return answer.code, dict(answer.facts)
    return "posted", answer.replayed


@pytest.fixture
def town(unit):
    return [customer(unit, holds=kes(1000), tier=1 + n % 2).wallet for n in range(TOWN)]


def test_a_plain_batch_is_written_in_order(unit, town):
    amina, brian, carol = town[:3]
    answers = book.post_batch(
        unit,
        [
            item(amina, brian, kes(100)),
            item(brian, carol, kes(50)),
            item(amina, carol, kes(1), note="third"),
        ],
    )
    assert answers == [Posted(answer.transaction_id, replayed=False) for answer in answers]
    assert [posted(unit, one) for one in (amina, brian, carol)] == [kes(899), kes(1050), kes(1051)]
    lines = book.recent(unit, carol, limit=2)
    assert [(line.balance_after, line.note) for line in lines] == [
        (kes(1051), "third"),
        (kes(1050), ""),
    ]
    assert book.verify(unit) == []


def test_one_refusal_does_not_stop_the_others(unit, town):
    amina, brian = town[:2]
    answers = book.post_batch(
        unit,
        [item(amina, brian, kes(900)), item(amina, brian, kes(200)), item(amina, brian, kes(100))],
    )
    assert [told(answer)[0] for answer in answers] == ["posted", "insufficient_funds", "posted"]
    assert posted(unit, amina) == kes(0)


def test_money_that_comes_in_first_may_leave_again(unit, town):
    amina, brian = town[:2]
    fresh = customer(unit).wallet
    answers = book.post_batch(unit, [item(amina, fresh, kes(10)), item(fresh, brian, kes(10))])
    assert [told(answer) for answer in answers] == [("posted", False), ("posted", False)]
    other_way = book.post_batch(unit, [item(fresh, brian, kes(5)), item(amina, fresh, kes(5))])
    assert [told(answer)[0] for answer in other_way] == ["insufficient_funds", "posted"]


def test_a_batch_presented_again_gets_its_first_answers(unit, town):
    amina, brian = town[:2]
    items = [item(amina, brian, kes(10)), item(amina, brian, kes(5000)), item(brian, amina, kes(1))]
    first = book.post_batch(unit, items)
    again = book.post_batch(unit, items)
    assert [told(answer) for answer in again] == [
        ("posted", True),
        told(first[1]),
        ("posted", True),
    ]
    changed = [item(amina, brian, kes(11), key=items[0].id)]
    assert told(book.post_batch(unit, changed)[0])[0] == "id_reused"
    single = book.post(
        unit, id=items[2].id, type="transfer", legs=[items[2].leg], wallet=items[2].wallet
    )
    assert single.replayed  # the same id and body, by whichever door


def test_one_id_twice_in_a_batch_posts_once(unit, town):
    amina, brian = town[:2]
    one = item(amina, brian, kes(10))
    assert [told(answer) for answer in book.post_batch(unit, [one, one])] == [
        ("posted", False),
        ("posted", True),
    ]
    assert posted(unit, amina) == kes(990)


def test_a_callers_mistake_in_a_batch_leaves_nothing_of_it(unit, town):
    amina, brian = town[:2]
    for wrong in (
        item(amina, uuid4(), kes(1)),
        item(amina, amina, kes(1)),
        item(amina, brian, Money(1, "USD")),
        item(amina, brian, kes(1), kind="gift"),
    ):
        with pytest.raises(DBAPIError), unit.savepoint():
            book.post_batch(unit, [item(amina, brian, kes(1)), wrong])
    assert posted(unit, amina) == kes(1000)
    with pytest.raises(ValueError, match="batch"):
        book.post_batch(unit, [])


def test_limits_are_counted_by_the_set_as_one_by_one(unit, town):
    amina, brian = town[:2]  # tier 1: 140,000 a day, 70,000 at once
    book.post_batch(unit, [item(amina, brian, kes(10)) for _ in range(5)])
    spent = unit.value(
        "select k.day_spent from limit_counters k join ledger_accounts a on a.owner = k.owner"
        " where a.account_id = %(amina)s",
        amina=amina,
    )
    assert spent == 5000


moves = st.lists(
    st.tuples(
        st.integers(0, TOWN - 1),
        st.integers(1, TOWN - 1),
        st.sampled_from([1, 999, 40_000, 100_000, 7_000_001]),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=12,
)


@given(moves)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_batch_answers_as_its_items_one_by_one(unit, moves):
    """The set-based way and the way one by one agree, whatever the items are."""
    with_batch = _play(unit, moves, batched=True)
    one_by_one = _play(unit, moves, batched=False)
    assert with_batch == one_by_one


def _play(unit, moves, *, batched):
    """Return answers and balances of a fresh town after the moves; nothing of it is kept."""
    seen = []
    keys = [uuid4() for _ in range(7)]

    def play():
        town = [customer(unit, holds=kes(1000), tier=1 + n % 2).wallet for n in range(TOWN)]
        set_status(unit, town[4], "debit_frozen")
        items = [
            item(
                town[payer],
                town[(payer + step) % TOWN],
                Money(minor, "KES"),
                key=keys[key] if key < 2 else None,
            )
            for payer, step, minor, key in moves
        ]
        answers = (book.post_batch if batched else _one_by_one)(unit, items)
        seen.append([told(answer) for answer in answers])
        seen.append([posted(unit, wallet) for wallet in town])
        counted = "select sum(day_spent) from limit_counters k join ledger_accounts a"
        seen.append(
            unit.value(f"{counted} using (owner) where a.account_id = any(%(town)s)", town=town)
        )
        assert book.verify(unit) == []

    book.rehearse(unit, play)
    return seen


def _one_by_one(unit, items: list[Item]) -> list[Posted | Refusal]:
    answers = []
    for one in items:
        try:
            posting = {"id": one.id, "type": one.type, "legs": [one.leg], "wallet": one.wallet}
            answers.append(book.post(unit, **posting))
        except Refusal as refused:
            answers.append(refused)
    return answers


def test_the_day_turns_within_a_batch_as_outside(unit, town):
    amina, brian = town[:2]
    book.post_batch(unit, [item(amina, brian, kes(10))])
    tomorrow = at(unit, unit.now.replace(day=unit.now.day + 1))
    book.post_batch(tomorrow, [item(amina, brian, kes(20)), item(amina, brian, kes(1))])
    spent: tuple[int, int, UUID] = tuple(
        unit.one(
            "select k.day_spent, k.month_spent, k.owner from limit_counters k"
            " join ledger_accounts a on a.owner = k.owner where a.account_id = %(amina)s",
            amina=amina,
        )
    )
    assert spent[:2] == (2100, 3100)
