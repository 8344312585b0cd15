"""Ordinary life: wages, shops, rent, family, cash, bills; by day of the week and of the month."""

from collections.abc import Callable, Mapping
from datetime import datetime

from core.watch.training.cast import Circle
from core.watch.training.simulated import Person, Script

AGENTS = 40
BILLERS = ("power", "water", "television", "school")
WAGE_DAYS = (25, 28, 30)
"""Days of the month on which employers pay, each always on the same."""
HOURS = (
    0.3, 0.2, 0.2, 0.2, 0.4, 1.2, 3, 5, 6, 6, 6, 6.5, 7, 6.5, 6, 6, 6.5, 7.5, 8.5, 8, 6, 4, 2, 0.8,
)  # fmt: skip
"""How much of a day's business falls into each hour, UTC + 3."""


def live(script: Script, person: Person, around: Circle) -> None:
    """Write down a person's ordinary life, from when they became a customer on."""
    for day in range(script.days):
        if script.at(day) < person.opened_at:
            continue
        _everybody(script, person, around, day)
        LIVELIHOODS.get(person.role, _nothing)(script, person, around, day)


def moment(script: Script, day: int) -> datetime:
    """Return a moment of a day, at an hour when people are awake."""
    hour = script.chance.choices(range(24), HOURS)[0]
    return script.at(day, hour - 3 + script.chance.random())


def often(script: Script, rate: float) -> int:
    """Return how often something happens on a day that happens so often on average."""
    chance, many = script.chance, int(rate)
    return many + (chance.random() < rate - many)


def about(script: Script, dollars: float, spread: float = 0.6) -> float:
    """Return an amount about so large; few are much larger."""
    return float(dollars * script.chance.lognormvariate(-spread * spread / 2, spread))


def _everybody(script: Script, person: Person, around: Circle, day: int) -> None:
    chance, income = script.chance, min(person.income, 1500)
    weekend = script.at(day).weekday() >= 5
    payday = script.at(day).day >= 25 or script.at(day).day <= 3
    busy = (1.3 if weekend else 1.0) * (1.35 if payday else 0.9)
    for _ in range(often(script, 0.42 * busy)):
        if around.shops:
            shop = around.shops[min(len(around.shops) - 1, int(chance.expovariate(0.9)))]
            if shop.id != person.id:
                script.moved(
                    "transfer",
                    moment(script, day),
                    about(script, 1 + income * 0.008),
                    payer=person,
                    payee=shop,
                )
    for _ in range(often(script, 0.14 * busy)):
        script.moved(
            "payment", moment(script, day), about(script, 0.6), payer=person, outside="airtime"
        )
    for _ in range(often(script, 0.09 * busy)):
        friend = around.friends[min(len(around.friends) - 1, int(chance.expovariate(0.5)))]
        script.moved(
            "transfer",
            moment(script, day),
            about(script, 2 + income * 0.02),
            payer=person,
            payee=friend,
        )
    for _ in range(often(script, 0.07 * busy)):
        script.moved(
            "cash_out",
            moment(script, day),
            about(script, 3 + income * 0.06),
            payer=person,
            outside=agent(script),
        )
    if script.at(day).day == 8 + person.id.int % 9:
        script.moved(
            "payment",
            moment(script, day),
            about(script, income * 0.04, 0.3),
            payer=person,
            outside=chance.choice(BILLERS),
        )


def agent(script: Script) -> str:
    """Return one of the agents of the bank."""
    return f"agent {script.chance.randrange(AGENTS)}"


def _wage_day(person: Person) -> int:
    return WAGE_DAYS[person.id.int % len(WAGE_DAYS)]


def _salaried(script: Script, person: Person, around: Circle, day: int) -> None:
    date = script.at(day)
    if date.day == _wage_day(around.employer or person):
        paid = script.at(day, 5 + 3 * script.chance.random())
        if around.employer is not None and person.id.int % 3:
            script.moved(
                "transfer", paid, person.income, payer=around.employer, payee=person, exact=True
            )
        else:
            script.moved("deposit", paid, person.income, payee=person, outside="partner wages")
        for relative in around.family:
            script.moved(
                "transfer",
                script.at(day, 9 + 20 * script.chance.random()),
                about(script, person.income * 0.08, 0.3),
                payer=person,
                payee=relative,
            )
    _rent(script, person, around, day)


