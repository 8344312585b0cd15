"""Payments as a report tells them: what moved between which accounts of whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from core.crm.calendar import Calendar
from core.money import DIGITS, Money
from core.regulatory import cash
from core.regulatory.cash import Rates
from core.regulatory.facts import Facts, local, money
from core.regulatory.periods import Period
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Side:
    """An account that a payment left or reached; ``owner`` is None where it is the bank's."""

    owner: UUID | None
    account: str
    opened: datetime


@dataclass(frozen=True, slots=True)
class Payment:
    """One posted payment."""

    id: UUID
    type: str
    at: datetime
    amount: Money
    reference: str
    payer: Side
    payee: Side

    @property
    def owners(self) -> list[UUID]:
        """The customers it is of."""
        return [one.owner for one in (self.payer, self.payee) if one.owner is not None]


def posted(unit: Unit, ids: Collection[UUID]) -> list[Payment]:
    """Return those of some payments that the book has, the earliest first."""
    rows = unit.all(
        """
        select t.transaction_id, t.type, t."timestamp" as at, t.amount, t.currency, t.reference,
            a.owner as payer, coalesce(a.account_no, a.kind) as payer_no,
            a.opened_at as payer_opened, b.owner as payee,
            coalesce(b.account_no, b.kind) as payee_no, b.opened_at as payee_opened
        from transactions t
            join ledger_entries d on d.transaction_id = t.transaction_id and d.leg = 1
                and d.amount < 0
            join ledger_accounts a on a.account_id = d.account_id
            join ledger_entries c on c.transaction_id = t.transaction_id and c.leg = 1
                and c.amount > 0
            join ledger_accounts b on b.account_id = c.account_id
        where t.transaction_id = any(%(ids)s)
        order by t."timestamp", t.transaction_id
        """,
        ids=list(ids),
    )
    return [
        Payment(
            id=row.transaction_id,
            type=row.type,
            at=row.at,
            amount=Money(row.amount, row.currency),
            reference=row.reference,
            payer=Side(row.payer, row.payer_no, row.payer_opened),
            payee=Side(row.payee, row.payee_no, row.payee_opened),
        )
        for row in rows
    ]


def told(
    payments: Sequence[Payment],
    rates: Mapping[date, Rates],
    at: Calendar,
    *,
    currency: str,
    suspects: Collection[UUID] = (),
) -> list[Facts]:
    """Return payments as a report keeps them; one that is of no customer is left out.

    ``rates`` are those of each day, ``currency`` is the report's, ``suspects`` are marked so.

    :raises NoRateKnown: if one cannot be valued in the report's currency
    """
    return [
        {
            "number": str(one.id),
            "reference": one.reference or str(one.id),
            "location": at.country,
            "mode": one.type.replace("_", " "),
            "description": f"{one.type.replace('_', ' ')} of {one.amount.grouped}",
            "at": one.at.isoformat(),
            "amount_local": local(one.amount, currency, rates[one.at.astimezone(at.zone).date()]),
            "rate": _rate(one.amount, currency, rates[one.at.astimezone(at.zone).date()]),
            **money(one.amount),
            "parties": [
                {
                    "customer": str(side.owner),
                    "side": name,
                    "account": side.account,
                    "currency": one.amount.currency,
                    "opened": side.opened.isoformat(),
                    "suspected": side.owner in suspects,
                }
                for name, side in (("paid from", one.payer), ("paid to", one.payee))
                if side.owner is not None
            ],
        }
        for one in payments
        if one.owners
    ]


def _rate(amount: Money, currency: str, rates: Rates) -> str:
    """Return what one unit of the payment's currency is worth in the report's, to six digits."""
    one = cash.worth(Money(10 ** DIGITS[amount.currency], amount.currency), currency, rates)
    return f"{Decimal(round(one * 10**6)) / 10**6:.6f}"


def days_of(payments: Sequence[Payment], at: Calendar) -> Period | None:
    """Return the days, first to last, on which some payments were made; None without any."""
    if not payments:
        return None
    days = [one.at.astimezone(at.zone).date() for one in payments]
    return Period("", min(days), max(days))
