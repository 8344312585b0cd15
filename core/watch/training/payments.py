"""What would have been known of each simulated payment when it was judged.

Names and meaning are those of `core.monitoring.features`, reckoned as the database's function
``payment_features`` does; a test sets one against the other. What no simulation tells (addresses,
PINs, limits, lists) is left out: a model does not ask for it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from core.monitoring.features import Features, Value
from core.watch.training.simulated import Kind, Movement, Person, Simulation

NAMES: Sequence[str] = (
    "kind", "hour", "worth_usd", "share_of_balance", "usual_ratio", "account_days", "dormant_days",
    "count_1h", "count_24h", "count_7d", "count_30d", "usd_1h", "usd_24h", "usd_7d", "usd_30d",
    "payees_24h", "pair_count_30d", "pair_usd_30d", "new_payee", "payee_days", "payee_count_1h",
    "payee_count_24h", "payee_count_7d", "payee_count_30d", "payee_usd_1h", "payee_usd_24h",
    "payee_usd_7d", "payee_usd_30d", "payee_senders_24h", "payee_senders_7d", "came_in_count_24h",
    "came_in_senders_24h", "came_in_usd_24h", "last_in_hours", "pass_through", "sim_hours",
    "threshold_share", "threshold_share_24h",
)  # fmt: skip
KINDS: Mapping[Kind, str] = {
    "transfer": "transfer", "payout": "payout", "cash_out": "cash", "payment": "bill",
}  # fmt: skip
"""Movements that are judged, and as what."""
ZONES = {"KE": 3, "UG": 3, "TZ": 3, "RW": 2, "SN": 0}
THRESHOLD = 15_000.0
"""In dollars; the simulation's countries have the same."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPANS = (("1h", HOUR), ("24h", DAY), ("7d", 7 * DAY), ("30d", 30 * DAY))
USUAL_OF, USUAL_FROM = 20, 5


@dataclass(slots=True)
class _Flow:
    """Movements of one customer in one direction, in the order of time."""

    at: list[datetime] = field(default_factory=list)
    usd: list[float] = field(default_factory=list)
    who: list[UUID | str | None] = field(default_factory=list)

    def add(self, at: datetime, usd: float, who: UUID | str | None) -> None:
        """Add a movement that is later than all others."""
        self.at.append(at)
        self.usd.append(usd)
        self.who.append(who)

    def since(self, moment: datetime) -> slice:
        """Return what is later than a moment."""
        return slice(bisect_right(self.at, moment), None)


@dataclass(frozen=True, slots=True)
class Judged:
    """A payment as it would have been judged."""

    movement: Movement
    features: Features
    is_planted: bool


class _Book:
    """What the bank knows at a moment, as the simulation goes on."""

    def __init__(self, simulation: Simulation) -> None:
        self.people: Mapping[UUID, Person] = {one.id: one for one in simulation.people}
        self.holds = {one: worth / 100 for one, worth in simulation.opening.items()}
        self.made: dict[UUID, _Flow] = defaultdict(_Flow)
        self.got: dict[UUID, _Flow] = defaultdict(_Flow)
        self.by_transfer: dict[UUID, _Flow] = defaultdict(_Flow)
        self.pairs: dict[tuple[UUID, UUID | str], list[datetime]] = defaultdict(list)
        self.sims: dict[UUID, list[datetime]] = defaultdict(list)
        for customer, at in simulation.sims:
            self.sims[customer].append(at)

    def note(self, one: Movement) -> None:
        """Take in a movement."""
        usd = one.worth / 100
        if one.payer is not None:
            payee = _payee(one)
            self.holds[one.payer] = max(0.0, self.holds[one.payer] - usd)
            self.made[one.payer].add(one.at, usd, payee)
            if payee is not None:
                self.pairs[one.payer, payee].append(one.at)
        if one.payee is not None:
            self.holds[one.payee] += usd
            self.got[one.payee].add(one.at, usd, one.payer)
            if one.payer is not None:
                self.by_transfer[one.payee].add(one.at, usd, one.payer)


def judged(simulation: Simulation) -> Iterator[Judged]:
    """Yield every payment of a simulation, in order, with what was known before it was made."""
    book = _Book(simulation)
    for one in simulation.movements:
        if one.payer is not None and one.kind in KINDS:
            yield Judged(one, features(book, one, one.payer), bool(one.label))
        book.note(one)


