"""Payments that failed for no fault of their customer's: each has a case, before anybody asks.

The money is back by then. Somebody looks at what went wrong, and the number of the case stands in
the words that tell the customer. What they could have known themselves (a wrong number, too little
money) opens none.
"""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from core.crm import cases
from core.crm.case_store import UNFINISHED
from core.crm.cases import Source, TooManyCases
from core.crm.sla import Priority
from core.money import Money
from core.store.unit import Unit

Kind = Literal["payout", "deposit", "bill", "airtime"]
KINDS: Mapping[Kind, tuple[str, Priority]] = {
    "payout": ("Transfer", "High"),
    "deposit": ("Deposit", "High"),
    "bill": ("Transfer", "Medium"),
    "airtime": ("Transfer", "Low"),
}
"""What a case is about, and how urgent it is, for each kind of payment."""
FAILED = "failed"


def open_case(
    unit: Unit,
    *,
    kind: Kind,
    customer: UUID,
    amount: Money,
    reference: str,
    transaction: UUID | None,
    why: str,
) -> str:
    """Return the number of the case of a payment that failed: of one that is there, or a new one.

    ``transaction`` is what the case is linked to, and so opened for once; ``why`` is a code.
    """
    if transaction is not None and (known := _open(unit, customer, transaction)):
        return known
    try:
        return _opened(
            unit, "bot", kind, customer, amount, reference=reference, link=transaction, why=why
        )
    except TooManyCases:
        # Of their own they may have five; what we did wrong is not counted against them.
        return _opened(
            unit, "system", kind, customer, amount, reference=reference, link=transaction, why=why
        )


def _opened(
    unit: Unit,
    by: Source,
    kind: Kind,
    customer: UUID,
    amount: Money,
    *,
    reference: str,
    link: UUID | None,
    why: str,
) -> str:
    category, priority = KINDS[kind]
    return cases.open_case(
        unit,
        customer=customer,
        category=category,
        sub_category=FAILED,
        title=f"{kind.capitalize()} {reference} failed",
        description=f"{amount.grouped} failed for good ({why}). The customer was told, with the"
        " number of this case. Find out why, and whether it may be tried again.",
        priority=priority,
        channel="desk",
        conversation=None,
        transaction=link,
        by=by,
    ).number


def _open(unit: Unit, customer: UUID, transaction: UUID) -> str:
    """Return the number of a case of theirs about a payment that is not done; empty for none."""
    number: str | None = unit.value(
        """
        select c.case_number from case_links l join cases c on c.id = l.case_id
        where l.transaction_id = %(transaction)s and c.customer_id = %(customer)s
            and c.status = any(%(unfinished)s)
        order by c.created_at desc, c.id desc limit 1
        """,
        transaction=transaction,
        customer=customer,
        unfinished=list(UNFINISHED),
    )
    return number or ""
