"""Accounts: numbers with check digits, opening once, what they hold, their owners' ceilings."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.account_no import account_no, is_account_no, next_account_no
from core.money import Money
from tests.core.ledger.books import NOW, close, customer, fund, kes, send

serials = st.integers(1, 10**10 - 1)


@given(serials)
def test_a_number_is_twelve_digits_and_valid(serial):
    number = account_no(serial)
    assert len(number) == 12 and int(number[:10]) == serial and is_account_no(number)


@given(serials, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_caught(serial, place, wrong):
    number = account_no(serial)
    slip = str((int(number[place]) + wrong) % 10)
    assert not is_account_no(number[:place] + slip + number[place + 1 :])


@given(serials, st.integers(0, 10))
def test_two_digits_swapped_are_caught(serial, place):
    number = account_no(serial)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not is_account_no(swapped)


@pytest.mark.parametrize(
    "text", ["", "12", "1000000001ab", "10000000019\uff10", "1000000001901", " 100000000190"]
)
def test_what_is_no_number(text):
    assert not is_account_no(text)


@pytest.mark.parametrize("serial", [0, -1, 10**10])
def test_a_serial_out_of_range_is_a_mistake(serial):
    with pytest.raises(ValueError, match="serial"):
        account_no(serial)


def test_numbers_follow_each_other_and_never_repeat(unit):
    numbers = [next_account_no(unit) for _ in range(3)]
    assert [int(n[:10]) for n in numbers] == list(
        range(int(numbers[0][:10]), int(numbers[0][:10]) + 3)
    )


def test_an_account_is_opened_once_per_id(unit):
    owner = customer(unit).owner
    key = uuid4()
    facts = {"owner": owner, "currency": "KES", "account_id": key}
    assert [book.open_account(unit, **facts) for _ in range(2)] == [key, key]
    with pytest.raises(DBAPIError, match="another owner"):
        book.open_account(unit, **(facts | {"owner": customer(unit).owner}))


def test_an_account_needs_an_owner_the_ledger_knows(unit):
    with pytest.raises(DBAPIError, match="not been told"):
        book.open_account(unit, owner=uuid4(), currency="KES")


def test_the_book_and_the_views_say_the_same(unit):
    amina = customer(unit, holds=kes(12_400))
    book.set_rate(unit, source="USD", target="KES", rate=Decimal(129))
    dollars = book.open_account(unit, owner=amina.owner, currency="USD", floor=-100)
    euros = book.open_account(unit, owner=amina.owner, currency="EUR")
    fund(unit, dollars, Money(25_000, "USD"))
    wallets = book.balances(unit, amina.owner)
    assert [wallet.currency for wallet in wallets] == ["KES", "EUR", "USD"]
    assert [wallet.account_id for wallet in wallets] == [amina.wallet, euros, dollars]
    usd = wallets[2].balance
    assert (usd.posted, usd.held, usd.available) == (
        Money(25_000, "USD"), Money(0, "USD"), Money(25_100, "USD"),
    )  # fmt: skip
    assert usd == book.balance(unit, dollars)
    row = unit.one("select * from wallets where wallet_id = %(id)s", id=dollars)
    assert (row.user_id, row.currency, row.balance) == (amina.owner, "USD", Decimal("250.00"))
    assert (row.available, row.held, row.status) == (Decimal("251.00"), 0, "active")
    account = unit.one("select * from accounts where id = %(id)s", id=dollars)
    assert tuple(account) == (dollars, wallets[2].account_no, Decimal("250.00"), "USD")


def test_currencies_without_cents_have_none_in_the_views(unit):
    grace = customer(unit, holds=Money(640_000, "UGX"), country="UG")
    balance = unit.value("select balance from wallets where wallet_id = %(id)s", id=grace.wallet)
    assert str(balance) == "640000"


def test_a_closed_account_is_not_listed(unit):
    amina = customer(unit)
    close(unit, amina.wallet)
    assert book.balances(unit, amina.owner) == []


def test_an_overdraft_goes_to_its_floor(unit):
    amina, brian = customer(unit), customer(unit)
    wallet = book.open_account(unit, owner=amina.owner, currency="KES", floor=-50_00)
    with pytest.raises(book.InsufficientFunds) as refused:
        send(unit, wallet, brian.wallet, kes(50, 1))
    assert refused.value.facts["available"] == "KES 50.00"
    send(unit, wallet, brian.wallet, kes(50))


def test_ceilings_follow_the_tier_in_every_currency(unit):
    amina = customer(unit, tier=1)
    book.set_rate(unit, source="USD", target="KES", rate=Decimal("129.3"))
    dollars = book.open_account(unit, owner=amina.owner, currency="USD")
    small = book.open_account(unit, owner=amina.owner, currency="KES", ceiling=100)
    ceilings = "select account_id, ceiling from ledger_accounts where owner = %(owner)s"
    assert dict(tuple(r) for r in unit.all(ceilings, owner=amina.owner)) == {
        amina.wallet: 140_000_00,
        dollars: 1082_75,  # 140,000 / 129.3, down
        small: 100,
    }
    book.set_owner(unit, owner=amina.owner, country="KE", tier=2)
    after = dict(tuple(r) for r in unit.all(ceilings, owner=amina.owner))
    assert (after[amina.wallet], after[dollars]) == (500_000_00, 3866_97)


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "XX", "tier": 1},
        {"country": "KE", "tier": 4},
        {"country": "KE", "tier": 1, "home_currency": "UGX"},
        {"country": "KE", "tier": 1, "timezone": "Africa/Atlantis"},
    ],
)
def test_an_owner_lives_in_a_country_served(unit, wrong):
    with pytest.raises(DBAPIError):
        book.set_owner(unit, owner=uuid4(), **wrong)


def test_every_countrys_time_zone_is_known(unit):
    for country in unit.all("select timezone from countries"):
        assert unit.value(
            "select %(now)s::timestamptz at time zone %(zone)s", now=NOW, zone=country.timezone
        )


def test_the_banks_own_account_is_one_per_kind_and_currency(unit):
    cash = book.system_account(unit, "cash", "KES")
    assert book.system_account(unit, "cash", "KES") == cash
    assert book.system_account(unit, "cash:KES", "KES") == cash
    assert book.system_account(unit, "cash", "USD") != cash
    assert book.system_account(unit, "equity", "KES") != cash
