"""Lists of cases for the desk, each in the order it should be worked on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.crm.case_store import COLUMNS, UNFINISHED, Case, read
from core.store.unit import Unit

SOON = timedelta(minutes=30)
"""How long before its deadline a case stands among those that are due soon."""
MOST_LISTED = 200
View = Literal["mine", "unassigned", "escalated", "soon", "late", "waiting", "open", "done", "all"]

_NOT_DONE = f"c.status in {UNFINISHED}"
VIEWS: Mapping[View, str] = {
    "mine": f"c.assigned_to = %(me)s and {_NOT_DONE}",
    "unassigned": "c.assigned_to is null and c.status in ('Open', 'Escalated')",
    "escalated": "c.status = 'Escalated'",
    "soon": """c.sla_running_since is not null and c.sla_breached_at is null
        and (c.sla_deadline <= %(soon)s or c.sla_warned_at is not null)""",
    "late": f"c.sla_breached_at is not null and {_NOT_DONE}",
    "waiting": "c.status = 'PendingCustomer'",
    "open": _NOT_DONE,
    "done": "c.status in ('Resolved', 'Closed')",
    "all": "true",
}
# What is late, then what is urgent, then what is due first: as the queue is taken. What is done
# has no order but that of time, newest first; so has everything together, whose ids sort by time.
_QUEUED = (
    "({c}.sla_breached_at is null, {c}.urgency, coalesce({c}.sla_deadline, 'infinity'), {c}.id)"
)
_NEWEST = {"done": "({c}.resolved_at, {c}.id)", "all": "({c}.id)"}


def page(
    unit: Unit,
    actor: Actor,
    view: View,
    *,
    status: str = "",
    priority: str = "",
    category: str = "",
    after: UUID | None = None,
    limit: int = 50,
) -> list[Case]:
    """Return cases of a view; ``after`` is the last case of the page before.

    ``status``, ``priority`` and ``category`` narrow it down; empty is any.

    :raises Forbidden: if they may see no cases
    """
    actor.require("cases.read")
    newest = view in _NEWEST
    key = _NEWEST.get(view, _QUEUED)
    narrowed = {"status": status, "priority": priority, "category": category}
    where = "".join(f" and c.{name} = %({name})s" for name, value in narrowed.items() if value)
    rows = unit.all(
        f"""
        select {COLUMNS} from cases c where {VIEWS[view]}{where}
            and (%(after)s::uuid is null or {key.format(c="c")} {"<" if newest else ">"}
                (select {key.format(c="l")[1:-1]} from cases l where l.id = %(after)s))
        order by {_order(key, descending=newest)} limit %(limit)s
        """,
        **narrowed,
        me=actor.id,
        soon=unit.now + SOON,
        after=after,
        limit=max(1, min(limit, MOST_LISTED)),
    )
    return [read(unit, row) for row in rows]


def counts(unit: Unit, actor: Actor) -> dict[str, int]:
    """Return how many cases stand in each view of those that are not done.

    :raises Forbidden: if they may see no cases
    """
    actor.require("cases.read")
    views = [view for view in VIEWS if view not in _NEWEST]
    counted = ", ".join(f"count(*) filter (where {VIEWS[view]}) as {view}" for view in views)
    row = unit.one(
        f"select {counted} from cases c where {_NOT_DONE}", me=actor.id, soon=unit.now + SOON
    )
    return dict(zip(views, row, strict=True))


def seen(unit: Unit, actor: Actor, case: Case) -> None:
    """Note that somebody opened a case and read its thread.

    :raises Forbidden: if they may see no cases
    """
    actor.require("cases.read")
    audit.note(
        unit,
        actor,
        "case.seen",
        subject="case",
        subject_id=case.id,
        customer=case.customer,
        fields=("title", "description", "thread"),
    )


def _order(key: str, *, descending: bool) -> str:
    parts = key.format(c="c")[1:-1]
    if not descending:
        return parts
    return ", ".join(f"{part} desc" for part in parts.split(", "))
