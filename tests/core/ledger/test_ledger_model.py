"""The ledger against a plain one in Python: whatever is done in whatever order, both agree."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from uuid_utils.compat import uuid7

from core.ledger import book
from core.ledger.lowering import end_lowered, lower_limits
from core.money import Money
from core.store.unit import Unit
from tests.core.ledger.books import HOME, NOW
from tests.core.ledger.plain_ledger import Account, Owner
from tests.core.ledger.two_ledgers import TwoLedgers, answered
from tests.support.keys import KEYS

# Around every edge there is: of funds, of limits, of ceilings.
MINOR = st.sampled_from(
    [1, 199, 28_000, 56_000, 56_001, 500_000, 1_000_000, 1_000_001, 3_500_000, 7_000_000, 7_000_001]
)
SMALL = st.sampled_from([1, 1, 199, 28_000, 3_500_000])
SOME = st.one_of(st.none(), MINOR)
STATUSES = ["active", "active", "active", "debit_frozen", "credit_frozen", "frozen", "dormant"]


class Ledgers(RuleBasedStateMachine):
    """Does everything twice: in PostgreSQL and in Python."""

    accounts = Bundle("accounts")
    moved = Bundle("moved")  # ids of what may be a transaction
    holds = Bundle("holds")  # ids of what may be a hold
    asked = Bundle("asked")  # operations with their ids
    engine = None
    seen: ClassVar[set[str]] = set()

    def __init__(self):
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.unit = Unit(self.connection, NOW, uuid7, "model", KEYS)
        self.both = TwoLedgers(self.unit)
        self.both.seen = self.seen
        self.plain = self.both.plain
        self.unit.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.rate("KES", 125)
        self.rate("UGX", 3700)
        self.unit.now = NOW

    def teardown(self):
        try:
            assert book.verify(self.unit) == []
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
            self.deposit(key, self.plain.accounts[key].ceiling - 1)
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

    def bank(self, kind: str, currency: str) -> UUID:
        key = book.system_account(self.unit, kind, currency)
        self.plain.accounts.setdefault(key, Account(None, currency, None))
        return key

    def do(self, name, key=None, **facts):
        asked = (name, key or uuid4(), facts)
        self.both.do(asked)
        return asked

    def leg(self, payer, payee, minor, *, leaves=False):
        """Return a leg from the payer, to the bank where the other cannot be the payee."""
        currency = self.plain.accounts[payer].currency
        if leaves or payer == payee or self.plain.accounts[payee].currency != currency:
            payee = self.bank("cash", currency)
        return payer, payee, minor, currency

    # --- Posting ----------------------------------------------------------------------------------

    @rule(account=accounts, minor=MINOR)
    def deposit(self, account, minor):
        currency = self.plain.accounts[account].currency
        leg = (self.bank("cash", currency), account, minor, currency)
        self.do("post", kind="deposit", legs=[leg])

    @rule(target=moved, payer=accounts, payee=accounts, minor=MINOR, leaves=st.booleans())
    def pay(self, payer, payee, minor, leaves):
        leg = self.leg(payer, payee, minor, leaves=leaves)
        looked = self.looked(leg)
        asked = ("post", uuid4(), {"kind": "transfer", "legs": [leg]})
        assert self.both.do(asked) == looked
        return asked[1]

    def looked(self, leg):
        """Return what a look without a trace says would come of it."""
        debit, credit, minor, currency = leg
        return answered(
            lambda: (
                book.look(
                    self.unit,
                    debit=debit,
                    credit=credit,
                    amount=Money(minor, currency),
                    type="transfer",
                )
                or "posted"
            )
        )

    @rule(target=moved, legs=st.lists(st.tuples(accounts, accounts, SMALL), min_size=2, max_size=4))
    def pay_group(self, legs):
        return self.do("post", kind="transfer", legs=[self.leg(*one) for one in legs])[1]

    @rule(target=moved, legs=st.lists(st.tuples(accounts, accounts, SMALL), min_size=1, max_size=5))
    def pay_batch(self, legs):
        return multiple(*self.both.batch([(uuid4(), self.leg(*one)) for one in legs]))

    # --- Holds ------------------------------------------------------------------------------------

    @rule(
        target=holds,
        payer=accounts,
        payee=accounts,
        minor=MINOR,
        hours=st.sampled_from([2, 30, 24 * 7]),
        points=st.sampled_from([0, 0, 1500]),
    )
    def authorise(self, payer, payee, minor, hours, points):
        ends, leg = self.unit.now + timedelta(hours=hours), self.leg(payer, payee, minor)
        return self.do("authorise", kind="payment", leg=leg, ends=ends, points=points)[1]

    @rule(target=asked, hold=holds, minor=MINOR)
    def raise_hold(self, hold, minor):
        return self.do("raise_hold", hold=hold, amount=minor)

    @rule(target=moved, hold=holds, minor=SOME, final=st.booleans())
    def capture(self, hold, minor, final):
        return self.do("capture", hold=hold, amount=minor, final=final)[1]

    @rule(target=moved, hold=holds, more=st.sampled_from([0, 1, 100, 4200]))
    def capture_beyond(self, hold, more):
        known = self.plain.holds.get(hold)
        amount = (known.rest if known else 0) + more
        return self.do("capture", hold=hold, amount=amount or 1, final=False)[1]

    @rule(target=asked, hold=holds)
    def void(self, hold):
        return self.do("void", hold=hold)

    @rule()
    def expire(self):
        assert book.expire(self.unit) == self.plain.expire(self.unit.now)

    # --- Undoing, freezing, closing ---------------------------------------------------------------

    @rule(target=moved, of=moved, minor=SOME, force=st.booleans())
    def reverse(self, of, minor, force):
        known = self.plain.transactions.get(of)
        for currency in {leg[3] for leg in known.legs} if known else ():
            self.bank("receivable", currency)
        lender = self.bank("receivable", known.legs[0][3] if known else "KES") if force else None
        if force and known and len({leg[3] for leg in known.legs}) > 1:
            lender = None  # the plain ledger knows one lender
        return self.do("reverse", of=of, amount=minor, lender=lender)[1]

    @rule(target=asked, account=accounts, status=st.sampled_from(STATUSES))
    def freeze(self, account, status):
        return self.do("set_status", account=account, status=status)

    @rule(target=asked, account=accounts, to=accounts, empty=st.booleans())
    def close(self, account, to, empty):
        sweep = self.leg(account, to, 1)[1]
        return self.do("close", account=account, to=None if empty else sweep)

    # --- Asking again -----------------------------------------------------------------------------

    @rule(asked=asked)
    def again(self, asked):
        self.both.do(asked)

    @rule(key=moved)
    def again_otherwise(self, key):
        cash, fees = self.bank("cash", "KES"), self.bank("fees", "KES")
        self.do("post", key, kind="adjustment", legs=[(cash, fees, 77, "KES")])

    # --- The world moves --------------------------------------------------------------------------

    @rule(account=accounts, tier=st.sampled_from([1, 2]))
    def change_tier(self, account, tier):
        owner = self.plain.accounts[account].owner
        country = self.plain.owners[owner].country
        book.set_owner(self.unit, owner=owner, country=country, tier=tier)
        self.plain.set_tier(owner, tier, self.unit.now)

    @rule(
        account=accounts,
        percent=st.sampled_from([1, 20, 50]),
        hours=st.sampled_from([1, 24, 72]),
    )
    def limits_lowered(self, account, percent, hours):
        owner, now = self.plain.accounts[account].owner, self.unit.now
        until = now + timedelta(hours=hours)
        lower_limits(self.unit, owner, percent=percent, until=until)
        self.plain.owners[owner].lower(percent, until, now)

    @rule()
    def lowered_limits_end(self):
        end_lowered(self.unit, most=50)
        for owner in self.plain.owners.values():
            if owner.lowered and owner.lowered[1] <= self.unit.now:
                owner.lowered = None

    @rule(currency=st.sampled_from(["KES", "UGX"]), percent=st.integers(50, 200))
    def rate_moves(self, currency, percent):
        self.rate(currency, percent * {"KES": 1.25, "UGX": 37}[currency])

    def rate(self, currency, rate):
        book.set_rate(self.unit, source="USD", target=currency, rate=Decimal(str(rate)))
        self.plain.set_rate(currency, Fraction(str(rate)), self.unit.now)

    @rule(hours=st.sampled_from([1, 1, 7, 24, 24 * 30, -5]))
    def time_passes(self, hours):
        self.unit.now += timedelta(hours=hours)

    @invariant()
    def both_agree(self):
        self.both.agree()

    def every_statement_adds_up(self):
        since, until = NOW - timedelta(days=1), self.unit.now + timedelta(days=400)
        for key, account in self.plain.accounts.items():
            page = book.statement(self.unit, key, since=since, until=until)
            assert [line.balance_after.minor for line in page.lines] == account.entries
            assert page.closing.minor == account.posted


def play(engine, *, runs, steps, shrink=False):
    Ledgers.engine = engine
    Ledgers.seen = set()
    run_state_machine_as_test(
        Ledgers,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,  # the same run everywhere, so that what it saw can be asked below
            phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Ledgers.seen


DONE = {"posted", "authorised", "raised", "captured", "voided", "changed", "closed"}


def test_the_ledger_agrees_with_a_plain_one(engine):
    assert len(play(engine, runs=30, steps=40)) >= 10, "it saw too little to mean anything"


@pytest.mark.soak
def test_for_ten_thousand_steps_the_ledger_agrees_with_a_plain_one(engine):
    assert play(engine, runs=200, steps=60, shrink=True) == DONE | {
        "insufficient_funds",
        "limit_exceeded",
        "balance_ceiling",
        "account_frozen",
        "account_closed",
        "account_not_empty",
        "holds_open",
        "unknown_hold",
        "hold_expired",
        "hold_closed",
        "capture_exceeds_hold",
        "unknown_transaction",
        "reversal_of_reversal",
        "reversed_whole_only",
        "reversal_exceeds_rest",
        "id_reused",
    }
