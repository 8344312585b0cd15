"""Innocent things that look like laundering at first sight: each is the twin of a typology."""

from collections.abc import Mapping, Sequence

from core.watch.training.life import about, agent, moment
from core.watch.training.simulated import Person, Script

Homes = Mapping[str, Sequence[Person]]
EACH = 0.004
"""Of each kind, how many there are for every customer."""


def add(script: Script, homes: Homes) -> None:
    """Write down innocent look-alikes among people of one country each."""
    many = max(1, round(len(script.people) * EACH))
    for kind in LOOKALIKES:
        for _ in range(many):
            home = script.chance.choice([one for one in homes.values() if len(one) > 20])
            kind(script, home)


def _some(script: Script, home: Sequence[Person], many: int) -> list[Person]:
    """Return people nothing is planted with; what they do is to be told apart from it."""
    free = [one for one in home if one.id not in script.taken and one.opened_at <= script.began]
    return script.chance.sample(free, min(many, len(free)))


def _savings_group(script: Script, home: Sequence[Person]) -> None:
    """Add a chama: members pay the treasurer the same each month, and one of them gets it all."""
    chance = script.chance
    treasurer, *members = _some(script, home, chance.randint(8, 16))
    share = chance.uniform(10, 60)
    for turn, day in enumerate(range(chance.randrange(4, 12), script.days, 30)):
        for member in members:
            at = script.at(day, 4 + 40 * chance.random())
            script.moved("transfer", at, share, payer=member, payee=treasurer, exact=True)
        taker = members[turn % len(members)]
        paid = script.at(day + 2, 6 + chance.random())
        script.moved(
            "transfer", paid, share * len(members), payer=treasurer, payee=taker, exact=True
        )


def _collection(script: Script, home: Sequence[Person]) -> None:
    """Add a harambee: many who never paid somebody before help with a hospital's bill."""
    chance = script.chance
    sick, *givers = _some(script, home, chance.randint(9, 20))
    day, got = chance.randrange(3, max(4, script.days - 12)), 0.0
    for giver in givers:
        gift = about(script, 18, 0.7)
        got += gift
        at = script.at(day, 4 + 70 * chance.random())
        script.moved("transfer", at, gift, payer=giver, payee=sick)
    script.moved("payment", moment(script, day + 3), got * 0.4, payer=sick, outside="hospital")
    script.moved("payment", moment(script, day + 8), got * 0.35, payer=sick, outside="hospital")


def _school(script: Script, home: Sequence[Person]) -> None:
    """Add a small school that takes fees as a term begins, and pays teachers at the month's end."""
    chance = script.chance
    school, *parents = _some(script, home, chance.randint(14, 30))
    day = chance.randrange(2, max(3, script.days - 25))
    for parent in parents:
        at = script.at(day, 5 + 130 * chance.random())
        script.moved(
            "transfer", at, chance.choice((45, 60, 80)), payer=parent, payee=school, exact=True
        )
    script.moved(
        "payout", moment(script, day + 18), 45 * len(parents), payer=school, outside="wages"
    )


def _first_wages(script: Script, home: Sequence[Person]) -> None:
    """Add a new employer whose workers are paid for the first time and live on it."""
    chance = script.chance
    employer, *workers = _some(script, home, chance.randint(8, 22))
    day, wage = chance.randrange(3, max(4, script.days - 6)), chance.uniform(70, 260)
    came = script.at(day, 5)
    script.moved(
        "deposit", came, wage * len(workers) * 1.05, payee=employer, outside="partner bank"
    )
    for worker in workers:
        at = script.at(day, 7 + 5 * chance.random())
        script.moved("transfer", at, wage * chance.uniform(0.8, 1.3), payer=employer, payee=worker)
        for share in (0.3, 0.15):
            spent = script.at(day, 14 + 90 * chance.random())
            script.moved("cash_out", spent, wage * share, payer=worker, outside=agent(script))


