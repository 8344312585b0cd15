"""Typologies as they are planted: in many variations, every third near the edge of detection."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.watch.training.life import agent
from core.watch.training.simulated import Kind, Person, Script

HARD = 3
"""Every so manyth is a hard one."""
SILENT_DAYS = 47
LAST_DAYS = 10
"""Nothing is begun in them: what is planted has time to end."""
THRESHOLD = 15_000
"""What is reported, in dollars."""


@dataclass(slots=True)
class Plot:
    """One planting: who is in it, and what moves."""

    script: Script
    typology: str
    people: Sequence[Person]
    hard: bool
    day: int

    def move(
        self,
        kind: Kind,
        hour: float,
        dollars: float,
        *,
        payer: Person | None = None,
        payee: Person | None = None,
        outside: str = "",
    ) -> UUID:
        """Move money so many hours after the plot began, and remember that it is part of it."""
        return self.script.moved(
            kind,
            self.at(hour),
            dollars,
            payer=payer,
            payee=payee,
            outside=outside,
            label=self.typology,
            exact=self.script.chance.random() < 0.5,
        )

    def at(self, hour: float) -> datetime:
        """Return the moment so many hours after the plot began."""
        return self.script.at(self.day, hour)

    def fund(self, person: Person, dollars: float, hour: float) -> None:
        """Have somebody own what they will send: a deposit before, no part of the plot."""
        self.script.moved(
            "deposit", self.at(hour), dollars * 1.02, payee=person, outside="partner bank"
        )

    def done(self, subject: Person, ids: Sequence[UUID]) -> None:
        """Write down what is to be found."""
        self.script.plant(self.typology, subject, ids, hard=self.hard)


def add(script: Script, homes: Mapping[str, Sequence[Person]], many: int) -> None:
    """Plant so many of each typology, each among people of one country who are in no other."""
    for typology, (write, crowd, first_day) in TYPOLOGIES.items():
        for turn in range(many):
            home = max(
                script.chance.sample(sorted(homes), 3),
                key=lambda code: len([one for one in homes[code] if one.id not in script.taken]),
            )
            free = [
                one
                for one in homes[home]
                if one.id not in script.taken
                and one.role in {"salaried", "casual", "student", "farmer", "trader"}
                and one.opened_at < script.began
            ]
            people = script.chance.sample(free, crowd)
            script.taken.update(one.id for one in people)
            day = script.chance.randrange(first_day, script.days - LAST_DAYS)
            write(Plot(script, typology, people, turn % HARD == HARD - 1, day))


def _structuring(plot: Plot) -> None:
    chance, (person, *_) = plot.script.chance, plot.people
    inward = chance.random() < 0.7
    if chance.random() < 0.6:
        many = 3 if plot.hard else chance.randint(4, 8)
        low = 0.82 if plot.hard else 0.86
        parts = [THRESHOLD * chance.uniform(low, 0.985) for _ in range(many)]
        hours = sorted(chance.uniform(0, 120) for _ in parts)
    else:
        many = 3 if plot.hard else chance.randint(3, 5)
        whole = THRESHOLD * chance.uniform(1.02, 1.6)
        cuts = [chance.uniform(0.8, 1.2) for _ in range(many)]
        parts = [whole * cut / sum(cuts) for cut in cuts]
        hours = sorted(chance.uniform(5, 18) for _ in parts)
    if not inward:
        plot.fund(person, sum(parts), -30)
    kind: Kind = "cash_in" if inward else "cash_out"
    payer, payee = (None, person) if inward else (person, None)
    ids = [
        plot.move(kind, hour, part, payer=payer, payee=payee, outside=agent(plot.script))
        for hour, part in zip(hours, parts, strict=True)
    ]
    plot.done(person, ids)


def _fan_in(plot: Plot) -> None:
    chance, (mule, *senders) = plot.script.chance, plot.people
    senders = senders[: 7 if plot.hard else chance.randint(8, 18)]
    span, each = chance.uniform(10, 50 if plot.hard else 40), chance.uniform(60, 350)
    ids, got = [], 0.0
    for sender in senders:
        sum_ = each * chance.uniform(0.75, 1.25)
        plot.fund(sender, sum_, -chance.uniform(10, 60))
        got += sum_
        ids.append(plot.move("transfer", span * chance.random(), sum_, payer=sender, payee=mule))
    on = chance.uniform(0.68, 0.8) if plot.hard else chance.uniform(0.8, 0.96)
    pieces = chance.randint(1, 3)
    for _ in range(pieces):
        kind: Kind = chance.choice(("cash_out", "payout"))
        plot.move(
            kind,
            span + chance.uniform(1, 20),
            got * on / pieces,
            payer=mule,
            outside="account abroad",
        )
    plot.done(mule, ids)


def _fan_out(plot: Plot) -> None:
    chance, (source, *mules) = plot.script.chance, plot.people
    mules = mules[: 7 if plot.hard else chance.randint(8, 16)]
    each, span = chance.uniform(70, 500), chance.uniform(4, 36)
    plot.move(
        "deposit",
        -chance.uniform(1, 20),
        each * len(mules) * 1.04,
        payee=source,
        outside="account abroad",
    )
    ids = []
    for mule in mules:
        sum_, hour = each * chance.uniform(0.85, 1.15), span * chance.random()
        ids.append(plot.move("transfer", hour, sum_, payer=source, payee=mule))
        kept = chance.uniform(0.72, 0.85) if plot.hard else chance.uniform(0.82, 0.97)
        plot.move(
            "cash_out",
            hour + chance.uniform(1, 22),
            sum_ * kept,
            payer=mule,
            outside=agent(plot.script),
        )
    plot.done(source, ids)


def _cycle(plot: Plot) -> None:
    chance, ring = plot.script.chance, plot.people
    ring = ring[: 3 if plot.hard else chance.randint(3, 6)]
    sum_, hour, ids = chance.uniform(80, 2000), 0.0, []
    plot.fund(ring[0], sum_, -chance.uniform(10, 60))
    most = 10 / len(ring) if plot.hard else 6
    for place, person in enumerate(ring):
        payee = ring[(place + 1) % len(ring)]
        ids.append(plot.move("transfer", hour, sum_, payer=person, payee=payee))
        sum_ *= 1 - chance.uniform(1, max(2, most)) / 100
        hour += chance.uniform(1, 34)
    plot.done(ring[0], ids)


def _pass_through(plot: Plot) -> None:
    chance, (mule, *others) = plot.script.chance, plot.people
    turns, ids, hour = 4 if plot.hard else chance.randint(4, 8), [], 0.0
    for turn in range(turns):
        sum_, sender = chance.uniform(220, 2500), others[turn % len(others)]
        if chance.random() < 0.5:
            plot.fund(sender, sum_, hour - 5)
            ids.append(plot.move("transfer", hour, sum_, payer=sender, payee=mule))
        else:
            ids.append(plot.move("deposit", hour, sum_, payee=mule, outside="partner bank"))
        on = sum_ * (chance.uniform(0.9, 0.93) if plot.hard else chance.uniform(0.92, 0.99))
        later = hour + (chance.uniform(4, 9) if plot.hard else chance.uniform(0.2, 6))
        ids.append(
            plot.move(
                chance.choice(("payout", "cash_out")), later, on, payer=mule, outside="account"
            )
        )
        hour += chance.uniform(13, 26)
    plot.done(mule, ids)


def _dormant(plot: Plot) -> None:
    chance, (person, sender, *_) = plot.script.chance, plot.people
    _silence(plot)
    plot.script.moved("cash_in", plot.script.at(1, 9), 12, payee=person, outside=agent(plot.script))
    sum_, many = chance.uniform(700, 6000), 1 if plot.hard else chance.randint(1, 3)
    ids, hour = [], 0.0
    for _ in range(many):
        if chance.random() < 0.5:
            plot.fund(sender, sum_ / many, hour - 5)
            ids.append(plot.move("transfer", hour, sum_ / many, payer=sender, payee=person))
        else:
            ids.append(
                plot.move("deposit", hour, sum_ / many, payee=person, outside="partner bank")
            )
        hour += chance.uniform(0.5, 8)
    on, outs = (
        sum_ * (chance.uniform(0.76, 0.82) if plot.hard else chance.uniform(0.85, 0.98)),
        chance.randint(1, 4),
    )
    for _ in range(outs):
        hour += chance.uniform(0.3, 9)
        ids.append(
            plot.move(
                chance.choice(("payout", "cash_out")),
                hour,
                on / outs,
                payer=person,
                outside="account",
            )
        )
    plot.done(person, ids)


def _silence(plot: Plot) -> None:
    """Take back what the sleeper did, or was done to, from the third day until they wake."""
    plot.script.silence(plot.people[0], plot.script.at(2), plot.at(100))


def _scatter_gather(plot: Plot) -> None:
    chance, (source, target, *between) = plot.script.chance, plot.people
    between = between[: 3 if plot.hard else chance.randint(4, 7)]
    each, ids = chance.uniform(130, 900), []
    plot.fund(source, each * len(between) * 1.2, -chance.uniform(5, 40))
    for person in between:
        sum_, hour = each * chance.uniform(0.85, 1.15), chance.uniform(0, 20)
        ids.append(plot.move("transfer", hour, sum_, payer=source, payee=person))
        kept = chance.uniform(0.78, 0.84) if plot.hard else chance.uniform(0.85, 0.985)
        ids.append(
            plot.move(
                "transfer", hour + chance.uniform(1, 60), sum_ * kept, payer=person, payee=target
            )
        )
    plot.done(target, ids)


def _round_trip(plot: Plot) -> None:
    chance, (person, other, *_) = plot.script.chance, plot.people
    outside, ids, hour = chance.random() < 0.6, [], 0.0
    sum_ = chance.uniform(250, 2500)
    plot.fund(person, sum_ * 1.3, -chance.uniform(5, 40))
    for _ in range(2 if plot.hard else chance.randint(2, 4)):
        part = sum_ * chance.uniform(0.8, 1.2)
        back = part * (chance.uniform(0.9, 0.93) if plot.hard else chance.uniform(0.92, 0.995))
        later = hour + chance.uniform(5, 50)
        if outside:
            ids.append(plot.move("payout", hour, part, payer=person, outside="account abroad"))
            ids.append(plot.move("deposit", later, back, payee=person, outside="partner bank"))
        else:
            ids.append(plot.move("transfer", hour, part, payer=person, payee=other))
            ids.append(plot.move("transfer", later, back, payer=other, payee=person))
        hour = later + chance.uniform(3, 40)
    plot.done(person, ids)


def _sim_change(plot: Plot) -> None:
    chance, (person, *strangers) = plot.script.chance, plot.people
    sum_ = chance.uniform(200, 2500)
    plot.fund(person, sum_ * 1.1, -chance.uniform(60, 140))
    plot.script.sims.append((person.id, plot.at(0)))
    many = 2 if plot.hard else chance.randint(3, 6)
    ids, hour = [], chance.uniform(0.3, 10)
    for turn in range(many):
        part = sum_ / many * chance.uniform(0.85, 1.0)
        if chance.random() < 0.5:
            ids.append(plot.move("transfer", hour, part, payer=person, payee=strangers[turn]))
        else:
            ids.append(plot.move("cash_out", hour, part, payer=person, outside=agent(plot.script)))
        hour += chance.uniform(0.1, 12 if plot.hard else 4)
    plot.done(person, ids)


TYPOLOGIES: Mapping[str, tuple[Callable[[Plot], None], int, int]] = {
    "structuring": (_structuring, 1, 4),
    "fan_in": (_fan_in, 19, 5),
    "fan_out": (_fan_out, 17, 4),
    "cycle": (_cycle, 6, 4),
    "pass_through": (_pass_through, 7, 4),
    "dormant_awakening": (_dormant, 2, SILENT_DAYS + 2),
    "scatter_gather": (_scatter_gather, 9, 4),
    "round_trip": (_round_trip, 2, 4),
    "sim_change": (_sim_change, 8, 7),
}
"""How each is written, among how many people, and on which day at the earliest."""
