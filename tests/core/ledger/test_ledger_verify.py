"""`verify` finds every kind of tampering, and names the row. The tamperer here is a superuser."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from core.ledger import book
from core.ledger.book import Leg
from core.ledger.verify import CHECKS, Breach
from core.money import Money
from core.store.unit import Unit
from tests.core.ledger.books import NOW, customer, kes, send

TAMPERED = (
    "transactions",
    "ledger_entries",
    "ledger_requests",
    "ledger_refusals",
    "ledger_accounts",
)


@dataclass
class Book:
    unit: Unit
    amina: UUID
    brian: UUID
    owner: UUID
    first: UUID  # a payment from Amina to Brian
    last: UUID  # another, the last of both
    refused: UUID

    def facts(self) -> dict[str, UUID]:
        return {
            name: getattr(self, name)
            for name in ("amina", "brian", "owner", "first", "last", "refused")
        }


@pytest.fixture
def written(admin_engine):
    with admin_engine.connect() as connection:
        outer = connection.begin()
        unit = Unit(connection, NOW, uuid4, "test")
        amina, brian = customer(unit, holds=kes(100)), customer(unit)
        first, last, refused = uuid4(), uuid4(), uuid4()
        send(unit, amina.wallet, brian.wallet, kes(10), key=first)
        with pytest.raises(book.InsufficientFunds):
            send(unit, amina.wallet, brian.wallet, kes(1000), key=refused)
        send(unit, amina.wallet, brian.wallet, kes(5), key=last)
        for table in TAMPERED:
            connection.exec_driver_sql(f"alter table {table} disable trigger all")
        connection.exec_driver_sql("alter table ledger_accounts drop constraint no_overdraft")
        yield Book(unit, amina.wallet, brian.wallet, amina.owner, first, last, refused)
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
        "delete from ledger_requests where id = %(first)s",
        "request_outcome",
        "ledger_requests {first}",
    ),
    (
        "delete from ledger_requests where id = %(refused)s",
        "request_outcome",
        "ledger_requests {refused}",
    ),
    (
        "delete from ledger_refusals where id = %(refused)s",
        "request_outcome",
        "ledger_requests {refused}",
    ),
    (
        "delete from transactions where transaction_id = %(first)s",
        "request_outcome",
        "ledger_requests {first}",
    ),
    (
        "insert into ledger_refusals values (%(first)s, 'no_rate', '{{}}', now())",
        "request_outcome",
        "ledger_requests {first}",
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
        "holds",
        "ledger_accounts {amina}",
    ),
    (
        "update ledger_accounts set incoming = 1 where account_id = %(amina)s",
        "holds",
        "ledger_accounts {amina}",
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
]


@pytest.mark.parametrize(("tampering", "check", "row"), TAMPERINGS)
def test_tampering_is_found_and_named(written, tampering, check, row):
    assert written.unit.run(tampering.replace("{{}}", "{}"), **written.facts()) >= 1
    breaches = book.verify(written.unit)
    found = [(breach.check, breach.row) for breach in breaches]
    assert (check, row.format(**written.facts())) in found
    assert all(breach.what for breach in breaches)


def test_every_check_can_fail():
    assert {check for _, check, _ in TAMPERINGS} == set(CHECKS)


def test_a_breach_says_what_is_wrong(written):
    written.unit.run(
        "update ledger_accounts set version = 7 where account_id = %(brian)s", **written.facts()
    )
    assert book.verify(written.unit) == [
        Breach(
            "account_balance",
            f"ledger_accounts {written.brian}",
            "holds 1500 at version 7, its last entry says 1500 at 2",
        )
    ]