def _repaid_loan(script: Script, home: Sequence[Person]) -> None:
    """Add a friend who lends and is repaid the very sum, perhaps a second time."""
    chance = script.chance
    lender, borrower = _some(script, home, 2)
    day, sum_ = chance.randrange(2, max(3, script.days - 22)), chance.uniform(20, 400)
    for turn in range(chance.randint(1, 2)):
        lent = day + 9 * turn
        script.moved(
            "transfer", moment(script, lent), sum_, payer=lender, payee=borrower, exact=True
        )
        back = lent + chance.randint(3, 8)
        script.moved(
            "transfer", moment(script, back), sum_, payer=borrower, payee=lender, exact=True
        )


def _ring_of_trade(script: Script, home: Sequence[Person]) -> None:
    """Add neighbours who buy of each other in a ring, each for what it costs."""
    chance = script.chance
    ring = _some(script, home, chance.randint(3, 4))
    for day in range(chance.randrange(6), script.days, 9):
        for place, person in enumerate(ring):
            at = script.at(day + place, 4 + 12 * chance.random())
            payee = ring[(place + 1) % len(ring)]
            script.moved("transfer", at, about(script, 40, 0.8), payer=person, payee=payee)


def _same_landlord(script: Script, home: Sequence[Person]) -> None:
    """Add colleagues who are paid on one day and owe rent to the same landlord."""
    chance = script.chance
    employer, landlord, *tenants = _some(script, home, chance.randint(6, 10))
    day, wage = chance.randrange(2, max(3, script.days - 5)), chance.uniform(120, 300)
    script.moved(
        "deposit", script.at(day, 4), wage * len(tenants), payee=employer, outside="partner bank"
    )
    for tenant in tenants:
        paid = script.at(day, 6 + 3 * chance.random())
        script.moved("transfer", paid, wage, payer=employer, payee=tenant, exact=True)
        rent = script.at(day + 1, 5 + 10 * chance.random())
        script.moved(
            "transfer", rent, wage * chance.uniform(0.3, 0.5), payer=tenant, payee=landlord
        )


def _home_again(script: Script, home: Sequence[Person]) -> None:
    """Add somebody who was abroad and silent, comes back, is paid and lives on it."""
    chance = script.chance
    (person,) = _some(script, home, 1)
    script.silence(person, script.at(3), script.at(50))
    day = chance.randrange(50, max(51, script.days - 5)) if script.days > 51 else script.days
    script.moved(
        "deposit",
        moment(script, day),
        chance.uniform(300, 900),
        payee=person,
        outside="partner bank",
    )
    for later in range(4):
        script.moved(
            "cash_out",
            moment(script, day + later),
            about(script, 30),
            payer=person,
            outside=agent(script),
        )


def _new_sim(script: Script, home: Sequence[Person]) -> None:
    """Add a lost phone: the SIM is changed, and life goes on as before."""
    (person,) = _some(script, home, 1)
    script.sims.append((person.id, moment(script, script.chance.randrange(5, script.days - 3))))


def _new_shop(script: Script, home: Sequence[Person]) -> None:
    """Add a shop that opens, is paid by whoever passes by, and restocks at once."""
    chance = script.chance
    owner, *buyers = _some(script, home, chance.randint(20, 40))
    for day in range(chance.randrange(2, max(3, script.days - 8)), script.days):
        taken = 0.0
        for buyer in chance.sample(buyers, min(len(buyers), chance.randint(3, 8))):
            price = about(script, 6, 0.6)
            taken += price
            script.moved("transfer", moment(script, day), price, payer=buyer, payee=owner)
        script.moved("payout", script.at(day, 20), taken * 0.8, payer=owner, outside="supplier 7")


LOOKALIKES = (
    _savings_group, _collection, _school, _first_wages, _repaid_loan, _ring_of_trade,
    _same_landlord, _home_again, _new_sim, _new_shop,
)  # fmt: skip
