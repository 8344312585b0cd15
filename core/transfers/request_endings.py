"""How a request for money ends, once: paid, declined, cancelled by its asker, or expired.

Every ending locks the request first, and a payment goes through in the same transaction.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.crm import customers
from core.errors import Refusal
from core.money import Money
from core.store.outbox import queue_notice
from core.store.unit import Unit
from core.transfers import send
from core.transfers.requests import UnknownRequest
from core.transfers.send import SentMoney

Ending = Literal["declined", "cancelled", "expired"]


class RequestClosed(Refusal):
    """The request has ended. Fact: ``status`` (paid, declined, expired, cancelled)."""

    code = "request_closed"


@dataclass(frozen=True, slots=True)
class Locked:
    """A request whose row this transaction holds."""

    id: UUID
    number: int
    asker: UUID
    asked: UUID
    amount: Money
    status: str
    transfer: UUID | None

    @property
    def is_open(self) -> bool:
        """Whether it may still be answered."""
        return self.status == "open"


def lock(unit: Unit, request: UUID) -> Locked:
    """Hold a request until this transaction ends; one whose time is over is expired.

    :raises UnknownRequest: if there is none
    """
    row = unit.maybe(
        """
        select id, number, asker, asked, amount, currency, status, transfer_id, expires_at
        from money_requests where id = %(id)s for no key update
        """,
        id=request,
    )
    if row is None:
        raise UnknownRequest
    over = row.status == "open" and row.expires_at <= unit.now
    return Locked(
        row.id, row.number, row.asker, row.asked, Money(row.amount, row.currency),
        "expired" if over else row.status, row.transfer_id,
    )  # fmt: skip


def pay(
    unit: Unit,
    request: UUID,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    payer: UUID,
    agreed: tuple[UUID, Money],
    channel: str,
) -> SentMoney:
    """Pay what the payer is asked for, once however often the id is presented; both are told.

    ``agreed`` is what the payer was shown: whom, and how much.

    :raises UnknownRequest: if the payer is not asked so
    :raises RequestClosed: if it has ended, also by another payment
    """
    held = lock(unit, request)
    if held.asked != payer or agreed != (held.asker, held.amount):
        raise UnknownRequest
    again = held.status == "paid" and held.transfer == id
    if not (held.is_open or again):
        raise RequestClosed(status=held.status)
    sent = send.send_money(
        unit,
        id=id,
        payer=payer,
        payee=held.asker,
        amount=held.amount,
        channel=channel,
        told="request_paid",
    )
    if held.is_open:
        _end(unit, held, status="paid", transfer=id)
    return sent


def decline(unit: Unit, request: UUID, *, customer: UUID) -> None:
    """End a request of which this customer is asked, and tell the asker.

    :raises UnknownRequest: if nobody asks them so
    :raises RequestClosed: if it has ended otherwise
    """
    held = lock(unit, request)
    if held.asked != customer:
        raise UnknownRequest
    _close(unit, held, "declined")


def cancel(unit: Unit, request: UUID, *, customer: UUID) -> None:
    """Take back a request that this customer made.

    :raises UnknownRequest: if they made none such
    :raises RequestClosed: if it has ended otherwise
    """
    held = lock(unit, request)
    if held.asker != customer:
        raise UnknownRequest
    _close(unit, held, "cancelled")


def expire(unit: Unit, *, most: int) -> int:
    """End requests whose time is over, and tell their askers; returns how many."""
    rows = unit.all(
        """
        select id, number, asker, asked, amount, currency, status, transfer_id
        from money_requests where status = 'open' and expires_at <= %(now)s
        order by expires_at limit %(most)s for no key update skip locked
        """,
        now=unit.now,
        most=most,
    )
    for row in rows:
        money = Money(row.amount, row.currency)
        held = Locked(row.id, row.number, row.asker, row.asked, money, "open", None)
        _close(unit, held, "expired")
    return len(rows)


def _close(unit: Unit, held: Locked, status: Ending) -> None:
    if held.status == status and status != "expired":
        return  # asked for twice, done once
    if not held.is_open:
        raise RequestClosed(status=held.status)
    _end(unit, held, status=status)
    if status != "cancelled":
        other = customers.people(unit, [held.asked])[held.asked]
        queue_notice(
            unit,
            customer_id=held.asker,
            alert=f"request_{status}",
            facts={
                "name": other.masked_name,
                "amount": str(held.amount),
            },
        )


def _end(unit: Unit, held: Locked, *, status: str, transfer: UUID | None = None) -> None:
    ended = unit.run(
        """
        update money_requests
        set status = %(status)s, ended_at = %(now)s, transfer_id = %(transfer)s
        where id = %(id)s and status = 'open'
        """,
        status=status,
        transfer=transfer,
        id=held.id,
        now=unit.now,
    )
    if ended != 1:
        raise LookupError("a request ends once")
