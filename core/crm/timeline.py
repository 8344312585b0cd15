"""A customer's story for those who serve them: what was said, their cases, their money, in one."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.access.actors import Actor
from core.crm import customers
from core.crm.cursors import cursor, place
from core.money import Money
from core.store.unit import Row, Unit
from core.store.words import opened_content

MOST_LISTED = 200
Kind = Literal["chat", "case", "money"]
KINDS: tuple[Kind, ...] = ("chat", "case", "money")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing of a customer's story.

    ``incoming`` says whether a message came from the customer, or money to them.
    A message has ``words``, ``channel`` and the rung ``status`` it has reached; the customer's own
    also the story and step it was said in (``what``) and what came of it (``outcome``).
    A case has its ``number``, ``what`` happened and the ``status`` it came to.
    Money has its ``amount``, ``who`` (masked) was on the other side, and as ``number`` a reference.
    """

    id: UUID
    at: datetime
    kind: Kind
    incoming: bool = False
    words: str = field(default="", repr=False)
    channel: str = ""
    status: str = ""
    number: str = ""
    what: str = ""
    outcome: str = ""
    amount: Money | None = None
    who: str = ""

    @property
    def cursor(self) -> str:
        """Where to go on reading."""
        return cursor(self.at, self.id)


# Each part is bounded by itself and found by its own index, newest first.
TIMELINE = """
with parts as (
    (select m.id, m.created_at as at, 'chat' as kind, m.is_inbound as incoming, m.content,
        m.channel, m.status, null as number, null as what, null::bigint as amount,
        null as currency, null::uuid as other, m.conversation_id as conversation
    from messages m where m.customer_id = %(customer)s and 'chat' = any(%(kinds)s)
        and (%(at)s::timestamptz is null or (m.created_at, m.id) < (%(at)s, %(last)s::uuid))
    order by m.created_at desc, m.id desc limit %(limit)s)
    union all
    (select e.id, e.at, 'case', e.by = 'customer', null, c.channel, coalesce(e.became, ''),
        c.case_number, e.what, null, null, null, null
    from cases c join case_events e on e.case_id = c.id
    where c.customer_id = %(customer)s and 'case' = any(%(kinds)s)
        and e.what in ('opened', 'status', 'reopened', 'escalated', 'sla_breached')
        and (%(at)s::timestamptz is null or (e.at, e.id) < (%(at)s, %(last)s::uuid))
    order by e.at desc, e.id desc limit %(limit)s)
    union all
    (select t.id, t.created_at, 'money', false, null, t.channel, null, t.reference, 'transfer',
        t.amount, t.currency, t.to_customer, null
    from transfers t where t.from_customer = %(customer)s and 'money' = any(%(kinds)s)
        and (%(at)s::timestamptz is null or (t.created_at, t.id) < (%(at)s, %(last)s::uuid))
    order by t.created_at desc, t.id desc limit %(limit)s)
    union all
    (select t.id, t.created_at, 'money', true, null, t.channel, null, t.reference, 'transfer',
        t.amount, t.currency, t.from_customer, null
    from transfers t where t.to_customer = %(customer)s and 'money' = any(%(kinds)s)
        and (%(at)s::timestamptz is null or (t.created_at, t.id) < (%(at)s, %(last)s::uuid))
    order by t.created_at desc, t.id desc limit %(limit)s)
)
select p.*, coalesce(i.flow, 'menu') || '.' || i.step_before as step, i.outcome
from (select * from parts order by at desc, id desc limit %(limit)s) p
left join lateral (
    select flow, step_before, outcome from interactions i
    where p.incoming and i.conversation_id = p.conversation and i.date = p.at
    order by i.id limit 1
) i on true
order by p.at desc, p.id desc
"""


def page(
    unit: Unit,
    actor: Actor,
    customer: UUID,
    *,
    kinds: Collection[Kind] = KINDS,
    before: str | None = None,
    limit: int = 50,
) -> list[Moment]:
    """Return a customer's story, newest first; ``before`` is the ``cursor`` of the last one read.

    For the customer's own page (`core.customer_view.look`), which notes that it was seen.

    :raises Forbidden: if they may see no customers
    :raises ValueError: if ``before`` is no cursor
    """
    actor.require("customers.read")
    at, last = place(before)
    rows = unit.all(
        TIMELINE,
        customer=customer,
        kinds=list(kinds),
        at=at,
        last=last,
        limit=max(1, min(limit, MOST_LISTED)),
    )
    others = [row.other for row in rows if row.other is not None]
    met = customers.people(unit, others) if others else {}
    return [_moment(unit, row, met) for row in rows]


def _moment(unit: Unit, row: Row, met: dict[UUID, customers.Person]) -> Moment:
    other = met.get(row.other)
    return Moment(
        id=row.id,
        at=row.at,
        kind=row.kind,
        incoming=row.incoming,
        words=opened_content(unit, row.content, row.id) or "",
        channel=row.channel or "",
        status=row.status or "",
        number=row.number or "",
        what=row.what or row.step or "",
        outcome=row.outcome or "",
        amount=None if row.amount is None else Money(row.amount, row.currency),
        who="" if other is None else other.masked_name,
    )
