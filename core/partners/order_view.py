"""Orders to partners as operations go through them, and having one asked after now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.partners import health, order_queue, orders
from core.partners.health import Health
from core.partners.order_queue import Depth
from core.partners.orders import Listed
from core.store.unit import Unit

PERMISSION = "operations.read"
ACT = "operations.act"
TABS = ("stuck", "waiting", "refused", "all")
OPEN = ("queued", "asking", "accepted", "unclear")
LONGEST_PAGE = 100


class UnknownOrder(DeskRefusal):
    """There is no such order."""

    code = "unknown_order"


class OrderOver(DeskRefusal):
    """The order has its final word: nobody is to be asked."""

    code = "order_over"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of a partner."""

    order: UUID
    at: datetime
    asked: str
    """send, query, or lease when whoever asked has vanished."""
    answer: str
    became: str
    reason: str


def page(
    unit: Unit, actor: Actor, *, tab: str = "stuck", after: UUID | None = None, limit: int = 50
) -> list[Listed]:
    """Return orders of a tab, the newest first; ``after`` is the last one of the page before.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    where = {
        "stuck": "stuck_at is not null and finished_at is null",
        "waiting": "finished_at is null",
        "refused": "status = 'refused'",
    }.get(tab, "true")
    if after is not None:
        where += """ and (created_at, id) < (
            select a.created_at, a.id from partner_orders a where a.id = %(after)s)"""
    rows = unit.all(
        f"""
        select {orders.LISTED} from partner_orders where {where}
        order by created_at desc, id desc limit %(limit)s
        """,
        after=after,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [Listed(*tuple(row)) for row in rows]


def stuck(unit: Unit, actor: Actor) -> int:
    """Return how many orders no partner has said a final word about in time.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    many: int = unit.value(
        "select count(*) from partner_orders where stuck_at is not null and finished_at is null"
    )
    return many


def about(unit: Unit, actor: Actor, subject: UUID) -> list[Listed]:
    """Return every order for something, such as a payment, the newest first.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    return orders.listed(unit, subject_id=subject)


def answers(unit: Unit, found: Sequence[Listed]) -> dict[UUID, list[Answered]]:
    """Return what partners answered to some orders, by order, in the order it came."""
    rows = unit.all(
        """
        select order_id, at, asked, answer, became, reason from partner_answers
        where order_id = any(%(ids)s) order by order_id, id limit 2000
        """,
        ids=[one.id for one in found],
    )
    told: dict[UUID, list[Answered]] = {one.id: [] for one in found}
    for row in rows:
        told[row.order_id].append(Answered(*tuple(row)))
    return told


def depths(unit: Unit, actor: Actor) -> list[Depth]:
    """Return how many orders have no final word, by partner and status.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    return order_queue.depths(unit)


def circuits(unit: Unit, actor: Actor) -> dict[str, Health]:
    """Return how partners answered lately, by name; whoever never failed is not there.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    return health.all_of(unit)


def ask_after(unit: Unit, actor: Actor, order: UUID) -> Listed:
    """Have an order asked, or asked after, now; what has left never leaves again for this.

    :raises Forbidden: if their role may not
    :raises UnknownOrder: if there is none of that id
    :raises OrderOver: if it has its final word
    """
    actor.require(ACT)
    found = orders.find(unit, order)
    if found is None:
        raise UnknownOrder
    if not orders.retry(unit, order):
        raise OrderOver
    audit.note(
        unit,
        actor,
        "order.asked_after",
        subject="order",
        subject_id=order,
        after={"partner": found.partner, "about": found.subject},
    )
    return found
