"""Postings that move money only if something holds, and operations that are only rehearsed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.ledger import book
from core.ledger.book import Leg, OnlyIf, Posted
from core.money import Money
from tests.core.ledger.books import customer, kes, posted, send


@pytest.fixture
def pair(unit):
    return customer(unit, holds=kes(1000)), customer(unit)


def pay(unit, pair, amount, *, key=None, legs=1, **conditions):
    amina, brian = pair
    return book.post(
        unit,
        id=key or uuid4(),
        type="transfer",
        legs=[Leg(amina.wallet, brian.wallet, amount)] * legs,
        wallet=amina.wallet,
        only_if=OnlyIf(**conditions),
    )


def version(unit, account):
    return unit.value(
        "select version from ledger_accounts where account_id = %(a)s", a=account.wallet
    )


@pytest.mark.parametrize("legs", [1, 2])
def test_money_moves_only_from_the_version_the_caller_saw(unit, pair, legs):
    seen = version(unit, pair[0])
    pay(unit, pair, kes(1), version=seen, legs=legs)
    with pytest.raises(book.AccountMoved) as refused:
        pay(unit, pair, kes(1), version=seen, legs=legs)
    assert refused.value.facts == {"expected": str(seen), "found": str(seen + legs)}


@pytest.mark.parametrize("legs", [1, 2])
def test_so_much_must_stay_free(unit, pair, legs):
    pay(unit, pair, kes(100), left=kes(900), legs=1)
    with pytest.raises(book.TooLittleLeft) as refused:
        pay(unit, pair, kes(1), left=kes(900), legs=legs)
    assert refused.value.facts == {"left": "KES 899.00", "wanted": "KES 900.00"}
    with pytest.raises(ValueError, match="currency"):
        pay(unit, pair, kes(1), left=Money(1, "USD"))


def test_a_condition_is_part_of_what_was_asked(unit, pair):
    key = uuid4()
    pay(unit, pair, kes(1), key=key, left=kes(1))
    assert pay(unit, pair, kes(1), key=key, left=kes(1)).replayed
    with pytest.raises(book.IdReused):
        pay(unit, pair, kes(1), key=key, left=kes(2))
    with pytest.raises(book.IdReused):
        pay(unit, pair, kes(1), key=key)


def test_a_refused_condition_stays_refused(unit, pair):
    key, seen = uuid4(), version(unit, pair[0])
    for _ in range(2):
        with pytest.raises(book.AccountMoved):
            pay(unit, pair, kes(1), key=key, version=seen + 1)
        send(unit, pair[0].wallet, pair[1].wallet, kes(1))  # now the version would be right


def test_a_rehearsal_says_what_would_be_and_keeps_nothing(unit, pair):
    amina, brian = pair
    key = uuid4()
    wallets = (amina.wallet, brian.wallet)
    tried = book.rehearse(unit, lambda: pay(unit, pair, kes(300), key=key), accounts=wallets)
    assert tried.answer == Posted(key, replayed=False)
    assert [tried.balances[one].posted for one in wallets] == [kes(700), kes(300)]
    assert [posted(unit, one) for one in wallets] == [kes(1000), kes(0)]
    assert not pay(unit, pair, kes(300), key=key).replayed  # its id is as good as new


def test_a_rehearsed_refusal_is_not_remembered(unit, pair):
    key = uuid4()
    tried = book.rehearse(unit, lambda: pay(unit, pair, kes(1001), key=key))
    assert isinstance(tried.answer, book.InsufficientFunds)
    book.keep(unit, tried.answer)  # whoever wants it kept says so
    with pytest.raises(book.InsufficientFunds):
        pay(unit, pair, kes(1001), key=key)


def test_a_value_date_may_lie_back_and_ahead_while_the_period_is_open(unit, pair):
    amina, brian = pair
    for days in (-3, 0, 2):
        book.post(
            unit,
            id=uuid4(),
            type="transfer",
            legs=[Leg(amina.wallet, brian.wallet, kes(1))],
            wallet=amina.wallet,
            value_date=(unit.now + timedelta(days=days)).date(),
        )
    dates = [line.value_date - unit.now.date() for line in book.recent(unit, brian.wallet, limit=3)]
    assert [date.days for date in dates] == [2, 0, -3]
