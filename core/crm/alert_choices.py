"""What customers want to be told of besides receipts: money that others send them, a low balance.

Receipts of what they did themselves, codes and warnings (`core.store.service_alerts`) are no choice
and always come. That others sent them money is told of every amount until they choose otherwise; of
a low balance nobody is told who has not chosen an amount. Whether news may be sent is a consent
(`core.crm.consents`).
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.money import Money
from core.store.outbox import Notice, queue_notices
from core.store.unit import Row, Unit

Kind = Literal["received", "low"]
ALERT = "balance_low"
AT_ONCE = 200
"""Balances that are looked at in one unit because they fell, or rose again."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a customer has chosen."""

    received: bool
    """Whether they are told of money that others send them."""
    received_from: Money | None
    """From how much on; None: of every amount."""
    low: Money | None
    """Below how much they are told of their balance; None: never."""


def read(unit: Unit, customer: UUID) -> Choices:
    """Return what a customer has chosen."""
    rows = unit.all(
        "select kind, amount, currency from alert_choices where customer_id = %(customer)s",
        customer=customer,
    )
    found = {row.kind: _amount(row) for row in rows}
    return Choices(
        received="received" not in found or found["received"] is not None,
        received_from=found.get("received"),
        low=found.get("low"),
    )


def tell_received(unit: Unit, customer: UUID, *, least: Money | None) -> None:
    """Tell of money that others send from an amount on; None: of every one, as at first."""
    if least is None:
        _forget(unit, customer, "received")
    else:
        _keep(unit, customer, "received", least)


def tell_no_received(unit: Unit, customer: UUID) -> None:
    """Tell of no money that others send."""
    _keep(unit, customer, "received", None)


def tell_low(unit: Unit, customer: UUID, *, below: Money) -> None:
    """Tell once each time when there is less than an amount in all wallets of its currency.

    Where there is less already, the next time is after there was enough.
    """
    _keep(unit, customer, "low", below)


def tell_no_low(unit: Unit, customer: UUID) -> None:
    """Tell of no low balance."""
    _forget(unit, customer, "low")


def wants_money_in(unit: Unit, customer: UUID, amount: Money) -> bool:
    """Return whether a customer wants to be told that others sent them so much."""
    wanted: bool = unit.value(
        "select wants_money_in(%(customer)s, %(amount)s, %(currency)s)",
        customer=customer,
        amount=amount.minor,
        currency=amount.currency,
    )
    return wanted


# Wallets are read as they stand, so nothing is missed whatever moved them, and nothing told twice.
# In their quiet hours nobody's fall is noted: they are told in the morning, of what there is then.
FELL_OR_ROSE = """
with day as materialized (
    select code from countries where quiet_until(code, %(now)s) is null
), stands as (
    select c.customer_id, c.amount, c.is_low, sum(a.posted - a.held)::bigint as available
    from alert_choices c
        join ledger_accounts a on a.owner = c.customer_id and a.kind = 'wallet'
            and a.currency = c.currency and a.status <> 'closed'
    where c.kind = 'low'
    group by c.customer_id, c.kind
), turned as (
    select s.customer_id, s.is_low, s.available
    from stands s join customers p on p.id = s.customer_id
    where (s.available < s.amount) <> s.is_low
        and (s.is_low or p.country in (select code from day))
    order by s.customer_id limit %(most)s
)
update alert_choices c set is_low = not c.is_low from turned t
where c.customer_id = t.customer_id and c.kind = 'low' and c.is_low = t.is_low
returning c.customer_id, c.is_low, c.amount, c.currency, t.available
"""


def tell_fallen(unit: Unit, *, most: int = AT_ONCE) -> int:
    """Tell whose balance fell below what they chose; return how many fell, or rose again."""
    rows = unit.all(FELL_OR_ROSE, most=most, now=unit.now)
    fallen = [Notice(row.customer_id, ALERT, _facts(row)) for row in rows if row.is_low]
    if fallen:
        queue_notices(unit, fallen)
    return len(rows)


def _keep(unit: Unit, customer: UUID, kind: Kind, amount: Money | None) -> None:
    unit.run(
        """
        insert into alert_choices as c (customer_id, kind, amount, currency, is_low, chosen_at)
        select %(customer)s, %(kind)s, %(amount)s::bigint, %(currency)s::text,
            %(kind)s = 'low' and coalesce(sum(a.posted - a.held), 0)::bigint < %(amount)s, %(now)s
        from ledger_accounts a
        where a.owner = %(customer)s and a.kind = 'wallet' and a.currency = %(currency)s
            and a.status <> 'closed'
        on conflict (customer_id, kind) do update set amount = excluded.amount,
            currency = excluded.currency, is_low = excluded.is_low, chosen_at = excluded.chosen_at
        """,
        customer=customer,
        kind=kind,
        amount=None if amount is None else amount.minor,
        currency=None if amount is None else amount.currency,
        now=unit.now,
    )


def _forget(unit: Unit, customer: UUID, kind: Kind) -> None:
    unit.run(
        "delete from alert_choices where customer_id = %(customer)s and kind = %(kind)s",
        customer=customer,
        kind=kind,
    )


def _amount(row: Row) -> Money | None:
    return None if row.amount is None else Money(row.amount, row.currency)


def _facts(row: Row) -> dict[str, str]:
    return {
        "balance": str(Money(row.available, row.currency)),
        "limit": str(Money(row.amount, row.currency)),
    }
