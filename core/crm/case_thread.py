"""A case's thread: messages, notes and events of a case as one story, in the order of time.

Words that were written to the case and went over a channel are one entry, with how far the message
has come. Of the conversation the case was opened in, what was said shortly before belongs to it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.crm.case_store import Case
from core.crm.cases import NOTE
from core.crm.cursors import cursor, place
from core.store.unit import Row, Unit
from core.store.words import opened_content

BEFORE = timedelta(hours=1)
"""How much of the conversation before a case was opened is part of its story."""
AFTER = timedelta(hours=1)
"""How much of it after the case was done is."""
MOST_LISTED = 200
Kind = Literal["customer", "bot", "agent", "note", "system", "event"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a thread. ``words`` may show who somebody is: mask them where that matters.

    An ``event`` says in ``what``, ``was`` and ``became`` what happened, and has no words.
    ``status`` is the rung of the message that carries the words, ``error`` why it failed.
    """

    id: UUID
    at: datetime
    kind: Kind
    words: str = field(repr=False)
    actor: UUID | None = None
    channel: str | None = None
    message: UUID | None = None
    status: str | None = None
    error: str | None = None
    what: str = ""
    was: str | None = None
    became: str | None = None

    @property
    def cursor(self) -> str:
        """Where to go on reading."""
        return cursor(self.at, self.id)


# Each part is bounded by itself, so that a long story costs no more than a page of it.
THREAD = """
with said as materialized (
    select n.id, n.at, n.by, n.actor, n.internal, n.message_id, n.words
    from case_notes n where n.case_id = %(case)s
), whole as (
    (select s.id, s.at, case when s.internal then 'note' else s.by end as kind, s.words, s.actor,
        s.message_id, null as what, null as was, null as became
    from said s where {notes} order by s.at {way}, s.id {way} limit %(limit)s)
    union all
    (select e.id, e.at, 'event', null, e.actor, null, e.what, e.was, e.became
    from case_events e where e.case_id = %(case)s and {events}
    order by e.at {way}, e.id {way} limit %(limit)s)
    union all
    (select m.id, m.created_at, case when m.is_inbound then 'customer' else 'bot' end, null,
        null, m.id, null, null, null
    from messages m where m.conversation_id = %(conversation)s
        and m.created_at between %(since)s and %(until)s and {messages}
        and not exists (select from said where said.message_id = m.id)
    order by m.created_at {way}, m.id {way} limit %(limit)s)
)
select w.*, m.content, m.channel, m.status, m.error_code from (
    select * from whole order by at {way}, id {way} limit %(limit)s
) w left join messages m on m.id = w.message_id
order by w.at, w.id
"""


def thread(unit: Unit, case: Case, *, after: str | None = None, limit: int = 100) -> list[Entry]:
    """Return what follows an entry's ``cursor`` (None: from the beginning), oldest first.

    :raises ValueError: if ``after`` is no cursor
    """
    at, last = place(after)
    return _read(unit, case, forward=True, at=at, last=last, limit=limit)


def latest(unit: Unit, case: Case, *, before: str | None = None, limit: int = 100) -> list[Entry]:
    """Return the end of a thread, or what comes before an entry's ``cursor``; oldest first.

    :raises ValueError: if ``before`` is no cursor
    """
    at, last = place(before)
    return _read(unit, case, forward=False, at=at, last=last, limit=limit)


def _read(
    unit: Unit, case: Case, *, forward: bool, at: datetime | None, last: UUID | None, limit: int
) -> list[Entry]:
    sign = ">" if forward else "<"
    beyond = "(%(at)s::timestamptz is null or ({at}, {id}) {sign} (%(at)s, %(last)s::uuid))"
    until = case.resolved_at
    rows = unit.all(
        THREAD.format(
            way="asc" if forward else "desc",
            notes=beyond.format(at="s.at", id="s.id", sign=sign),
            events=beyond.format(at="e.at", id="e.id", sign=sign),
            messages=beyond.format(at="m.created_at", id="m.id", sign=sign),
        ),
        case=case.id,
        conversation=case.conversation,
        since=case.created_at - BEFORE,
        until=unit.now if until is None else until + AFTER,
        at=at,
        last=last,
        limit=max(1, min(limit, MOST_LISTED)),
    )
    return [_entry(unit, row) for row in rows]


def _entry(unit: Unit, row: Row) -> Entry:
    if row.words is None:
        words = opened_content(unit, row.content, row.message_id) or ""
    else:
        words = unit.keys.open(row.words, field=NOTE, row=row.id)
    return Entry(
        id=row.id,
        at=row.at,
        kind=row.kind,
        words=words,
        actor=row.actor,
        channel=row.channel,
        message=row.message_id,
        status=row.status,
        error=row.error_code,
        what=row.what or "",
        was=row.was,
        became=row.became,
    )
