"""A ledger in plain Python, written from the rules and not from the SQL, to compare with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from math import ceil, floor
from uuid import UUID
from zoneinfo import ZoneInfo

# Main units, as people say them: a payment, a day, a month, the most one may hold.
TIERS = {
    ("KE", 1): (70_000, 140_000, 1_000_000, 140_000),
    ("KE", 2): (250_000, 500_000, 5_000_000, 500_000),
    ("UG", 1): (1_000_000, 2_000_000, 20_000_000, 3_000_000),
    ("UG", 2): (7_000_000, 14_000_000, 140_000_000, 20_000_000),
}
COUNTRIES = {"KE": ("KES", "Africa/Nairobi"), "UG": ("UGX", "Africa/Kampala")}
UNITS = {"KES": 100, "UGX": 1, "USD": 100}
COUNTING = {"transfer", "payment"}

Leg = tuple[UUID, UUID, int, str]
Legs = list[Leg]


@dataclass
class Owner:
    country: str
    tier: int
    day: date = date.min
    day_spent: int = 0
    month_spent: int = 0
    lowered: tuple[int, datetime] | None = None  # per cent, and until when

    @property
    def home(self) -> str:
        return COUNTRIES[self.country][0]

    def limits(self) -> tuple[int, ...]:
        return tuple(n * UNITS[self.home] for n in TIERS[self.country, self.tier])

    def limits_now(self, now: datetime) -> tuple[int, ...]:
        """Return the limits, lowered where they are; the most one may hold never is."""
        single, day, in_month, most = self.limits()
        if self.lowered is None or now >= self.lowered[1]:
            return single, day, in_month, most
        part = self.lowered[0]
        return single * part // 100, day * part // 100, in_month * part // 100, most

    def lower(self, percent: int, until: datetime, now: datetime) -> None:
        lasting = self.lowered if self.lowered and self.lowered[1] > now else None
        before = self.lowered[1] if self.lowered else until
        self.lowered = (min(percent, lasting[0]) if lasting else percent, max(until, before))

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(COUNTRIES[self.country][1])).date()

    def so_far(self, now: datetime) -> tuple[date, int, int]:
        """Return the day that counts, which never turns back, and what was spent in it."""
        today = max(self.local_day(now), self.day)
        return (
            today,
            self.day_spent if today == self.day else 0,
            self.month_spent if month(today) == month(self.day) else 0,
        )

    def give_back(self, day: date | None, of_day: int, of_month: int) -> None:
        if day is not None and day == self.day:
            self.day_spent = max(self.day_spent - of_day, 0)
        if day is not None and month(day) == month(self.day):
            self.month_spent = max(self.month_spent - of_month, 0)


@dataclass
class Account:
    owner: UUID | None
    currency: str
    ceiling: int | None
    posted: int = 0
    held: int = 0
    incoming: int = 0
    status: str = "active"
    entries: list[int] = field(default_factory=list)  # the balance after each

    @property
    def gives(self) -> bool:
        return self.status in {"active", "credit_frozen"}

    @property
    def takes(self) -> bool:
        return self.status in {"active", "debit_frozen", "dormant"}


@dataclass
class Transaction:
    kind: str
    legs: Legs
    at: datetime
    is_capture: bool = False
    undone: int = 0


class Refused(Exception):
    pass


def month(day: date) -> tuple[int, int]:
    return day.year, day.month


class PlainLedger:
    def __init__(self) -> None:
        self.owners: dict[UUID, Owner] = {}
        self.accounts: dict[UUID, Account] = {}
        self.transactions: dict[UUID, Transaction] = {}
        self.answers: dict[UUID, tuple[object, str]] = {}
        self.rates: dict[str, list[tuple[datetime, Fraction]]] = {}  # of one dollar

    def once(self, key: UUID, body: object, work: Callable[[], str]) -> str:
        """Return what the work answers, or what it answered before."""
        if key in self.answers:
            before, answer = self.answers[key]
            return answer if before == body else "id_reused"
        try:
            answer = work()
        except Refused as refused:
            answer = str(refused)
        self.answers[key] = (body, answer)
        return answer

    # --- Money's worth and ceilings ---------------------------------------------------------------

    def set_rate(self, currency: str, rate: Fraction, now: datetime) -> None:
        self.rates.setdefault(currency, []).append((now, rate))

    def rate(self, currency: str, now: datetime) -> Fraction:
        """Return the latest rate known at the time; of two of one moment, the one said last."""
        known = [
            (when, place) for place, (when, _) in enumerate(self.rates[currency]) if when <= now
        ]
        return self.rates[currency][max(known)[1]][1]

    def worth(self, amount: int, currency: str, home: str, at: datetime) -> Fraction:
        if currency == home:
            return Fraction(amount)
        return Fraction(amount, UNITS[currency]) * self.rate(home, at) * UNITS[home]

    def ceiling(self, owner: UUID, currency: str, now: datetime) -> int:
        who = self.owners[owner]
        most = Fraction(who.limits()[3], UNITS[who.home])
        if currency != who.home:
            most /= self.rate(who.home, now)
        return floor(most * UNITS[currency])

    def set_tier(self, owner: UUID, tier: int, now: datetime) -> None:
        self.owners[owner].tier = tier
        for account in self.accounts.values():
            if account.owner == owner:
                account.ceiling = self.ceiling(owner, account.currency, now)

    # --- Judging and posting ----------------------------------------------------------------------

    def post(self, key: UUID, kind: str, legs: Legs, now: datetime) -> str:
        """Return 'posted' or the code of the refusal."""
        return self.once(key, ("post", kind, *legs), lambda: self.apply(key, kind, legs, now))

    def apply(self, key: UUID, kind: str, legs: Legs, now: datetime) -> str:
        moved: dict[UUID, int] = {}
        spent: dict[UUID, int] = {}
        for debit, credit, amount, currency in legs:
            self.judge(debit, credit, amount, moved)
            payer = self.payer(kind, debit, credit)
            if payer:
                before = spent.get(payer, 0)
                spent[payer] = before + self.within_limits(payer, before, amount, currency, now)
            moved[debit] = moved.get(debit, 0) - amount
            moved[credit] = moved.get(credit, 0) + amount
        self.write(key, Transaction(kind, legs, now))
        for payer, sum_ in spent.items():
            self.count(payer, sum_, now)
        return "posted"

    def payer(self, kind: str, debit: UUID, credit: UUID) -> UUID | None:
        """Return whose limits a payment counts against, if it counts."""
        giver, taker = self.accounts[debit].owner, self.accounts[credit].owner
        return giver if kind in COUNTING and giver != taker else None

    def judge(self, debit: UUID, credit: UUID, amount: int, moved: dict[UUID, int]) -> None:
        giver, taker = self.accounts[debit], self.accounts[credit]
        if not giver.gives or not taker.takes:
            raise Refused("account_frozen")
        if giver.owner is not None and self.free(debit) + moved.get(debit, 0) < amount:
            raise Refused("insufficient_funds")
        coming = taker.posted + taker.incoming + moved.get(credit, 0) + amount
        if taker.ceiling is not None and coming > taker.ceiling:
            raise Refused("balance_ceiling")

    def free(self, key: UUID) -> int:
        return self.accounts[key].posted - self.accounts[key].held

    def within_limits(
        self, payer: UUID, before: int, amount: int, currency: str, now: datetime
    ) -> int:
        """Return what an amount counts, after ``before`` was counted of the same operation."""
        who = self.owners[payer]
        worth = ceil(self.worth(amount, currency, who.home, now))
        single, day, in_month, _ = who.limits_now(now)
        _, day_spent, month_spent = who.so_far(now)
        total = before + worth
        if total > single or day_spent + total > day or month_spent + total > in_month:
            raise Refused("limit_exceeded")
        return worth

    def count(self, payer: UUID, sum_: int, now: datetime) -> date:
        who = self.owners[payer]
        today, day_spent, month_spent = who.so_far(now)
        who.day, who.day_spent, who.month_spent = today, day_spent + sum_, month_spent + sum_
        return today

    def write(self, key: UUID, transaction: Transaction) -> None:
        self.transactions[key] = transaction
        for debit, credit, amount, _ in transaction.legs:
            for account, moved in ((debit, -amount), (credit, amount)):
                self.accounts[account].posted += moved
                self.accounts[account].entries.append(self.accounts[account].posted)
