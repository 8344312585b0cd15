"""Notices that came in somebody's quiet hours and can wait: kept until their morning.

They stand beside the outbox. There, the rows of a contact leave in their order, and an answer must
not wait behind one that leaves in the morning.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.store.unit import Unit
from core.store.urgency import CAN_WAIT
from core.store.words import sealed_payload

PAYLOAD = "held_notices.payload"
MOST_AT_ONCE = 200
"""Notices that one transaction lets go; their customers' rows are read, not locked."""

HOLD = """
select hold_notice(%(customer)s, %(channel)s, %(address)s, %(service)s, %(message)s, %(payload)s,
    %(expires_at)s, %(correlation)s, %(now)s)
"""
LET_GO = """
with due as (
    select message_id from held_notices where due_at <= %(now)s
    order by due_at, message_id limit %(most)s for update skip locked
)
delete from held_notices h using due where h.message_id = due.message_id
returning h.message_id, h.customer_id, h.channel, h.address, h.service, h.payload, h.expires_at,
    h.correlation, h.due_at
"""
OWE = """
select owe_notice(%(customer)s, %(channel)s, %(address)s, %(service)s, %(message)s, %(payload)s,
    %(expires_at)s, %(correlation)s, %(now)s)
"""


def hold(
    unit: Unit,
    message: UUID,
    *,
    alert: str,
    customer: UUID,
    channel: str | None,
    address: str | None,
    service: bool,
    payload: Mapping[str, Any],
) -> bool:
    """Keep a notice for its customer's morning, and return whether it was kept.

    It was not where the alert cannot wait, or where it is day. ``address`` is a token.
    """
    useful = CAN_WAIT.get(alert)
    if useful is None:
        return False
    held: bool = unit.value(
        HOLD,
        customer=customer,
        channel=channel,
        address=address,
        service=service,
        message=message,
        payload=unit.keys.seal_json(payload, field=PAYLOAD, row=message),
        expires_at=unit.now + useful,
        correlation=unit.correlation,
        now=unit.now,
    )
    return held


def let_go(unit: Unit, *, most: int = MOST_AT_ONCE) -> int:
    """Owe the notices whose night is over, in the order they came, and return how many were due.

    What is of no use any more goes nowhere, nor does what its customer has opted out of since.
    """
    rows = sorted(unit.all(LET_GO, most=most, now=unit.now), key=lambda row: row.message_id)
    for row in rows:
        if row.expires_at is not None and row.expires_at <= unit.now:
            continue
        payload = unit.keys.open_json(bytes(row.payload), field=PAYLOAD, row=row.message_id)
        sender = unit.value(
            OWE,
            customer=row.customer_id,
            channel=row.channel,
            address=row.address,
            service=row.service,
            message=row.message_id,
            payload=sealed_payload(unit, payload, row.message_id),
            expires_at=row.expires_at,
            correlation=str(row.correlation),
            now=unit.now,
        )
        if sender is not None:
            unit.wakes.add(sender)
    return len(rows)
