"""`verify` finds every kind of tampering, and names the row. The tamperer here is a superuser."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.ledger import book
from core.ledger.book import Leg
from core.ledger.verify import CHECKS, Breach
from core.money import Money
from core.store.unit import Unit
from tests.core.ledger.books import NOW, capture, customer, hold, kes, send
from tests.support.keys import KEYS

TAMPERED = (
    "transactions",
    "ledger_entries",
    "ledger_refusals",
    "ledger_accounts",
    "ledger_holds",
    "hold_events",
    "account_status_changes",
    "period_balances",
)


@dataclass
class Book:
    unit: Unit
    ids: dict[str, UUID]

    def __getattr__(self, name: str) -> UUID:
        return self.ids[name]


@pytest.fixture
def written(admin_engine):
    """A book with two payments, a refusal, a hold captured in part and one voided."""
    with admin_engine.connect() as connection:
        outer = connection.begin()
        unit = Unit(connection, NOW, uuid4, "test", KEYS)
        amina, brian = customer(unit, holds=kes(100)), customer(unit)
        first, last, refused, open_, captured, voided = (uuid4() for _ in range(6))
        send(unit, amina.wallet, brian.wallet, kes(10), key=first)
        with pytest.raises(book.InsufficientFunds):
            send(unit, amina.wallet, brian.wallet, kes(1000), key=refused)
        hold(unit, amina.wallet, brian.wallet, kes(9), key=open_)
        capture(unit, open_, kes(2), key=captured)
        book.void(unit, id=voided, hold=hold(unit, amina.wallet, brian.wallet, kes(3)))
        send(unit, amina.wallet, brian.wallet, kes(5), key=last)
        yesterday = NOW.date() - timedelta(days=1)
        leg = Leg(amina.wallet, brian.wallet, kes(1))
        book.post(unit, id=uuid4(), type="transfer", legs=[leg], wallet=None, value_date=yesterday)
        book.post(
            unit,
            id=uuid4(),
            type="fee",
            legs=[Leg(amina.wallet, book.system_account(unit, "fees", "KES"), kes(1))],
            wallet=None,
            value_date=yesterday,
        )
        book.close_period(unit, through=yesterday, by="test")
        for table in TAMPERED:
            connection.exec_driver_sql(f"alter table {table} disable trigger all")
        ids = {"amina": amina.wallet, "brian": brian.wallet, "owner": amina.owner}
        ids |= {"first": first, "last": last, "refused": refused}
        yield Book(unit, ids | {"hold": open_, "captured": captured, "voided": voided})
        outer.rollback()


def test_a_book_that_nobody_touched_is_whole(written):
    fx, usd = (book.system_account(written.unit, "fx", currency) for currency in ("KES", "USD"))
    dollars = book.open_account(written.unit, owner=written.owner, currency="USD")
    legs = [Leg(written.amina, fx, kes(10)), Leg(usd, dollars, Money(7, "USD"))]
    book.post(written.unit, id=uuid4(), type="exchange", legs=legs, wallet=None)
    assert book.verify(written.unit) == []


# (what was done, the check that must find it, the row it must name)
TAMPERINGS = [
    (
        "update ledger_entries set amount = 1001 where transaction_id = %(first)s and amount > 0",
        "transaction_zero_sum",
        "transactions {first}",
    ),
    (
        "update ledger_accounts set posted = posted + 1 where account_id = %(brian)s",
        "book_zero_sum",
        "ledger_accounts in KES",
    ),
    (
        "delete from ledger_entries where account_id = %(brian)s and version = 1",
        "chain_unbroken",
        "ledger_entries {brian}/2",
    ),
    (
        "update ledger_entries set version = 9 where account_id = %(brian)s and version = 2",
        "chain_unbroken",
        "ledger_entries {brian}/9",
    ),
    (
        "update ledger_entries set balance_after = 1 where account_id = %(amina)s and version = 2",
        "chain_arithmetic",
        "ledger_entries {amina}/2",
    ),
    (
        "update ledger_entries set posted_at = 'epoch' where account_id = %(amina)s and version=3",
        "chain_time",
        "ledger_entries {amina}/3",
    ),
    (
        "update ledger_accounts set posted = 1 where account_id in (%(amina)s, %(brian)s)",
        "account_balance",
        "ledger_accounts {amina}",
    ),
    (
        "update ledger_accounts set version = version + 1 where account_id = %(brian)s",
        "account_balance",
        "ledger_accounts {brian}",
    ),
    (
        "delete from ledger_entries where account_id = %(brian)s",
        "account_balance",
        "ledger_accounts {brian}",
    ),
    (
        "update ledger_accounts set floor = posted + 1 where account_id = %(brian)s",
        "account_floor",
        "ledger_accounts {brian}",
    ),
    (
        "update period_balances set balance = balance + 1 where gl_code = '4100'",
        "period_balances",
        "period_balances 2026-03-03/4100/KES",
    ),
    (
        "update ledger_accounts set stripe = 3 where account_id = %(brian)s",
        "stripes",
        "ledger_accounts {brian}",
    ),
    (
        "update ledger_refusals set id = %(first)s where id = %(refused)s",
        "one_answer",
        "transactions {first}",
    ),
    (
        "delete from transactions where transaction_id = %(first)s",
        "transaction_entries",
        "transactions {first}",
    ),
    (
        "delete from ledger_entries where transaction_id = %(last)s",
        "transaction_entries",
        "transactions {last}",
    ),
    (
        "delete from ledger_entries where transaction_id = %(last)s and amount > 0",
        "legs_pair",
        "transactions {last}",
    ),
    (
        "update ledger_entries set amount = 0 where transaction_id = %(last)s",
        "legs_pair",
        "transactions {last}",
    ),
    (
        "update ledger_accounts set currency = 'USD' where account_id = %(brian)s",
        "legs_pair",
        "transactions {last}",
    ),
    (
        "update ledger_entries set account_id = gen_random_uuid() where account_id = %(brian)s",
        "legs_pair",
        "transactions {first}",
    ),
    (
        "update transactions set amount = amount + 1 where transaction_id = %(first)s",
        "header_agrees",
        "transactions {first}",
    ),
    (
        "update transactions set currency = 'USD' where transaction_id = %(first)s",
        "header_agrees",
        "transactions {first}",
    ),
    (
        "update ledger_accounts set held = 1 where account_id = %(amina)s",
        "account_held",
        "ledger_accounts {amina}",
    ),
    (
        "update ledger_accounts set incoming = 1 where account_id = %(amina)s",
        "account_held",
        "ledger_accounts {amina}",
    ),
    (
        "update ledger_holds set rest = rest - 1 where hold_id = %(hold)s",
        "account_held",
        "ledger_accounts {brian}",
    ),
    (
        "update ledger_holds set status = 'expired' where hold_id = %(hold)s",
        "hold_agrees",
        "ledger_holds {hold}",
    ),
    (
        "update ledger_holds set captured = 0 where hold_id = %(hold)s",
        "hold_agrees",
        "ledger_holds {hold}",
    ),
    (
        "delete from ledger_holds where hold_id = %(hold)s",
        "hold_agrees",
        "ledger_holds {hold}",
    ),
    (
        "delete from hold_events where id = %(hold)s",
        "hold_agrees",
        "ledger_holds {hold}",
    ),
    (
        "update hold_events set seq = 7 where id = %(captured)s",
        "hold_events_in_order",
        "hold_events {captured}",
    ),
    (
        "update hold_events set rest = 1 where id = %(voided)s",
        "hold_events_in_order",
        "hold_events {voided}",
    ),
    (
        "update hold_events set amount = 1 where id = %(captured)s",
        "capture_posted",
        "hold_events {captured}",
    ),
    (
        "delete from transactions where transaction_id = %(captured)s",
        "capture_posted",
        "hold_events {captured}",
    ),
    (
        "update ledger_holds set credit_id = debit_id where hold_id = %(hold)s",
        "capture_posted",
        "hold_events {captured}",
    ),
    (
        "update hold_events set id = %(first)s where id = %(voided)s",
        "capture_posted",
        "hold_events {first}",
    ),
    (
        "update ledger_holds set authorised = 1 where hold_id = %(hold)s",
        "hold_policy",
        "ledger_holds {hold}",
    ),
    (
        "update hold_events set id = %(refused)s where id = %(voided)s",
        "hold_refused",
        "hold_events {refused}",
    ),
    (
        "update ledger_accounts set status = 'frozen' where account_id = %(brian)s",
        "status_explained",
        "ledger_accounts {brian}",
    ),
    (
        "update ledger_accounts set status = 'closed' where account_id = %(brian)s",
        "closed_empty",
        "ledger_accounts {brian}",
    ),
    (
        "update transactions set reverses = %(last)s where transaction_id = %(first)s",
        "reversals_bounded",
        "transactions {last}",
    ),
    (
        "update transactions set reverses = transaction_id where transaction_id = %(first)s",
        "reversals_end",
        "transactions {first}",
    ),
    (
        "update limit_counters set day_spent = -1 where owner = %(owner)s",
        "counters",
        "limit_counters {owner}",
    ),
    (
        "update limit_counters set month_spent = -1 where owner = %(owner)s",
        "counters",
        "limit_counters {owner}",
    ),
    (
        (
            "insert into ledger_accounts (kind, currency, posted, opened_at)"
            " values ('clearing_rtgs', 'KES', 100, '2026-01-01')"
        ),
        "clearing",
        "ledger_accounts clearing_rtgs in KES",
    ),
    (
        "update nostro_lines set reserved = 5 where (nostro, currency) = ('nostro_central', 'KES')",
        "nostro_promised",
        "nostro_lines nostro_central in KES",
    ),
    (
        (
            "insert into ledger_accounts (kind, currency, posted, opened_at)"
            " values ('card_overdraft', 'KES', -100, '2026-01-01')"
        ),
        "card_payments",
        "ledger_accounts card_overdraft in KES",
    ),
]


@pytest.mark.parametrize(("tampering", "check", "row"), TAMPERINGS)
def test_tampering_is_found_and_named(written, tampering, check, row):
    assert written.unit.run(tampering.replace("{{}}", "{}"), **written.ids) >= 1
    breaches = book.verify(written.unit)
    found = [(breach.check, breach.row) for breach in breaches]
    assert (check, row.format(**written.ids)) in found
    assert all(breach.what for breach in breaches)


def test_every_check_can_fail():
    assert {check for _, check, _ in TAMPERINGS} == set(CHECKS)


def test_a_breach_says_what_is_wrong(written):
    written.unit.run(
        "update ledger_accounts set version = 7 where account_id = %(brian)s", **written.ids
    )
    assert book.verify(written.unit) == [
        Breach(
            "account_balance",
            f"ledger_accounts {written.brian}",
            "holds 1800 at version 7, its last entry says 1800 at 4",
        )
    ]
