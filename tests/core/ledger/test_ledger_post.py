"""Posting: once per id, all or nothing, refusals that stay."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.book import Leg
from core.money import DIGITS, Money
from tests.core.ledger.books import NOW, at, customer, fund, kes, posted, send, set_status


@pytest.fixture
def pair(unit):
    return customer(unit, holds=kes(1000)), customer(unit)


def state(unit):
    return unit.all(
        "select account_id, posted, version, moved_at from ledger_accounts order by 1"
    ), unit.all("select * from limit_counters order by 1")


def test_money_moves_and_both_sides_say_so(unit, pair):
    amina, brian = pair
    key = uuid4()
    assert send(unit, amina.wallet, brian.wallet, kes(300), key=key) == book.Posted(
        key, replayed=False
    )
    assert (posted(unit, amina.wallet), posted(unit, brian.wallet)) == (kes(700), kes(300))
    entries = unit.all(
        "select account_id, debit, credit, balance_after from ledger_entries"
        " where transaction_id = %(id)s order by entry_id",
        id=key,
    )
    assert [tuple(entry) for entry in entries] == [
        (amina.wallet, 30000, 0, 70000),
        (brian.wallet, 0, 30000, 30000),
    ]
    assert book.verify(unit) == []


def test_the_header_says_what_was_asked(unit, pair):
    amina, brian = pair
    key = uuid4()
    book.post(
        unit,
        id=key,
        type="transfer",
        legs=[Leg(amina.wallet, brian.wallet, kes(1))],
        wallet=amina.wallet,
        note="pour l'école %s 'é'",
        reference="WK1",
        value_date=date(2026, 3, 1),
    )
    row = unit.one("select * from transactions where transaction_id = %(id)s", id=key)
    assert (row.wallet_id, row.type, row.amount, row.currency) == (
        amina.wallet,
        "transfer",
        100,
        "KES",
    )
    assert (row.note, row.reference, row.value_date) == (
        "pour l'école %s 'é'",
        "WK1",
        date(2026, 3, 1),
    )
    assert (row.timestamp, row.status, row.correlation) == (unit.now, "posted", unit.correlation)


def test_the_same_id_and_body_answer_the_same_and_do_nothing(unit, pair):
    amina, brian = pair
    key = uuid4()
    send(unit, amina.wallet, brian.wallet, kes(300), key=key)
    before = state(unit)
    later = at(unit, NOW + timedelta(days=40))
    assert send(later, amina.wallet, brian.wallet, kes(300), key=key) == book.Posted(
        key, replayed=True
    )
    assert state(unit) == before


@pytest.mark.parametrize(
    "change",
    [
        {"type": "payment"},
        {"wallet": None},
        {"note": "another"},
        {"reference": "another"},
        {"value_date": date(2026, 1, 1)},
        {"amount": kes(301)},
        {"swap": True},
        {"legs": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_id_with_another_body_is_refused(unit, pair, change):
    amina, brian = pair
    key = uuid4()
    body = {
        "type": "transfer",
        "wallet": amina.wallet,
        "legs": [Leg(amina.wallet, brian.wallet, kes(300))],
    }
    book.post(unit, id=key, **body)
    before = state(unit)
    if "amount" in change:
        changed = {"legs": [Leg(amina.wallet, brian.wallet, change["amount"])]}
    elif "swap" in change:
        changed = {"legs": [Leg(brian.wallet, amina.wallet, kes(300))]}
    elif "legs" in change:
        changed = {"legs": body["legs"] * 2}
    else:
        changed = change
    with pytest.raises(book.IdReused):
        book.post(unit, id=key, **(body | changed))
    assert state(unit) == before
    assert book.post(unit, id=key, **body).replayed


def test_a_refusal_stays_even_when_funds_arrive(unit, pair):
    amina, brian = pair
    key = uuid4()
    before = state(unit)
    for _ in range(2):
        with pytest.raises(book.InsufficientFunds) as refused:
            send(unit, amina.wallet, brian.wallet, kes(1000, 1), key=key)
        assert refused.value.facts == {"available": "KES 1000.00", "wanted": "KES 1000.01"}
        assert state(unit) == before
        if not _:
            fund(unit, amina.wallet, kes(5000))
            before = state(unit)
    assert not send(unit, amina.wallet, brian.wallet, kes(1000, 1)).replayed


def test_a_refusal_survives_its_savepoint(unit, pair):
    amina, brian = pair
    key = uuid4()
    with pytest.raises(book.InsufficientFunds) as refused, unit.savepoint():
        send(unit, amina.wallet, brian.wallet, kes(1001), key=key)
    assert unit.value("select count(*) from ledger_refusals where id = %(id)s", id=key) == 0
    book.keep(unit, refused.value)
    book.keep(unit, refused.value)  # once is enough, twice does no harm
    fund(unit, amina.wallet, kes(5000))
    with pytest.raises(book.InsufficientFunds) as again:
        send(unit, amina.wallet, brian.wallet, kes(1001), key=key)
    assert again.value.facts == refused.value.facts
    assert book.verify(unit) == []


def test_a_refusal_is_not_kept_over_money_that_moved(unit, pair):
    amina, brian = pair
    key = uuid4()
    with pytest.raises(book.InsufficientFunds) as refused, unit.savepoint():
        send(unit, amina.wallet, brian.wallet, kes(1001), key=key)
    fund(unit, amina.wallet, kes(1))
    send(unit, amina.wallet, brian.wallet, kes(1001), key=key)
    with pytest.raises(DBAPIError, match="settled otherwise"):
        book.keep(unit, refused.value)


def test_the_ceiling_counts_for_who_receives(unit):
    rich, poor = customer(unit, holds=kes(200_000), tier=3), customer(unit, tier=1)
    fund(unit, poor.wallet, kes(139_999))
    with pytest.raises(book.BalanceCeiling) as refused:
        send(unit, rich.wallet, poor.wallet, kes(1, 1))
    assert refused.value.facts == {"limit": "KES 140000.00"}
    send(unit, rich.wallet, poor.wallet, kes(1))


def test_a_lower_tier_breaks_nothing_but_receiving(unit, pair):
    amina, brian = pair
    fund(unit, amina.wallet, kes(400_000))
    book.set_owner(unit, owner=amina.owner, country="KE", tier=1)
    with pytest.raises(book.BalanceCeiling):
        send(unit, fund_source(unit), amina.wallet, kes(1))
    send(unit, amina.wallet, brian.wallet, kes(1))


def fund_source(unit):
    return customer(unit, holds=kes(10)).wallet


@pytest.mark.parametrize(
    ("status", "gives", "takes"),
    [
        ("active", True, True),
        ("debit_frozen", False, True),
        ("credit_frozen", True, False),
        ("frozen", False, False),
        ("dormant", False, True),
    ],
)
def test_a_freeze_holds_on_its_side(unit, pair, status, gives, takes):
    amina, brian = pair
    assert set_status(unit, amina.wallet, status) == "active"
    for side, may, move in (
        ("debit", gives, (amina.wallet, brian.wallet)),
        ("credit", takes, (fund_source(unit), amina.wallet)),
    ):
        if may:
            send(unit, *move, kes(1))
        else:
            with pytest.raises(book.AccountFrozen) as refused:
                send(unit, *move, kes(1))
            assert refused.value.facts == {"side": side, "status": status}


def test_a_group_is_all_or_nothing(unit, pair):
    amina, brian = pair
    fees = book.system_account(unit, "fees", "KES")
    before = state(unit)
    with pytest.raises(book.InsufficientFunds) as refused:
        book.post(
            unit,
            id=uuid4(),
            type="transfer",
            legs=[Leg(amina.wallet, brian.wallet, kes(990)), Leg(amina.wallet, fees, kes(11))],
            wallet=amina.wallet,
        )
    assert refused.value.facts == {"available": "KES 10.00", "wanted": "KES 11.00"}
    assert state(unit) == before


def test_a_group_moves_two_currencies_at_once(unit, pair):
    amina, _ = pair
    dollars = book.open_account(unit, owner=amina.owner, currency="USD")
    sell, buy = (book.system_account(unit, "fx", currency) for currency in ("KES", "USD"))
    fees = book.system_account(unit, "fees", "KES")
    legs = [
        Leg(amina.wallet, sell, kes(645)),
        Leg(buy, dollars, Money(500, "USD")),
        Leg(amina.wallet, fees, kes(5)),
    ]
    key = uuid4()
    for replayed in (False, True):
        done = book.post(unit, id=key, type="exchange", legs=legs, wallet=amina.wallet)
        assert done == book.Posted(key, replayed)
    assert posted(unit, amina.wallet) == kes(350)
    assert posted(unit, dollars) == Money(500, "USD")
    assert (
        unit.value("select count(*) from ledger_entries where transaction_id = %(id)s", id=key) == 6
    )
    assert book.verify(unit) == []


def test_legs_of_a_group_see_those_before_them(unit, pair):
    amina, brian = pair
    legs = [Leg(amina.wallet, brian.wallet, kes(1000)), Leg(brian.wallet, amina.wallet, kes(900))]
    book.post(unit, id=uuid4(), type="transfer", legs=legs, wallet=None)
    with pytest.raises(book.InsufficientFunds):
        book.post(unit, id=uuid4(), type="transfer", legs=[legs[1], legs[0]], wallet=None)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda a, b: {"legs": [Leg(a, a, kes(1))]},
        lambda a, b: {"legs": [Leg(a, uuid4(), kes(1))]},
        lambda a, b: {"legs": [Leg(uuid4(), b, kes(1))]},
        lambda a, b: {"legs": [Leg(a, b, kes(0))]},
        lambda a, b: {"legs": [Leg(a, b, kes(-1))]},
        lambda a, b: {"legs": [Leg(a, b, Money(1, "USD"))]},
        lambda a, b: {"legs": [Leg(a, b, kes(1))], "type": "nonsense"},
        lambda a, b: {"legs": [Leg(a, b, kes(1)), Leg(b, b, kes(1))]},
        lambda a, b: {"legs": [Leg(a, b, kes(1)), Leg(b, uuid4(), kes(1))]},
        lambda a, b: {"legs": [Leg(a, b, kes(1)), Leg(b, a, kes(-1))]},
        lambda a, b: {"legs": [Leg(a, b, kes(1)), Leg(b, a, Money(1, "UGX"))]},
        lambda a, b: {"legs": [Leg(a, b, kes(1)), Leg(b, a, kes(1))], "type": "nonsense"},
    ],
)
def test_a_callers_mistake_leaves_nothing(unit, pair, wrong):
    amina, brian = pair
    before, key = state(unit), uuid4()
    body = {"type": "transfer", "wallet": None} | wrong(amina.wallet, brian.wallet)
    with pytest.raises(DBAPIError), unit.savepoint():
        book.post(unit, id=key, **body)
    assert state(unit) == before
    assert unit.value("select count(*) from ledger_refusals where id = %(id)s", id=key) == 0
    with pytest.raises(ValueError, match="legs"):
        book.post(unit, id=key, type="transfer", legs=[], wallet=None)


def test_a_look_knows_a_callers_mistake_too(unit, pair):
    amina, brian = pair
    cash = book.system_account(unit, "cash", "KES")
    for payer in (amina.wallet, cash):
        with pytest.raises(DBAPIError, match="transaction type"), unit.savepoint():
            book.look(unit, debit=payer, credit=brian.wallet, amount=kes(1), type="nonsense")


def test_a_look_leaves_no_trace(unit, pair):
    amina, brian = pair
    before = state(unit)
    book.look(unit, debit=amina.wallet, credit=brian.wallet, amount=kes(1000), type="transfer")
    book.look(unit, debit=amina.wallet, credit=None, amount=kes(1000), type="transfer")
    for credit in (brian.wallet, None):
        with pytest.raises(book.InsufficientFunds) as refused:
            book.look(unit, debit=amina.wallet, credit=credit, amount=kes(1001), type="transfer")
        book.keep(unit, refused.value)  # nothing was asked, so nothing is kept
    assert state(unit) == before
    assert unit.value("select count(*) from ledger_refusals") == 0


@settings(max_examples=60, deadline=None)
@given(minor=st.integers(-(10**17), 10**17), currency=st.sampled_from(sorted(DIGITS)))
def test_the_database_writes_money_as_we_do(engine, minor, currency):
    with engine.connect() as connection:
        text = connection.exec_driver_sql(
            "select money_text(%(minor)s, %(currency)s)", {"minor": minor, "currency": currency}
        ).scalar_one()
    assert text == str(Money(minor, currency))


def test_the_ledger_knows_every_currency_that_money_does(unit):
    known = dict(tuple(row) for row in unit.all("select code, exponent from currencies"))
    assert known == DIGITS
