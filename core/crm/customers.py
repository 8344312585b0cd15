"""Customers: one person, one row, sealed; found by tokens, shown to others only masked."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.errors import Refusal
from core.names import masked_name
from core.phone import NotAPhone, mask, parse
from core.store import contacts, personal
from core.store.personal import Personal
from core.store.unit import Unit

MOST_FOUND = 50
HOME = "KE"
"""Whose way of writing phone numbers is understood."""


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


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as those who may see them do: not masked."""

    first_name: str
    last_name: str
    phone: str | None
    """E.164; None once it was given up."""
    language: str
    country: str

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def masked_name(self) -> str:
        """The name as others may read it."""
        return masked_name(self.first_name, self.last_name)

    @property
    def masked_phone(self) -> str:
        """The number as others may read it; stars alone where there is none."""
        return mask(self.phone or "")


REGISTER = """
insert into customers (id, first_name, last_name, email, phone_number, date_of_birth, id_number,
    phone_index, email_index, id_number_index, name_index, segment, kyc_status, is_active,
    created_at, created_by, updated_at, updated_by, country, language, home_currency, tier,
    default_wallet)
values (%(id)s, %(first_name)s, %(last_name)s, %(email)s, %(phone_number)s, %(date_of_birth)s,
    %(id_number)s, %(phone_index)s, %(email_index)s, %(id_number_index)s, %(name_index)s,
    %(segment)s, %(kyc_status)s, true, %(now)s, %(by)s, %(now)s, %(by)s, %(country)s,
    %(language)s, %(currency)s, %(tier)s, %(wallet)s)
on conflict do nothing
"""


SEARCH = """
select id from customers
where name_index @> %(words)s or phone_index = %(phone)s or email_index = %(email)s
    or id_number_index = any(%(documents)s)
order by id desc limit %(most)s
"""


def register(unit: Unit, new: NewCustomer) -> None:
    """Write down a new customer.

    :raises AlreadyCustomer: if the phone number, identity document or email is another's
    """
    who = Personal(
        first_name=new.first_name,
        last_name=new.last_name,
        email=new.email,
        phone=new.phone,
        born=new.born,
        country=new.country,
        id_number=new.id_number,
    )
    contacts.keep(unit, new.phone)
    written = unit.run(
        REGISTER,
        id=new.id,
        **personal.seal(unit.keys, new.id, who),
        segment=new.segment,
        kyc_status=new.kyc_status,
        country=new.country,
        language=new.language,
        currency=new.home_currency,
        tier=new.tier,
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
        from customers c where c.phone_index = %(phone)s and c.is_active
        """,
        phone=contacts.token(unit, phone),
        currency=currency,
    )
    if row is None:
        return None
    first, last = personal.names(unit.keys, row.id, row.first_name, row.last_name)
    return Payee(row.id, masked_name(first, last), mask(phone), row.takes)


def people(unit: Unit, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Return customers by their ids, in one statement. Whoever shows one to others masks it."""
    rows = unit.all(
        """
        select id, first_name, last_name, phone_number, language, country
        from customers where id = any(%(ids)s)
        """,
        ids=list(set(ids)),
    )
    return {
        row.id: Person(
            *personal.names(unit.keys, row.id, row.first_name, row.last_name),
            phone=personal.phone(unit.keys, row.id, row.phone_number),
            language=row.language,
            country=row.country,
        )
        for row in rows
    }


def lock(unit: Unit, customer: UUID) -> None:
    """Have what several phones of one customer ask for at once happen one after the other."""
    unit.one("select id from customers where id = %(id)s for no key update", id=customer)


def find_by_phone(unit: Unit, phone: str) -> UUID | None:
    """Return the active customer with this number (E.164), if there is one."""
    found: UUID | None = unit.value(
        "select id from customers where phone_index = %(phone)s and is_active",
        phone=contacts.token(unit, phone),
    )
    return found


def search(unit: Unit, text: str) -> list[UUID]:
    """Return customers, newest first, who have every word of a text in their name.

    A text that is a phone number (in international form, or as Kenyans write theirs), an e-mail
    address or the number of an identity document finds whose it is. At most fifty; words are found
    whole, whatever their case and accents.
    """
    words = personal.name_tokens(unit.keys, text)
    if not words:
        return []
    issuers = [row.code for row in unit.all("select code from countries")]
    rows = unit.all(
        SEARCH,
        words=words,
        phone=personal.phone_token(unit.keys, _as_phone(text)),
        email=personal.email_token(unit.keys, text),
        documents=[personal.id_number_token(unit.keys, issuer, text) for issuer in issuers],
        most=MOST_FOUND,
    )
    return [row.id for row in rows]


def _as_phone(text: str) -> str:
    with suppress(NotAPhone):
        return parse(text, HOME)
    return text.strip()


def find_by_address(unit: Unit, *, channel: str, address: str) -> UUID | None:
    """Return the customer met at an address, whether or not it has earned trust."""
    found: UUID | None = unit.value(
        """
        select customer_id from addresses
        where channel = %(channel)s and address = %(address)s and trust <> 'withdrawn'
        """,
        channel=channel,
        address=contacts.token(unit, address),
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
