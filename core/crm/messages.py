"""What providers say about the messages we sent: each only ever moves up its ladder."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from core.store.unit import Unit

OVERTAKING = timedelta(hours=1)
"""How long a receipt may wait for the record of the message that it overtook."""
MOST_AT_ONCE = 1000


class ReceiptFacts(Protocol):
    """The provider's word on one message."""

    @property
    def provider(self) -> str: ...  # noqa: D102 - said by its name
    @property
    def message_id(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> Any: ...  # noqa: ANN401, D102 - a word of the ladder
    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def fate(self) -> Any: ...  # noqa: ANN401, D102 - what a failure calls for, or None


# What a rung brings with it, the same whatever order receipts come in.
CLIMB = """
    status = r.status,
    error_code = case when r.status = 'failed' then nullif(r.code, '') end,
    failed_at = case when r.status = 'failed' then r.received_at end,
    sent_at = coalesce(m.sent_at, case when r.status <> 'failed' then r.received_at end),
    delivered_at = coalesce(m.delivered_at,
        case when r.status in ('delivered', 'read') then r.received_at end),
    read_at = coalesce(m.read_at, case when r.status = 'read' then r.received_at end)
"""

RECEIVE = f"""
with r as (
    insert into receipts (provider, provider_message_id, status, code, fate, received_at, applied,
        judged)
    values (%(provider)s, %(message_id)s, %(status)s, %(code)s, %(fate)s, %(now)s, exists (
        select 1 from messages
        where provider = %(provider)s and provider_message_id = %(message_id)s),
        %(fate)s::text is null)
    on conflict do nothing
    returning *
), moved as (
    update messages m set {CLIMB}
    from r where r.applied and m.provider = r.provider and not m.is_inbound
        and m.provider_message_id = r.provider_message_id
        and message_rank(r.status) > message_rank(m.status)
    returning m.id
)
select count(*) from moved
"""


def receive(unit: Unit, receipt: ReceiptFacts) -> bool:
    """Move a message up its ladder and return whether it moved.

    A receipt may come before our own record of the message: it is kept and applied later.
    """
    moved: int = unit.value(
        RECEIVE,
        provider=receipt.provider,
        message_id=receipt.message_id,
        status=str(receipt.status),
        code=receipt.code,
        fate=None if receipt.fate is None else str(receipt.fate),
        now=unit.now,
    )
    return moved > 0


# Of several receipts that waited for one message, the highest rung is the one that counts.
APPLY = f"""
with known as materialized (
    select r.*, m.id as message from receipts r
    join messages m on m.provider = r.provider and m.provider_message_id = r.provider_message_id
    where not r.applied and r.received_at > %(since)s
    order by r.received_at limit %(most)s for update of r skip locked
), highest as (
    select distinct on (message) * from known order by message, message_rank(status) desc
), moved as (
    update messages m set {CLIMB}
    from highest r where m.id = r.message and message_rank(r.status) > message_rank(m.status)
)
update receipts done set applied = true from known
where done.provider = known.provider and done.status = known.status
    and done.provider_message_id = known.provider_message_id
"""


def apply_waiting(unit: Unit) -> int:
    """Apply receipts that overtook the record of their message, and return how many were."""
    return unit.run(APPLY, since=unit.now - OVERTAKING, most=MOST_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that its provider took and then could not deliver."""

    outbox_id: int
    sender: str
    channel: str
    contact: str
    code: str
    fate: str
    attempts: int
    as_template: bool


def failures(unit: Unit, *, limit: int = 200) -> list[Failure]:
    """Return the messages that failed after they were taken, each once: the caller judges them.

    One that was delivered after all, or sent again since, needs no judgement and is left out.
    """
    rows = unit.all(
        """
        with failed as materialized (
            select r.provider, r.provider_message_id, r.status, r.code, r.fate from receipts r
            where not r.judged and r.applied
            order by r.received_at limit %(limit)s for update skip locked
        ), judged as (
            update receipts r set judged = true from failed
            where r.provider = failed.provider and r.status = failed.status
                and r.provider_message_id = failed.provider_message_id
        )
        select o.id, o.sender, o.channel, o.contact, failed.code, failed.fate, o.attempts,
            o.as_template
        from failed
        join messages m using (provider, provider_message_id)
        join outbox o on o.message_id = m.id
        where m.status = 'failed' and o.status = 'sent'
        order by o.id
        """,
        limit=limit,
    )
    return [Failure(*tuple(row)) for row in rows]
