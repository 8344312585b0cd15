"""The scheduler: ``python -m worker.schedule``. What has to happen without anybody asking.

Any number may run: a lock in PostgreSQL lets one of them work, and another takes over when it
ends. Everything it does may be done twice without harm. It needs no Redis: what nobody else sends,
because Redis is away or no worker is there, it sends itself.
"""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from time import monotonic

import structlog
from sqlalchemy import exc

from bot import house as houses
from bot import hub, logs, metrics, parking
from bot.house import House
from core.access import limits, refresh, staff_tokens
from core.crm import media, messages
from core.store import mail, upkeep
from core.store.locks import held
from core.store.unit import Unit
from worker import (
    alerts,
    anchoring,
    approvals,
    broadcast,
    card_payments,
    cards,
    deposits,
    documents,
    expire_holds,
    hedging,
    insight,
    kyc,
    low_balances,
    missed,
    partner_orders,
    plans,
    reconciliation,
    refunds,
    reports,
    requests,
    retention,
    reviews,
    screening,
    seal,
    settlements,
    sla,
    trust,
    waiting,
    watching,
)
from worker.drain import Drains
from worker.mail import send_mail
from worker.media import keep_in
from worker.settle import judge_failures

TICK_SECONDS = 1.0
STUCK = timedelta(seconds=10)
"""How long a message may be due before the scheduler sends it itself, worker or not."""
CLOSING_SECONDS = 3.0
CHORES_AT_ONCE = 5

log = structlog.get_logger()


@dataclass(slots=True)
class Chore:
    """Something to do every so often. It never runs beside itself."""

    name: str
    every_seconds: float
    work: Callable[[House], object]
    _due: float = field(default=0.0, repr=False)
    _running: Future[None] | None = field(default=None, repr=False)

    def start(self, house: House, pool: ThreadPoolExecutor) -> None:
        """Start it on a thread, if it is due and its last run has ended."""
        if monotonic() < self._due or (self._running and not self._running.done()):
            return
        self._due = monotonic() + self.every_seconds
        self._running = pool.submit(self.run, house)

    def run(self, house: House) -> None:
        """Do it now; what goes wrong is logged and done again next time."""
        try:
            self.work(house)
        except (exc.DBAPIError, exc.TimeoutError) as error:
            log.warning("chore put off", chore=self.name, error=type(error).__name__)
        except Exception as error:
            log.exception("chore broke", chore=self.name)
            parking.park(house, "chore", self.name, error)


def chores(drains: Drains) -> Sequence[Chore]:
    """Return everything the scheduler does."""
    return (
        Chore("return leases", 1, _in_unit(upkeep.return_leases)),
        Chore("wake drains", 1, lambda house: wake_drains(house, drains)),
        Chore("ask partners", 1, lambda house: partner_orders.sweep(house, drains.open)),
        Chore("tell of stuck orders", 60, partner_orders.tell_stuck),
        Chore("give back bills", 30, refunds.sweep),
        Chore("look after card payments", 30, card_payments.sweep),
        Chore("give back fees of cards", 30, cards.give_back),
        Chore("ask after cards", 300, cards.ask_after),
        Chore("renew cards", 300, cards.renew),
        Chore("forget orders", 3600, partner_orders.forget),
        Chore("send payouts", 1, settlements.send),
        Chore("close netting windows", 60, settlements.close_windows),
        Chore("end business days", 60, settlements.end_days),
        Chore("reconcile", 300, reconciliation.sweep),
        Chore("watch days", 600, watching.sweep),
        Chore("count days", 600, insight.count_days),
        Chore("count today", 60, insight.count_today),
        Chore("work out profiles", 300, insight.Profiles().sweep),
        Chore("screen again", 30, screening.sweep),
        Chore("apply receipts", 1, _in_unit(messages.apply_waiting)),
        Chore("send broadcasts on", 1, broadcast.sweep),
        Chore("let go what waited for the morning", 15, broadcast.let_go),
        Chore("seal the book", 1, seal.seal_book),
        Chore("hand out the feed", 1, seal.deliver_feed),
        Chore("publish the anchor", 60, anchoring.publish_anchor),
        Chore("publish the audit anchor", 60, anchoring.publish_audit_anchor),
        Chore("expire approvals", 5, approvals.sweep),
        Chore("judge failures", 2, _in_unit(judge_failures)),
        Chore("expire calls", 2, hub.expire_calls),
        Chore("expire conversations", 5, hub.expire_conversations),
        Chore("expire holds", 3, expire_holds.sweep),
        Chore("expire requests", 30, requests.sweep),
        Chore("give back what nobody looked at", 30, reviews.sweep),
        Chore("pay or return what waits", 5, waiting.sweep),
        Chore("pay plans", 5, plans.sweep),
        Chore("tell of plans", 60, plans.tell_ahead),
        Chore("move the demo's rates", 30, hedging.move_demo_rates),
        Chore("cover positions", 2, hedging.cover),
        Chore("settle hedges", 60, hedging.settle),
        Chore("revalue positions", 60, hedging.revalue),
        Chore("sweep quotes", 30, hedging.sweep_quotes),
        Chore("tell reached rates", 15, hedging.tell_rates),
        Chore("tell low balances", 15, low_balances.sweep),
        Chore("look after liquidity", 60, hedging.look_after_providers),
        Chore("return parked money, end codes", 5, deposits.sweep),
        Chore("let trust settle", 60, trust.sweep),
        Chore("watch the clocks of cases", 15, sla.tick),
        Chore("watch the clocks of alerts", 15, alerts.tick),
        Chore("prepare reports", 900, reports.tick),
        Chore("tidy files of compliance", 24 * 3600, alerts.tidy),
        Chore("fetch media", 5, fetch_media),
        Chore("make documents", 1, documents.make_due),
        Chore("take in pictures", 2, kyc.take_in),
        Chore("look after identities", 3600, kyc.look_after),
        Chore("delete pictures", 60, kyc.delete_files),
        Chore("tidy pictures", 24 * 3600, kyc.tidy_files),
        Chore("forget documents", 300, documents.forget),
        Chore("hear missed messages", 60, missed.sweep),
        Chore("send mail", 2, send_mail),
        Chore("purge", 600, _in_unit(upkeep.purge)),
        Chore("purge of staff", 600, _in_unit(purge_of_staff)),
        Chore("forget", 3600, retention.sweep),
        Chore("delete files", 60, retention.delete_files),
        Chore("tidy files", 24 * 3600, retention.tidy_files),
    )


