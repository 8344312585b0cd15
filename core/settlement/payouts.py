"""A customer's payments that left, or are about to, as they may read them themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.money import Money
from core.names import masked_name
from core.settlement import destinations, store
from core.settlement.overview import waits_for
from core.settlement.store import UnknownPayout
from core.store.unit import Row, Unit

MOST_LISTED = 9


@dataclass(frozen=True, slots=True)
class Payout:
    """One of a customer's payments. ``status`` is one of ``settlement_states``."""

    id: UUID
    amount: Money
    fee: Money
    bank: str
    """Its short name."""
    account: str
    """With only enough left to recognise."""
    name: str
    """The payee's, masked."""
    status: str
    waits_for: str
    """What a queued one waits for: turn, hours, window, liquidity; else empty."""
    reason: str
    """Why it failed or came back, a code; else empty."""
    reference: str
    expected_by: datetime
    made_at: datetime

    @property
    def facts(self) -> dict[str, str]:
        """What a conversation may tell of it."""
        return {
            "payout": str(self.id),
            "amount": str(self.amount),
            "bank": self.bank,
            "shown": self.account,
            "name": self.name,
            "status": self.status,
            "waits_for": self.waits_for,
            "reason": self.reason,
            "until": self.expected_by.isoformat(),
            "reference": self.reference,
        }

    @property
    def may_cancel(self) -> bool:
        """Whether it has not left yet."""
        return self.status in ("held", "queued")


_PAYOUTS = """
select s.settlement_id, s.amount, s.currency, s.fee, b.short_name, s.kind, s.account_no,
    s.payee_name, s.status, s.waits_for, s.reason_code, s.reference, s.expected_by,
    s."timestamp" as made_at
from settlements s join banks b on b.bank_id = s.bank_id
"""


def lately(unit: Unit, customer: UUID) -> list[Payout]:
    """Return a customer's payments, the newest first, at most nine."""
    rows = unit.all(
        f"""
        {_PAYOUTS} where s.customer_id = %(customer)s
        order by s."timestamp" desc, s.settlement_id desc limit %(most)s
        """,
        customer=customer,
        most=MOST_LISTED,
    )
    return [_payout(unit, row) for row in rows]


def find(unit: Unit, customer: UUID, said: str) -> Payout:
    """Return a customer's payment by its id or its reference.

    :raises UnknownPayout: if they made none such
    """
    row = unit.maybe(
        f"""
        {_PAYOUTS} where s.customer_id = %(customer)s
            and (s.reference = upper(%(said)s) or s.settlement_id::text = %(said)s)
        """,
        customer=customer,
        said=said.strip(),
    )
    if row is None:
        raise UnknownPayout
    return _payout(unit, row)


def payees(unit: Unit, references: list[str]) -> dict[str, str]:
    """Return the masked names of those who were paid, by the payments' references."""
    rows = unit.all(
        """
        select settlement_id, reference, payee_name from settlements
        where reference = any(%(references)s)
        """,
        references=references,
    )
    return {
        row.reference: masked_name(_opened(unit, row.payee_name, store.NAME, row.settlement_id))
        for row in rows
    }


def failed_of(unit: Unit, payments: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of some payments that failed or came back, by their ids."""
    rows = unit.all(
        """
        select settlement_id from settlements
        where settlement_id = any(%(ids)s) and status in ('failed', 'returning', 'returned')
        """,
        ids=list(payments),
    )
    return frozenset(row.settlement_id for row in rows)


def _payout(unit: Unit, row: Row) -> Payout:
    key = row.settlement_id
    number = _opened(unit, row.account_no, store.ACCOUNT, key)
    return Payout(
        id=key,
        amount=Money(row.amount, row.currency),
        fee=Money(row.fee, row.currency),
        bank=row.short_name,
        account=destinations.shown(row.kind, number),
        name=masked_name(_opened(unit, row.payee_name, store.NAME, key)),
        status=row.status,
        waits_for=waits_for(row.waits_for),
        reason=row.reason_code or "",
        reference=row.reference,
        expected_by=row.expected_by,
        made_at=row.made_at,
    )


def _opened(unit: Unit, sealed: bytes | None, field: str, row: UUID) -> str:
    return "" if sealed is None else unit.keys.open(sealed, field=field, row=row)
