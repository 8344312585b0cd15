"""Agents of the bank: customers who take in cash for it and pay it out, from a float of their own.

As Kenya's rules have it (Central Bank of Kenya, Guideline on Agent Banking, CBK/PG/15): everything
happens in real time against money the agent has put in beforehand, the customer proves it with
their own code and is told at once, and the bank sets limits for each agent.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from core.access import audit
from core.access.actors import SYSTEM, Actor
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.store.unit import Row, Unit

FLOAT = "float"
MOST_LISTED = 500
Kind = Literal["cash_in", "cash_out", "top_up"]
COLUMNS = """a.id, a.customer_id, a.till_no, a.float_account, a.country, a.currency, a.status,
    a.most_at_once, a.most_a_day, a.cash_in_points, a.cash_out_points"""


class NotAnAgent(Refusal):
    """The customer is no agent of the bank, or may not act as one now."""

    code = "not_an_agent"


class TillLimit(Refusal):
    """More than the agent may do. Facts: ``scope`` (``once`` or ``day``), ``limit``, ``left``."""

    code = "till_limit"


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of the bank, and what they may do."""

    id: UUID
    customer: UUID
    till_no: str
    float_account: UUID
    country: str
    status: Literal["active", "suspended", "closed"]
    most_at_once: Money
    most_a_day: Money
    """In and out apart."""
    cash_in_points: int
    """Commission, in hundredths of a per cent."""
    cash_out_points: int

    @property
    def currency(self) -> str:
        """What the till holds."""
        return self.most_at_once.currency

    def commission(self, kind: Kind, amount: Money) -> Money:
        """Return what the agent earns by one movement, a part of a minor unit rounded off."""
        points = {"cash_in": self.cash_in_points, "cash_out": self.cash_out_points}.get(kind, 0)
        return Money(amount.minor * points // 10_000, amount.currency)


def appoint(
    unit: Unit,
    *,
    customer: UUID,
    country: str,
    most_at_once: Money,
    most_a_day: Money,
    cash_in_points: int = 40,
    cash_out_points: int = 60,
    by: Actor = SYSTEM,
) -> Agent:
    """Make a customer an agent with an empty float in the limits' currency, and return it.

    The tier's ceiling holds for the float as for any account of theirs. It is noted who did it.

    :raises NoRate: if the tier's ceiling cannot be valued in the currency
    """
    id_, currency = unit.new_id(), most_at_once.currency
    float_account = book.open_account(unit, owner=customer, currency=currency, kind=FLOAT)
    serial: int = unit.value("select nextval('till_serials')")
    unit.run(
        """
        insert into bank_agents (id, customer_id, till_no, float_account, country, currency,
            most_at_once, most_a_day, cash_in_points, cash_out_points, created_at, updated_at)
        values (%(id)s, %(customer)s, %(till)s, %(float)s, %(country)s, %(currency)s, %(once)s,
            %(day)s, %(cash_in)s, %(cash_out)s, %(now)s, %(now)s)
        """,
        id=id_,
        customer=customer,
        till=f"{100_000 + serial:06d}",
        float=float_account,
        country=country,
        currency=currency,
        once=most_at_once.minor,
        day=most_a_day.minor,
        cash_in=cash_in_points,
        cash_out=cash_out_points,
        now=unit.now,
    )
    audit.note(
        unit,
        by,
        "agent.appointed",
        subject="bank_agent",
        subject_id=id_,
        customer=customer,
        after={"at_once": str(most_at_once), "a_day": str(most_a_day)},
    )
    found = agent_of(unit, customer)
    if found is None:
        raise LookupError("an agent that was appointed is one")
    return found


def agent_of(unit: Unit, customer: UUID) -> Agent | None:
    """Return the agent that a customer is, whatever their status; None for most customers."""
    row = unit.maybe(
        f"select {COLUMNS} from bank_agents a where a.customer_id = %(customer)s",
        customer=customer,
    )
    return None if row is None else _agent(row)


def listed(unit: Unit) -> list[Agent]:
    """Return the agents, the newest first; five hundred at most."""
    rows = unit.all(
        f"select {COLUMNS} from bank_agents a order by a.created_at desc, a.id limit %(most)s",
        most=MOST_LISTED,
    )
    return [_agent(row) for row in rows]


def at_till(unit: Unit, customer: UUID) -> Agent:
    """Return the active agent that a customer is, its row locked until the unit ends.

    So that what passes over one till counts one by one.

    :raises NotAnAgent: if they are none, or are suspended
    """
    row = unit.maybe(
        f"""
        select {COLUMNS} from bank_agents a
        where a.customer_id = %(customer)s and a.status = 'active' for no key update
        """,
        customer=customer,
    )
    if row is None:
        raise NotAnAgent
    return _agent(row)


def require_room(unit: Unit, agent: Agent, kind: Kind, amount: Money) -> date:
    """Let an amount pass that is within the agent's limits; return the country's day.

    :raises TillLimit: if it is not
    """
    if agent.most_at_once < amount:
        limit = str(agent.most_at_once)
        raise TillLimit(scope="once", limit=limit, left=limit)
    row = unit.one(
        """
        select d.day, (select coalesce(sum(m.amount), 0) from till_movements m
            where m.agent_id = %(agent)s and m.day = d.day and m.kind = %(kind)s)::bigint as done
        from (select (%(now)s::timestamptz at time zone timezone)::date as day from countries
            where code = %(country)s) d
        """,
        agent=agent.id,
        kind=kind,
        country=agent.country,
        now=unit.now,
    )
    left = Money(max(0, agent.most_a_day.minor - row.done), agent.currency)
    if left < amount:
        raise TillLimit(scope="day", limit=str(agent.most_a_day), left=str(left))
    day: date = row.day
    return day


def set_status(
    unit: Unit, agent: UUID, status: Literal["active", "suspended", "closed"], *, by: Actor = SYSTEM
) -> bool:
    """Let an agent act, or not; return whether that changed anything. It is noted who did it."""
    changed = unit.maybe(
        """
        update bank_agents set status = %(status)s, updated_at = %(now)s
        where id = %(id)s and status <> %(status)s and status <> 'closed'
        returning customer_id
        """,
        id=agent,
        status=status,
        now=unit.now,
    )
    if changed is not None:
        audit.note(
            unit,
            by,
            "agent.status",
            subject="bank_agent",
            subject_id=agent,
            customer=changed.customer_id,
            after={"status": status},
        )
    return changed is not None


def _agent(row: Row) -> Agent:
    return Agent(
        id=row.id,
        customer=row.customer_id,
        till_no=row.till_no,
        float_account=row.float_account,
        country=row.country,
        status=row.status,
        most_at_once=Money(row.most_at_once, row.currency),
        most_a_day=Money(row.most_a_day, row.currency),
        cash_in_points=row.cash_in_points,
        cash_out_points=row.cash_out_points,
    )
