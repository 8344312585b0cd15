"""Conversations that wait: for an answer from outside, for a customer, for the end of a session."""

from datetime import datetime
from uuid import UUID

from core.crm import memory
from core.crm.conversations import Kept, Opening, lock
from core.store import contacts
from core.store.unit import Unit


def end_session(unit: Unit, *, session: str, address: str, completed: bool) -> None:
    """Note that a USSD session is over; when it ran to its end, its last screen was read."""
    unit.run(
        """
        update conversations set outcome_read = true
        where channel = 'ussd' and address = %(address)s and session = %(session)s and %(completed)s
        """,
        session=session,
        address=contacts.token(unit, address),
        completed=completed,
    )


def waiting_calls(unit: Unit, *, before: datetime, limit: int = 100) -> list[tuple[str, str]]:
    """Return (provider, provider id) of messages whose call has passed its deadline."""
    rows = unit.all(
        """
        select provider, provider_id from inbox where state = 'calling' and deadline < %(before)s
        order by deadline limit %(limit)s
        """,
        before=before,
        limit=limit,
    )
    return [(row.provider, row.provider_id) for row in rows]


def calling(unit: Unit, *, provider: str, provider_id: str) -> Opening | None:
    """Lock and return the conversation that waits for an answer from outside; None if none does."""
    where = "provider = %(provider)s and provider_id = %(provider_id)s and state = 'calling'"
    facts = {"provider": provider, "provider_id": provider_id}
    waiting: UUID | None = unit.value(f"select conversation_id from inbox where {where}", **facts)
    opening = None if waiting is None else lock(unit, waiting)
    # Asked again under the lock, because two answers may have come at once.
    still = unit.value(f"select true from inbox where {where}", **facts)
    return opening if still else None


def drop_call(unit: Unit, *, provider: str, provider_id: str) -> None:
    """Wait no longer for an answer from outside: the customer has moved on."""
    unit.run(
        """
        update inbox set state = 'done', deadline = null
        where provider = %(provider)s and provider_id = %(provider_id)s and state = 'calling'
        """,
        provider=provider,
        provider_id=provider_id,
    )


def kept(unit: Unit, *, provider: str, provider_id: str) -> Kept | None:
    """Return what a message was answered, or None when it was never heard."""
    row = unit.maybe(
        """
        select state, reply, page, deadline from inbox
        where provider = %(provider)s and provider_id = %(provider_id)s
        """,
        provider=provider,
        provider_id=provider_id,
    )
    if row is None:
        return None
    reply = memory.opened_reply(unit, row.reply, row=f"{provider} {provider_id}")
    return Kept(row.state, reply, row.page, row.deadline)


def expire(unit: Unit, *, limit: int = 500) -> int:
    """Let stories that nobody answered rest, and write down where they were left.

    Returns how many were. The customer is told with the next message.
    """
    return unit.run(
        """
        with late as (
            select id, flow, flow_version, state, prompted_at from conversations
            where flow is not null and expires_at < %(now)s
            order by expires_at limit %(limit)s for update skip locked
        ), rested as (
            update conversations c set flow = null, flow_version = null, state = null,
                passed = '{}', aside = null, effect_id = null, pending_secret = null,
                expires_at = null, version = version + 1, case_id = null, expired_flow = late.flow
            from late where c.id = late.id
            returning c.id, c.channel, c.address, c.language, late.flow, late.flow_version,
                late.state, late.prompted_at
        )
        insert into interactions (id, customer_id, channel, date, notes, conversation_id, flow,
            state, outcome, correlation, flow_version, language, step_before, seconds, exit_reason)
        select uuidv7(), a.customer_id, r.channel, %(now)s, r.flow || ': timed out', r.id, r.flow,
            r.state, 'timed_out', %(correlation)s, r.flow_version, r.language, r.state,
            extract(epoch from %(now)s - r.prompted_at)::int, 'timed_out'
        from rested r left join addresses a on a.channel = r.channel and a.address = r.address
        """,
        now=unit.now,
        limit=limit,
        correlation=unit.correlation,
    )
