"""Airtime bought and bills paid, as they stand in the books: read, locked, and moved forward."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.money import Money
from core.phone import mask
from core.store.unit import Row, Unit

Kind = Literal["airtime", "bill"]
Status = Literal["sent", "done", "returning", "returned"]
ACCOUNT, HOLDER, TOKEN = "bill_payments.account", "bill_payments.holder", "bill_payments.token"


@dataclass(frozen=True, slots=True)
class Bought:
    """Airtime bought, or a bill paid. What is sealed is opened by `account` and `token`."""

    id: UUID
    customer: UUID
    wallet: UUID
    kind: Kind
    biller: str | None
    bundle: str | None
    amount: Money
    fee: Money
    order_id: UUID
    reference: str
    channel: str
    status: Status
    code: str | None
    tries: int
    created_at: datetime


COLUMNS = """id, customer_id, wallet_id, kind, biller_id, bundle_id, amount, fee, order_id,
    reference, channel, status, code, tries, created_at, currency"""


def insert(unit: Unit, one: Bought, *, account: str, holder: str) -> None:
    """Write down what was bought; ``account`` and ``holder`` are sealed."""
    unit.run(
        """
        insert into bill_payments (id, customer_id, wallet_id, kind, biller_id, bundle_id, account,
            holder, amount, currency, fee, order_id, reference, channel, correlation, created_at)
        values (%(id)s, %(customer)s, %(wallet)s, %(kind)s, %(biller)s, %(bundle)s, %(account)s,
            %(holder)s, %(amount)s, %(currency)s, %(fee)s, %(order)s, %(reference)s, %(channel)s,
            %(correlation)s, %(now)s)
        """,
        id=one.id,
        customer=one.customer,
        wallet=one.wallet,
        kind=one.kind,
        biller=one.biller,
        bundle=one.bundle,
        account=unit.keys.seal(account, field=ACCOUNT, row=one.id),
        holder=unit.keys.seal(holder, field=HOLDER, row=one.id) if holder else None,
        amount=one.amount.minor,
        currency=one.amount.currency,
        fee=one.fee.minor,
        order=one.order_id,
        reference=one.reference,
        channel=one.channel,
        correlation=unit.correlation,
        now=unit.now,
    )


def find(unit: Unit, id: UUID) -> Bought | None:  # noqa: A002
    """Return what was bought under an id."""
    row = unit.maybe(f"select {COLUMNS} from bill_payments where id = %(id)s", id=id)
    return None if row is None else _bought(row)


def lock(unit: Unit, id: UUID) -> Bought | None:  # noqa: A002
    """Return what was bought under an id, so that nobody else moves it meanwhile."""
    row = unit.maybe(f"select {COLUMNS} from bill_payments where id = %(id)s for update", id=id)
    return None if row is None else _bought(row)


def account(unit: Unit, one: Bought) -> str:
    """Return the account number or the phone (E.164) it is for; empty once it was erased."""
    sealed = unit.value("select account from bill_payments where id = %(id)s", id=one.id)
    if sealed is None:
        return ""
    return unit.keys.open(bytes(sealed), field=ACCOUNT, row=one.id)


def payees(unit: Unit, references: list[str]) -> dict[str, str]:
    """Return whom payments were for, by reference: a biller's short name, or a masked phone."""
    rows = unit.all(
        """
        select p.id, p.reference, p.account, b.short_name
        from bill_payments p left join billers b on b.biller_id = p.biller_id
        where p.reference = any(%(references)s)
        """,
        references=references,
    )
    return {row.reference: row.short_name or _phone(unit, row) for row in rows}


def _phone(unit: Unit, row: Row) -> str:
    if row.account is None:  # it was erased
        return ""
    return mask(unit.keys.open(bytes(row.account), field=ACCOUNT, row=row.id))


def refused_of(unit: Unit, payments: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of some payments that did not happen, by their ids."""
    rows = unit.all(
        """
        select id from bill_payments
        where id = any(%(ids)s) and status in ('returning', 'returned')
        """,
        ids=list(payments),
    )
    return frozenset(row.id for row in rows)


def done(unit: Unit, one: Bought, *, receipt: str, token: str) -> None:
    """Write down that it happened; the ``token`` is sealed."""
    unit.run(
        """
        update bill_payments set status = 'done', receipt = %(receipt)s, token = %(token)s,
            ended_at = %(now)s
        where id = %(id)s
        """,
        id=one.id,
        receipt=receipt[:120] or None,
        token=unit.keys.seal(token, field=TOKEN, row=one.id) if token else None,
        now=unit.now,
    )


def returned(unit: Unit, one: Bought, *, code: str) -> None:
    """Write down that it did not happen and that the money is back."""
    unit.run(
        """
        update bill_payments set status = 'returned', code = %(code)s, ended_at = %(now)s,
            due_at = null
        where id = %(id)s
        """,
        id=one.id,
        code=code,
        now=unit.now,
    )


def returning(unit: Unit, one: Bought, *, code: str, due: datetime) -> None:
    """Write down that it did not happen and that the wallet cannot take the money yet."""
    unit.run(
        """
        update bill_payments set status = 'returning', code = %(code)s, tries = tries + 1,
            due_at = %(due)s
        where id = %(id)s
        """,
        id=one.id,
        code=code,
        due=due,
    )


def due(unit: Unit) -> UUID | None:
    """Return one whose way back is to be tried now, so that nobody else tries it."""
    found: UUID | None = unit.value(
        """
        select id from bill_payments where status = 'returning' and due_at <= %(now)s
        order by due_at limit 1 for update skip locked
        """,
        now=unit.now,
    )
    return found


def _bought(row: Row) -> Bought:
    return Bought(
        id=row.id,
        customer=row.customer_id,
        wallet=row.wallet_id,
        kind=row.kind,
        biller=row.biller_id,
        bundle=row.bundle_id,
        amount=Money(row.amount, row.currency),
        fee=Money(row.fee, row.currency),
        order_id=row.order_id,
        reference=row.reference,
        channel=row.channel,
        status=row.status,
        code=row.code,
        tries=row.tries,
        created_at=row.created_at,
    )
