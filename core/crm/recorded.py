"""Conversations as they were recorded: what was said, what came back, and where it led."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.store import contacts
from core.store.unit import Unit
from core.store.words import opened_content

MOST_TURNS = 40
"""Of one conversation; what is older is not read."""
ROWS_LOOKED_AT = 200
"""How many of the newest rows are looked through for each conversation that is wanted."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn. ``said`` is None where an answer from outside moved the conversation.

    Secrets read ``****``.
    """

    said: str | None
    tapped: bool
    reply: str | None
    language: str
    known: bool
    """A customer spoke, and not a stranger."""
    flow: str | None
    version: int
    before: str | None
    next_flow: str | None
    after: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Run:
    """The turns of a conversation from where nothing was being told, oldest first."""

    conversation: UUID
    channel: str
    address: str
    turns: list[Heard] = field(default_factory=list)


def runs(unit: Unit, *, flow: str | None, last: int) -> list[Run]:
    """Return the last runs that were in a story (or in any), newest first.

    A run begins between stories (also where one was forgotten) or at the menu; each conversation
    gives its newest.
    """
    found = unit.all(
        """
        with latest as (
            select * from (
                select distinct on (conversation_id) conversation_id, id from (
                    select conversation_id, id from interactions
                    where step_after is not null
                        and (%(flow)s::text is null or %(flow)s in (flow, next_flow))
                    order by id desc limit %(rows)s
                ) newest order by conversation_id, id desc
            ) each order by id desc limit %(last)s
        )
        select c.id as conversation, c.channel, p.token, p.sealed, t.*
        from latest join conversations c on c.id = latest.conversation_id
        join contact_points p on p.token = c.address
        cross join lateral (
            select i.id, h.id as said_id, h.content as said,
                coalesce(h.message_type = 'interactive', false) as tapped, a.id as reply_id,
                a.content as reply, coalesce(i.language, c.language) as language,
                i.customer_id is not null as known, i.flow,
                coalesce(i.flow_version, 1) as version, i.step_before as before,
                i.next_flow, i.step_after as after, i.outcome,
                i.step_before is null or i.flow = 'menu'
                    or coalesce(i.exit_reason = 'timed_out', false) as begins
            from interactions i
            left join messages h on h.conversation_id = i.conversation_id and h.is_inbound
                and h.correlation = i.correlation
            left join messages a on a.conversation_id = i.conversation_id and not a.is_inbound
                and a.correlation = i.correlation
            where i.conversation_id = c.id and i.id <= latest.id
            order by i.date desc, i.id desc limit %(turns)s
        ) t
        order by latest.id desc, t.id
        """,
        flow=flow,
        rows=last * ROWS_LOOKED_AT,
        last=last,
        turns=MOST_TURNS,
    )
    told: dict[UUID, Run] = {}
    for row in found:
        if row.begins and row.said is not None:
            address = contacts.opened(unit.keys, row.token, row.sealed)
            told[row.conversation] = Run(row.conversation, row.channel, address)
        if row.conversation in told:
            told[row.conversation].turns.append(_heard(unit, row))
    return [run for run in told.values() if flow is None or _is_in(run, flow)]


def _heard(unit: Unit, row: Any) -> Heard:  # noqa: ANN401 - a row of the statement above
    return Heard(
        said=opened_content(unit, row.said, row.said_id),
        tapped=row.tapped,
        reply=opened_content(unit, row.reply, row.reply_id),
        language=row.language,
        known=row.known,
        flow=row.flow,
        version=row.version,
        before=row.before,
        next_flow=row.next_flow,
        after=row.after,
        outcome=row.outcome,
    )


def _is_in(run: Run, flow: str) -> bool:
    return any(flow in (heard.flow, heard.next_flow) for heard in run.turns)
