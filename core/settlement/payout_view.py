"""Payments that leave, as operations go through them: the list, page by page, and one of them.

The list holds nothing that is sealed. One payment shows its payee masked; whoever reads it is noted
(`seen`), as is who goes through the list (`listed`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core import pii
from core.access import audit
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.money import Money
from core.names import masked_name
from core.settlement import destinations, reasons, store
from core.settlement.overview import STATUSES, waits_for
from core.store.unit import Row, Unit

PERMISSION = "operations.read"
OPEN = "open"
"""Every status but the last ones."""
LONGEST_PAGE = 100
AGES = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "3d": timedelta(days=3)}
"""Made longer ago than that."""


class NoSuchPayout(DeskRefusal):
    """There is no such payment."""

    code = "unknown_payout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the list is narrowed down to; empty is any."""

    status: str = OPEN
    rail: str = ""
    country: str = ""
    age: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A payment in the list."""

    id: UUID
    reference: str
    customer: UUID
    status: str
    waits_for: str
    rail: str
    bank: str
    country: str
    amount: Money
    reason_code: str
    made_at: datetime
    expected_by: datetime
    ended_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Return whether it should have arrived by a moment and has not."""
        return self.ended_at is None and self.expected_by < now


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout(Listed):
    """One payment, its payee masked."""

    wallet: UUID
    kind: str
    account: str
    """The payee's, with only enough left to recognise; empty once it was forgotten."""
    payee: str
    confirmed: bool
    """Whether the payee's bank told the name."""
    fee: Money
    channel: str
    tried: tuple[str, ...]
    attempts: int
    events: int
    order_id: UUID | None
    partner_reference: str
    due_at: datetime | None
    clearing: str
    in_clearing: Money
    returned: Money
    reason: str
    """What its code means; empty while nothing went wrong."""
    reason_words: str
    """What the other side wrote with it; what looks personal is masked."""
    settled_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected to happen by itself."""
        return self.ended_at is not None


_LISTED = """s.settlement_id, s.reference, s.customer_id, s.status, s.waits_for, s.rail,
    b.short_name, b.country, s.amount, s.currency, s.reason_code, s."timestamp" as made_at,
    s.expected_by, s.ended_at"""
_WHOLE = f"""{_LISTED}, s.wallet_id, s.kind, s.account_no, s.payee_name, s.confirmed, s.fee,
    s.channel, s.tried, s.attempts, s.events, s.order_id, s.partner_reference, s.due_at, s.clearing,
    s.in_clearing, s.returned, s.reason_words, s.settled_at"""
_FROM = "from settlements s join banks b on b.bank_id = s.bank_id"


def page(
    unit: Unit, actor: Actor, asked: Asked, *, after: UUID | None = None, limit: int = 50
) -> list[Listed]:
    """Return payments, the newest first; ``after`` is the last one of the page before.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    where = "true"
    if asked.status == OPEN:
        where += " and s.ended_at is null"
    elif asked.status in STATUSES:
        where += " and s.status = %(status)s"
    if asked.rail:
        where += " and s.rail = %(rail)s"
    if asked.country:
        where += " and b.country = %(country)s"
    if asked.age in AGES:
        where += ' and s."timestamp" < %(before)s'
    if asked.reference:
        where += " and s.reference = upper(%(reference)s)"
    if after is not None:
        where += """ and (s."timestamp", s.settlement_id) < (
            select a."timestamp", a.settlement_id from settlements a
            where a.settlement_id = %(after)s)"""
    rows = unit.all(
        f"""
        select {_LISTED} {_FROM} where {where}
        order by s."timestamp" desc, s.settlement_id desc limit %(limit)s
        """,
        status=asked.status,
        rail=asked.rail,
        country=asked.country,
        before=unit.now - AGES.get(asked.age, timedelta()),
        reference=asked.reference.strip(),
        after=after,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [Listed(**_listed(row)) for row in rows]


def listed(unit: Unit, actor: Actor, asked: Asked) -> None:
    """Note that somebody went through payments, and which."""
    told = {"status": asked.status, "rail": asked.rail, "country": asked.country, "age": asked.age}
    audit.note(
        unit,
        actor,
        "payout.listed",
        subject="payouts",
        subject_id=asked.reference[:40] or asked.status or "all",
        after={name: value for name, value in told.items() if value},
    )


def find(unit: Unit, actor: Actor, payout: UUID) -> Payout:
    """Return one payment.

    :raises Forbidden: if their role does not look after the house
    :raises NoSuchPayout: if there is none of that id
    """
    actor.require(PERMISSION)
    row = unit.maybe(f"select {_WHOLE} {_FROM} where s.settlement_id = %(id)s", id=payout)
    if row is None:
        raise NoSuchPayout
    return _payout(unit, row)


def seen(unit: Unit, actor: Actor, one: Payout) -> None:
    """Note that somebody read a payment of a customer's."""
    audit.note(
        unit,
        actor,
        "payout.seen",
        subject="payout",
        subject_id=one.id,
        customer=one.customer,
        fields=("payee", "account", "amounts", "history"),
    )


def rails_used(unit: Unit) -> list[str]:
    """Return the rails there are, by name, for who narrows the list down."""
    return [row.rail for row in unit.all("select rail from rails order by rail limit 200")]


def countries(unit: Unit) -> list[str]:
    """Return the countries money is paid out in."""
    rows = unit.all("select country from payout_countries order by country limit 100")
    return [row.country for row in rows]


def _listed(row: Row) -> dict[str, Any]:
    return {
        "id": row.settlement_id,
        "reference": row.reference,
        "customer": row.customer_id,
        "status": row.status,
        "waits_for": waits_for(row.waits_for),
        "rail": row.rail,
        "bank": row.short_name,
        "country": row.country,
        "amount": Money(row.amount, row.currency),
        "reason_code": row.reason_code or "",
        "made_at": row.made_at,
        "expected_by": row.expected_by,
        "ended_at": row.ended_at,
    }


def _payout(unit: Unit, row: Row) -> Payout:
    account, words = _opened(unit, row, "account_no"), _opened(unit, row, "reason_words")
    reason = reasons.reason(row.reason_code).meaning if row.reason_code else ""
    return Payout(
        **_listed(row),
        wallet=row.wallet_id,
        kind=row.kind,
        account=destinations.shown(row.kind, account) if account else "",
        payee=masked_name(_opened(unit, row, "payee_name")),
        confirmed=row.confirmed,
        fee=Money(row.fee, row.currency),
        channel=row.channel,
        tried=tuple(row.tried),
        attempts=row.attempts,
        events=row.events,
        order_id=row.order_id,
        partner_reference=row.partner_reference,
        due_at=row.due_at,
        clearing=row.clearing or "",
        in_clearing=Money(row.in_clearing, row.currency),
        returned=Money(row.returned, row.currency),
        reason=reason,
        reason_words=pii.mask(words),
        settled_at=row.settled_at,
    )


_FIELDS = {"account_no": store.ACCOUNT, "payee_name": store.NAME, "reason_words": store.WORDS}


def _opened(unit: Unit, row: Row, column: str) -> str:
    sealed = getattr(row, column)
    if sealed is None:
        return ""
    return unit.keys.open(sealed, field=_FIELDS[column], row=row.settlement_id)
