"""Payments that fired, drawn: who paid whom, and when. Coordinates only, for a page to use."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, hypot, pi, sin
from uuid import UUID

from core.aml.alert_list import Fired
from core.money import Money

WIDTH, HEIGHT = 640, 380
RADIUS = 26
"""Of the circle of a party."""
MOST_PARTIES = 14
"""Whoever comes after the largest of them is drawn as one: the others."""
OTHERS = "others"
STRIP = 110
"""How high the strip of time is."""
_EDGE = 44
Party = UUID | str
"""A customer by id, or a kind of account of the bank's."""


@dataclass(frozen=True, slots=True)
class Node:
    """A party. ``id`` is a customer, ``kind`` names an account of the bank's where it is none."""

    id: UUID | None
    kind: str
    x: float
    y: float
    is_subject: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """All that one party paid another in one currency, from the rim of one circle to the other."""

    x1: float
    y1: float
    x2: float
    y2: float
    label_x: float
    label_y: float
    amount: Money
    many: int


@dataclass(frozen=True, slots=True)
class Graph:
    """Who paid whom."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Bar:
    """One payment in time: how high is how much of the largest in its currency it is."""

    x: float
    height: float
    incoming: bool
    at: datetime
    amount: Money


def graph(rows: Sequence[Fired], subject: UUID) -> Graph:
    """Return who paid whom among the payments that have an amount.

    The subject stands in the middle; where others paid one another, all stand in a ring with the
    subject at its top, so that no line runs through anybody.
    """
    paid = _paid(rows, subject)
    parties = list(dict.fromkeys(party for pair in paid for party in pair[:2]))
    others = [party for party in parties if party != subject]
    goes_round = any(subject not in pair[:2] for pair in paid if pair[0] != pair[1])
    ring: list[Party] = [subject, *others] if goes_round else others
    places: dict[Party, tuple[float, float]] = {subject: (WIDTH / 2, HEIGHT / 2)}
    for at, party in enumerate(ring):
        turn = 2 * pi * at / len(ring) - pi / 2
        places[party] = (
            WIDTH / 2 + (WIDTH / 2 - RADIUS - _EDGE) * cos(turn),
            HEIGHT / 2 + (HEIGHT / 2 - RADIUS - 20) * sin(turn),
        )
    nodes = tuple(
        Node(
            id=party if isinstance(party, UUID) else None,
            kind="" if isinstance(party, UUID) else party,
            x=round(x, 1),
            y=round(y, 1),
            is_subject=party == subject,
        )
        for party, (x, y) in places.items()
        if party == subject or party in parties
    )
    edges = tuple(
        _edge(places[payer], places[payee], Money(minor, currency), many)
        for (payer, payee, currency), (minor, many) in paid.items()
        if payer != payee
    )
    return Graph(nodes, edges)


def _paid(rows: Sequence[Fired], subject: UUID) -> dict[tuple[Party, Party, str], tuple[int, int]]:
    """Return how much, and how often, each paid each; the small ones beyond so many are others."""
    money = [one for one in rows if one.amount is not None]
    weight: dict[Party, int] = defaultdict(int)
    for one in money:
        for party in (_payer(one), _payee(one)):
            weight[party] += 1
    weight.pop(subject, None)
    largest = sorted(weight, key=lambda party: (-weight[party], str(party)))
    kept = {subject, *(largest if len(largest) <= MOST_PARTIES else largest[: MOST_PARTIES - 1])}
    total: dict[tuple[Party, Party, str], tuple[int, int]] = {}
    for one in money:
        assert one.amount is not None  # noqa: S101 - for the type checker: filtered above
        payer, payee = _payer(one), _payee(one)
        key = (
            payer if payer in kept else OTHERS,
            payee if payee in kept else OTHERS,
            one.amount.currency,
        )
        minor, many = total.get(key, (0, 0))
        total[key] = minor + one.amount.minor, many + 1
    return total


def _payer(one: Fired) -> Party:
    return one.payer or one.payer_kind or OTHERS


def _payee(one: Fired) -> Party:
    return one.payee or one.payee_kind or OTHERS


def _edge(start: tuple[float, float], end: tuple[float, float], amount: Money, many: int) -> Edge:
    """Return a line between two circles, moved a little aside so that both ways can be seen."""
    across, down = end[0] - start[0], end[1] - start[1]
    long = hypot(across, down)
    right, under = -down / long * 7, across / long * 7
    gap = RADIUS / long
    return Edge(
        x1=round(start[0] + across * gap + right, 1),
        y1=round(start[1] + down * gap + under, 1),
        x2=round(end[0] - across * gap * 1.25 + right, 1),
        y2=round(end[1] - down * gap * 1.25 + under, 1),
        label_x=round(start[0] + across * 0.5 + right * 2.2, 1),
        label_y=round(start[1] + down * 0.5 + under * 2.2, 1),
        amount=amount,
        many=many,
    )


def strip(rows: Sequence[Fired], subject: UUID) -> tuple[Bar, ...]:
    """Return the payments along time, from the first on the left to the last on the right."""
    known = [(one.at, one.amount, one) for one in rows if one.at and one.amount]
    if not known:
        return ()
    first, last = min(at for at, _, _ in known), max(at for at, _, _ in known)
    span = (last - first).total_seconds() or 1.0
    most: dict[str, int] = defaultdict(int)
    for _, amount, _ in known:
        most[amount.currency] = max(most[amount.currency], abs(amount.minor))
    return tuple(
        Bar(
            x=round(20 + (WIDTH - 40) * (at - first).total_seconds() / span, 1),
            height=round(6 + (STRIP - 40) * abs(amount.minor) / most[amount.currency], 1),
            incoming=one.payee == subject,
            at=at,
            amount=amount,
        )
        for at, amount, one in known
    )
