"""A statement of account tells the ledger, whatever its days are; and what may be asked for."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.documents import orders, shelf, statement
from core.documents.orders import (
    Order,
    PeriodAhead,
    PeriodBackwards,
    PeriodTooLong,
    TooManyDocuments,
    TooManyMovements,
)
from core.ledger import book
from core.ledger.book import Leg
from core.money import Money
from core.store.unit import Unit
from tests.core.people import Someone, fund, passing_unit, someone

NAIROBI = ZoneInfo("Africa/Nairobi")
TODAY = date(2026, 3, 4)


def move(unit: Unit, wallet, minor: int) -> None:
    """Move money in (or out, when negative)."""
    cash = book.system_account(unit, "cash", "KES")
    legs = [Leg(cash, wallet, Money(minor, "KES"))]
    if minor < 0:
        legs = [Leg(wallet, cash, Money(-minor, "KES"))]
    book.post(unit, id=unit.new_id(), type="deposit" if minor > 0 else "withdrawal", legs=legs,
              wallet=wallet)  # fmt: skip


def ask(unit: Unit, who: Someone, since: date, until: date) -> shelf.Wanted:
    orders.order(
        unit,
        Order(customer=who.id, wallet=who.wallet, since=since, until=until, language="en",
              carrier="mail"),
    )  # fmt: skip
    wanted = shelf.claim(unit, shelf.due(unit)[-1])
    assert wanted is not None
    return wanted


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 200), st.integers(-900, 900).filter(bool)), max_size=20
    ),
    since=st.integers(0, 70),
    length=st.integers(0, 70),
)
def test_any_days_tell_the_ledger(engine, now, moves, since, length):
    with passing_unit(engine, now - timedelta(days=70)) as unit:
        who = someone(unit, holds="KES 1000.00")
        kept: list[tuple[datetime, int]] = [(unit.now, 100_000)]
        for hours, minor in moves:
            unit.now = min(unit.now + timedelta(hours=hours), now)
            move(unit, who.wallet, minor)
            kept.append((unit.now, minor))
        unit.now = now
        first = TODAY - timedelta(days=since)
        last = min(TODAY, first + timedelta(days=length))
        told = statement.read(unit, ask(unit, who, first, last))

        def day(at: datetime) -> date:
            return at.astimezone(NAIROBI).date()

        # What happens in the very moment it is asked for belongs to the next one.
        wanted = [minor for at, minor in kept if first <= day(at) <= last and at < now]
        assert [one.amount.minor for one in told.movements] == wanted
        assert told.opening.minor == sum(minor for at, minor in kept if day(at) < first)
        assert told.closing.minor == told.opening.minor + sum(wanted)
        assert told.money_in.minor == sum(minor for minor in wanted if minor > 0)
        assert told.money_out.minor == -sum(minor for minor in wanted if minor < 0)


def test_it_goes_on_over_pages_of_the_ledger(unit: Unit, monkeypatch) -> None:
    monkeypatch.setattr("core.ledger.statement.LONGEST_PAGE", 3)
    who = someone(unit, holds="KES 1000.00")
    for minor in range(1, 11):
        move(unit, who.wallet, minor)
    unit.now += timedelta(seconds=1)
    told = statement.read(unit, ask(unit, who, TODAY, TODAY))
    assert [one.amount.minor for one in told.movements] == [100_000, *range(1, 11)]


def test_its_hash_tells_one_content_from_another(unit: Unit) -> None:
    who = someone(unit, holds="KES 1000.00")
    unit.now += timedelta(seconds=1)
    wanted = ask(unit, who, TODAY, TODAY)
    once, again = statement.read(unit, wanted), statement.read(unit, wanted)
    assert once.content_mac == again.content_mac
    other = ask(unit, who, TODAY, TODAY)
    assert statement.read(unit, other).content_mac != once.content_mac, "it names its document"


@pytest.mark.parametrize(
    ("since", "until", "refusal"),
    [
        (date(2026, 3, 5), date(2026, 3, 5), PeriodAhead),
        (date(2026, 3, 4), date(2026, 3, 3), PeriodBackwards),
        (date(2025, 2, 4), date(2026, 3, 4), PeriodTooLong),
        (date(2025, 1, 31), date(2026, 3, 1), PeriodTooLong),
        (date(2025, 2, 5), date(2026, 3, 4), None),
        (date(2025, 1, 31), date(2026, 2, 28), None),
        (date(2026, 3, 4), date(2026, 3, 4), None),
    ],
)
def test_days_that_a_statement_may_cover(since, until, refusal) -> None:
    if refusal is None:
        orders.check_period(since, until, today=TODAY)
        return
    with pytest.raises(refusal):
        orders.check_period(since, until, today=TODAY)


def test_ten_a_day_and_no_more(unit: Unit) -> None:
    who = someone(unit)
    for _ in range(orders.MOST_A_DAY):
        assert orders.may_ask(unit, who.id)
        ask(unit, who, TODAY, TODAY)
    assert not orders.may_ask(unit, who.id)
    with pytest.raises(TooManyDocuments):
        ask(unit, who, TODAY, TODAY)
    unit.now += timedelta(days=1, seconds=1)
    assert orders.may_ask(unit, who.id)


def test_more_than_one_statement_lists_is_refused(unit: Unit, monkeypatch) -> None:
    monkeypatch.setattr(orders, "MOST_MOVEMENTS", 2)
    who = someone(unit, holds="KES 1000.00")
    fund(unit, who.wallet, "KES 1.00")
    unit.now += timedelta(seconds=1)
    ask(unit, who, TODAY, TODAY)
    fund(unit, who.wallet, "KES 1.00")
    with pytest.raises(TooManyMovements):
        ask(unit, who, TODAY, TODAY)
    ask(unit, who, TODAY - timedelta(days=3), TODAY - timedelta(days=1))