def _rent(script: Script, person: Person, around: Circle, day: int) -> None:
    if around.landlord is None or script.at(day).day != 1 + person.id.int % 5:
        return
    script.moved(
        "transfer",
        moment(script, day),
        min(person.income, 1200) * 0.24,
        payer=person,
        payee=around.landlord,
    )


def _brought_cash(
    script: Script, person: Person, day: int, *, each_day: float, share: int, spread: float
) -> None:
    """Bring cash to an agent so often a day, about that share of what is earned in a month."""
    for _ in range(often(script, each_day)):
        script.moved(
            "cash_in",
            moment(script, day),
            about(script, person.income / share, spread),
            payee=person,
            outside=agent(script),
        )


def _casual(script: Script, person: Person, around: Circle, day: int) -> None:
    _brought_cash(script, person, day, each_day=0.3, share=9, spread=0.4)
    _rent(script, person, around, day)


def _student(script: Script, person: Person, around: Circle, day: int) -> None:
    if script.at(day).weekday() == person.id.int % 7:
        giver = around.family[0]
        script.moved(
            "transfer",
            moment(script, day),
            about(script, person.income / 4, 0.3),
            payer=giver,
            payee=person,
        )


def _farmer(script: Script, person: Person, _: Circle, day: int) -> None:
    if script.at(day).day % 15 == person.id.int % 15:
        script.moved(
            "deposit",
            moment(script, day),
            about(script, person.income / 2, 0.4),
            payee=person,
            outside="partner cooperative",
        )


def _shop(script: Script, person: Person, around: Circle, day: int) -> None:
    if script.at(day).weekday() in {person.id.int % 7, (person.id.int + 3) % 7}:
        script.moved(
            "payout",
            moment(script, day),
            about(script, person.income / 6, 0.35),
            payer=person,
            outside=f"supplier {person.id.int % 60}",
        )
    _brought_cash(script, person, day, each_day=0.25, share=20, spread=0.5)
    _rent(script, person, around, day)


def _trader(script: Script, person: Person, around: Circle, day: int) -> None:
    """Buy and sell: what comes in pays a supplier soon, less what is earned."""
    chance = script.chance
    if chance.random() < 0.16:
        sale, sold = about(script, person.income / 5, 0.4), moment(script, day)
        buyer = chance.choice(around.friends)
        if buyer.income > person.income / 4:
            script.moved("transfer", sold, sale, payer=buyer, payee=person)
        else:
            script.moved("deposit", sold, sale, payee=person, outside="partner bank")
        if chance.random() < 0.6:
            script.moved(
                "payout",
                script.at(
                    0, (sold - script.began).total_seconds() / 3600 + 2 + 40 * chance.random()
                ),
                sale * chance.uniform(0.55, 0.8),
                payer=person,
                outside=f"supplier {person.id.int % 60}",
            )


def _landlord(script: Script, person: Person, _: Circle, day: int) -> None:
    if script.at(day).day == 12:
        script.moved(
            "payout",
            moment(script, day),
            about(script, person.income * 0.6, 0.3),
            payer=person,
            outside="account of a builder",
        )


def _wholesaler(script: Script, person: Person, _: Circle, day: int) -> None:
    """Bank large takings, of all sizes, most days."""
    if script.at(day).weekday() < 6:
        for _taking in range(often(script, 0.8)):
            script.moved(
                "cash_in",
                moment(script, day),
                about(script, person.income / 2.2, 0.55),
                payee=person,
                outside=agent(script),
            )
        if script.chance.random() < 0.35:
            script.moved(
                "payout",
                moment(script, day),
                about(script, person.income * 0.9, 0.3),
                payer=person,
                outside=f"supplier {person.id.int % 60}",
            )


def _employer(script: Script, person: Person, _: Circle, day: int) -> None:
    """Have the money for wages come in the day before."""
    if script.at(day + 1).day == _wage_day(person):
        script.moved(
            "deposit",
            script.at(day, 8 + 6 * script.chance.random()),
            person.income * 3,
            payee=person,
            outside="partner bank",
        )


def _nothing(_: Script, __: Person, ___: Circle, ____: int) -> None:
    """Do nothing that others of no such livelihood do not do."""


LIVELIHOODS: Mapping[str, Callable[[Script, Person, Circle, int], None]] = {
    "salaried": _salaried, "casual": _casual, "student": _student, "farmer": _farmer, "shop": _shop,
    "trader": _trader, "landlord": _landlord, "wholesaler": _wholesaler, "employer": _employer,
}  # fmt: skip
