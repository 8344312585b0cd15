"""Orders to partners: what the bank asks of a firm outside, owed in one unit and asked after it.

An order's id is ours, and the partner knows it by that, so that it is done once however often it
is spoken of. Its body is sealed. How orders are asked and answered is in `order_queue`; how a
status moves, in `moves`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from core.partners.moves import Status
from core.store.unit import Row, Unit

BODY = "partner_orders.body"
WAKE = "partner:"
"""How the key begins that a partner's drain is woken by."""
STUCK_AFTER = timedelta(hours=24)
LARGEST_BODY = 50
"""Fields of one order."""
LONGEST_FIELD = 64 * 1024
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Order:
    """Something asked of a partner, once: the id is what the partner knows it by."""

    id: UUID
    partner: str
    action: str
    subject: str
    subject_id: UUID
    body: Mapping[str, str] = field(repr=False)
    """Plain strings; amounts as ``str(Money)``. Empty once the order is forgotten."""
    reference: str
    """The partner's own id, once told; else empty."""
    attempts: int
    """How often it left for the partner, this time with it."""
    created_at: datetime
    asked_at: datetime | None

    @property
    def key(self) -> str:
        """The id as partners write it: 32 hexadecimal digits."""
        return self.id.hex


@dataclass(frozen=True, slots=True)
class Listed:
    """An order as people who look after the bank see it: nothing that is sealed."""

    id: UUID
    partner: str
    action: str
    subject: str
    subject_id: UUID
    status: Status
    reference: str
    attempts: int
    reason: str
    due_at: datetime
    asked_at: datetime | None
    stuck_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


def wake_key(partner: str) -> str:
    """Return the key that a partner's drain is woken by."""
    return WAKE + partner


def owe(
    unit: Unit,
    *,
    partner: str,
    action: str,
    subject: str,
    subject_id: UUID,
    body: Mapping[str, str],
    order_id: UUID | None = None,
    due: datetime | None = None,
) -> UUID:
    """Owe a partner an order, to be asked once this unit has committed, and return its id.

    With ``order_id`` it is owed once however often: the first body stays. ``due`` is when it may be
    asked; at once by default. Who hears of the answers is told by ``subject``
    (`core.outcomes.HEARD`).

    :raises ValueError: if the body has too many fields, or one that is too long
    """
    if len(body) > LARGEST_BODY or any(len(value) > LONGEST_FIELD for value in body.values()):
        raise ValueError("the body of an order is too large")
    id_ = order_id or unit.new_id()
    at = due or unit.now
    unit.run(
        """
        insert into partner_orders (id, partner, action, subject, subject_id, body, due_at,
            stuck_after, correlation, created_at)
        values (%(id)s, %(partner)s, %(action)s, %(subject)s, %(subject_id)s, %(body)s, %(due)s,
            %(stuck)s, %(correlation)s, %(now)s)
        on conflict (id) do nothing
        """,
        id=id_,
        partner=partner,
        action=action,
        subject=subject,
        subject_id=subject_id,
        body=unit.keys.seal_json(dict(body), field=BODY, row=id_),
        due=at,
        stuck=at + STUCK_AFTER,
        correlation=unit.correlation,
        now=unit.now,
    )
    if at <= unit.now:
        unit.wakes.add(wake_key(partner))
    return id_


def cancel(unit: Unit, order_id: UUID) -> bool:
    """Take an order back that nobody has asked yet; return whether nobody ever will.

    False also while it is being asked. Never waits for whoever asks.
    """
    taken = unit.run(
        """
        update partner_orders set status = 'cancelled', finished_at = %(now)s
        where id = (
            select id from partner_orders
            where id = %(id)s and status = 'queued' and attempts = 0
            for update skip locked)
        """,
        id=order_id,
        now=unit.now,
    )
    return taken > 0


def hurry(
    unit: Unit, *, partner: str, order_id: UUID | None = None, reference: str = ""
) -> UUID | None:
    """Have an order asked after now, because news of it came; return its id, if it is open.

    It is found by our id or by the partner's. What is being asked just now is asked after again.
    Whoever holds locks of the order's subject must not call this: it waits for the order.
    """
    found: UUID | None = unit.value(
        """
        update partner_orders set hurried = true,
            due_at = case when lease is null then %(now)s else due_at end
        where id = (
            select id from partner_orders
            where partner = %(partner)s and status in ('asking', 'accepted', 'unclear')
                and (id = %(id)s::uuid or reference <> '' and reference = %(reference)s)
            order by id = %(id)s::uuid desc nulls last, created_at desc limit 1)
        returning id
        """,
        partner=partner,
        id=order_id,
        reference=reference,
        now=unit.now,
    )
    if found is not None:
        unit.wakes.add(wake_key(partner))
    return found


def retry(unit: Unit, order_id: UUID) -> bool:
    """Have an open order asked, or asked after, now; return whether there is one of that id.

    It does not make an order leave twice: what was asked is asked after.
    """
    partner: str | None = unit.value(
        """
        update partner_orders set hurried = status <> 'queued',
            due_at = case when lease is null then %(now)s else due_at end
        where id = %(id)s and finished_at is null
        returning partner
        """,
        id=order_id,
        now=unit.now,
    )
    if partner is not None:
        unit.wakes.add(wake_key(partner))
    return partner is not None


def find(unit: Unit, order_id: UUID) -> Listed | None:
    """Return how an order stands."""
    row = unit.maybe(f"select {LISTED} from partner_orders where id = %(id)s", id=order_id)
    return None if row is None else Listed(*tuple(row))


def listed(
    unit: Unit,
    *,
    partner: str | None = None,
    status: str | None = None,
    subject_id: UUID | None = None,
    stuck: bool = False,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Listed]:
    """Return orders, the newest first, two hundred at most.

    ``before`` is the last id of the page before; ``stuck`` leaves only those without a final word
    after a day.
    """
    rows = unit.all(
        f"""
        select {LISTED} from partner_orders
        where (%(partner)s::text is null or partner = %(partner)s)
            and (%(status)s::text is null or status = %(status)s)
            and (%(subject_id)s::uuid is null or subject_id = %(subject_id)s)
            and (not %(stuck)s or stuck_at is not null and finished_at is null)
            and (%(before)s::uuid is null or (created_at, id) <
                (select created_at, id from partner_orders where id = %(before)s))
        order by created_at desc, id desc limit %(limit)s
        """,
        partner=partner,
        status=status,
        subject_id=subject_id,
        stuck=stuck,
        before=before,
        limit=min(limit, MOST_LISTED),
    )
    return [Listed(*tuple(row)) for row in rows]


LISTED = """id, partner, action, subject, subject_id, status, reference, attempts, reason, due_at,
    asked_at, stuck_at, created_at, finished_at"""
COLUMNS = """id, partner, action, subject, subject_id, body, reference, attempts, created_at,
    asked_at"""


def opened(unit: Unit, row: Row) -> Order:
    """Return the order of a row that has ``COLUMNS``, its body opened."""
    body = {} if row.body is None else unit.keys.open_json(bytes(row.body), field=BODY, row=row.id)
    return Order(
        id=row.id,
        partner=row.partner,
        action=row.action,
        subject=row.subject,
        subject_id=row.subject_id,
        body=body,
        reference=row.reference,
        attempts=row.attempts,
        created_at=row.created_at,
        asked_at=row.asked_at,
    )
