"""The ledger against a plain one in Python: whatever is done in whatever order, both agree."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.errors import Refusal
from core.ledger import book
from core.ledger.book import Leg
from core.money import Money
from core.store.unit import Unit
from tests.core.ledger.books import HOME, NOW
from tests.core.ledger.plain_ledger import Account, Owner, PlainLedger

# Around every edge there is: of funds, of limits, of ceilings.
MINOR = st.sampled_from(
    [1, 199, 28_000, 56_000, 56_001, 500_000, 1_000_000, 1_000_001, 3_500_000, 7_000_000, 7_000_001]
)
STATUSES = ["active", "active", "debit_frozen", "credit_frozen", "frozen", "dormant"]


class Ledgers(RuleBasedStateMachine):
    """Does everything twice: in PostgreSQL and in Python."""

    accounts = Bundle("accounts")
    payments = Bundle("payments")
    engine = None
    seen: ClassVar[set[str]] = set()

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NOW, uuid4, "model")
        self.plain = PlainLedger()
        self.unit.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.rate("KES", 125)
        self.rate("UGX", 3700)
        self.unit.now = NOW

    def teardown(self):
        try:
            self.the_book_is_whole()
            self.every_statement_adds_up()
        finally:
            self.outer.rollback()
            self.connection.close()

    @initialize(target=accounts)
    def town(self):
        """Four in Kenya who are near their limits, one of them abroad, and one in Uganda."""
        homes = [
            ("KE", 1, "KES"),
            ("KE", 1, "KES"),
            ("KE", 2, "KES"),
            ("KE", 1, "USD"),
            ("UG", 1, "UGX"),
        ]
        opened = [self.open(*home) for home in homes]
        for key in opened:
            account = self.plain.accounts[key]
            full = account.ceiling - 1
            self.both(
                uuid4(), "deposit", [(self.cash(account.currency), key, full, account.currency)]
            )
        return multiple(*opened)

    @rule(
        target=accounts,
        country=st.sampled_from(["KE", "KE", "UG"]),
        tier=st.sampled_from([1, 2]),
        abroad=st.booleans(),
    )
    def customer(self, country, tier, abroad):
        return self.open(country, tier, "USD" if abroad else HOME[country])

    def open(self, country: str, tier: int, currency: str) -> UUID:
        owner = uuid4()
        book.set_owner(self.unit, owner=owner, country=country, tier=tier)
        self.plain.owners[owner] = Owner(country, tier)
        return self.wallet(owner, currency)

    @rule(target=accounts, account=accounts)
    def second_wallet(self, account):
        known = self.plain.accounts[account]
        return self.wallet(known.owner, known.currency)

    def wallet(self, owner: UUID, currency: str) -> UUID:
        key = book.open_account(self.unit, owner=owner, currency=currency)
        self.plain.accounts[key] = Account(
            owner, currency, self.plain.ceiling(owner, currency, self.unit.now)
        )
        return key

    def cash(self, currency: str) -> UUID:
        key = book.system_account(self.unit, "cash", currency)
        self.plain.accounts.setdefault(key, Account(None, currency, None))
        return key

    @rule(account=accounts, minor=MINOR)
    def deposit(self, account, minor):
        currency = self.plain.accounts[account].currency
        self.both(uuid4(), "deposit", [(self.cash(currency), account, minor, currency)])

    @rule(target=payments, payer=accounts, payee=accounts, minor=MINOR, leaves=st.booleans())
    def pay(self, payer, payee, minor, leaves):
        currency = self.plain.accounts[payer].currency
        if leaves or payer == payee or self.plain.accounts[payee].currency != currency:
            payee = self.cash(currency)
        key = uuid4()
        payment = (key, "transfer", [(payer, payee, minor, currency)])
        self.both(*payment, look=True)
        return payment

    @rule(
        target=payments, legs=st.lists(st.tuples(accounts, accounts, MINOR), min_size=2, max_size=4)
    )
    def pay_group(self, legs):
        fixed = []
        for payer, payee, minor in legs:
            currency = self.plain.accounts[payer].currency
            fits = payer != payee and self.plain.accounts[payee].currency == currency
            fixed.append((payer, payee if fits else self.cash(currency), minor, currency))
        payment = (uuid4(), "transfer", fixed)
        self.both(*payment)
        return payment

    @rule(payment=payments)
    def pay_again(self, payment):
        self.both(*payment)

    @rule(payment=payments)
    def pay_again_otherwise(self, payment):
        key, kind, legs = payment
        payer, payee, minor, currency = legs[0]
        self.both(key, kind, [(payer, payee, minor + 1, currency), *legs[1:]])

    @rule(account=accounts, status=st.sampled_from(STATUSES))
    def freeze(self, account, status):
        book.set_status(self.unit, account, status)
        self.plain.accounts[account].status = status

    @rule(account=accounts, tier=st.sampled_from([1, 2]))
    def change_tier(self, account, tier):
        owner = self.plain.accounts[account].owner
        country = self.plain.owners[owner].country
        book.set_owner(self.unit, owner=owner, country=country, tier=tier)
        self.plain.set_tier(owner, tier, self.unit.now)

    @rule(currency=st.sampled_from(["KES", "UGX"]), percent=st.integers(50, 200))
    def rate_moves(self, currency, percent):
        self.rate(currency, percent * {"KES": 1.25, "UGX": 37}[currency])

    def rate(self, currency, rate):
        book.set_rate(self.unit, source="USD", target=currency, rate=Decimal(str(rate)))
        self.plain.set_rate(currency, Fraction(str(rate)), self.unit.now)

    @rule(hours=st.sampled_from([1, 7, 24, 24 * 30, -5]))
    def time_passes(self, hours):
        self.unit.now += timedelta(hours=hours)

    def both(self, key, kind, legs, *, look=False):
        asked = [
            Leg(payer, payee, Money(minor, currency)) for payer, payee, minor, currency in legs
        ]
        looked = self.looked(kind, asked[0]) if look else None
        expected = self.plain.post(key, kind, legs, self.unit.now)
        try:
            book.post(self.unit, id=key, type=kind, legs=asked, wallet=None)
            answer = "posted"
        except Refusal as refused:
            answer = refused.code
        assert answer == expected
        self.seen.add(expected)
        assert looked in (None, expected)

    def looked(self, kind, leg):
        try:
            book.look(self.unit, debit=leg.debit, credit=leg.credit, amount=leg.amount, type=kind)
        except Refusal as refused:
            return refused.code
        return "posted"

    @invariant()
    def balances_agree(self):
        rows = self.unit.all("select account_id, posted, version, ceiling from ledger_accounts")
        assert {row.account_id: (row.posted, row.version, row.ceiling) for row in rows} == {
            key: (a.posted, len(a.entries), a.ceiling) for key, a in self.plain.accounts.items()
        }
        assert all(row.sum == 0 for row in self.unit.all(
            "select sum(posted) from ledger_accounts group by currency"
        ))  # fmt: skip

    @precondition(lambda self: self.plain.answers)
    @invariant()
    def counters_agree(self):
        rows = self.unit.all("select owner, day_spent, month_spent from limit_counters")
        assert {row.owner: (row.day_spent, row.month_spent) for row in rows} == {
            key: (owner.day_spent, owner.month_spent) for key, owner in self.plain.owners.items()
        }

    def the_book_is_whole(self):
        assert book.verify(self.unit) == []

    def every_statement_adds_up(self):
        since, until = NOW - timedelta(days=1), self.unit.now + timedelta(days=400)
        for key, account in self.plain.accounts.items():
            page = book.statement(self.unit, key, since=since, until=until)
            assert [line.balance_after.minor for line in page.lines] == account.entries
            assert page.closing.minor == account.posted


def test_the_ledger_agrees_with_a_plain_one(engine):
    Ledgers.engine = engine
    run_state_machine_as_test(
        Ledgers,
        settings=settings(
            max_examples=80,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,  # the same run everywhere, so that what it saw can be asked below
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Ledgers.seen == {
        "posted",
        "insufficient_funds",
        "limit_exceeded",
        "balance_ceiling",
        "account_frozen",
        "id_reused",
    }