def purge_of_staff(unit: Unit) -> int:
    """Forget tokens, links, tries and letters that are long over; return how many."""
    work = (refresh.purge, staff_tokens.purge, limits.purge, mail.purge)
    return sum(purge(unit) for purge in work)


def _in_unit(work: Callable[[Unit], object]) -> Callable[[House], object]:
    def run(house: House) -> object:
        with house.unit() as unit:
            return work(unit)

    return run


def wake_drains(house: House, drains: Drains) -> None:
    """Have every number drained that has something due; here, when nobody else seems to."""
    with house.unit() as unit:
        due = upkeep.waiting(unit)
        stuck = {one.sender for one in due if unit.now - one.since > STUCK}
    keys = {one.sender for one in due}
    if not keys:
        return
    for key in sorted(stuck if house.waker.wake(keys) else keys):
        drains.open(key)


def fetch_media(house: House) -> None:
    """Have files fetched that are due; here, when Redis is away."""
    with house.unit() as unit:
        due = media.due(unit)
    for media_id in due:
        if not house.waker.keep_media(str(media_id)):
            keep_in(house, media_id)


class Scheduler:
    """Does the chores for as long as it holds the lock; waits for the lock otherwise."""

    def __init__(
        self, house: House, todo: Sequence[Chore], *, tick_seconds: float = TICK_SECONDS
    ) -> None:
        self._house, self._todo, self._tick = house, todo, tick_seconds
        self._stop = Event()

    def stop(self) -> None:
        """End after the chores that are being done."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped. Without PostgreSQL there is nothing to do but wait for it."""
        while not self._stop.is_set():
            try:
                with held(self._house.engine, "scheduler") as still:
                    if still is not None:
                        log.info("scheduler at work")
                        self._work(still)
            except exc.SQLAlchemyError as error:
                log.warning("books away", error=type(error).__name__)
            self._stop.wait(self._tick)

    def _work(self, still: Callable[[], bool]) -> None:
        with ThreadPoolExecutor(CHORES_AT_ONCE, thread_name_prefix="chore") as pool:
            while not self._stop.is_set() and still():
                for chore in self._todo:
                    chore.start(self._house, pool)
                self._stop.wait(self._tick)


def main() -> None:
    """Run the scheduler until a signal ends it."""
    house = houses.current()
    logs.configure(house.settings.log_level)
    metrics.configure(house.settings.data_dir)
    drains = Drains(house)
    scheduler = Scheduler(house, chores(drains))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.stop())
    scheduler.run()
    drains.close(seconds=CLOSING_SECONDS)


if __name__ == "__main__":
    main()
