"""A seeded run of conversions over all currencies, held against a second, plain book-keeping.

The model knows of no database: it adds up what was quoted and traded, and says itself when a trade
of the bank's own has to be ordered.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from core.fx import hedge_log, hedging, positions
from core.fx.convert import convert
from core.fx.guards import NoLiquidity
from core.fx.hedge_outcomes import HEDGES
from core.fx.quote_store import Quote
from core.fx.quotes import AmountTooSmall, ExposureLimit
from core.money import DIGITS, Money
from core.partners.answers import Done, Refused
from core.partners.liquidity import FxEnquiry, Told, dumped
from core.partners.orders import Order
from core.store.unit import Unit
from tests.core.fx.dealing import MIDS, mid, open_market, per_mille, price, quoted, rich

CODES = ("USD", *MIDS)
HOME, PIVOT = "KES", "USD"
LIMITS = """select currency, large, hedge_over from fx_currencies"""
FIRMS = ("lp_baobab", "lp_kilima", "lp_sahel")
BATCH = 50
"""Conversions a unit: locks of its ids are kept until it commits."""


@dataclass
class Model:
    """What the run must come to."""

    large: dict[str, int]
    limit: dict[str, int]
    position: Counter[str] = field(default_factory=Counter)
    ordered: Counter[str] = field(default_factory=Counter)
    wallets: Counter[str] = field(default_factory=Counter)
    fees: Counter[str] = field(default_factory=Counter)
    income: Counter[str] = field(default_factory=Counter)
    hedges: int = 0

    def converted(self, given: Quote) -> bool:
        """Book a conversion; return whether it is large."""
        sell, buy = given.sell.currency, given.buy.currency
        value = given.buy.minor + given.spread.minor
        self.wallets[sell] -= given.sell.minor + given.fee.minor
        self.wallets[buy] += given.buy.minor
        self.position[sell] += given.sell.minor
        self.position[buy] -= value
        self.fees[sell] += given.fee.minor
        self.income[buy] += given.spread.minor
        return given.sell.minor >= self.large[sell] or value >= self.large[buy]

    def wants(self, *codes: str) -> set[str]:
        """Those of these currencies that must be covered now."""
        return {
            code
            for code in codes
            if code != HOME and abs(self.position[code] + self.ordered[code]) > self.limit[code]
        }


@dataclass
class Run:
    """So many conversions from one seed."""

    opened: Callable[..., object]
    seed: int
    now: datetime
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.at = self.now
        with self.unit() as unit:
            open_market(unit, hours=24 * 365)
            self.customer = rich(unit, *(code for code in CODES))
            rows = unit.all(LIMITS)
        self.model = Model(
            {row.currency: row.large for row in rows},
            {row.currency: row.hedge_over for row in rows},
        )
        self.model.wallets.update(dict.fromkeys(CODES, 10**12))

    def unit(self):
        return self.opened(now=self.at)

    def convert(self, many: int) -> None:
        for _ in range(many // BATCH):
            self.at += timedelta(seconds=7)
            with self.unit() as unit:
                for _ in range(BATCH):
                    self.one(unit)

    def one(self, unit: Unit) -> None:
        sell, buy = self.chance.sample(CODES, 2)
        side = self.chance.choice((sell, buy))
        dollars = Decimal(10) ** Decimal(str(round(self.chance.uniform(0.5, 4.3), 3)))
        minor = int((dollars * mid(PIVOT, side)).scaleb(DIGITS[side]))
        try:
            given = quoted(
                unit, self.customer, sell, buy, Money(max(minor, 1), side),
                prices=self.prices(sell, buy, unit.now),
                fee_of=per_mille(self.chance.choice((0, 3, 10))),
                lock=self.chance.choice((30, 120, 1800)),
            )  # fmt: skip
        except (NoLiquidity, AmountTooSmall, ExposureLimit) as refused:
            self.done[refused.code] += 1
            return
        self.judge(given)
        before = self.hedge_rows(unit)
        convert(unit, id=uuid4(), customer=self.customer, quote=given.id, channel="ussd")
        self.done["converted"] += 1
        is_large = self.model.converted(given)
        new = [one for one in hedge_log.listed(unit, status="ordered") if one.id not in before]
        assert bool(new) == is_large
        assert all(one.reason == "large" and one.fx_id == given.id for one in new)
        self.note(new)
        self.cover(unit)
        if self.chance.random() < 0.5:
            self.answer(unit)

    def prices(self, sell: str, buy: str, now: datetime) -> str:
        """What a random choice of the providers offers, in bands of random sizes."""
        question = FxEnquiry(sell, buy, "sell", Money(1, sell))
        told = []
        for name in FIRMS:
            if self.chance.random() < 0.15:
                told.append(Told(name, 9, trouble="HTTP 503"))
                continue
            pairs = [pair for pair in question.pairs if self.chance.random() < 0.85]
            told.append(
                Told(name, 9, tuple(price(name, *pair, now, bps=self.chance.uniform(2, 60),
                                          sizes=self.sizes(pair[0])) for pair in pairs))
            )  # fmt: skip
        return dumped(told)

    def sizes(self, sell: str) -> tuple[str, ...]:
        steps = (self.chance.randint(500, 30_000) for _ in range(self.chance.randint(1, 3)))
        return tuple(f"{step * mid(PIVOT, sell):.2f}" for step in steps)

    def judge(self, given: Quote) -> None:
        """Rounding is to the house, and never by a whole minor unit more than it must."""
        exact = given.sell.major * given.rate
        assert given.rate <= given.provider_rate and given.spread.minor >= 0
        if given.side == "sell":
            assert given.buy.major <= exact
            assert exact - given.buy.major < Decimal(1).scaleb(-DIGITS[given.buy.currency])
        else:
            assert exact >= given.buy.major
            one_less = given.sell.major - Decimal(1).scaleb(-DIGITS[given.sell.currency])
            assert one_less * given.rate < given.buy.major

    def hedge_rows(self, unit: Unit) -> set[UUID]:
        return {row.hedge_id for row in unit.all("select hedge_id from fx_hedges")}

    def cover(self, unit: Unit) -> None:
        """The bank's own trades are ordered for exactly the currencies the model wants covered."""
        before = self.hedge_rows(unit)
        made = hedging.cover_positions(unit)
        ordered = hedge_log.listed(unit, status="ordered")
        new = [one for one in ordered if one.id not in before]
        assert made == len(new)
        # The dollar comes last: the others are covered against it.
        for codes in (set(CODES) - {PIVOT}, {PIVOT}):
            some = [one for one in new if one.position.currency in codes]
            assert {one.position.currency for one in some} == self.model.wants(*codes)
            for one in some:
                held = self.model.position[one.position.currency]
                assert one.reason == "limit"
                assert one.position.minor == held + self.model.ordered[one.position.currency]
            self.note(some)

    def note(self, new: list[hedge_log.Hedge]) -> None:
        for one in new:
            self.model.ordered[one.sell.currency] -= one.sell.minor
            self.model.ordered[one.buy.currency] += one.buy.minor
            self.model.hedges += 1

    def answer(self, unit: Unit) -> None:
        """Have a provider trade a little better or worse than expected, or refuse."""
        waiting = hedge_log.listed(unit, status="ordered")
        if not waiting:
            return
        one = self.chance.choice(waiting)
        order = Order(
            one.order_id, one.provider, "deal", "hedge", one.id, {}, "", 1, unit.now, None
        )
        self.model.ordered[one.sell.currency] += one.sell.minor
        self.model.ordered[one.buy.currency] -= one.buy.minor
        if self.chance.random() < 0.1 and one.reason == "large" and one.instead_of is None:
            before = self.hedge_rows(unit)
            HEDGES.refused(unit, order, Refused("price_moved"))
            self.note(
                [each for each in hedge_log.listed(unit, status="ordered") if each.id not in before]
            )
            return
        bought = Money(max(1, one.buy.minor + self.chance.randint(-3, 3)), one.buy.currency)
        facts = {"sold": str(one.sell), "bought": str(bought), "rate": "1",
                 "value_date": str(unit.now.date())}  # fmt: skip
        HEDGES.done(unit, order, Done("D", facts))
        self.model.position[one.sell.currency] -= one.sell.minor
        self.model.position[one.buy.currency] += bought.minor
        self.done["hedged"] += 1

    def settle_up(self, unit: Unit) -> None:
        """Compare the ledger with the model, and the whole book with nothing."""
        assert positions.breaches(unit) == []
        held = unit.all(
            "select case when owner is null then kind else 'wallet' end as kind, currency,"
            " sum(posted)::bigint as held from ledger_accounts group by 1, 2"
        )
        found = {(row.kind, row.currency): row.held for row in held}
        for code in CODES:
            assert found.get(("fx", code), 0) == self.model.position[code], code
            assert found.get(("wallet", code), 0) == self.model.wallets[code], code
            assert found.get(("fees", code), 0) == self.model.fees[code], code
            assert found.get(("fx_income", code), 0) == self.model.income[code], code
            assert sum(many for (_, one), many in found.items() if one == code) == 0, code
        whole = positions.summary(unit)
        assert {one.position.currency: one.position.minor for one in whole.lines} == {
            code: self.model.position[code] for code in CODES
        }
