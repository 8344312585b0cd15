"""What customers hear of their cards: spent, declined and why, and how much of the month is used.

It goes with the decision, in its unit, to wherever they are reached. Words are found when it is
sent: ``templates/<language>/alerts.j2``.
"""

from datetime import date, timedelta

from core.cards.payer import Payer
from core.cards.payments import CardPayment
from core.money import Money
from core.store.outbox import Notice, queue_notices
from core.store.unit import Unit

PARTS = (50, 80, 100)
"""Percents of the month's limit that a customer hears of, once a month each."""
MOST_DECLINES = 3
DECLINES_WITHIN = timedelta(hours=1)
"""No more declines of a card are told within that time: somebody may be trying numbers."""
SILENT = frozenset({"repeated", "no_original"})
"""Reasons between the scheme and the bank, which are nothing to a customer."""


def tell_spent(unit: Unit, payer: Payer, one: CardPayment, amount: Money) -> None:
    """Tell that an amount was approved, and of each part of the month's limit it reached."""
    row = unit.one(
        """
        select a.posted - a.held - coalesce(a.floor, 0) as free,
            (select coalesce(sum(t.held + t.captured), 0)::bigint from card_transactions t
                where t.card_id = %(card)s
                    and t."timestamp" >= card_period_start('month', %(zone)s, %(now)s)) as spent
        from ledger_accounts a where a.account_id = %(wallet)s
        """,
        card=payer.card,
        wallet=payer.wallet,
        zone=payer.timezone,
        now=unit.now,
    )
    balance = Money(row.free, payer.currency)
    facts = _facts(one, payer.last4) | {"amount": str(amount), "balance": str(balance)}
    alert = "card_cash" if one.kind == "cash" else "card_spent"
    notices = [Notice(payer.customer, alert, facts)]
    notices += [
        Notice(
            payer.customer,
            "card_limit_reached",
            {"card": payer.last4, "percent": str(percent), "limit": str(payer.limit)},
        )
        for percent in _reached(unit, payer, row.spent)
    ]
    queue_notices(unit, notices)


def tell_declined(
    unit: Unit,
    payer: Payer,
    one: CardPayment,
    *,
    reason: str = "",
    amount: Money | None = None,
) -> None:
    """Tell that a payment was declined and why; a few an hour, whatever is tried."""
    why = reason or one.reason
    if why in SILENT or _declined_lately(unit, payer) > MOST_DECLINES:
        return
    facts = _facts(one, payer.last4) | {"amount": str(amount or one.amount), "reason": why}
    queue_notices(unit, [Notice(payer.customer, "card_declined", facts)])


def tell_more(unit: Unit, one: CardPayment, last4: str, *, more: Money, owed: Money) -> None:
    """Tell that a merchant took more than was approved, and what of it is owed now."""
    alert = "card_owed" if owed.minor else "card_more"
    facts = _facts(one, last4) | {"amount": str(more), "owed": str(owed)}
    queue_notices(unit, [Notice(one.customer, alert, facts)])


def tell_refunded(unit: Unit, one: CardPayment, last4: str, amount: Money) -> None:
    """Tell that a merchant gave money back."""
    facts = _facts(one, last4) | {"amount": str(amount)}
    queue_notices(unit, [Notice(one.customer, "card_refunded", facts)])


def month_of(payer: Payer, unit: Unit) -> date:
    """Return the first day of the month it is where the customer lives."""
    return payer.day(unit.now).replace(day=1)


def _reached(unit: Unit, payer: Payer, spent: int) -> list[int]:
    """Return the greatest part of the month's limit reached now that was not told of, if any."""
    reached = [part for part in PARTS if spent * 100 >= part * payer.limit.minor]
    if not reached:
        return []
    rows = unit.all(
        """
        insert into card_limit_alerts (card_id, month, percent, at)
        select %(card)s, %(month)s, p, %(now)s from unnest(%(reached)s::smallint[]) p
        on conflict do nothing returning percent
        """,
        card=payer.card,
        month=month_of(payer, unit),
        reached=reached,
        now=unit.now,
    )
    return [max(row.percent for row in rows)] if rows else []


def _declined_lately(unit: Unit, payer: Payer) -> int:
    found: int = unit.value(
        """
        select count(*) from card_transactions
        where card_id = %(card)s and status = 'declined' and "timestamp" > %(since)s
        """,
        card=payer.card,
        since=unit.now - DECLINES_WITHIN,
    )
    return found


def _facts(one: CardPayment, last4: str) -> dict[str, str]:
    return {"card": last4, "merchant": one.merchant}
