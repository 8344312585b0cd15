"""A run: people act, time passes, the bank's chores are done, partners answer, processes die."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from bot.house import House
from core.money import Money
from core.partners import hearing, order_queue
from core.partners.partner import Told
from core.settlement import liquidity
from core.store import crashpoints
from tests.simulation.clock import Clock
from tests.simulation.doing import Doing, Payment
from tests.simulation.firms import Firms
from tests.simulation.record import Record
from tests.simulation.town import Customer, Wish, Wishes, settle_in
from worker import deposits, partner_orders, refunds, settlements

SENDING = ("payout.in_clearing", "payout.sent")
ASKING = ("order.before_asking", "order.answered", "order.noted", "payout.paid", "deposit.posted")
"""Where processes die; what they held is found by the others."""
DEATHS = 0.2
"""Of the bank's chores, how many meet a crash point if their way leads past it."""
AWAY = 0.15
"""How often a firm is away from one rush to the next."""
LOOKS = (timedelta(seconds=6), timedelta(seconds=21), timedelta(seconds=80), timedelta(minutes=7))
"""When the bank looks again after people acted, so that the first queries are due."""
IDLE = timedelta(hours=3)
"""How long nobody looks at most."""
REST = timedelta(days=9)
"""How long after the last payment everything has come to its end: what is parked goes back after
seven days."""
LIQUIDITY = {"KES": 400_000_000_00, "TZS": 8_000_000_000_00}
"""What is brought to each nostro, in minor units."""
MOST_HEARD = 100
"""Pieces of news that are kept in one unit."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a run is: so many payments, in rushes of ``together``, one ``every`` so often."""

    payments: int
    customers: int
    together: int
    every: timedelta


class Run:
    """One town, one bank, one seed."""

    def __init__(self, house: House, *, seed: str, scale: Scale, clock: Clock) -> None:
        self.record, self.seed, self.scale = Record(), seed, scale
        self.firms = Firms(seed, clock, self.record)
        self.house = replace(house, partners=self.firms.partners)
        self.payments: list[Payment] = []
        self.begun = 0
        """How many of them the bank did not refuse at once."""
        self.funded: list[tuple[str, Money]] = []
        self.customers: list[Customer] = []
        self._clock, self._dice = clock, Random(f"{seed}:run")
        self._listed = self._hour = clock.now

    def live(self) -> None:
        """Have the town live through all its days, until nothing moves any more."""
        self._open()
        wishes, doing = Wishes(self.seed, self.customers), Doing(self.house, self.firms)
        while self.begun < self.scale.payments:
            rush = self._clock.now
            self._befall()
            for _ in range(self.scale.together):
                self._do(doing, wishes.next())
            self._look()
            for after in LOOKS:
                self._look_until(rush + after)
            self._look_until(rush + self.scale.every * (0.5 + self._dice.random()))
        self.firms.befall(away="")
        self._look_until(self._clock.now + REST)
        self._be_told_what_was_lost()
        for _ in range(4):
            self._look_until(self._clock.now + timedelta(hours=2))

    def _open(self) -> None:
        """Let customers in, and bring money to every nostro."""
        self.customers = settle_in(self.house, self.scale.customers)
        self._bring_money()

    def _bring_money(self) -> None:
        """Fill up what nostros have paid more than half of, as a treasurer does."""
        with self.house.unit() as unit:
            for line in liquidity.lines(unit):
                full = LIQUIDITY.get(line.free.currency, 0)
                if line.free.minor >= full // 2:
                    continue
                amount = Money(full - line.free.minor, line.free.currency)
                liquidity.top_up(unit, id=unit.new_id(), nostro=line.nostro, amount=amount)
                self.funded.append((line.nostro, amount))
                self._write("brings", line.nostro, amount)

    def _befall(self) -> None:
        """Have the usual accidents happen until people act again, and at times a firm be away."""
        away = self._dice.choice(sorted(self.firms.partners))
        self.firms.befall(away=away if self._dice.random() < AWAY else "")

    def _do(self, doing: Doing, wish: Wish) -> None:
        if self.begun == self.scale.payments:
            return
        one = doing.do(wish)
        self.begun += not one.refused
        self.payments.append(one)
        self._write("does", wish.kind, one.id, one.reference, one.fee, one.refused)

    def _look_until(self, until: datetime) -> None:
        """Let time pass, and look whenever there is something to send, and now and then."""
        while self._clock.now < until:
            with self.house.unit() as unit:
                due = unit.value("select min(due_at) from settlements where due_at is not null")
            wanted = min(until, self._clock.now + IDLE)
            if due is not None and due > self._clock.now:
                wanted = min(wanted, due + timedelta(seconds=1))
            self._clock.reach(wanted)
            self._look()

    def _look(self) -> None:
        """Do once what the bank's processes do all the time."""
        self._hear()
        self._die_perhaps(SENDING, lambda: settlements.send(self.house))
        for partner in sorted(self.firms.partners):
            self._die_perhaps(ASKING, partial(partner_orders.work, self.house, partner))
        with self.house.unit() as unit:
            order_queue.return_leases(unit)
        if self._clock.now - self._hour >= timedelta(hours=1):
            self._hour = self._clock.now
            self._each_hour()
        if self._clock.now - self._listed >= timedelta(days=1):
            self._be_told_what_was_lost()

    def _each_hour(self) -> None:
        settlements.close_windows(self.house)
        settlements.end_days(self.house)
        partner_orders.tell_stuck(self.house)
        deposits.sweep(self.house)
        refunds.sweep(self.house)
        self._bring_money()

    def _die_perhaps(self, points: Sequence[str], work: Callable[[], object]) -> None:
        """Do a process's work, which may die at a crash point on its way."""
        point = self._dice.choice(points) if self._dice.random() < DEATHS else ""
        crashpoints.arm(f"{point}=raise" if point else "")
        with suppress(crashpoints.Crashed):
            work()
        if point and crashpoints._armed is None:
            self._write("died", point)
        crashpoints.arm("")

    def _hear(self) -> None:
        self._keep(self.firms.news(until=self._clock.now))

    def _be_told_what_was_lost(self) -> None:
        self._keep(self.firms.lists(self._listed))
        self._listed = self._clock.now

    def _keep(self, news: Iterable[tuple[str, bytes, Sequence[Told]]]) -> None:
        """Keep what partners told, as their calls to the webhook would."""
        heard = [(partner, body, one) for partner, body, told in news for one in told]
        for first in range(0, len(heard), MOST_HEARD):
            with self.house.unit() as unit:
                for partner, body, one in heard[first : first + MOST_HEARD]:
                    kept = hearing.keep(unit, partner, one, body=body)
                    self._write("hears", partner, one.notice, kept.order_id, kept.new)
                unit.wakes.clear()

    def _write(self, kind: str, *facts: object) -> None:
        self.record(self._clock.now, kind, *facts)
