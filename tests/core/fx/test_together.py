"""Many at once: a quote is used once, and conversions in every direction do not deadlock."""

import random
from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_DOWN, Decimal
from threading import Barrier
from uuid import uuid4

from sqlalchemy import create_engine

from core.errors import Refusal
from core.fx import hedge_log, hedging, positions
from core.fx.convert import Converted, QuoteUsed, convert
from core.fx.market import market
from core.fx.pricing import whole
from core.fx.quote_store import Quote
from core.fx.quotes import ExposureLimit
from core.ledger import book
from core.money import Money
from tests.core.fx.dealing import mid, open_market, quoted, rich
from tests.core.people import units

AT_ONCE = 8


def together(work, count=AT_ONCE):
    gate = Barrier(count)

    def one(number):
        gate.wait()
        try:
            return work(number)
        except Refusal as refused:
            return refused

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_conversions_of_one_quote_at_once_one_is_done(clean_engine, now):
    engine = create_engine(clean_engine.url, pool_size=AT_ONCE)
    opened = units(engine, now)
    with opened() as unit:
        open_market(unit)
        customer = rich(unit, "USD", "KES")
        quote = quoted(unit, customer, "USD", "KES", Money.load("USD 100.00")).id

    def work(_):
        with opened() as unit:
            return convert(unit, id=uuid4(), customer=customer, quote=quote, channel="ussd")

    found = together(work)

    assert [type(one) for one in found].count(Converted) == 1
    assert [type(one) for one in found].count(QuoteUsed) == AT_ONCE - 1
    with opened() as unit:
        assert unit.value("select count(*) from fx_transactions") == 1
        assert positions.breaches(unit) == [] == book.verify(unit)
    engine.dispose()


def test_quotes_at_once_do_not_pass_the_exposure_limit_together(clean_engine, now):
    engine = create_engine(clean_engine.url, pool_size=AT_ONCE)
    opened = units(engine, now)
    with opened() as unit:
        open_market(unit)
        limit = market(unit).exposure_limit()
    most = whole(limit.major * Decimal("0.6") / mid("USD", "KES"), "USD", ROUND_DOWN)

    def work(_):
        with opened() as unit:
            return quoted(unit, uuid4(), "USD", "KES", most)

    found = [type(one) for one in together(work)]
    assert found.count(Quote) == 1 and found.count(ExposureLimit) == AT_ONCE - 1
    engine.dispose()


def test_conversions_in_every_direction_at_once_with_covers_between(clean_engine, now):
    engine = create_engine(clean_engine.url, pool_size=AT_ONCE)
    opened = units(engine, now)
    codes = ("USD", "KES", "UGX", "EUR")
    with opened() as unit:
        open_market(unit)
        customers = [rich(unit, *codes, number=n) for n in range(3)]

    def work(number):
        chance = random.Random(number)
        for _ in range(8):
            sell, buy = chance.sample(codes, 2)
            amount = whole(mid("USD", sell) * 1200, sell, ROUND_DOWN)
            who = chance.choice(customers)
            with opened() as unit:
                quote = quoted(unit, who, sell, buy, amount).id
            with opened() as unit:
                convert(unit, id=uuid4(), customer=who, quote=quote, channel="ussd")
            with opened() as unit:
                hedging.cover_positions(unit)

    assert together(work) == [None] * AT_ONCE
    with opened() as unit:
        assert unit.value("select count(*) from fx_transactions") == 8 * AT_ONCE
        assert positions.breaches(unit) == [] == book.verify(unit)
        covered = [one.position.currency for one in hedge_log.listed(unit)]
        assert len(covered) == len(set(covered))  # nobody covered the same position twice
    engine.dispose()
