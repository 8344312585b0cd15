"""How orders leave and how their answers are written down: leased, asked outside, noted.

A lease that runs out says that nobody knows whether the order left: it is asked after, and never
asked again for that reason.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.partners import health
from core.partners.answers import Answer, NotSent, Unclear, reason_of, reference_of
from core.partners.moves import FINAL, Standing, Status, move
from core.partners.orders import COLUMNS, STUCK_AFTER, Order, opened, wake_key
from core.store.unit import Row, Unit

HOLD = timedelta(seconds=40)
"""How long a lease lasts: longer than a partner may take to answer, and to be written down."""
KEPT_FOR = timedelta(days=30)
"""How long what was asked is kept after the final word, and a call as it came."""
MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Taken:
    """An order that is leased: to be sent when its status is ``asking``, else to be asked after."""

    order: Order
    standing: Standing
    lease: UUID

    @property
    def asks(self) -> bool:
        """Whether it is to be sent; otherwise only its status is asked."""
        return self.standing.status == "asking"


@dataclass(frozen=True, slots=True)
class Noted:
    """What an answer made of an order."""

    was: Status
    became: Status

    @property
    def heard(self) -> str:
        """What its owner is to hear: ``done``, ``refused`` or ``accepted``, once each; or none."""
        moved = self.was != self.became
        return self.became if moved and self.became in {"done", "refused", "accepted"} else ""


@dataclass(frozen=True, slots=True)
class Due:
    """A partner with orders that could be asked now, and since when the first of them could."""

    partner: str
    since: datetime


def take(unit: Unit, partner: str, *, most: int, filed: str = "") -> list[Taken]:
    """Lease orders of a partner that are due, the longest due first.

    None while the partner's circuit is open; one alone, to try it, when it may have mended. Orders
    to be sent whose action is ``filed`` are left to `take_file`.
    """
    which = "(status <> 'queued' or action <> %(filed)s)"
    return _lease(unit, partner, most=most, which=which, filed=filed)


def take_file(
    unit: Unit, partner: str, *, filed: str, most: int, gathered: timedelta
) -> list[Taken]:
    """Lease orders to be sent together, as `take` does: all of an action that are due.

    None until the first of them has been due for the time in which others ``gathered``.
    """
    first: datetime | None = unit.value(
        """
        select min(due_at) from partner_orders
        where partner = %(partner)s and status = 'queued' and action = %(filed)s
        """,
        partner=partner,
        filed=filed,
    )
    if first is None or first > unit.now - gathered:
        return []
    which = "status = 'queued' and action = %(filed)s"
    return _lease(unit, partner, most=most, which=which, filed=filed)


def _lease(unit: Unit, partner: str, *, most: int, which: str, filed: str) -> list[Taken]:
    most = health.room(unit, partner, most=most)
    if not most:
        return []
    lease = unit.new_id()
    rows = unit.all(
        f"""
        with due as (
            select id from partner_orders
            where partner = %(partner)s and status in ('queued', 'accepted', 'unclear')
                and due_at <= %(now)s and lease is null and {which}
            order by due_at, id limit %(most)s for update skip locked
        )
        update partner_orders o set
            status = case o.status when 'queued' then 'asking' else o.status end,
            attempts = o.attempts + case o.status when 'queued' then 1 else 0 end,
            asked_at = case o.status when 'queued' then %(now)s else o.asked_at end,
            stuck_after = case when o.asked_at is null then %(stuck)s else o.stuck_after end,
            hurried = false, lease = %(lease)s, leased_until = %(until)s
        from due where o.id = due.id
        returning {", ".join(f"o.{name.strip()}" for name in COLUMNS.split(","))}, o.status,
            o.waits, o.unknown, o.due_at
        """,
        partner=partner,
        filed=filed,
        most=most,
        lease=lease,
        until=unit.now + HOLD,
        stuck=unit.now + STUCK_AFTER,
        now=unit.now,
    )
    rows.sort(key=lambda row: (row.due_at, row.id))
    return [Taken(opened(unit, row), _standing(row), lease) for row in rows]


def note(unit: Unit, taken: Taken, answer: Answer) -> Noted | None:
    """Write down what a partner answered; None when the lease had run out, and nothing is written.

    An answer that comes too late changes nothing: the order is asked after by others by then.
    """
    became = move(taken.standing, answer, now=unit.now)
    row = unit.maybe(
        """
        with moved as (
            update partner_orders set status = %(status)s, attempts = %(attempts)s,
                waits = %(waits)s, unknown = %(unknown)s, reason = %(reason)s,
                reference = case when %(reference)s = '' then reference else %(reference)s end,
                due_at = case when hurried then %(now)s else %(due)s end,
                lease = null, leased_until = null,
                finished_at = case when %(final)s then %(now)s::timestamptz end
            where id = %(id)s and lease = %(lease)s
            returning id, status
        ), told as (
            insert into partner_answers (order_id, at, asked, answer, became, reason)
            select id, %(now)s, %(asked)s, %(answer)s, status, %(reason)s from moved
        )
        select status from moved
        """,
        id=taken.order.id,
        lease=taken.lease,
        status=became.status,
        attempts=became.attempts,
        waits=became.waits,
        unknown=became.unknown,
        reason=reason_of(answer),
        reference=reference_of(answer),
        due=became.due_at,
        final=became.status in FINAL,
        asked="send" if taken.asks else "query",
        answer=answer.kind,
        now=unit.now,
    )
    return None if row is None else Noted(taken.standing.status, became.status)


def return_leases(unit: Unit) -> int:
    """Let go of orders whose holder has vanished, and return how many.

    Those that were being asked are unclear from now on: they may have left.
    """
    rows = unit.all(
        """
        with late as (
            select id, status from partner_orders where leased_until < %(now)s
            order by leased_until limit %(most)s for update skip locked
        ), moved as (
            update partner_orders o set
                status = case o.status when 'asking' then 'unclear' else o.status end,
                lease = null, leased_until = null, due_at = %(now)s, waits = 0, unknown = 0,
                reason = 'lease ran out'
            from late where o.id = late.id
            returning o.id, o.partner, o.status, late.status as was
        ), told as (
            insert into partner_answers (order_id, at, asked, answer, became, reason)
            select id, %(now)s, 'lease', 'unclear', status, 'lease ran out' from moved
            where was = 'asking'
        )
        select partner from moved
        """,
        now=unit.now,
        most=MOST_AT_ONCE,
    )
    unit.wakes.update(wake_key(row.partner) for row in rows)
    return len(rows)


def due_partners(unit: Unit) -> list[Due]:
    """Return the partners with orders that are due and whose circuits are not open."""
    rows = unit.all(
        """
        select o.partner, min(o.due_at) as since from partner_orders o
        left join partner_health h on h.partner = o.partner
        where o.status in ('queued', 'accepted', 'unclear') and o.due_at <= %(now)s
            and o.lease is null and (h.open_until is null or h.open_until <= %(now)s)
        group by o.partner order by o.partner limit 100
        """,
        now=unit.now,
    )
    return [Due(row.partner, row.since) for row in rows]


@dataclass(frozen=True, slots=True)
class Depth:
    """How many orders of a partner stand in a status, and since when the oldest of them does."""

    partner: str
    status: str
    orders: int
    oldest: datetime
    stuck: int
    """Those of them without a final word for a day."""


def depths(unit: Unit) -> list[Depth]:
    """Return how many orders have no final word, by partner and status."""
    rows = unit.all(
        """
        select partner, status, orders, oldest, stuck from partner_order_depths
        order by partner, status limit 1000
        """
    )
    return [Depth(*tuple(row)) for row in rows]


def take_stuck(unit: Unit) -> Order | None:
    """Return one order whose owner is to hear that a day has passed without a final word.

    It is marked as told; nobody is told twice.
    """
    row = unit.maybe(
        f"""
        update partner_orders set stuck_at = %(now)s
        where id = (
            select id from partner_orders
            where stuck_at is null and finished_at is null and lease is null
                and stuck_after <= %(now)s
            order by stuck_after limit 1 for update skip locked)
        returning {COLUMNS}
        """,
        now=unit.now,
    )
    return None if row is None else opened(unit, row)


def forget(unit: Unit) -> int:
    """Forget what was asked and told a month after it was over; return how many rows."""
    before = unit.now - KEPT_FOR
    bodies = unit.run(
        """
        update partner_orders set body = null where id in (
            select id from partner_orders
            where body is not null and finished_at < %(before)s limit %(most)s)
        """,
        before=before,
        most=MOST_AT_ONCE,
    )
    return bodies + unit.run(
        """
        update payment_notices set body = null where id in (
            select id from payment_notices
            where body is not null and received_at < %(before)s limit %(most)s)
        """,
        before=before,
        most=MOST_AT_ONCE,
    )


def answered(answer: Answer) -> bool:
    """Return whether an answer shows that the partner is there, whatever it said."""
    return not isinstance(answer, Unclear | NotSent)


def _standing(row: Row) -> Standing:
    return Standing(
        status=row.status,
        attempts=row.attempts,
        waits=row.waits,
        unknown=row.unknown,
        due_at=row.due_at,
        asked_at=row.asked_at,
    )
