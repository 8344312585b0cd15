"""Addresses: where a customer is met, and whether the place has earned their trust.

A customer is not a phone number. A new address shows nothing personal until the PIN was given
there; one that was withdrawn, because the number changed hands, belongs to nobody.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.errors import Refusal
from core.store.unit import Unit

Trust = Literal["trusted", "new", "withdrawn"]


class AddressTaken(Refusal):
    """The phone number is another customer's."""

    code = "address_taken"


@dataclass(frozen=True, slots=True)
class Known:
    """Who stands at an address."""

    customer_id: UUID
    first_name: str
    country: str
    language: str
    currency: str
    tier: int
    wallet: UUID | None


def recognise(unit: Unit, *, channel: str, address: str) -> Known | None:
    """Make a customer's own number, met on another channel for the first time, their new address.

    Returns None when it is nobody's number, or was withdrawn.
    """
    row = unit.maybe(
        """
        with met as (
            insert into addresses as a (channel, address, customer_id, trust, created_at)
            select %(channel)s, %(address)s, c.id, 'new', %(now)s from customers c
            where c.phone_number = %(address)s and c.is_active
            on conflict (channel, address) do update set customer_id = excluded.customer_id
            where a.customer_id is null
            returning customer_id
        )
        select c.id, c.first_name, c.country, c.language, c.home_currency, c.tier, c.default_wallet
        from met join customers c on c.id = met.customer_id
        """,
        channel=channel,
        address=address,
        now=unit.now,
    )
    return None if row is None else Known(*tuple(row))


def who(unit: Unit, customer: UUID) -> Known:
    """Return a customer as the counter knows them."""
    row = unit.one(
        """
        select id, first_name, country, language, home_currency, tier, default_wallet
        from customers where id = %(customer)s
        """,
        customer=customer,
    )
    return Known(*tuple(row))


def attach(unit: Unit, customer: UUID, *, channel: str, address: str, trust: Trust) -> None:
    """Make an address a customer's, unless it is somebody's already.

    :raises AddressTaken: if it is
    """
    attached = unit.run(
        """
        insert into addresses as a (channel, address, customer_id, trust, trusted_at, created_at)
        values (%(channel)s, %(address)s, %(customer)s, %(trust)s,
            case when %(trust)s = 'trusted' then %(now)s::timestamptz end, %(now)s)
        on conflict (channel, address) do update set customer_id = excluded.customer_id,
            trust = excluded.trust, trusted_at = excluded.trusted_at
        where a.customer_id is null or a.trust = 'withdrawn' or a.customer_id = excluded.customer_id
        """,
        channel=channel,
        address=address,
        customer=customer,
        trust=trust,
        now=unit.now,
    )
    if not attached:
        raise AddressTaken


def earn_trust(unit: Unit, customer: UUID, *, channel: str, address: str) -> None:
    """Trust a new address from now on: the PIN was given there."""
    unit.run(
        """
        update addresses set trust = 'trusted', trusted_at = %(now)s
        where channel = %(channel)s and address = %(address)s and customer_id = %(customer)s
            and trust = 'new'
        """,
        channel=channel,
        address=address,
        customer=customer,
        now=unit.now,
    )


def withdraw(unit: Unit, *, address: str, by: str) -> int:
    """Take an address, on every channel, from whoever had it; return how many it was.

    For a number that changed hands: its next holder is a stranger there and may join.
    """
    withdrawn = unit.run(
        """
        update addresses set trust = 'withdrawn', trusted_at = null
        where address = %(address)s and trust <> 'withdrawn'
        """,
        address=address,
    )
    unit.run(
        """
        update customers set phone_number = null, updated_at = %(now)s, updated_by = %(by)s
        where phone_number = %(address)s
        """,
        address=address,
        by=by,
        now=unit.now,
    )
    return withdrawn


def change_number(unit: Unit, customer: UUID, *, to: str, by: str) -> None:
    """Give a customer another phone number (E.164); the addresses of the old one are withdrawn.

    The new number earns trust by the PIN like any other.

    :raises AddressTaken: if it is another customer's
    """
    old: str | None = unit.value(
        "select phone_number from customers where id = %(customer)s for no key update",
        customer=customer,
    )
    if old == to:
        return
    taken = unit.value(
        "select exists(select from customers where phone_number = %(to)s and is_active)", to=to
    )
    if taken:
        raise AddressTaken
    if old is not None:
        withdraw(unit, address=old, by=by)
    for channel in ("ussd", "sms"):
        attach(unit, customer, channel=channel, address=to, trust="new")
    unit.run(
        """
        update customers set phone_number = %(to)s, updated_at = %(now)s, updated_by = %(by)s
        where id = %(customer)s
        """,
        customer=customer,
        to=to,
        by=by,
        now=unit.now,
    )


def opt_out(unit: Unit, *, channel: str, address: str) -> None:
    """Send no notices to an address any more, even to a stranger's. Replies still go there."""
    unit.run(
        """
        insert into addresses as a (channel, address, trust, opted_out_at, created_at)
        values (%(channel)s, %(address)s, 'new', %(now)s, %(now)s)
        on conflict (channel, address) do update set opted_out_at = %(now)s
        where a.opted_out_at is null
        """,
        channel=channel,
        address=address,
        now=unit.now,
    )


def opt_in(unit: Unit, *, channel: str, address: str) -> None:
    """Send notices to an address again."""
    unit.run(
        """
        update addresses set opted_out_at = null
        where channel = %(channel)s and address = %(address)s and opted_out_at is not null
        """,
        channel=channel,
        address=address,
    )
