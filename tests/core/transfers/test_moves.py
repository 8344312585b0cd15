from contextlib import suppress
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.wallets.wallets import WalletGone
from tests.core.people import counter, passing_unit, someone

KES_300 = Money.load("KES 300.00")


def test_money_moves_between_ones_own_wallets_once_and_counts_against_no_limit(unit):
    amina = someone(unit, holds="KES 1000.00")
    bank = counter(unit)
    assert bank.movable_wallets() == []
    bank.open_wallet("KES", label="Savings")
    first, second = bank.wallets()
    assert [one.id for one in bank.movable_wallets()] == [first.id, second.id]
    where = {"source": str(first.id), "target": str(second.id)}
    bank.check_move(**where, amount=KES_300)
    spent = unit.value("select month_spent from limit_counters")
    effect = uuid4()
    moved = bank.move_money(**where, amount=KES_300, effect_id=effect)
    assert moved.left == Money.load("KES 700.00")
    assert bank.move_money(**where, amount=KES_300, effect_id=effect) == moved
    assert bank.balances() == [Money.load("KES 700.00"), KES_300]
    assert unit.value("select month_spent from limit_counters") == spent
    assert unit.value("select count(*) from transfers") == 0
    assert bank.recent(1)[0].type == "move"
    assert amina.wallet == first.id


def test_only_between_ones_own_wallets_of_one_currency(unit):
    amina = someone(unit, holds="KES 1000.00")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    bank = counter(unit)
    bank.open_wallet("USD")
    dollars = bank.wallets()[1].id
    for target in (brian.wallet, dollars, amina.wallet, uuid4()):
        with pytest.raises(WalletGone):
            bank.move_money(
                source=str(amina.wallet), target=str(target), amount=KES_300, effect_id=uuid4()
            )
    with pytest.raises(WalletGone):
        bank.move_money(
            source=str(brian.wallet), target=str(amina.wallet), amount=KES_300, effect_id=uuid4()
        )


def test_too_much_is_refused_by_what_is_available(unit):
    someone(unit, holds="KES 100.00")
    bank = counter(unit)
    bank.open_wallet("KES", label="Savings")
    first, second = bank.wallets()
    with pytest.raises(book.InsufficientFunds) as refused:
        bank.check_move(source=str(first.id), target=str(second.id), amount=KES_300)
    assert refused.value.facts["available"] == "KES 100.00"


@settings(max_examples=30, deadline=None)
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 60000)), max_size=12
    )
)
def test_however_it_is_moved_it_stays_the_same_money(engine, now, moves):
    with passing_unit(engine, now) as unit:
        someone(unit, holds="KES 500.00")
        bank = counter(unit)
        bank.open_wallet("KES", label="Savings")
        bank.open_wallet("KES", label="School")
        ids = [one.id for one in bank.wallets()]
        book_kept = [50000, 0, 0]
        for source, target, amount in moves:
            with suppress(Refusal), bank.attempt():
                bank.move_money(
                    source=str(ids[source]),
                    target=str(ids[target]),
                    amount=Money(amount, "KES"),
                    effect_id=uuid4(),
                )
                book_kept[source] -= amount
                book_kept[target] += amount
        held = {one.id: one.available.minor for one in bank.wallets()}
        assert [held[one] for one in ids] == book_kept
        assert min(book_kept) >= 0
