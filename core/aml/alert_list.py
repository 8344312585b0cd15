"""Alerts as compliance goes through them: the queue, and one alert with what fired."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from core.access.actors import Actor
from core.aml import deadlines
from core.aml.alerts import FACTS
from core.aml.deadlines import SEVERITIES, Severity
from core.aml.guard import compliance
from core.errors import DeskRefusal
from core.money import Money
from core.store.unit import Row, Unit

READ = "aml.read"
LONGEST_PAGE = 200
Status = Literal["open", "investigating", "false_positive", "monitored", "reported", "restricted"]
STATUSES: tuple[Status, ...] = get_args(Status)
View = Literal["waiting", "open", "investigating", "late", "closed", "all"]
VIEWS: tuple[View, ...] = get_args(View)
_WHERE: Mapping[View, str] = {
    "waiting": "a.status in ('open', 'investigating')",
    "open": "a.status = 'open'",
    "investigating": "a.status = 'investigating'",
    "late": "a.status in ('open', 'investigating') and a.due_at <= %(now)s",
    "closed": "a.status not in ('open', 'investigating')",
    "all": "true",
}


class UnknownAlert(DeskRefusal):
    """There is no such alert."""

    code = "unknown_alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that looks wrong about a customer."""

    id: UUID
    transaction: UUID | None
    type: str
    severity: Severity
    status: Status
    raised_at: datetime
    source: str
    customer: UUID
    due_at: datetime
    case: UUID | None
    case_number: str | None
    assigned_to: UUID | None
    facts: Mapping[str, str]
    why: Mapping[str, str]
    """Why a payment is one of those that fired, by its id as it is written."""

    @property
    def is_waiting(self) -> bool:
        """Whether its clock runs."""
        return self.status in {"open", "investigating"}

    @property
    def warn_at(self) -> datetime:
        """When most of its time is used."""
        return deadlines.warn_at(self.raised_at, self.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """One payment that fired. ``at`` and ``amount`` are None where it was stopped before."""

    transaction: UUID
    type: str | None
    at: datetime | None
    payer: UUID | None
    payee: UUID | None
    payer_kind: str | None
    payee_kind: str | None
    amount: Money | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the queue is narrowed down to; empty is everything."""

    view: View = "waiting"
    severity: str = ""
    type: str = ""
    customer: UUID | None = None


_COLUMNS = """a.alert_id, a.transaction_id, a.type, a.severity, a.status,
    a."timestamp" as raised_at, a.source, a.customer_id, a.due_at, a.case_id, a.facts,
    c.case_number, c.assigned_to
from aml_alerts a join aml_severities s using (severity) left join aml_cases c using (case_id)"""
# What waits is told by urgency and then by what is due first; what is over, the newest first.
_ORDER = {
    True: ("s.rank, a.due_at, a.alert_id", "asc", ">"),
    False: ('a."timestamp", a.alert_id', "desc", "<"),
}


def page(
    unit: Unit,
    actor: Actor,
    asked: Asked = Asked(),
    *,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Alert]:
    """Return alerts; ``after`` is the last one of the page before, None the first page.

    :raises Forbidden: if they do not belong to compliance
    """
    order, way, beyond = _ORDER[asked.view not in {"closed", "all"}]
    where = [_WHERE[asked.view]]
    where += ["a.severity = %(severity)s"] if asked.severity else []
    where += ["a.type = %(type)s"] if asked.type else []
    where += ["a.customer_id = %(customer)s"] if asked.customer else []
    if after is not None:
        last = f"""select {order} from aml_alerts a join aml_severities s using (severity)
            where a.alert_id = %(after)s"""
        where.append(f"({order}) {beyond} ({last})")
    parts = ", ".join(f"{part} {way}" for part in order.split(", "))
    with compliance(unit, actor, READ, about="queue", about_id=asked.view):
        rows = unit.all(
            f"select {_COLUMNS} where {' and '.join(where)} order by {parts} limit %(limit)s",
            severity=asked.severity,
            type=asked.type,
            customer=asked.customer,
            after=after,
            limit=max(1, min(limit, LONGEST_PAGE)),
            now=unit.now,
        )
    return [_of(unit, row) for row in rows]


def find(unit: Unit, actor: Actor, alert_id: UUID) -> Alert:
    """Return one alert.

    :raises Forbidden: if they do not belong to compliance
    :raises UnknownAlert: if there is none of that id
    """
    with compliance(unit, actor, READ, about="alert", about_id=alert_id):
        row = unit.maybe(f"select {_COLUMNS} where a.alert_id = %(id)s", id=alert_id)
    if row is None:
        raise UnknownAlert
    return _of(unit, row)


def of_case(unit: Unit, actor: Actor, case_id: UUID) -> list[Alert]:
    """Return the alerts of an investigation, the oldest first."""
    with compliance(unit, actor, READ, about="case", about_id=case_id):
        rows = unit.all(
            f"select {_COLUMNS} where a.case_id = %(case)s"
            ' order by a."timestamp", a.alert_id limit %(most)s',
            case=case_id,
            most=LONGEST_PAGE,
        )
    return [_of(unit, row) for row in rows]


def fired(unit: Unit, actor: Actor, alert: Alert) -> list[Fired]:
    """Return the payments that fired, in their order."""
    with compliance(unit, actor, READ, about="alert", about_id=alert.id):
        rows = unit.all(
            """
            select transaction_id, type, at, payer, payee, payer_kind, payee_kind, amount, currency
            from aml_alert_rows where alert_id = %(alert)s order by n
            """,
            alert=alert.id,
        )
    return [
        Fired(
            transaction=row.transaction_id,
            type=row.type,
            at=row.at,
            payer=row.payer,
            payee=row.payee,
            payer_kind=row.payer_kind,
            payee_kind=row.payee_kind,
            amount=None if row.amount is None else Money(row.amount, row.currency),
            why=alert.why.get(str(row.transaction_id), ""),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits: alerts nobody has taken, by severity, and what is late."""

    untaken: Mapping[str, int]
    taken: int
    late: int
    types: tuple[str, ...]
    """Every type there is, for narrowing down."""


def counts(unit: Unit, actor: Actor) -> Counts:
    """Return how much waits.

    :raises Forbidden: if they do not belong to compliance
    """
    with compliance(unit, actor, READ):
        rows = unit.all(
            """
            select severity, count(*) filter (where status = 'open') as untaken,
                count(*) filter (where status = 'investigating') as taken,
                count(*) filter (where due_at <= %(now)s) as late
            from aml_alerts where status in ('open', 'investigating') group by severity
            """,
            now=unit.now,
        )
        types = unit.all("select distinct type from aml_alerts order by type limit 100")
    untaken = {row.severity: row.untaken for row in rows}
    return Counts(
        {severity: untaken.get(severity, 0) for severity in SEVERITIES},
        sum(row.taken for row in rows),
        sum(row.late for row in rows),
        tuple(row.type for row in types),
    )


def _of(unit: Unit, row: Row) -> Alert:
    told = unit.keys.open_json(bytes(row.facts), field=FACTS, row=row.alert_id)
    return Alert(
        id=row.alert_id,
        transaction=row.transaction_id,
        type=row.type,
        severity=row.severity,
        status=row.status,
        raised_at=row.raised_at,
        source=row.source,
        customer=row.customer_id,
        due_at=row.due_at,
        case=row.case_id,
        case_number=row.case_number,
        assigned_to=row.assigned_to,
        facts=told["facts"],
        why=told["why"],
    )
