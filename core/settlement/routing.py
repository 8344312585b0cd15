"""Which rail a payment takes: a plain function of what is known, that tells all it looked at.

Every rail is a candidate and gets a verdict. Of those that fit, the one with the lowest worth is
taken: what it costs the bank, what the hours until arrival are worth, and what it costs that some
of a thousand payments do not arrive at the first try. One without liquidity is taken only where
nothing else fits, and then waits. The words are for operations, so they are English.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from core.crm.calendar import Calendar
from core.money import Money
from core.settlement import hours
from core.settlement.rails import Rail

Verdict = Literal[
    "fits", "no_liquidity", "closed_by_us", "currency", "not_there", "only_abroad", "too_small",
    "too_large", "not_whole", "tried",
]  # fmt: skip
LOST_HOURS = 24
"""What a payment that does not arrive at the first try costs, in hours."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What is to be carried, as far as a route depends on it."""

    amount: Money
    payer_country: str
    bank_country: str
    on: frozenset[str]
    """Rails the payee's bank is on."""
    tried: frozenset[str] = frozenset()
    """Rails that refused it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """How the rails stand at a moment."""

    rails: Sequence[Rail]
    calendars: Mapping[str, Calendar]
    free: Mapping[tuple[str, str], int]
    """What may still be sent from each nostro and currency, in minor units."""
    away: Mapping[str, datetime]
    """Partners that do not answer, and until when they are left alone."""
    hour_price: Money
    now: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rail that was looked at. ``worth`` is in minor units, the less the better."""

    rail: str
    verdict: Verdict
    why: str
    worth: int | None = None
    leaves_at: str = ""
    expected_by: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rail is taken, when it carries the payment, and why; None where none is fit."""

    rail: Rail | None
    leaves_at: datetime
    expected_by: datetime
    liquid: bool
    """Whether the nostro had enough for it when this was judged."""
    why: str
    candidates: tuple[Candidate, ...]

    @property
    def told(self) -> list[dict[str, Any]]:
        """What is written down of the candidates."""
        return [asdict(one) for one in self.candidates]


@dataclass(frozen=True, slots=True)
class _Fit:
    rail: Rail
    leaves_at: datetime
    expected_by: datetime
    worth: int
    liquid: bool
    why: str

    @property
    def candidate(self) -> Candidate:
        return Candidate(
            self.rail.rail,
            "fits" if self.liquid else "no_liquidity",
            self.why,
            self.worth,
            self.leaves_at.isoformat(),
            self.expected_by.isoformat(),
        )


def choose(payment: Payment, market: Market) -> Choice:
    """Return which rail a payment takes now, with all that were looked at."""
    fits: list[_Fit] = []
    unfit: list[Candidate] = []
    for rail in market.rails:
        found = _unfit(rail, payment)
        if found is None:
            fits.append(_fit(rail, payment, market))
        else:
            unfit.append(Candidate(rail.rail, *found))
    fits.sort(key=lambda one: (not one.liquid, one.worth, one.rail.rail))
    unfit.sort(key=lambda one: one.rail)
    candidates = (*(one.candidate for one in fits), *unfit)
    if not fits:
        return Choice(
            None, market.now, market.now, liquid=False, why=_why_none(unfit), candidates=candidates
        )
    best = fits[0]
    return Choice(
        best.rail, best.leaves_at, best.expected_by, best.liquid, _why(best, fits), candidates
    )


def _unfit(rail: Rail, payment: Payment) -> tuple[Verdict, str] | None:
    """Return why a rail cannot carry a payment at all, or None when it can."""
    amount = payment.amount
    if rail.currency != amount.currency:
        return "currency", f"carries {rail.currency} alone"
    most = "any amount" if rail.cap is None else rail.cap.grouped
    there = rail.rail in payment.on and payment.bank_country in rail.countries
    checks: tuple[tuple[bool, Verdict, str], ...] = (
        (not there, "not_there", "the payee's bank is not on it"),
        (
            rail.abroad and payment.payer_country == payment.bank_country,
            "only_abroad",
            "carries only what leaves the country",
        ),
        (rail.cap is not None and rail.cap < amount, "too_large", f"carries up to {most}"),
        (amount < rail.floor, "too_small", f"carries from {rail.floor.grouped}"),
        (
            amount.minor % rail.step > 0,
            "not_whole",
            f"carries multiples of {Money(rail.step, rail.currency).grouped}",
        ),
        (rail.rail in payment.tried, "tried", "has refused this payment"),
        (not rail.is_open, "closed_by_us", "was closed by operations"),
    )
    return next(((verdict, why) for unfit, verdict, why in checks if unfit), None)


def _fit(rail: Rail, payment: Payment, market: Market) -> _Fit:
    days = market.calendars[rail.calendar]
    ready = max(market.now, market.away.get(rail.partner, market.now))
    leaves = hours.leaves_at(rail, days, ready)
    arrives = hours.arrives_at(rail, days, leaves)
    free = market.free.get((rail.nostro, rail.currency), 0)
    liquid = free >= payment.amount.minor
    worth = rail.cost + _worth(rail, arrives - market.now, market.hour_price)
    cost, whole = (Money(minor, rail.currency) for minor in (rail.cost, worth))
    parts = [f"leaves {_moment(leaves, days, market.now)}, there by {_moment(arrives, days, None)}"]
    parts.append(f"costs {cost.grouped}, waiting included it is worth {whole.grouped}")
    if ready > market.now:
        parts.append("its partner does not answer")
    if not liquid:
        parts.append(f"{rail.nostro} has only {Money(free, rail.currency).grouped} free")
    return _Fit(rail, leaves, arrives, worth, liquid, "; ".join(parts))


def _worth(rail: Rail, wait: timedelta, hour_price: Money) -> int:
    """Return what waiting and the risk of a second try cost, in minor units, rounded up."""
    waiting = -(-hour_price.minor * int(wait.total_seconds()) // int(_HOUR.total_seconds()))
    risk = -(-hour_price.minor * LOST_HOURS * (1000 - rail.reliability) // 1000)
    return waiting + risk


def _why(best: _Fit, fits: Sequence[_Fit]) -> str:
    others = [one for one in fits[1:] if one.liquid == best.liquid]
    beats = ""
    if others:
        less = Money(others[0].worth - best.worth, best.rail.currency)
        beats = f" Better than {others[0].rail.name} by {less.grouped}."
    elif len(fits) > 1:
        beats = f" {fits[1].rail.name} has not the liquidity."
    else:
        beats = " Nothing else carries it."
    return f"{best.rail.name}: {best.why}.{beats}"


def _why_none(unfit: Sequence[Candidate]) -> str:
    near = [one for one in unfit if one.verdict not in ("currency", "not_there")]
    if not near:
        return "No rail reaches the payee's bank in this currency."
    return "No rail: " + "; ".join(f"{one.rail} {one.why}" for one in near) + "."


def _moment(moment: datetime, days: Calendar, now: datetime | None) -> str:
    if now is not None and moment <= now:
        return "now"
    return f"{moment.astimezone(days.zone):%a %d %b %H:%M}"
