"""Whom an investigation is about: what the bank knows of them, and what moved in their wallets.

The pages of a customer note who looked, and others read that. Here a look stands in the log of
compliance alone, so that nobody learns from it that compliance is interested in somebody.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.aml.guard import compliance, noted
from core.ledger import book
from core.ledger.book import WalletBalance
from core.money import Money
from core.names import masked_name
from core.phone import mask
from core.store.personal import names
from core.store.unit import Row, Unit

READ, REVEAL = "aml.read", "customers.reveal"
MOST_MOVES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer under investigation; what tells who they are is masked."""

    id: UUID
    name: str
    phone: str
    country: str
    tier: int
    kyc_status: str
    risk: str
    since: datetime
    wallets: list[WalletBalance]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One movement of a customer's wallets. ``other`` is None where it is no customer."""

    transaction: UUID
    type: str
    at: datetime
    amount: Money
    """Negative when it went."""
    other: UUID | None
    other_kind: str
    reference: str


def look(unit: Unit, actor: Actor, customer: UUID) -> Person:
    """Return a customer, masked.

    :raises Forbidden: if they do not belong to compliance
    """
    with compliance(unit, actor, READ, about="customer", about_id=customer):
        pass
    row = _row(unit, customer)
    phone = _clear(unit, row, "phone_number")
    return Person(
        id=customer,
        name=masked_name(*names(unit.keys, customer, row.first_name, row.last_name)),
        phone=mask(phone) if phone else "",
        country=row.country,
        tier=row.tier,
        kyc_status=row.kyc_status,
        risk=row.risk_profile or "",
        since=row.created_at,
        wallets=book.balances(unit, customer),
    )


def reveal(unit: Unit, actor: Actor, customer: UUID, *, reason: str) -> dict[str, str]:
    """Return who a customer is, in clear, once; why is kept in the log of compliance.

    :raises Forbidden: if they may reveal nothing, or do not belong to compliance
    :raises ReasonNeeded: if they do not say why
    """
    actor.require(READ)
    actor.require(REVEAL)
    if not reason.strip():
        raise ReasonNeeded
    row = _row(unit, customer)
    clear = {"name": " ".join(names(unit.keys, customer, row.first_name, row.last_name))}
    clear |= {name: _clear(unit, row, column) for column, name in _REVEALED.items()}
    noted(
        unit,
        actor,
        "revealed",
        about="customer",
        about_id=customer,
        details={"reason": reason.strip(), "fields": ", ".join(clear)},
    )
    return clear


_REVEALED = {"phone_number": "phone", "date_of_birth": "born", "id_number": "id_number"}


def _clear(unit: Unit, row: Row, column: str) -> str:
    value = getattr(row, column)
    if value is None:
        return ""
    return unit.keys.open(bytes(value), field=f"customers.{column}", row=row.id)


def _row(unit: Unit, customer: UUID) -> Row:
    return unit.one(
        """
        select id, first_name, last_name, phone_number, date_of_birth, id_number, country, tier,
            kyc_status, risk_profile, created_at
        from customers where id = %(customer)s
        """,
        customer=customer,
    )


def moves(unit: Unit, actor: Actor, customer: UUID) -> list[Move]:
    """Return the last movements of all of a customer's wallets, newest first.

    :raises Forbidden: if they do not belong to compliance
    """
    with compliance(unit, actor, READ, about="customer", about_id=customer):
        pass
    rows = unit.all(
        """
        select e.transaction_id, t.type, e.posted_at, e.amount, a.currency, t.reference,
            o.owner as other, o.kind as other_kind
        from ledger_accounts a
            cross join lateral (
                select transaction_id, leg, amount, posted_at, version from ledger_entries
                where account_id = a.account_id order by version desc limit %(most)s) e
            join transactions t on t.transaction_id = e.transaction_id
            join ledger_entries f on f.transaction_id = e.transaction_id and f.leg = e.leg
                and f.account_id <> a.account_id
            join ledger_accounts o on o.account_id = f.account_id
        where a.owner = %(customer)s
        order by e.posted_at desc, e.transaction_id desc, e.leg limit %(most)s
        """,
        customer=customer,
        most=MOST_MOVES,
    )
    return [
        Move(
            transaction=row.transaction_id,
            type=row.type,
            at=row.posted_at,
            amount=Money(row.amount, row.currency),
            other=row.other,
            other_kind=row.other_kind,
            reference=row.reference,
        )
        for row in rows
    ]
