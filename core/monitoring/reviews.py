"""Payments that a person looks at: opened when one is held, and decided once.

The rows tell what waits and how it ended; the money is the engine's that holds it. Somebody who may
review decides within three days; after that nothing is made of it. Only compliance reads why a
payment is here, in ``decisions``, and who decided it and why, in its own log: what the audit log
says of a customer is read by whoever serves them, and by themselves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.aml.guard import noted
from core.errors import DeskRefusal
from core.money import Money
from core.monitoring.payment import Kind, Verdict
from core.store.crashpoints import reached
from core.store.unit import Row, Unit

PERMISSION = "payments.review"
APPROVAL = "payment_release"
"""The kind of approval by which two people release a payment."""
REVIEWED_WITHIN = timedelta(hours=72)
"""How long a payment waits for a person at most."""
WHY = "payment_reviews.why"
MOST_LISTED = 50

Status = Literal["open", "released", "refused", "expired", "withdrawn"]


class UnknownReview(DeskRefusal):
    """No such payment was looked at."""

    code = "unknown_review"


class ReviewOver(DeskRefusal):
    """It was decided already, or its time is over. Fact: ``status``."""

    code = "review_over"


class NeedsTwo(DeskRefusal):
    """It is too much for one person to release alone. Fact: ``amount``, up to which one may."""

    code = "needs_two"


@dataclass(frozen=True, slots=True)
class Review:
    """A payment that a person looks at, or looked at."""

    id: UUID
    """The payment's."""
    kind: Kind
    customer: UUID
    amount: Money
    reference: str
    status: Status
    made_at: datetime
    expires_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    why: str

    def over(self, now: datetime) -> bool:
        """Return whether nothing can be decided of it any more."""
        return self.status != "open" or self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Counted:
    """Payments of a kind that came to a verdict, and what the set in the shadow said of them."""

    kind: Kind
    verdict: Verdict
    shadow: Verdict | None
    many: int


_COLUMNS = (
    "payment_id, kind, customer_id, amount, currency, reference, status, made_at, expires_at,"
    " decided_by, decided_at, why"
)


def open_review(
    unit: Unit,
    *,
    payment: UUID,
    kind: Kind,
    customer: UUID,
    amount: Money,
    reference: str,
) -> datetime:
    """Have a payment looked at, whose money its engine has set aside; return until when."""
    until = unit.now + REVIEWED_WITHIN
    unit.run(
        """
        insert into payment_reviews (payment_id, kind, customer_id, amount, currency, reference,
            made_at, expires_at)
        values (%(id)s, %(kind)s, %(customer)s, %(amount)s, %(currency)s, %(reference)s, %(now)s,
            %(until)s)
        """,
        id=payment,
        kind=kind,
        customer=customer,
        amount=amount.minor,
        currency=amount.currency,
        reference=reference,
        now=unit.now,
        until=until,
    )
    return until


def find(unit: Unit, payment: UUID) -> Review:
    """Return a review as it stands.

    :raises UnknownReview: if there is none
    """
    return _one(unit, payment, "")


def lock(unit: Unit, payment: UUID) -> Review:
    """Return a review with its row locked: before what is held, but after a payment that leaves.

    :raises UnknownReview: if there is none
    """
    return _one(unit, payment, "for no key update")


def listed(unit: Unit, *, open_only: bool, after: UUID | None = None) -> list[Review]:
    """Return reviews a page at a time, one more than it shows: those that wait the longest first.

    Without ``open_only`` all there ever were, the newest first.
    """
    order = "expires_at, payment_id" if open_only else "made_at desc, payment_id desc"
    beyond = (
        "(expires_at, payment_id) > (select expires_at, payment_id"
        if open_only
        else "(made_at, payment_id) < (select made_at, payment_id"
    )
    rows = unit.all(
        f"""
        select {_COLUMNS} from payment_reviews
        where (not %(open)s or status = 'open') and (%(after)s::uuid is null
            or {beyond} from payment_reviews where payment_id = %(after)s))
        order by {order} limit %(most)s
        """,
        open=open_only,
        after=after,
        most=MOST_LISTED + 1,
    )
    return [_review(unit, row) for row in rows]


def count_open(unit: Unit) -> int:
    """Return how many payments wait for somebody."""
    found: int = unit.value("select count(*) from payment_reviews where status = 'open'")
    return found


def decided_since(unit: Unit, since: datetime) -> list[Counted]:
    """Return how many payments came to what since a time; it tells of nobody."""
    rows = unit.all("select * from payment_decisions_since(%(since)s)", since=since)
    return [Counted(row.kind, row.verdict, row.shadow_verdict, row.many) for row in rows]


def may_alone(unit: Unit, amount: Money) -> Money:
    """Return up to which amount one person releases a payment alone; nothing where none is set."""
    alone: int | None = unit.value(
        "select alone from review_limits where currency = %(currency)s", currency=amount.currency
    )
    return Money(alone or 0, amount.currency)


def require_alone(unit: Unit, one: Review) -> None:
    """Let one person release a payment that is small enough for one.

    :raises NeedsTwo: if it is not
    """
    alone = may_alone(unit, one.amount)
    if one.amount > alone:
        raise NeedsTwo(amount=str(alone))


def require_open(unit: Unit, one: Review) -> None:
    """Let a payment be decided that still may be.

    :raises ReviewOver: if it is over
    """
    if one.over(unit.now):
        raise ReviewOver(status="expired" if one.status == "open" else one.status)


def decided(
    unit: Unit,
    actor: Actor,
    one: Review,
    status: Literal["released", "refused"],
    *,
    why: str,
    approval: UUID | None = None,
) -> None:
    """Write down what a person decided of a locked review, for good.

    :raises ReasonNeeded: if nobody said why
    """
    if not why.strip():
        raise ReasonNeeded
    _end(unit, one.id, status, by=actor.id, why=why.strip(), approval=approval)
    noted(unit, actor, status, about="payment", about_id=one.id)
    reached("review.decided")


def ended(unit: Unit, payment: UUID, status: Literal["expired", "withdrawn"]) -> None:
    """Write down that nobody decided a payment: its time was over, or its payer took it back.

    Does nothing for one that nobody looked at, or that was decided.
    """
    _end(unit, payment, status, by=None, why="", approval=None)


def _end(
    unit: Unit, payment: UUID, status: Status, *, by: UUID | None, why: str, approval: UUID | None
) -> None:
    unit.run(
        """
        update payment_reviews set status = %(status)s, decided_by = %(by)s, decided_at = %(now)s,
            why = %(why)s, approval_id = %(approval)s
        where payment_id = %(id)s and status = 'open'
        """,
        id=payment,
        status=status,
        by=by,
        why=unit.keys.seal(why, field=WHY, row=payment) if why else None,
        approval=approval,
        now=unit.now,
    )


def _one(unit: Unit, payment: UUID, locked: str) -> Review:
    row = unit.maybe(
        f"select {_COLUMNS} from payment_reviews where payment_id = %(id)s {locked}", id=payment
    )
    if row is None:
        raise UnknownReview
    return _review(unit, row)


def _review(unit: Unit, row: Row) -> Review:
    why = "" if row.why is None else unit.keys.open(row.why, field=WHY, row=row.payment_id)
    return Review(
        id=row.payment_id,
        kind=row.kind,
        customer=row.customer_id,
        amount=Money(row.amount, row.currency),
        reference=row.reference,
        status=row.status,
        made_at=row.made_at,
        expires_at=row.expires_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=why,
    )
