"""Parked money as operations go through it: how long it waits, why, and sending it back early."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core import pii
from core.access import audit
from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.deposits.incoming import PAYEE, PAYER
from core.deposits.suspense import KIND, NotParked
from core.errors import DeskRefusal
from core.money import Money
from core.names import masked_name
from core.phone import mask
from core.store.unit import Row, Unit

PERMISSION = "operations.read"
SEND_BACK = "suspense.request"
LONGEST_PAGE = 100
STATUSES = ("parked", "returning", "returned")
AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""Where one age ends and the next begins."""
FROZEN = "account_frozen"


class MayNotGoBack(DeskRefusal):
    """Its owner's account is on hold by an order: sending the money out could be against it."""

    code = "may_not_go_back"


class BeingDecided(DeskRefusal):
    """Somebody has asked that a customer gets it: that is decided first."""

    code = "being_decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A payment nobody has yet, or that went back; who paid it is masked."""

    id: UUID
    partner: str
    number: str
    """The partner's own receipt number."""
    amount: Money
    reference: str
    why: str
    status: str
    payer: str
    """Name and phone of who paid, masked; empty where nobody said."""
    written: str
    """Whom the payer wrote that it is for; what looks personal is masked."""
    customer: UUID | None
    came_at: datetime
    return_at: datetime | None
    ended_at: datetime | None
    asked: UUID | None
    """A request that waits for its decision: a customer is to get it."""


@dataclass(frozen=True, slots=True)
class Age:
    """How much is parked of a currency, and how long that has waited."""

    currency: str
    payments: int
    amount: Money
    counts: tuple[int, ...]
    """Payments by age, the youngest first, as ``AGES`` divides them."""
    oldest: datetime


def page(
    unit: Unit,
    actor: Actor,
    *,
    status: str = "parked",
    after: UUID | None = None,
    limit: int = 50,
) -> list[Receipt]:
    """Return payments of a status, the longest waiting first; ``after`` is the last of a page.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    beyond = ""
    if after is not None:
        beyond = """and (p.came_at, p.id) > (
            select a.came_at, a.id from incoming_payments a where a.id = %(after)s)"""
    rows = unit.all(
        f"""
        {_RECEIPTS} where p.status = %(status)s and p.why is not null {beyond}
        order by p.came_at, p.id limit %(limit)s
        """,
        status=status,
        after=after,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [_receipt(unit, row) for row in rows]


def how_many(unit: Unit, actor: Actor) -> int:
    """Return how many payments are parked, without those on their way back.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    many: int = unit.value("select count(*) from incoming_payments where status = 'parked'")
    return many


def find(unit: Unit, actor: Actor, payment: UUID) -> Receipt:
    """Return one payment that is or was parked, unless it is held.

    :raises Forbidden: if their role does not look after the house
    :raises NotParked: if there is none of that id for operations
    """
    actor.require(PERMISSION)
    row = unit.maybe(
        f"{_RECEIPTS} where p.id = %(id)s and p.why is not null and p.status <> 'held'",
        id=payment,
    )
    if row is None:
        raise NotParked
    return _receipt(unit, row)


def listed(unit: Unit, actor: Actor, *, status: str) -> None:
    """Note that somebody went through parked payments and who paid them."""
    audit.note(
        unit,
        actor,
        "receipt.listed",
        subject="receipts",
        subject_id=status,
        fields=("payer", "written"),
    )


def seen(unit: Unit, actor: Actor, one: Receipt) -> None:
    """Note that somebody read a parked payment."""
    audit.note(
        unit,
        actor,
        "receipt.seen",
        subject="receipt",
        subject_id=one.id,
        customer=one.customer,
        fields=("payer", "written"),
    )


def ages(unit: Unit, actor: Actor) -> list[Age]:
    """Return how much is parked by currency, and since when.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    rows = unit.all(
        """
        select currency::text as currency, count(*) as payments, sum(amount)::bigint as amount,
            count(*) filter (where came_at > %(first)s) as a,
            count(*) filter (where came_at <= %(first)s and came_at > %(second)s) as b,
            count(*) filter (where came_at <= %(second)s and came_at > %(third)s) as c,
            count(*) filter (where came_at <= %(third)s) as d, min(came_at) as oldest
        from incoming_payments where status in ('parked', 'returning') group by 1 order by 1
        """,
        first=unit.now - AGES[0],
        second=unit.now - AGES[1],
        third=unit.now - AGES[2],
    )
    return [
        Age(
            row.currency,
            row.payments,
            Money(row.amount, row.currency),
            (row.a, row.b, row.c, row.d),
            row.oldest,
        )
        for row in rows
    ]


def send_back(unit: Unit, actor: Actor, payment: UUID, *, reason: str) -> None:
    """Have a parked payment go back to whoever paid it now, rather than when its time is over.

    :raises Forbidden: if their role may not
    :raises ReasonNeeded: if nobody said why
    :raises NotParked: if it is not parked (any more)
    :raises MayNotGoBack: if its owner's account is on hold
    :raises BeingDecided: if a request to give it to somebody waits for its decision
    """
    actor.require(SEND_BACK)
    if not reason.strip():
        raise ReasonNeeded
    row = unit.maybe(
        "select status, why from incoming_payments where id = %(id)s for no key update", id=payment
    )
    if row is None or row.status != "parked":
        raise NotParked
    if row.why == FROZEN:
        raise MayNotGoBack
    if find(unit, actor, payment).asked is not None:
        raise BeingDecided
    unit.run(
        "update incoming_payments set return_at = %(now)s where id = %(id)s",
        id=payment,
        now=unit.now,
    )
    audit.note(
        unit,
        actor,
        "receipt.sent_back",
        subject="receipt",
        subject_id=payment,
        reason=reason.strip(),
    )


_RECEIPTS = f"""
select p.id, p.partner, p.number, p.amount, p.currency, p.reference, p.why, p.status, p.payer,
    p.payee, p.customer_id, p.came_at, p.return_at, p.ended_at, a.id as asked
from incoming_payments p
left join approvals a on a.kind = '{KIND}' and a.subject = p.id::text and a.status = 'pending'
"""


def _receipt(unit: Unit, row: Row) -> Receipt:
    payer = unit.keys.open_json(bytes(row.payer), field=PAYER, row=row.id) if row.payer else {}
    written = unit.keys.open(bytes(row.payee), field=PAYEE, row=row.id) if row.payee else ""
    name, phone = masked_name(payer.get("name", "")), payer.get("phone", "")
    return Receipt(
        id=row.id,
        partner=row.partner,
        number=row.number or "",
        amount=Money(row.amount, row.currency),
        reference=row.reference,
        why=row.why or "",
        status=row.status,
        payer=" ".join(part for part in (name, mask(phone) if phone else "") if part),
        written=pii.mask(written),
        customer=row.customer_id,
        came_at=row.came_at,
        return_at=row.return_at,
        ended_at=row.ended_at,
        asked=row.asked,
    )
