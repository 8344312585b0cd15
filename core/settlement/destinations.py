"""Where a customer has money paid out to: checked before anything moves, and kept for next time."""

import re
from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_OID, UUID, uuid5

from core.errors import Refusal
from core.phone import is_phone, mask
from core.screening.party import Party
from core.screening.screen import counterparty_id
from core.settlement import banks
from core.settlement.banks import Bank
from core.store.unit import Unit

Kind = Literal["bank", "mobile"]
MOST_SAVED = 9
"""Destinations a customer is offered again; they fit one list."""
LONGEST_NAME = 70
"""Of a payee, as ISO 20022 carries it over every rail."""
SHOWN_LAST = 4
ACCOUNT = "payout_destinations.account_no"
NAME = "payout_destinations.payee_name"


class DestinationInvalid(Refusal):
    """No account there can have such a number. Facts: ``bank`` (short name), ``typed``."""

    code = "destination_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where money is to go. A bank needs ``account_no``; mobile money ``phone`` (E.164)."""

    kind: Kind
    bank_id: str
    account_no: str = ""
    phone: str = ""
    name: str
    """The payee's, in clear: it goes with the payment."""
    confirmed: bool = False
    """Whether the payee's bank told the name."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A destination that can be paid to, as it is kept and sent."""

    kind: Kind
    bank: Bank
    account: str
    """The account number, blanks and dashes taken out, or the phone number (E.164)."""
    name: str
    confirmed: bool
    id: UUID
    """Stands for bank and account where a payee's id is asked for."""

    @property
    def shown(self) -> str:
        """The account as a screen shows it."""
        return shown(self.kind, self.account)


@dataclass(frozen=True, slots=True)
class Saved:
    """A destination that money was paid to before, in clear for its owner's own conversation."""

    id: UUID
    kind: Kind
    bank_id: str
    bank: str
    """Its short name."""
    account: str
    name: str
    confirmed: bool

    @property
    def shown(self) -> str:
        """The account as a screen shows it."""
        return shown(self.kind, self.account)


def shown(kind: str, account: str) -> str:
    """Return an account number or a phone number with only enough left to recognise."""
    return mask(account) if kind == "mobile" else f"***{account[-SHOWN_LAST:]}"


def account_at(bank: Bank, typed: str) -> str:
    """Return an account number as that bank writes it.

    :raises DestinationInvalid: if no account there can have it
    """
    account = re.sub(r"[\s.\-]", "", typed).upper()
    if len(account) > 34 or not re.fullmatch(bank.account_pattern, account):
        raise DestinationInvalid(bank=bank.short_name, typed=typed.strip()[:20])
    return account


def check(unit: Unit, wanted: Destination) -> Checked:
    """Return a destination as it is kept and sent.

    :raises BankUnknown: if there is no such bank
    :raises DestinationInvalid: if it can have no such account
    """
    bank = banks.bank(unit, wanted.bank_id)
    if bank.is_mobile_money != (wanted.kind == "mobile"):
        raise DestinationInvalid(bank=bank.short_name, typed=wanted.kind)
    if wanted.kind == "bank":
        account = account_at(bank, wanted.account_no)
    elif is_phone(wanted.phone):
        account = wanted.phone
    else:
        raise DestinationInvalid(bank=bank.short_name, typed=wanted.phone[:20])
    name = " ".join(wanted.name.split())[:LONGEST_NAME]
    if not name:
        raise DestinationInvalid(bank=bank.short_name, typed="")
    return Checked(
        wanted.kind, bank, account, name, wanted.confirmed, stands_for(unit, bank.id, account)
    )


def stands_for(unit: Unit, bank_id: str, account: str) -> UUID:
    """Return the id that stands for an account at a bank; nobody can turn it back."""
    return uuid5(NAMESPACE_OID, unit.keys.token(f"{bank_id} {account}", kind="destination"))


def party_of(*, name: str, country: str | None) -> Party:
    """Return a payee as they are compared with the lists; ``country`` is their bank's."""
    return Party("person", name, country=country)


def remember(unit: Unit, customer: UUID, where: Checked) -> None:
    """Keep a destination for next time, and forget the ones not used for longest beyond nine.

    Its payee was compared with the lists when the payment to them was decided; one who was not is
    compared soon (`payees.compare_saved`).
    """
    party = party_of(name=where.name, country=where.bank.country)
    row = f"{customer} {where.id}"
    unit.run(
        """
        insert into payout_destinations as d (destination, customer_id, kind, bank_id, account_no,
            payee_name, confirmed, last_used_at, party_id)
        values (%(id)s, %(customer)s, %(kind)s, %(bank)s, %(account)s, %(name)s, %(confirmed)s,
            %(now)s, (select subject_id from screening_subjects
                      where subject = 'counterparty' and subject_id = %(party)s limit 1))
        on conflict (customer_id, destination) do update set uses = d.uses + 1,
            last_used_at = excluded.last_used_at, payee_name = excluded.payee_name,
            confirmed = excluded.confirmed, party_id = excluded.party_id
        """,
        id=where.id,
        customer=customer,
        kind=where.kind,
        bank=where.bank.id,
        account=unit.keys.seal(where.account, field=ACCOUNT, row=row),
        name=unit.keys.seal(where.name, field=NAME, row=row),
        confirmed=where.confirmed,
        party=counterparty_id(unit, customer, party),
        now=unit.now,
    )
    unit.run(
        """
        delete from payout_destinations where (customer_id, destination) in (
            select customer_id, destination from payout_destinations
            where customer_id = %(customer)s
            order by last_used_at desc, destination offset %(most)s)
        """,
        customer=customer,
        most=MOST_SAVED,
    )


def saved(unit: Unit, customer: UUID) -> list[Saved]:
    """Return where a customer had money paid to before, the most used first; at most nine."""
    rows = unit.all(
        """
        select d.destination, d.kind, d.bank_id, b.short_name, d.account_no, d.payee_name,
            d.confirmed
        from payout_destinations d join banks b on b.bank_id = d.bank_id and b.is_open
        where d.customer_id = %(customer)s
        order by d.uses desc, d.last_used_at desc, d.destination limit %(most)s
        """,
        customer=customer,
        most=MOST_SAVED,
    )
    found = []
    for row in rows:
        key = f"{customer} {row.destination}"
        found.append(
            Saved(
                id=row.destination,
                kind=row.kind,
                bank_id=row.bank_id,
                bank=row.short_name,
                account=unit.keys.open(row.account_no, field=ACCOUNT, row=key),
                name=unit.keys.open(row.payee_name, field=NAME, row=key),
                confirmed=row.confirmed,
            )
        )
    return found


def forget(unit: Unit, customer: UUID, destination: UUID) -> None:
    """Forget a destination; one that is gone already stays gone."""
    unit.run(
        """
        delete from payout_destinations
        where customer_id = %(customer)s and destination = %(destination)s
        """,
        customer=customer,
        destination=destination,
    )
