"""A ledger in plain Python, written from the rules and not from the SQL, to compare with."""

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

Body = tuple[object, ...]
Legs = list[tuple[UUID, UUID, int, str]]


@dataclass
class Owner:
    country: str
    tier: int
    day: date = date.min
    day_spent: int = 0
    month_spent: int = 0

    @property
    def home(self) -> str:
        return COUNTRIES[self.country][0]

    def limits(self) -> tuple[int, ...]:
        return tuple(n * UNITS[self.home] for n in TIERS[self.country, self.tier])


@dataclass
class Account:
    owner: UUID | None
    currency: str
    ceiling: int | None
    posted: int = 0
    status: str = "active"
    entries: list[int] = field(default_factory=list)  # the balance after each


class Refused(Exception):
    pass


class PlainLedger:
    def __init__(self) -> None:
        self.owners: dict[UUID, Owner] = {}
        self.accounts: dict[UUID, Account] = {}
        self.answers: dict[UUID, tuple[Body, str]] = {}
        self.rates: dict[str, list[tuple[datetime, Fraction]]] = {}  # of one dollar

    def set_rate(self, currency: str, rate: Fraction, now: datetime) -> None:
        self.rates.setdefault(currency, []).append((now, rate))

    def rate(self, currency: str, now: datetime) -> Fraction:
        """Return the latest rate known at the time; of two of one moment, the one said last."""
        known = [
            (when, place) for place, (when, _) in enumerate(self.rates[currency]) if when <= now
        ]
        return self.rates[currency][max(known)[1]][1]

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

    def post(self, key: UUID, kind: str, legs: Legs, now: datetime) -> str:
        """Return 'posted' or the code of the refusal."""
        body = (kind, *legs)
        if key in self.answers:
            before, answer = self.answers[key]
            return answer if before == body else "id_reused"
        try:
            self._apply(kind, legs, now)
            answer = "posted"
        except Refused as refused:
            answer = str(refused)
        self.answers[key] = (body, answer)
        return answer

    def _apply(self, kind: str, legs: Legs, now: datetime) -> None:
        balances = {key: account.posted for key, account in self.accounts.items()}
        spent: dict[UUID, int] = {}
        for debit, credit, amount, currency in legs:
            self._judge(debit, credit, amount, balances)
            payer, payee = self.accounts[debit].owner, self.accounts[credit].owner
            if kind == "transfer" and payer and payer != payee:
                spent[payer] = self._within_limits(
                    payer, spent.get(payer, 0), amount, currency, now
                )
            ceiling = self.accounts[credit].ceiling
            if ceiling is not None and balances[credit] + amount > ceiling:
                raise Refused("balance_ceiling")
            balances[debit] -= amount
            balances[credit] += amount
        for debit, credit, amount, _ in legs:
            for key, moved in ((debit, -amount), (credit, amount)):
                self.accounts[key].posted += moved
                self.accounts[key].entries.append(self.accounts[key].posted)
        for payer, sum_ in spent.items():
            self._count(payer, sum_, now)

    def _judge(self, debit: UUID, credit: UUID, amount: int, balances: dict[UUID, int]) -> None:
        giver, taker = self.accounts[debit], self.accounts[credit]
        if giver.status in {"debit_frozen", "frozen", "dormant"}:
            raise Refused("account_frozen")
        if taker.status in {"credit_frozen", "frozen"}:
            raise Refused("account_frozen")
        if giver.owner is not None and balances[debit] < amount:
            raise Refused("insufficient_funds")

    def _within_limits(
        self, payer: UUID, before: int, amount: int, currency: str, now: datetime
    ) -> int:
        who = self.owners[payer]
        worth = amount
        if currency != who.home:
            rate = self.rate(who.home, now)
            worth = ceil(Fraction(amount, UNITS[currency]) * rate * UNITS[who.home])
        single, day, month, _ = who.limits()
        day_spent, month_spent = self._so_far(who, now)
        total = before + worth
        if total > single or day_spent + total > day or month_spent + total > month:
            raise Refused("limit_exceeded")
        return total

    def _so_far(self, who: Owner, now: datetime) -> tuple[int, int]:
        today = max(self._today(who, now), who.day)
        same_month = (today.year, today.month) == (who.day.year, who.day.month)
        return (who.day_spent if today == who.day else 0), (who.month_spent if same_month else 0)

    def _count(self, payer: UUID, sum_: int, now: datetime) -> None:
        who = self.owners[payer]
        day_spent, month_spent = self._so_far(who, now)
        who.day = max(self._today(who, now), who.day)
        who.day_spent, who.month_spent = day_spent + sum_, month_spent + sum_

    @staticmethod
    def _today(who: Owner, now: datetime) -> date:
        return now.astimezone(ZoneInfo(COUNTRIES[who.country][1])).date()
