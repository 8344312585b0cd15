"""Addresses: where a customer is met, and whether the place has earned their trust.

A customer is not a phone number. A new address shows nothing personal until the PIN was given
there; one that was withdrawn, because the number changed hands, belongs to nobody.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.access.trust import number_given
from core.errors import Refusal
from core.store import contacts, personal
from core.store.unit import Row, Unit

Trust = Literal["trusted", "probation", "new", "withdrawn"]


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
            where c.phone_index = %(address)s and c.is_active
            on conflict (channel, address) do update set customer_id = excluded.customer_id
            where a.customer_id is null
            returning customer_id
        )
        select c.id, c.first_name, c.country, c.language, c.home_currency, c.tier, c.default_wallet
        from met join customers c on c.id = met.customer_id
        """,
        channel=channel,
        address=contacts.token(unit, address),
        now=unit.now,
    )
    return None if row is None else _known(unit, row)


def who(unit: Unit, customer: UUID) -> Known:
    """Return a customer as the counter knows them."""
    row = unit.one(
        """
        select id, first_name, country, language, home_currency, tier, default_wallet
        from customers where id = %(customer)s
        """,
        customer=customer,
    )
    return _known(unit, row)


def _known(unit: Unit, row: Row) -> Known:
    customer, sealed, *others = row
    return Known(customer, personal.first_name(unit.keys, customer, sealed), *others)


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
            trust = excluded.trust, trusted_at = excluded.trusted_at,
            sim_changed_at = case when a.customer_id = excluded.customer_id
                then a.sim_changed_at end
        where a.customer_id is null or a.trust = 'withdrawn' or a.customer_id = excluded.customer_id
        """,
        channel=channel,
        address=contacts.keep(unit, address),
        customer=customer,
        trust=trust,
        now=unit.now,
    )
    if not attached:
        raise AddressTaken


def withdraw(unit: Unit, *, address: str, by: str) -> int:
    """Take an address, on every channel, from whoever had it; return how many it was.

    For a number that changed hands: its next holder is a stranger there and may join.
    """
    return _withdraw(unit, token=contacts.token(unit, address), by=by)


def _withdraw(unit: Unit, *, token: str, by: str) -> int:
    withdrawn = unit.run(
        """
        update addresses set trust = 'withdrawn', trusted_at = null, sim_changed_at = null
        where address = %(token)s and (trust <> 'withdrawn' or sim_changed_at is not null)
        """,
        token=token,
    )
    unit.run(
        """
        update customers set phone_number = null, phone_index = null, updated_at = %(now)s,
            updated_by = %(by)s
        where phone_index = %(token)s
        """,
        token=token,
        by=by,
        now=unit.now,
    )
    return withdrawn


def change_number(unit: Unit, customer: UUID, *, to: str, by: str) -> None:
    """Give a customer another phone number (E.164); the addresses of the old one are withdrawn.

    The new number goes on probation by the PIN alone: a person has seen who asks.

    :raises AddressTaken: if it is another customer's
    """
    token = contacts.keep(unit, to)
    old: str | None = unit.value(
        "select phone_index from customers where id = %(customer)s for no key update",
        customer=customer,
    )
    if old == token:
        return
    taken = unit.value(
        "select exists(select from customers where phone_index = %(to)s and is_active)", to=token
    )
    if taken:
        raise AddressTaken
    if old is not None:
        _withdraw(unit, token=old, by=by)
    for channel in ("ussd", "sms"):
        attach(unit, customer, channel=channel, address=to, trust="new")
    number_given(unit, customer, to)
    unit.run(
        """
        update customers set phone_number = %(sealed)s, phone_index = %(token)s,
            updated_at = %(now)s, updated_by = %(by)s
        where id = %(customer)s
        """,
        customer=customer,
        sealed=unit.keys.seal(to, field="customers.phone_number", row=customer),
        token=token,
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
        address=contacts.keep(unit, address),
        now=unit.now,
    )


def opt_in_everywhere(unit: Unit, customer: UUID) -> None:
    """Send notices to every address of a customer again."""
    unit.run(
        """
        update addresses set opted_out_at = null
        where customer_id = %(customer)s and trust <> 'withdrawn' and opted_out_at is not null
        """,
        customer=customer,
    )


def opt_in(unit: Unit, *, channel: str, address: str) -> None:
    """Send notices to an address again."""
    unit.run(
        """
        update addresses set opted_out_at = null
        where channel = %(channel)s and address = %(address)s and opted_out_at is not null
        """,
        channel=channel,
        address=contacts.token(unit, address),
    )
