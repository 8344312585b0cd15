"""Whose card a message is about, read with the card locked: one payment of a card at a time."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from core.cards.cards import Status
from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Trade:
    """What a merchant category code says of a merchant."""

    group: str
    hold_days: int
    """How long what is authorised there stays held."""
    over_points: int
    """How far a capture may go beyond it: basis points."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A card, its customer, and the trade of the merchant it is used at."""

    card: UUID
    customer: UUID
    wallet: UUID
    status: Status
    limit: Money
    """What the card may spend in a month."""
    last4: str
    expires_on: date
    country: str
    """The customer's home."""
    timezone: str
    trade: Trade

    @property
    def currency(self) -> str:
        """The wallet's currency."""
        return self.limit.currency

    def day(self, now: datetime) -> date:
        """Return which day it is where the customer lives."""
        return now.astimezone(ZoneInfo(self.timezone)).date()


OTHER = Trade("other", 7, 0)
"""A merchant whose code is in no range."""


def lock(unit: Unit, index: str, *, mcc: str) -> Payer | None:
    """Return whose card has a number, by the number's keyed hash; None when it is none of ours.

    The card is locked until the unit ends, before anything of the ledger: what was spent on it is
    counted by one payment at a time.
    """
    row = unit.maybe(
        """
        select c.card_id, c.customer_id, c.wallet_id, c.status, c."limit" as monthly,
            c.currency::text as currency, c.last4, c.expires_on, o.country, o.timezone,
            m.mcc_group, m.hold_days, m.over_points
        from card_vault v
        join cards c on c.card_id = v.card_id
        join account_owners o on o.owner = c.customer_id
        left join lateral (
            select r.mcc_group, r.hold_days, r.over_points from card_mcc_ranges r
            where r.mcc_from <= %(mcc)s and r.mcc_to >= %(mcc)s
            order by r.mcc_from desc limit 1
        ) m on true
        where v.pan_index = %(index)s
        for no key update of c
        """,
        index=index,
        mcc=mcc,
    )
    if row is None:
        return None
    trade = OTHER
    if row.mcc_group is not None:
        trade = Trade(row.mcc_group, row.hold_days, row.over_points)
    return Payer(
        card=row.card_id,
        customer=row.customer_id,
        wallet=row.wallet_id,
        status=row.status,
        limit=Money(row.monthly, row.currency),
        last4=row.last4,
        expires_on=row.expires_on,
        country=row.country,
        timezone=row.timezone,
        trade=trade,
    )
