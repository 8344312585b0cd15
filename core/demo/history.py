"""What the demo's people did in the last sixty days: a plan that ends at exactly what they hold.

The plan is made before anything is posted. Nobody's balance strays by more than a third from where
it ends, so nobody is ever short of money and nobody meets a limit.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.demo.people import KNOWN, Person
from core.money import DIGITS, Money

DAYS = 60
PER_PERSON = 12
_SEED = 384100
_WAKING = 15 * 3600  # seconds of a day, from four in the morning UTC
_ROUND = 50  # people send round amounts: fifty shillings, five hundred francs


@dataclass(frozen=True, slots=True)
class Sending:
    """One person sent another money; who is the place in the list of people."""

    at: datetime
    payer: int
    payee: int
    amount: Money
    channel: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What each wallet starts with, in the order of people and what they hold, and what follows."""

    opening: tuple[tuple[Money, ...], ...]
    sendings: tuple[Sending, ...]


def plan(people: Sequence[Person], now: datetime) -> Plan:
    """Return how people came to hold what they hold ``now``; the same for the same arguments."""
    chance = random.Random(_SEED)  # noqa: S311 - a story, not a secret
    home = [Money.load(person.holds[0]) for person in people]
    moved = [0] * len(people)
    sendings: list[Sending] = []
    for at in _moments(chance, len(people) * PER_PERSON // 2, now):
        payer = _somebody(chance, people)
        payee = chance.choice(_neighbours(people, payer))
        amount = _amount(chance, min(home[payer], home[payee], key=lambda money: money.minor))
        if (
            abs(moved[payer] - amount.minor) * 3 <= home[payer].minor
            and abs(moved[payee] + amount.minor) * 3 <= home[payee].minor
        ):
            moved[payer] -= amount.minor
            moved[payee] += amount.minor
            channel = chance.choice(("ussd", "ussd", "whatsapp", "sms"))
            sendings.append(Sending(at, payer, payee, amount, channel))
    for sending in _round(people, now):
        moved[sending.payer] -= sending.amount.minor
        moved[sending.payee] += sending.amount.minor
        sendings.append(sending)
    sendings.sort(key=lambda one: one.at)
    opening = tuple(
        (
            Money(home[i].minor - moved[i], home[i].currency),
            *(Money.load(held) for held in person.holds[1:]),
        )
        for i, person in enumerate(people)
    )
    return Plan(opening, tuple(sendings))


ROUND = (
    ("Collins", timedelta(hours=2, minutes=10), "KES 6900.00"),
    ("Lucy", timedelta(hours=2, minutes=45), "KES 6850.00"),
    ("Kevin", timedelta(hours=3, minutes=20), "KES 6800.00"),
)
"""Money that goes round three nights ago, while nobody else is awake: who, when, how much."""


def _round(people: Sequence[Person], now: datetime) -> list[Sending]:
    """Return what three friends sent round, for compliance to have something to look into."""
    place = {person.first_name: at for at, person in enumerate(people)}
    began = (now - timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0)
    payers = [place[name] for name, _, _ in ROUND]
    payees = [*payers[1:], payers[0]]
    return [
        Sending(began + after, payer, payee, Money.load(amount), "whatsapp")
        for (_, after, amount), payer, payee in zip(ROUND, payers, payees, strict=True)
    ]


def _moments(chance: random.Random, count: int, now: datetime) -> list[datetime]:
    first = (now - timedelta(days=DAYS)).replace(hour=4, minute=0, second=0, microsecond=0)
    moments = (
        first + timedelta(days=chance.randrange(1, DAYS + 1), seconds=chance.randrange(_WAKING))
        for _ in range(count)
    )
    return sorted(at for at in moments if at < now - timedelta(hours=1))


def _somebody(chance: random.Random, people: Sequence[Person]) -> int:
    # Those whom one may be pay every fourth time, so that their statements have something to say.
    return chance.randrange(len(KNOWN) if chance.random() < 0.25 else len(people))


def _neighbours(people: Sequence[Person], payer: int) -> list[int]:
    country = people[payer].country
    return [i for i, person in enumerate(people) if person.country == country and i != payer]


def _amount(chance: random.Random, within: Money) -> Money:
    coin = _ROUND * 10 ** DIGITS[within.currency]
    most = max(1, within.minor // 8 // coin)
    return Money(chance.randint(1, most) * coin, within.currency)
