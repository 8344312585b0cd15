"""Tiers: how well the bank knows a customer decides how much they may move and hold.

The limits themselves are the ledger's, per country and tier; it judges them inside each posting.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal
from uuid import UUID

from core.ledger import book
from core.money import Money
from core.store.unit import Unit

KycStatus = Literal["Pending", "Verified", "Rejected", "Expired"]


class Tier(IntEnum):
    """How well a customer is known."""

    REGISTERED = 1
    """Registered by phone; nobody has checked the name, id number and birth date yet."""
    IDENTIFIED = 2
    """The identity document was verified."""
    ASSESSED = 3
    """Address and source of funds were verified too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tier allows in a country; None is no limit."""

    per_transaction: Money | None
    per_day: Money | None
    per_month: Money | None
    max_balance: Money | None


def limits(unit: Unit, *, country: str, tier: Tier) -> Limits:
    """Return what a customer of this country and tier may do."""
    row = unit.one(
        """
        select c.currency, l.per_transaction, l.per_day, l.per_month, l.max_balance
        from tier_limits l join countries c on c.code = l.country
        where l.country = %(country)s and l.tier = %(tier)s
        """,
        country=country,
        tier=int(tier),
    )
    figures = (row.per_transaction, row.per_day, row.per_month, row.max_balance)
    return Limits(*(None if each is None else Money(each, row.currency) for each in figures))


def set_tier(unit: Unit, customer: UUID, tier: Tier, *, kyc_status: KycStatus, by: str) -> None:
    """Move a customer to a tier; limits and ceilings follow from the next posting on."""
    country: str = unit.value(
        """
        update customers set tier = %(tier)s, kyc_status = %(kyc_status)s, updated_at = %(now)s,
            updated_by = %(by)s
        where id = %(customer)s returning country
        """,
        customer=customer,
        tier=int(tier),
        kyc_status=kyc_status,
        by=by,
        now=unit.now,
    )
    book.set_owner(unit, owner=customer, country=country, tier=int(tier))


def current(unit: Unit, customer: UUID) -> Tier:
    """Return a customer's tier, which nobody changes until the unit is over."""
    tier: int = unit.value(
        "select tier from customers where id = %(customer)s for no key update", customer=customer
    )
    return Tier(tier)
