"""A simulated bank: people, what moved between them, and what was planted among it.

Amounts are minor units of each country's currency; ``worth`` is in US cents, as typologies read it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from random import Random
from typing import Literal, NamedTuple
from uuid import UUID

from core.money import DIGITS

Kind = Literal["transfer", "deposit", "cash_in", "payout", "cash_out", "payment"]
RATES: Mapping[str, float] = {
    "KES": 129.0,
    "UGX": 3700.0,
    "TZS": 2600.0,
    "RWF": 1400.0,
    "XOF": 610.0,
}
"""What a dollar is worth here: round figures, the same for a whole simulation."""
CHANNELS = ("ussd", "ussd", "ussd", "whatsapp", "whatsapp", "sms")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, and what they do for a living."""

    id: UUID
    country: str
    currency: str
    role: str
    income: float
    """A month's, in dollars."""
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved. A side that is None is outside the bank."""

    id: UUID
    at: datetime
    kind: Kind
    payer: UUID | None
    payee: UUID | None
    outside: str
    amount: int
    currency: str
    worth: int
    channel: str
    label: str
    """Of which typology it is a part; empty: of none."""

    def line(self) -> str:
        """Return it as one line, the same in every run."""
        sides = (str(one or "") for one in (self.payer, self.payee))
        return ",".join(
            (
                str(self.id),
                self.at.isoformat(),
                self.kind,
                *sides,
                self.outside,
                str(self.amount),
                self.currency,
                str(self.worth),
                self.channel,
                self.label,
            )
        )


@dataclass(frozen=True, slots=True)
class Planted:
    """Something that was hidden among ordinary life: it should be found, with this subject."""

    typology: str
    subject: UUID
    movements: frozenset[UUID]
    hard: bool
    """Near the edge of what is looked for."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """Everything that happened, in the order of time."""

    seed: int
    began: datetime
    days: int
    people: Sequence[Person]
    opening: Mapping[UUID, int]
    """What each held at first, in US cents."""
    movements: Sequence[Movement]
    sims: Sequence[tuple[UUID, datetime]]
    """Whose SIM was changed, and when."""
    planted: Sequence[Planted]

    def lines(self) -> Iterator[str]:
        """Yield all of it as text."""
        for person in self.people:
            yield f"{person.id},{person.country},{person.role},{person.opened_at.isoformat()}"
        for movement in self.movements:
            yield movement.line()
        for customer, at in self.sims:
            yield f"sim,{customer},{at.isoformat()}"

    @property
    def digest(self) -> str:
        """What two simulations of one seed have in common, whoever made them."""
        seen = hashlib.sha256()
        for line in self.lines():
            seen.update(line.encode() + b"\n")
        return seen.hexdigest()


class Silence(NamedTuple):
    """When somebody did nothing, whatever had been written of them before."""

    written: int
    """How many movements were written by then: of later ones it takes nothing back."""
    first: datetime
    last: datetime


@dataclass(slots=True)
class Script:
    """What is to happen, as it is written: in no order, and not yet affordable."""

    chance: Random
    began: datetime
    days: int
    people: list[Person] = field(default_factory=list)
    moves: list[Movement] = field(default_factory=list)
    sims: list[tuple[UUID, datetime]] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    taken: set[UUID] = field(default_factory=set)
    """Who is part of something planted already: one thing at a time can be told apart."""
    silences: dict[UUID, list[Silence]] = field(default_factory=dict)
    serial: int = 0

    def new_id(self) -> UUID:
        """Return an id that no other has in this simulation."""
        self.serial += 1
        return UUID(int=self.serial << 64 | self.chance.getrandbits(62))

    def at(self, day: float, hour: float = 0.0) -> datetime:
        """Return a moment: so many days and hours after the beginning, to the second."""
        return self.began + timedelta(seconds=round(day * 86400 + hour * 3600))

    def moved(
        self,
        kind: Kind,
        at: datetime,
        dollars: float,
        *,
        payer: Person | None = None,
        payee: Person | None = None,
        outside: str = "",
        label: str = "",
        exact: bool = False,
    ) -> UUID:
        """Write down a movement of about so many dollars; return its id. Amounts are round."""
        somebody = payer or payee
        if somebody is None:
            raise ValueError("money moves from or to a customer")
        currency = somebody.currency
        amount = _rounded(dollars * RATES[currency], exact=exact) * 10 ** DIGITS[currency]
        worth = round(100 * amount / 10 ** DIGITS[currency] / RATES[currency])
        made = Movement(
            self.new_id(),
            at,
            kind,
            payer.id if payer else None,
            payee.id if payee else None,
            outside,
            amount,
            currency,
            worth,
            self.chance.choice(CHANNELS),
            label,
        )
        self.moves.append(made)
        return made.id

    def silence(self, person: Person, first: datetime, last: datetime) -> None:
        """Take back what was written until now of somebody between two moments, unless planted."""
        self.silences.setdefault(person.id, []).append(Silence(len(self.moves), first, last))

    def told(self) -> Iterator[Movement]:
        """Yield what was written and not taken back, in the order of writing."""
        for place, one in enumerate(self.moves):
            if one.label or not self._is_over(place, one):
                yield one

    def _is_over(self, place: int, one: Movement) -> bool:
        silences = (self.silences[side] for side in (one.payer, one.payee) if side in self.silences)
        return any(
            place < silence.written and silence.first < one.at < silence.last
            for silence in chain.from_iterable(silences)
        )

    def plant(self, typology: str, subject: Person, ids: Sequence[UUID], *, hard: bool) -> None:
        """Write down that movements are a typology of somebody's."""
        self.planted.append(Planted(typology, subject.id, frozenset(ids), hard))


def _rounded(units: float, *, exact: bool) -> int:
    """Return whole main units, as people pay them: the larger, the rounder."""
    whole = max(1, round(units))
    if exact:
        return whole
    digits = len(str(whole))
    coin = max(1, 10 ** (digits - 2) // 2)
    return int(max(coin, whole // coin * coin))
