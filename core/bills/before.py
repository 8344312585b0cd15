"""What a customer paid before: whose bills and which phones, to be offered again."""

from dataclasses import dataclass
from uuid import UUID

from core.bills import store
from core.bills.store import Kind
from core.store.unit import Row, Unit

MOST_READ = 30
"""Payments looked at, the newest first; who pays more often than that pays the same ones."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was paid before, in clear for its payer's own conversation."""

    biller: str
    """The biller's id; empty for airtime."""
    name: str
    """Its short name; empty for airtime."""
    account: str
    """The account number as the biller writes it, or the phone (E.164)."""
    holder: str
    """Whose account it is, masked; empty for airtime."""


def paid(unit: Unit, customer: UUID, kind: Kind, *, currency: str, most: int) -> list[Before]:
    """Return what a customer paid of a kind in a currency, each once, what was paid last first.

    Only what arrived counts, and of bills only those that can be paid now.
    """
    rows = unit.all(
        """
        select p.id, p.biller_id, b.short_name, p.account, p.holder
        from bill_payments p left join billers b on b.biller_id = p.biller_id
        where p.customer_id = %(customer)s and p.kind = %(kind)s and p.status = 'done'
            and p.currency = %(currency)s and p.account is not null
            and (p.biller_id is null or b.active)
        order by p.created_at desc, p.id desc limit %(most)s
        """,
        customer=customer,
        kind=kind,
        currency=currency,
        most=MOST_READ,
    )
    return list(dict.fromkeys(_before(unit, row) for row in rows))[:most]


def _before(unit: Unit, row: Row) -> Before:
    return Before(
        biller=row.biller_id or "",
        name=row.short_name or "",
        account=_opened(unit, row.account, store.ACCOUNT, row.id),
        holder=_opened(unit, row.holder, store.HOLDER, row.id),
    )


def _opened(unit: Unit, sealed: bytes | None, field: str, row: UUID) -> str:
    return "" if sealed is None else unit.keys.open(bytes(sealed), field=field, row=row)
