"""Real payments over a rail's twin, its own report and statement of the day, and what differs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.iso.statement_made import statement
from core.money import Money
from core.partners.rails import report, twin_books
from core.partners.rails.direct import DirectReach
from core.partners.wire import NoAnswer
from core.recon.wanted import Teller, wanted
from tests.bot.test_rails_end_to_end import incoming, town  # noqa: F401 - the town's fixture
from worker import reconciliation


class Telling(DirectReach):
    """A switch in this process that can also be asked for its files."""

    def __init__(self, reach, switch):
        super().__init__(switch, clock=reach._clock, mishaps=reach._mishaps)
        self.kept, self.clock, self.away = switch, reach._clock, False

    def report(self, on, *, seconds):
        if self.away:
            raise NoAnswer("nobody there")
        return report.written(twin_books.report(self.kept, on, now=self.clock()))

    def statement(self, on, currency, *, seconds):
        told = twin_books.statement(
            self.kept, on, currency, account="1000200300", bank="CBKEKENX", now=self.clock(),
            first=Money(10**12, currency),
        )  # fmt: skip
        return statement(told, made_at=self.clock())


@pytest.fixture
def rail(town):  # noqa: F811
    rail = town.house.partners["pesalink"]
    rail.reach = Telling(rail.reach, town.switch)
    assert isinstance(rail.reach, Teller)
    # What brought money to the nostro is older than its first statement.
    town.pass_by(days=3)
    return rail


def open_breaks(house):
    with house.unit() as unit:
        rows = unit.all("select kind, found from recon_breaks where status = 'open'")
        return [row.kind for row in rows]


def matched(house):
    with house.unit() as unit:
        return unit.value("select count(*) from recon_items where match_id is not null")


def test_a_day_of_real_payments_agrees_to_the_cent(town, rail):  # noqa: F811
    town.pay("0180293487123")  # settled
    town.pay("0180293487431", "KES 900.00")  # comes back
    town.pass_by(seconds=10)
    town.hear()
    town.pass_by(minutes=2)
    town.hear()
    incoming(town, town.brian.account_no)
    town.hear()
    town.pass_by(days=3)
    done = reconciliation.sweep(town.house)
    assert open_breaks(town.house) == []
    # Three payments and one return, each in book and report, and in book and statement.
    assert (matched(town.house), done.agreed) == (16, 2)
    with town.house.unit() as unit:
        assert wanted(unit, "pesalink") == []
    assert reconciliation.sweep(town.house).run is None


def test_money_whose_callback_was_lost_is_found_until_the_book_has_it(town, rail):  # noqa: F811
    incoming(town, town.brian.account_no)
    town.pass_by(days=2)
    reconciliation.sweep(town.house)
    assert open_breaks(town.house) == ["missing_in_book"]
    town.hear()
    reconciliation.sweep(town.house)
    assert open_breaks(town.house) == []


def test_a_file_that_is_not_there_is_asked_for_again(town, rail):  # noqa: F811
    rail.reach.away = True
    reconciliation.sweep(town.house)
    with town.house.unit() as unit:
        missing = wanted(unit, "pesalink")
        assert [one.kind for one in missing] == ["report"] * 3
        assert missing[-1].day == unit.now.date() - timedelta(days=1)
    rail.reach.away = False
    reconciliation.sweep(replace(town.house))
    with town.house.unit() as unit:
        assert wanted(unit, "pesalink") == []
