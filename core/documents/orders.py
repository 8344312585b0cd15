"""What a customer asks for: a statement of which wallet and days, and the way it goes to them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from core.errors import Refusal
from core.store import contacts
from core.store.delivery import WINDOW
from core.store.unit import Unit

Carrier = Literal["whatsapp", "mail"]

LONGEST_MONTHS = 13
"""A whole year and the month that runs."""
MOST_MOVEMENTS = 5000
"""In one statement: a hundred pages and more, made in seconds."""
MOST_A_DAY = 10
KEPT_FOR = timedelta(days=30)
NAME = "documents.name"


class TooManyDocuments(Refusal):
    """The customer had as many as one may have in a day. Fact: ``most``."""

    code = "too_many_documents"


class PeriodAhead(Refusal):
    """The first day has not come yet."""

    code = "period_ahead"


class PeriodBackwards(Refusal):
    """The last day comes before the first."""

    code = "period_backwards"


class PeriodTooLong(Refusal):
    """There are more months between the days than one statement covers. Fact: ``most``."""

    code = "period_too_long"


class TooManyMovements(Refusal):
    """More has moved in these days than one statement lists. Fact: ``most``."""

    code = "too_many_movements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A document to be made of a wallet and some days; both belong to it.

    ``address`` is the token of the WhatsApp address it goes to; None by mail.
    """

    customer: UUID
    wallet: UUID
    since: date
    until: date
    language: str
    carrier: Carrier
    address: str | None = None


def local_day(unit: Unit, customer: UUID, at: datetime) -> date:
    """Return the day it is for a customer at a moment."""
    day: date = unit.value(
        """
        select (%(at)s at time zone timezone)::date from account_owners where owner = %(customer)s
        """,
        at=at,
        customer=customer,
    )
    return day


def check_period(since: date, until: date, *, today: date) -> None:
    """Refuse days that no statement can cover; whoever asks has cut ``until`` to today.

    :raises PeriodAhead: if the first has not come yet
    :raises PeriodBackwards: if the last comes before the first
    :raises PeriodTooLong: if there are more than thirteen months between them
    """
    if since > today:
        raise PeriodAhead
    if until < since:
        raise PeriodBackwards
    if until >= _months_after(since, LONGEST_MONTHS):
        raise PeriodTooLong(most=str(LONGEST_MONTHS))


def may_ask(unit: Unit, customer: UUID) -> bool:
    """Return whether the customer has had fewer documents within a day than one may have."""
    many: int = unit.value(
        """
        select count(*) from (
            select from documents where customer_id = %(customer)s and created_at > %(since)s
            limit %(most)s) d
        """,
        customer=customer,
        since=unit.now - timedelta(days=1),
        most=MOST_A_DAY,
    )
    return many < MOST_A_DAY


def check(unit: Unit, customer: UUID, *, wallet: UUID, since: date, until: date) -> str:
    """Refuse a statement that cannot be made; return the wallet's account number.

    :raises PeriodAhead: as `check_period` does, like PeriodBackwards and PeriodTooLong
    :raises TooManyMovements: if more has moved than one statement lists
    """
    check_period(since, until, today=local_day(unit, customer, unit.now))
    row = unit.one(
        """
        select a.account_no,
            coalesce(ledger_version_before(a.account_id,
                    (%(until)s::date + 1)::timestamp at time zone o.timezone)
                - ledger_version_before(a.account_id,
                    %(since)s::date::timestamp at time zone o.timezone), 0) as movements
        from ledger_accounts a join account_owners o on o.owner = a.owner
        where a.account_id = %(wallet)s and a.owner = %(customer)s
        """,
        wallet=wallet,
        customer=customer,
        since=since,
        until=until,
    )
    if row.movements > MOST_MOVEMENTS:
        raise TooManyMovements(most=str(MOST_MOVEMENTS))
    return str(row.account_no)


def order(unit: Unit, wanted: Order) -> str:
    """Have a statement made, and return its number.

    :raises PeriodAhead: as `check` does, like PeriodBackwards, PeriodTooLong and TooManyMovements
    :raises TooManyDocuments: if the customer had ten within a day
    """
    if not may_ask(unit, wanted.customer):
        raise TooManyDocuments(most=str(MOST_A_DAY))
    account_no = check(
        unit, wanted.customer, wallet=wanted.wallet, since=wanted.since, until=wanted.until
    )
    name = f"wekeza-{account_no[-4:]}-{wanted.since}-{wanted.until}.pdf"
    return write(unit, wanted, kind="statement", name=name)


def write(
    unit: Unit,
    wanted: Order,
    *,
    kind: Literal["statement", "receipt"],
    name: str,
    payment: UUID | None = None,
) -> str:
    """Write down that a document is to be made at once, and return its number.

    ``name`` is the file's. ``payment`` is what a receipt is of; a statement is of none.
    """
    document = unit.new_id()
    number = number_of(document)
    unit.run(
        """
        insert into documents (id, number, customer_id, kind, name, wallet_id, payment_id, since,
            until, language, carrier, address, due_at, correlation, created_at, expires_at)
        values (%(id)s, %(number)s, %(customer)s, %(kind)s, %(name)s, %(wallet)s, %(payment)s,
            %(since)s, %(until)s, %(language)s, %(carrier)s, %(address)s, %(now)s, %(correlation)s,
            %(now)s, %(expires_at)s)
        """,
        id=document,
        number=number,
        customer=wanted.customer,
        kind=kind,
        name=unit.keys.seal(name, field=NAME, row=document),
        wallet=wanted.wallet,
        payment=payment,
        since=wanted.since,
        until=wanted.until,
        language=wanted.language,
        carrier=wanted.carrier,
        address=wanted.address,
        correlation=unit.correlation,
        expires_at=unit.now + KEPT_FOR,
        now=unit.now,
    )
    return number


def whatsapp_of(unit: Unit, customer: UUID) -> str | None:
    """Return the token of a customer's WhatsApp address that takes a file just now, if one does.

    WhatsApp takes files only within a day of the customer's last message there.
    """
    found: str | None = unit.value(
        """
        select a.address from addresses a
        join conversations c on c.channel = a.channel and c.address = a.address
        where a.customer_id = %(customer)s and a.channel = 'whatsapp'
            and a.trust in ('probation', 'trusted') and a.opted_out_at is null
            and c.last_inbound_at > %(since)s
        order by c.last_inbound_at desc limit 1
        """,
        customer=customer,
        since=unit.now - WINDOW,
    )
    return found


def here(unit: Unit, address: str) -> str:
    """Return the token of the address that somebody writes from."""
    return contacts.token(unit, address)


def number_of(document: UUID) -> str:
    """Return what a document is called aloud: the random end of its id, four signs at a time."""
    end = document.hex[-12:].upper()
    return "-".join(end[at : at + 4] for at in range(0, 12, 4))


def _months_after(day: date, months: int) -> date:
    """Return the first day that is so many months later, or the next where that month has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
