"""Who banks at the simulated bank: countries, livelihoods, and whom each deals with.

Shares and incomes are our own judgement of an African retail bank, from no third party's data.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from core.watch.training.simulated import Person, Script

COUNTRIES: Sequence[tuple[str, str, int]] = (
    ("KE", "KES", 46), ("UG", "UGX", 18), ("TZ", "TZS", 18), ("RW", "RWF", 8), ("SN", "XOF", 10),
)  # fmt: skip
"""Country, currency, and how many of a hundred live there."""
ROLES: Sequence[tuple[str, float, float, float]] = (
    ("salaried", 0.36, 180, 900),
    ("casual", 0.25, 50, 220),
    ("student", 0.11, 30, 90),
    ("farmer", 0.09, 60, 260),
    ("shop", 0.10, 200, 900),
    ("trader", 0.04, 900, 3500),
    ("landlord", 0.02, 400, 1500),
    ("wholesaler", 0.01, 9000, 25000),
    ("employer", 0.02, 4000, 15000),
)
"""Livelihood, its share of people, and the least and most of a month's income in dollars."""
RECENT = 0.06
"""How many became customers while the simulation runs."""
MOST_FRIENDS, MOST_SHOPS = 7, 4


@dataclass(frozen=True, slots=True)
class Circle:
    """Whom somebody deals with, time and again."""

    friends: Sequence[Person]
    family: Sequence[Person]
    shops: Sequence[Person]
    landlord: Person | None
    employer: Person | None


@dataclass(frozen=True, slots=True)
class Town:
    """The people of a country, all of them and by what others need them for."""

    people: Sequence[Person]
    shops: Sequence[Person]
    landlords: Sequence[Person]
    employers: Sequence[Person]


def populate(script: Script, many: int) -> Mapping[str, list[Person]]:
    """Make people and return them by country."""
    chance = script.chance
    homes: dict[str, list[Person]] = {code: [] for code, _, _ in COUNTRIES}
    shares = [share for _, share, _, _ in ROLES]
    for _ in range(many):
        code, currency, _ = chance.choices(COUNTRIES, [one[2] for one in COUNTRIES])[0]
        role, _, least, most = chance.choices(ROLES, shares)[0]
        is_new = chance.random() < RECENT
        age = -chance.randrange(script.days) if is_new else chance.randint(30, 2000)
        person = Person(
            script.new_id(),
            code,
            currency,
            role,
            least + (most - least) * chance.betavariate(1.6, 3.4),
            script.began - timedelta(days=age, seconds=chance.randrange(86400)),
        )
        homes[code].append(person)
        script.people.append(person)
    return homes


def town(home: Sequence[Person]) -> Town:
    """Return the people of a country, in the order of their making."""
    return Town(
        home,
        *([one for one in home if one.role == role] for role in ("shop", "landlord", "employer")),
    )


def circle(script: Script, person: Person, home: Town) -> Circle:
    """Choose whom a person deals with, all in their own country."""
    chance = script.chance
    friends = _some(chance, home.people, person, most=chance.randint(2, MOST_FRIENDS))
    return Circle(
        friends=friends,
        family=friends[: chance.randint(1, 2)],
        shops=_some(chance, home.shops, person, most=MOST_SHOPS),
        landlord=_one(chance, home.landlords, person),
        employer=_one(chance, home.employers, person),
    )


def _some(chance: Random, people: Sequence[Person], but: Person, *, most: int) -> Sequence[Person]:
    """Return at most so many of some people without one; nothing is copied, for all choose."""
    others, place = _without(people, but)
    return [people[n + (n >= place)] for n in chance.sample(others, min(len(others), most))]


def _one(chance: Random, people: Sequence[Person], but: Person) -> Person | None:
    others, place = _without(people, but)
    if not others:
        return None
    n = chance.choice(others)
    return people[n + (n >= place)]


def _without(people: Sequence[Person], but: Person) -> tuple[range, int]:
    """Return places of the others, and from which on each is one further: where the one stands."""
    place = bisect_left(people, but.id, key=lambda one: one.id)
    stands_there = people[place : place + 1] == [but]
    return range(len(people) - stands_there), place if stands_there else len(people)