def features(book: _Book, one: Movement, payer: UUID) -> Features:
    """Return what is known of a payment."""
    person, usd = book.people[payer], one.worth / 100
    found: dict[str, Value] = {
        "kind": KINDS[one.kind],
        "hour": (one.at.hour + ZONES[person.country]) % 24,
        "worth_usd": round(usd, 2),
        "share_of_balance": _ratio(usd, book.holds[payer]),
        "account_days": _days(one.at - person.opened_at),
        "sim_hours": _since_sim(book.sims[payer], one.at),
        "threshold_share": _ratio(usd, THRESHOLD),
        "new_payee": _is_new(book, one, payer),
    }
    found |= _of_payer(book.made[payer], one, usd, person)
    found |= _of_income(book.got[payer], one.at, found["usd_24h"])
    found["threshold_share_24h"] = _ratio(_float(found["usd_24h"]), THRESHOLD)
    if one.payee is not None:
        found |= _of_payee(book.by_transfer[one.payee], one.at, book.people[one.payee])
    return found


def _of_payer(flow: _Flow, one: Movement, usd: float, person: Person) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, span in SPANS:
        part = flow.since(one.at - span)
        found[f"count_{name}"] = len(flow.at[part])
        found[f"usd_{name}"] = round(usd + sum(flow.usd[part]), 2)
    day, month = flow.since(one.at - DAY), flow.since(one.at - 30 * DAY)
    payee = _payee(one)
    same = [
        amount
        for amount, who in zip(flow.usd[month], flow.who[month], strict=True)
        if payee is not None and who == payee
    ]
    last = flow.at[-1] if flow.at else person.opened_at
    usual = flow.usd[-USUAL_OF:]
    return found | {
        "payees_24h": len({who for who in flow.who[day] if who is not None}),
        "pair_count_30d": len(same),
        "pair_usd_30d": round(sum(same), 2),
        "dormant_days": _days(one.at - last),
        "usual_ratio": _ratio(usd, median(usual)) if len(usual) >= USUAL_FROM else None,
    }


def _of_income(flow: _Flow, now: datetime, usd_24h: Value) -> dict[str, Value]:
    part = flow.since(now - DAY)
    came = sum(flow.usd[part])
    ratio = _ratio(_float(usd_24h), came)
    return {
        "came_in_count_24h": len(flow.at[part]),
        "came_in_senders_24h": len({who for who in flow.who[part] if who is not None}),
        "came_in_usd_24h": round(came, 2),
        "last_in_hours": _hours(now - flow.at[-1]) if flow.at[part] else None,
        "pass_through": None if ratio is None else min(ratio, 1.0),
    }


def _of_payee(flow: _Flow, now: datetime, payee: Person) -> dict[str, Value]:
    found: dict[str, Value] = {"payee_days": _days(now - payee.opened_at)}
    for name, span in SPANS:
        part = flow.since(now - span)
        found[f"payee_count_{name}"] = len(flow.at[part])
        found[f"payee_usd_{name}"] = round(sum(flow.usd[part]), 2)
    for name, span in (("24h", DAY), ("7d", 7 * DAY)):
        found[f"payee_senders_{name}"] = len(set(flow.who[flow.since(now - span)]))
    return found


def _is_new(book: _Book, one: Movement, payer: UUID) -> bool | None:
    payee = _payee(one)
    if one.kind not in {"transfer", "payout"} or payee is None:
        return None
    return not book.pairs[payer, payee]


def _payee(one: Movement) -> UUID | str | None:
    """Return what stands for who is paid: a customer, or a destination outside; cash has none."""
    return one.outside if one.kind == "payout" else one.payee


def _since_sim(changed: Sequence[datetime], now: datetime) -> float | None:
    before = [at for at in changed if at <= now]
    return _hours(now - max(before)) if before else None


def _float(value: Value) -> float:
    return float(value or 0.0)


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _days(span: timedelta) -> float:
    return round(span.total_seconds() / 86400, 2)


def _hours(span: timedelta) -> float:
    return round(span.total_seconds() / 3600, 2)
