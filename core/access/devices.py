"""Where a customer is logged in: the addresses they are met at, and how to leave one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.access import audit
from core.access.trust import Level
from core.errors import Refusal
from core.phone import mask
from core.store import contacts
from core.store.unit import Unit

MOST = 8


class DeviceInUse(Refusal):
    """It is the address the customer writes from; that one stays."""

    code = "device_in_use"


class DeviceGone(Refusal):
    """There is no such address any more."""

    code = "device_gone"


@dataclass(frozen=True, slots=True)
class Device:
    """An address as its customer is shown it."""

    key: str
    """The channel and the token, which name it until it is removed."""
    channel: str
    address: str
    """Masked; empty for one that is no number."""
    level: Level
    since: datetime
    last_used: datetime | None
    here: bool


def devices(unit: Unit, customer: UUID, *, channel: str, address: str) -> list[Device]:
    """Return the addresses of a customer, the one they write from first; at most eight."""
    here = (channel, contacts.token(unit, address))
    rows = unit.all(
        """
        select a.channel, a.address, a.trust, a.created_at, c.last_inbound_at
        from addresses a left join conversations c using (channel, address)
        where a.customer_id = %(customer)s and a.trust <> 'withdrawn'
        order by (a.channel, a.address) = (%(channel)s, %(address)s) desc,
            c.last_inbound_at desc nulls last, a.created_at, a.channel limit %(most)s
        """,
        customer=customer,
        channel=here[0],
        address=here[1],
        most=MOST,
    )
    real = contacts.reveal(unit, [row.address for row in rows])
    return [
        Device(
            key=f"{row.channel} {row.address}",
            channel=row.channel,
            address=_masked(real.get(row.address, "")),
            level=row.trust,
            since=row.created_at,
            last_used=row.last_inbound_at,
            here=(row.channel, row.address) == here,
        )
        for row in rows
    ]


def remove(unit: Unit, customer: UUID, key: str, *, channel: str, address: str) -> None:
    """Take one address from a customer; who writes from there is a stranger until it is linked.

    :raises DeviceInUse: if it is the one they write from, so that the last one always stays
    :raises DeviceGone: if it is not theirs any more
    """
    gone_channel, _, gone = key.partition(" ")
    if (gone_channel, gone) == (channel, contacts.token(unit, address)):
        raise DeviceInUse
    unit.value(
        "select forget_conversations(%(channel)s, %(address)s)", channel=gone_channel, address=gone
    )
    removed = unit.run(
        """
        update addresses set trust = 'withdrawn', trusted_at = null, trust_since = %(now)s
        where customer_id = %(customer)s and channel = %(channel)s and address = %(address)s
            and trust <> 'withdrawn'
        """,
        customer=customer,
        channel=gone_channel,
        address=gone,
        now=unit.now,
    )
    if not removed:
        raise DeviceGone
    _note(unit, customer, "customer.device_removed", key)


def leave_others(unit: Unit, customer: UUID, *, channel: str, address: str) -> int:
    """Trust no address but this one any more, until the PIN is given there; return how many."""
    rows = unit.all(
        """
        select channel, address from addresses
        where customer_id = %(customer)s and trust in ('probation', 'trusted')
            and (channel, address) <> (%(channel)s, %(address)s)
        order by channel, address
        """,
        customer=customer,
        channel=channel,
        address=contacts.token(unit, address),
    )
    for row in rows:
        unit.value(
            "select forget_conversations(%(channel)s, %(address)s)",
            channel=row.channel,
            address=row.address,
        )
        unit.run(
            """
            update addresses set trust = 'new', trusted_at = null, trust_since = %(now)s
            where channel = %(channel)s and address = %(address)s
                and trust in ('probation', 'trusted')
            """,
            channel=row.channel,
            address=row.address,
            now=unit.now,
        )
    _note(unit, customer, "customer.left_everywhere", str(customer))
    return len(rows)


def _note(unit: Unit, customer: UUID, action: str, subject: str) -> None:
    audit.note(
        unit,
        audit.customer(unit, customer),
        action,
        subject="address",
        subject_id=subject,
        customer=customer,
    )


def _masked(address: str) -> str:
    return mask(address) if address.startswith("+") else ""
