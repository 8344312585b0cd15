"""The bank's books by line: trial balances, balances by value date, and closing a period."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.ledger.refusals import refusal
from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One line of the chart in one currency: its net balance stands on one side, zero opposite."""

    gl_code: str
    name: str
    account_class: str
    """asset, liability, equity, income or expense."""
    debit: Money
    credit: Money


def trial_balance(unit: Unit, *, through: date) -> list[TrialLine]:
    """Return every line in use at the end of a day, by value date, in the order of the chart.

    Debits and credits are equal in each currency. Reads the entries since the last closed period.
    """
    rows = unit.all(
        "select gl_code, name, class as account_class, currency, debit, credit"
        " from ledger_trial_balance(%(through)s)",
        through=through,
    )
    return [
        TrialLine(
            row.gl_code,
            row.name,
            row.account_class,
            Money(row.debit, row.currency),
            Money(row.credit, row.currency),
        )
        for row in rows
    ]


def close_period(unit: Unit, *, through: date, by: str) -> None:
    """Close all days up to one: no posting takes a value date in them any more.

    :raises PeriodClosed: if that day is closed already
    :raises PeriodRuns: if the day has not ended an hour ago, in UTC
    """
    row = unit.one(
        "select code, facts from ledger_close_period(%(through)s, %(by)s, %(now)s)",
        through=through,
        by=by,
        now=unit.now,
    )
    if row.code != "closed":
        raise refusal(row.code, row.facts)


def balance_on(unit: Unit, account: UUID, day: date) -> Money:
    """Return what an account held at the end of a day by value date, as far as posted by now."""
    row = unit.one(
        "select currency, ledger_balance_on(account_id, %(day)s) as held from ledger_accounts"
        " where account_id = %(account)s",
        account=account,
        day=day,
    )
    return Money(row.held, row.currency)
