"""What customers owe because a card took more than there was, and refunds that wait for a wallet.

A debt is taken from the wallet as soon as it has money free. What went beyond the tolerance of a
trade waits some days before it is, so that its customer may dispute it first.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from core.cards import payments, postings
from core.cards.payments import CardPayment
from core.money import Money
from core.store.unit import Row, Unit

Why = Literal["funds", "tolerance", "dispute"]
AGAIN_AFTER = timedelta(hours=1)
"""Between two looks at a wallet that could not pay, or could not be paid."""
GRACE = timedelta(days=3)
"""Before what went beyond the tolerance is taken."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A refund that its wallet could not take."""

    id: UUID
    payment: UUID
    amount: Money
    tries: int


def owe(
    unit: Unit,
    id: UUID,  # noqa: A002 - of what it comes from
    one: CardPayment,
    *,
    owed: Money,
    agreed: bool,
) -> None:
    """Write down what a customer owes for a payment; nothing when that is nothing.

    ``agreed``: the wallet gave all that its customer had agreed to, and this goes beyond it.
    """
    why: Why = "tolerance" if agreed else "funds"
    add(unit, id, one, owed=owed, why=why, due_in=GRACE if agreed else AGAIN_AFTER)


def add(
    unit: Unit,
    id: UUID,  # noqa: A002 - as above
    one: CardPayment,
    *,
    owed: Money,
    why: Why,
    due_in: timedelta,
) -> None:
    """Write down a debt that is taken from the wallet from then on; nothing when it is nothing."""
    if not owed.minor:
        return
    unit.run(
        """
        insert into card_debts (debt_id, card_tx_id, customer_id, wallet_id, currency, why, amount,
            due_at, at)
        values (%(id)s, %(payment)s, %(customer)s, %(wallet)s, %(currency)s, %(why)s, %(amount)s,
            %(due)s, %(now)s)
        """,
        id=id,
        payment=one.id,
        customer=one.customer,
        wallet=one.wallet,
        currency=owed.currency,
        why=why,
        amount=owed.minor,
        due=unit.now + due_in,
        now=unit.now,
    )


def collect_due(unit: Unit) -> UUID | None:
    """Take of one debt that is due what its wallet has free; return its id, None when none is."""
    row = unit.maybe(
        """
        select debt_id, card_tx_id, currency::text as currency, amount - paid as rest, tries
        from card_debts where due_at <= %(now)s
        order by due_at limit 1 for update skip locked
        """,
        now=unit.now,
    )
    if row is None:
        return None
    one = payments.lock_one(unit, row.card_tx_id)
    rest = Money(row.rest, row.currency)
    paid = postings.pay_debt(unit, row.debt_id, row.tries, one, rest)
    unit.run(
        """
        update card_debts set paid = paid + %(paid)s, tries = tries + 1,
            due_at = case when amount > paid + %(paid)s then %(again)s::timestamptz end
        where debt_id = %(id)s
        """,
        id=row.debt_id,
        paid=paid.minor,
        again=unit.now + AGAIN_AFTER,
    )
    collected: UUID = row.debt_id
    return collected


def owed(unit: Unit, customer: UUID) -> list[Money]:
    """Return what a customer owes for their cards, a sum for each currency."""
    rows = unit.all(
        """
        select currency::text as currency, sum(amount - paid)::bigint as owed from card_debts
        where customer_id = %(customer)s and due_at is not null group by currency order by currency
        """,
        customer=customer,
    )
    return [Money(row.owed, row.currency) for row in rows]


def keep_refund(
    unit: Unit,
    id: UUID,  # noqa: A002 - of the clearing it comes from
    one: CardPayment,
    amount: Money,
) -> None:
    """Write down a refund that its wallet could not take."""
    unit.run(
        """
        insert into card_returns (return_id, card_tx_id, wallet_id, amount, currency, due_at, at)
        values (%(id)s, %(payment)s, %(wallet)s, %(amount)s, %(currency)s, %(due)s, %(now)s)
        """,
        id=id,
        payment=one.id,
        wallet=one.wallet,
        amount=amount.minor,
        currency=amount.currency,
        due=unit.now + AGAIN_AFTER,
        now=unit.now,
    )


def refund_due(unit: Unit) -> Waiting | None:
    """Return a refund that is to be tried now, so that nobody else tries it."""
    row = unit.maybe(
        """
        select return_id, card_tx_id, amount, currency::text as currency, tries from card_returns
        where due_at <= %(now)s order by due_at limit 1 for update skip locked
        """,
        now=unit.now,
    )
    return None if row is None else _waiting(row)


def refund_paid(unit: Unit, one: Waiting) -> None:
    """Write down that its wallet has taken it."""
    unit.run(
        "update card_returns set due_at = null, tries = tries + 1 where return_id = %(id)s",
        id=one.id,
    )


def refund_again(unit: Unit, one: Waiting) -> None:
    """Have it tried again later."""
    unit.run(
        """
        update card_returns set due_at = %(due)s, tries = tries + 1 where return_id = %(id)s
        """,
        id=one.id,
        due=unit.now + AGAIN_AFTER,
    )


def _waiting(row: Row) -> Waiting:
    return Waiting(row.return_id, row.card_tx_id, Money(row.amount, row.currency), row.tries)
