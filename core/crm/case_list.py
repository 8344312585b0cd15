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
# As the index has it: its first column, compared, is where those that are late end in it.
_LATE = "(c.sla_breached_at is null) < true"
VIEWS: Mapping[View, str] = {
    "mine": f"c.assigned_to = %(me)s and {_NOT_DONE}",
    "unassigned": "c.assigned_to is null and c.status in ('Open', 'Escalated')",
    "escalated": """(c.status = 'Escalated'
        or c.status = 'PendingCustomer' and c.complaint_late_at is not null)""",
    "soon": f"""{_NOT_DONE} and c.sla_running_since is not null and c.sla_breached_at is null
        and (c.sla_deadline <= %(soon)s or c.sla_warned_at is not null)""",
    "late": f"{_LATE} and {_NOT_DONE}",
    "waiting": "c.status = 'PendingCustomer'",
    "open": _NOT_DONE,
    "done": "c.status in ('Resolved', 'Closed')",
    "all": "true",
}
# What is late, then who waits too long for an answer, then what is urgent, then what is due first:
# as the queue is taken. What is done has no order but that of time, newest first; so has everything
# together, whose ids sort by time.
_QUEUED = (
    "({c}.sla_breached_at is null, {c}.reply_breached_at is null, {c}.urgency,"
    " coalesce({c}.sla_deadline, 'infinity'), {c}.id)"
)
_NEWEST = {"done": "({c}.resolved_at, {c}.id)", "all": "({c}.id)"}
# The ids of a page are all in an index, in order (`cases_unfinished`); only what is shown is read.
PAGE = """
with listed as materialized (
    select c.id from cases c where {view}{narrowed}{after} order by {order} limit %(limit)s
)
select {columns} from listed join cases c using (id) order by {order}
"""
AFTER = " and {key} {beyond} (select {last} from cases l where l.id = %(after)s)"


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
    key, beyond = _NEWEST.get(view, _QUEUED), "<" if view in _NEWEST else ">"
    wanted = {"status": status, "priority": priority, "category": category}
    # Asked for only when it is needed, so that it says where in the index to begin.
    further = AFTER.format(key=key.format(c="c"), beyond=beyond, last=key.format(c="l")[1:-1])
    rows = unit.all(
        PAGE.format(
            view=VIEWS[view],
            narrowed="".join(f" and c.{name} = %({name})s" for name in wanted if wanted[name]),
            after="" if after is None else further,
            order=_order(key, descending=view in _NEWEST),
            columns=COLUMNS,
        ),
        **wanted,
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
