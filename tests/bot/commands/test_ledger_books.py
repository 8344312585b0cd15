"""The bank's books from the command line: what each line holds, and closing a period."""

import json

from tests.bot.commands.conftest import Command


def test_the_demo_banks_books_balance_in_every_currency(demo: Command) -> None:
    told = demo("ledger", "trial-balance", "--json")
    assert told.exit_code == 0
    sums = [line for line in json.loads(told.output) if line["name"] == "sum"]
    assert {line["currency"] for line in sums} >= {"KES", "TZS", "XOF", "UGX"}
    assert all(line["debit"] == line["credit"] for line in sums)
    assert "Customer wallets" in demo("ledger", "trial-balance").output


def test_a_period_is_closed_once_and_only_when_it_is_over(demo: Command) -> None:
    before = demo("ledger", "trial-balance", "--through", "2020-02-29").output
    done = demo("ledger", "close-period", "2020-02-29", "--by", "operations@wekeza.test")
    assert done.output == "closed through 2020-02-29\n"
    assert demo("ledger", "trial-balance", "--through", "2020-02-29").output == before
    again = demo("ledger", "close-period", "2020-01-31", "--by", "operations@wekeza.test")
    assert again.exit_code == 1 and "period_closed" in again.output
    early = demo("ledger", "close-period", "2099-01-01", "--by", "operations@wekeza.test")
    assert early.exit_code == 1 and "period_runs" in early.output
