"""How customers sounded: kept message by message, for people to read. Nothing is routed by it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from core.access.actors import Actor
from core.crm.cursors import cursor, place
from core.store.unit import Row, Unit

Kind = Literal["Positive", "Neutral", "Negative", "VeryNegative"]
KINDS: tuple[Kind, ...] = ("Positive", "Neutral", "Negative", "VeryNegative")
MOST_LISTED = 200
MOST_PHRASES = 8
ZONE = "Africa/Nairobi"
"""The bank's home, whose days a trend is told by."""
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Heard:
    """How one message sounded."""

    id: UUID
    at: datetime
    kind: Kind
    score: Decimal
    """How sure, from 0 to 1."""
    words: str = field(repr=False)
    """As the message log keeps them: masked."""
    key_phrases: tuple[str, ...] = field(repr=False)
    case: UUID | None
    interaction: UUID | None

    @property
    def cursor(self) -> str:
        """Where to go on reading."""
        return cursor(self.at, self.id)


@dataclass(frozen=True, slots=True)
class Day:
    """How messages of one day sounded."""

    day: date
    counts: dict[Kind, int]

    @property
    def mood(self) -> Decimal:
        """From -1 (all very negative) to 1 (all positive), to two places."""
        weights = {"Positive": 2, "Neutral": 0, "Negative": -1, "VeryNegative": -2}
        many = sum(self.counts.values())
        whole = sum(weights[kind] * count for kind, count in self.counts.items())
        return (Decimal(whole) / (2 * max(many, 1))).quantize(Decimal("0.01"))


# The interaction is the one that the same turn has just written, at the same moment.
KEEP = """
insert into sentiment_analysis (id, customer_id, case_id, interaction_id, sentiment_type,
    sentiment_score, text_analyzed, key_phrases, analyzed_date, created_at)
values (%(id)s, %(customer)s, %(case)s, coalesce(%(interaction)s, (
        select i.id from interactions i
        where i.conversation_id = %(conversation)s and i.date = %(now)s
        order by i.id desc limit 1)),
    %(kind)s, %(score)s, %(words)s, %(phrases)s, %(now)s, %(now)s)
"""


def keep(
    unit: Unit,
    *,
    customer: UUID | None,
    kind: Kind,
    score: float | Decimal,
    words: str,
    key_phrases: Sequence[str] = (),
    case: UUID | None = None,
    interaction: UUID | None = None,
    conversation: UUID | None = None,
) -> UUID:
    """Keep how a message sounded, in one statement, and return the row's id.

    ``words`` are what the log may keep. Without an ``interaction`` it is the one of this moment in
    the ``conversation``.
    """
    made = unit.new_id()
    phrases = json.dumps(list(key_phrases)[:MOST_PHRASES], ensure_ascii=False)
    unit.run(
        KEEP,
        id=made,
        customer=customer,
        case=case,
        interaction=interaction,
        conversation=conversation,
        kind=kind,
        score=Decimal(score).quantize(_PLACES),
        words=unit.keys.seal(words, field="sentiment_analysis.text_analyzed", row=made),
        phrases=unit.keys.seal(phrases, field="sentiment_analysis.key_phrases", row=made),
        now=unit.now,
    )
    return made


_LIST = """
select id, analyzed_date, sentiment_type, sentiment_score, text_analyzed, key_phrases, case_id,
    interaction_id
from sentiment_analysis
where {whose} = %(id)s
    and (%(at)s::timestamptz is null or (analyzed_date, id) < (%(at)s, %(last)s::uuid))
order by analyzed_date desc, id desc limit %(limit)s
"""
OF_CUSTOMER = _LIST.format(whose="customer_id")
OF_CASE = _LIST.format(whose="case_id")


def of_customer(
    unit: Unit, actor: Actor, customer: UUID, *, before: str | None = None, limit: int = 50
) -> list[Heard]:
    """Return how a customer's messages sounded, newest first; ``before`` is a ``cursor``.

    :raises Forbidden: if they may see no customers
    :raises ValueError: if ``before`` is no cursor
    """
    actor.require("customers.read")
    return _page(unit, OF_CUSTOMER, customer, before=before, limit=limit)


def of_case(
    unit: Unit, actor: Actor, case: UUID, *, before: str | None = None, limit: int = 50
) -> list[Heard]:
    """Return how the messages of a case sounded, newest first; ``before`` is a ``cursor``.

    :raises Forbidden: if they may see no cases
    :raises ValueError: if ``before`` is no cursor
    """
    actor.require("cases.read")
    return _page(unit, OF_CASE, case, before=before, limit=limit)


def _page(
    unit: Unit, statement: str, whose: UUID, *, before: str | None, limit: int
) -> list[Heard]:
    at, last = place(before)
    rows = unit.all(statement, id=whose, at=at, last=last, limit=max(1, min(limit, MOST_LISTED)))
    return [_heard(unit, row) for row in rows]


TREND = """
select (analyzed_date at time zone %(zone)s)::date as day, sentiment_type as kind, count(*) as many
from sentiment_analysis
where analyzed_date >= %(since)s and analyzed_date < %(until)s
    {whose}
group by 1, 2 order by 1
"""
TREND_OF_ALL = TREND.format(whose="")
TREND_OF_CUSTOMER = TREND.format(whose="and customer_id = %(customer)s")


def trend(
    unit: Unit,
    actor: Actor,
    *,
    since: datetime,
    until: datetime,
    customer: UUID | None = None,
) -> list[Day]:
    """Return how messages sounded day by day, of one customer or of all; empty days are left out.

    :raises Forbidden: if they may see no customers, or, of all, no analytics
    """
    actor.require("analytics.read" if customer is None else "customers.read")
    rows = unit.all(
        TREND_OF_ALL if customer is None else TREND_OF_CUSTOMER,
        since=since,
        until=until,
        zone=ZONE,
        **({} if customer is None else {"customer": customer}),
    )
    days: dict[date, dict[Kind, int]] = {}
    for row in rows:
        days.setdefault(row.day, {})[row.kind] = row.many
    return [Day(day, counts) for day, counts in days.items()]


def _heard(unit: Unit, row: Row) -> Heard:
    def opened(column: str) -> str:
        sealed = bytes(getattr(row, column))
        return unit.keys.open(sealed, field=f"sentiment_analysis.{column}", row=row.id)

    return Heard(
        id=row.id,
        at=row.analyzed_date,
        kind=row.sentiment_type,
        score=row.sentiment_score,
        words=opened("text_analyzed"),
        key_phrases=tuple(json.loads(opened("key_phrases"))),
        case=row.case_id,
        interaction=row.interaction_id,
    )
