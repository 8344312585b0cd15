"""A receipt: one payment as the ledger has it, and a code by which whoever sees it can check it.

The code is a keyed hash of reference, amount and time, in twelve letters that can be read aloud and
one more that catches a slip (ISO 7064, mod 33, 32). It is checked against the ledger as it stands,
so nobody can make one up, and a receipt whose figures were changed has another one.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from core.crm.customers import people
from core.documents.shelf import Wanted
from core.ledger.reference import LETTERS
from core.money import Money
from core.store.unit import Unit

BEGINS = "WR"
LENGTH = 10
"""Of the letters between that and the check letter: fifty bits, as a reference has."""
MOST_LATELY = 5
CHECKED_WITHIN = timedelta(minutes=10)
"""The window in which somebody's checks are counted."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment from or into a customer's wallet. ``amount`` is never negative."""

    id: UUID
    wallet: UUID
    when: datetime
    type: str
    amount: Money
    incoming: bool
    reference: str
    who: str
    """The masked name of the customer on the other side; empty when that is the bank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a receipt tells. Names are masked; an empty one is the bank or somebody beyond it."""

    number: str
    code: str
    when: datetime
    type: str
    amount: Money
    payer: str
    payee: str
    reference: str
    country: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What anybody who holds a code may know of its payment."""

    when: datetime
    country: str
    """Whose clock it is told by."""
    type: str
    amount: Money
    payer: str
    payee: str
    undone: bool
    """Whether it was given back, whole or in part, since."""


_MOVED = """
select t.transaction_id as id, t.type, t.reference, t."timestamp" as at, a.account_id as wallet,
    a.owner, a.currency, sum(e.amount)::bigint as amount,
    exists (select from transactions r where r.reverses = t.transaction_id)
        or exists (select from approvals d where d.kind = 'recall' and d.status = 'approved'
            and d.subject = t.transaction_id::text) as undone,
    f.from_customer, f.to_customer
from transactions t
join ledger_entries e on e.transaction_id = t.transaction_id
join ledger_accounts a on a.account_id = e.account_id
left join transfers f on f.id = t.transaction_id
"""
_GROUPED = " group by t.transaction_id, a.account_id, f.id having sum(e.amount) <> 0"


def lately(unit: Unit, customer: UUID) -> list[Payment]:
    """Return a customer's last payments that have a reference, in all wallets, the newest first."""
    rows = unit.all(
        f"""
        with latest as (
            select distinct l.transaction_id, w.account_id
            from ledger_accounts w cross join lateral (
                select e.transaction_id
                from ledger_entries e join transactions p on p.transaction_id = e.transaction_id
                where e.account_id = w.account_id and p.type <> 'fee'
                order by e.version desc limit %(most)s) l
            where w.owner = %(customer)s and w.kind = 'wallet')
        {_MOVED}
        join latest l on l.transaction_id = t.transaction_id and l.account_id = a.account_id
        where t.reference <> '' {_GROUPED}
        order by t."timestamp" desc, t.transaction_id desc limit %(most)s
        """,
        customer=customer,
        most=MOST_LATELY,
    )
    names = _names(unit, [row.to_customer if row.amount < 0 else row.from_customer for row in rows])
    return [
        Payment(
            id=row.id,
            wallet=row.wallet,
            when=row.at,
            type=row.type,
            amount=Money(abs(row.amount), row.currency),
            incoming=row.amount > 0,
            reference=row.reference,
            who=names.get(row.to_customer if row.amount < 0 else row.from_customer, ""),
        )
        for row in rows
    ]


def read(unit: Unit, wanted: Wanted) -> Receipt:
    """Return what a receipt tells, and let its code be found from now on."""
    row = unit.one(
        f"{_MOVED} where t.transaction_id = %(payment)s and a.account_id = %(wallet)s {_GROUPED}",
        payment=wanted.payment,
        wallet=wanted.wallet,
    )
    amount = Money(abs(row.amount), row.currency)
    code = code_of(unit, reference=row.reference, amount=amount, when=row.at)
    unit.run(
        """
        insert into receipt_codes (code, transaction_id, wallet_id, created_at)
        values (%(code)s, %(payment)s, %(wallet)s, %(now)s) on conflict do nothing
        """,
        code=code,
        payment=row.id,
        wallet=row.wallet,
        now=unit.now,
    )
    known = people(unit, [wanted.customer])
    names = _names(unit, [row.from_customer, row.to_customer, row.owner])
    return Receipt(
        number=wanted.number,
        code=code,
        when=row.at,
        type=row.type,
        amount=amount,
        payer=names.get(row.from_customer or (row.owner if row.amount < 0 else None), ""),
        payee=names.get(row.to_customer or (row.owner if row.amount > 0 else None), ""),
        reference=row.reference,
        country=known[wanted.customer].country,
    )


def confirm(unit: Unit, code: str) -> Confirmed | None:
    """Return what a code confirms, or None if the bank never gave it for a payment as it stands."""
    if not is_code(code):
        return None
    row = unit.maybe(
        f"""
        {_MOVED}
        join receipt_codes c on c.transaction_id = t.transaction_id and c.wallet_id = a.account_id
        where c.code = %(code)s {_GROUPED}
        """,
        code=code,
    )
    if row is None:
        return None
    amount = Money(abs(row.amount), row.currency)
    right = code_of(unit, reference=row.reference, amount=amount, when=row.at)
    if not hmac.compare_digest(right, code):
        return None
    names = _names(unit, [row.from_customer, row.to_customer, row.owner])
    return Confirmed(
        when=row.at,
        country=people(unit, [row.owner])[row.owner].country,
        type=row.type,
        amount=amount,
        payer=names.get(row.from_customer or (row.owner if row.amount < 0 else None), ""),
        payee=names.get(row.to_customer or (row.owner if row.amount > 0 else None), ""),
        undone=row.undone,
    )


def code_of(unit: Unit, *, reference: str, amount: Money, when: datetime) -> str:
    """Return the code of a payment: the same for the same facts, and nobody else can make it."""
    facts = f"{reference} {amount} {when.timestamp():.6f}"
    tag = unit.keys.token(facts, kind="receipt").encode()
    number = int.from_bytes(hashlib.sha256(tag).digest()[:8])
    told = BEGINS + "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))
    return told + mod_37_36.calc_check_digit(told, alphabet=LETTERS)


def plain(text: str) -> str:
    """Return a code as it is kept, however it was typed; what cannot be one stays no code."""
    return "".join(text.upper().split()).replace("-", "")[:40]


def in_fours(code: str) -> str:
    """Return a code as people compare it, four signs at a time."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def is_code(code: str) -> bool:
    """Return whether something is a code without a slip; whether it was given is another thing."""
    if len(code) != len(BEGINS) + LENGTH + 1 or not code.startswith(BEGINS):
        return False
    try:
        mod_37_36.validate(code, alphabet=LETTERS)
    except ValidationError:
        return False
    return True


def _names(unit: Unit, ids: list[UUID | None]) -> dict[UUID | None, str]:
    known = people(unit, [one for one in ids if one is not None])
    return {one: person.masked_name for one, person in known.items()}
