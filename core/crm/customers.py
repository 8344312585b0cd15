"""Customers: one person, one row; found by phone, shown to others only masked."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.errors import Refusal
from core.names import masked_name
from core.phone import mask
from core.store.unit import Unit


class AlreadyCustomer(Refusal):
    """Somebody with this phone number or identity document banks here already."""

    code = "already_customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """What the bank knows of somebody who joins."""

    id: UUID
    first_name: str
    last_name: str
    phone: str
    """E.164."""
    country: str
    language: str
    home_currency: str
    tier: int
    kyc_status: str
    born: date | None
    id_number: str | None
    wallet: UUID
    """The id of the wallet they will be paid into."""
    email: str | None = None
    segment: str = "Retail"
    by: str
    """Who opened the account: a channel, a member of staff, the demo."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Somebody to pay, as far as the payer may know them."""

    id: UUID
    name: str
    """Masked."""
    phone: str
    """Masked."""
    takes: bool
    """Whether they have a wallet in the currency that was asked about."""


REGISTER = """
insert into customers (id, first_name, last_name, email, phone_number, date_of_birth, segment,
    kyc_status, is_active, created_at, created_by, updated_at, updated_by, country, language,
    home_currency, tier, id_number, default_wallet)
values (%(id)s, %(first_name)s, %(last_name)s, %(email)s, %(phone)s, %(born)s, %(segment)s,
    %(kyc_status)s, true, %(now)s, %(by)s, %(now)s, %(by)s, %(country)s, %(language)s,
    %(currency)s, %(tier)s, %(id_number)s, %(wallet)s)
on conflict do nothing
"""


def register(unit: Unit, new: NewCustomer) -> None:
    """Write down a new customer.

    :raises AlreadyCustomer: if the phone number, identity document or email is another's
    """
    written = unit.run(
        REGISTER,
        id=new.id,
        first_name=new.first_name,
        last_name=new.last_name,
        email=new.email,
        phone=new.phone,
        born=new.born,
        segment=new.segment,
        kyc_status=new.kyc_status,
        country=new.country,
        language=new.language,
        currency=new.home_currency,
        tier=new.tier,
        id_number=new.id_number,
        wallet=new.wallet,
        by=new.by,
        now=unit.now,
    )
    if not written:
        raise AlreadyCustomer


def find_payee(unit: Unit, *, phone: str, currency: str) -> Payee | None:
    """Return the customer with this number (E.164), or None when nobody here has it."""
    row = unit.maybe(
        """
        select c.id, c.first_name, c.last_name, exists(
            select from wallets w where w.user_id = c.id and w.currency = %(currency)s) as takes
        from customers c where c.phone_number = %(phone)s and c.is_active
        """,
        phone=phone,
        currency=currency,
    )
    if row is None:
        return None
    return Payee(row.id, masked_name(row.first_name, row.last_name), mask(phone), row.takes)


def find_by_phone(unit: Unit, phone: str) -> UUID | None:
    """Return the active customer with this number (E.164), if there is one."""
    found: UUID | None = unit.value(
        "select id from customers where phone_number = %(phone)s and is_active", phone=phone
    )
    return found


def find_by_address(unit: Unit, *, channel: str, address: str) -> UUID | None:
    """Return the customer met at an address, whether or not it has earned trust."""
    found: UUID | None = unit.value(
        """
        select customer_id from addresses
        where channel = %(channel)s and address = %(address)s and trust <> 'withdrawn'
        """,
        channel=channel,
        address=address,
    )
    return found


def set_language(unit: Unit, customer: UUID, language: str) -> None:
    """Remember the language a customer chose."""
    unit.run(
        """
        update customers set language = %(language)s, updated_at = %(now)s, updated_by = 'customer'
        where id = %(customer)s and language <> %(language)s
        """,
        customer=customer,
        language=language,
        now=unit.now,
    )
