"""Asking partners what they were ordered, and writing down what they answered.

An order is leased in one unit, asked outside any, and its answer noted in another, together with
what its owner does about it. Whoever dies in between leaves a lease: when it runs out the order is
asked after, and not asked again unless the partner never saw it.

Each partner has a drain, as each number that sends has: one place at a time from which it is asked,
with threads of its own. So one that is slow holds up nobody else.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic, perf_counter, sleep

import structlog
from sqlalchemy import exc

from bot import metrics, parking, retry
from bot.house import House
from core import outcomes
from core.partners import health, order_queue
from core.partners.answers import Answer, NotSent, Unclear, reason_of, reference_of
from core.partners.order_queue import Taken
from core.partners.orders import Order, wake_key
from core.partners.partner import Partner
from core.store.crashpoints import reached
from core.store.locks import held
from core.store.unit import Unit

ASK_SECONDS = 10.0
"""How long a partner may take to answer."""
STALE_SECONDS = 5.0
"""An order that was leased longer ago than this does not leave: its lease may run out meanwhile."""
AT_ONCE = 8
"""Orders in flight at one partner."""
IDLE_SECONDS = 1.5
"""How long a drain looks for more before it leaves."""
RUN_SECONDS = 120.0
"""After which a busy drain lets another process have its turn."""
STEP_SECONDS = 0.05
TROUBLED_SECONDS = 0.25
BEAT_SECONDS = 0.4
STUCK = timedelta(seconds=10)
"""How long an order may be due before the scheduler asks it itself, worker or not."""
MOST_STUCK = 100
"""Owners that are told in one run that no final word has come."""

log = structlog.get_logger()


class PartnerDrain:
    """A run over the orders of one partner. ``stop`` ends it: what is in flight finishes."""

    def __init__(
        self,
        house: House,
        partner: Partner,
        *,
        stop: Event,
        threads: int = AT_ONCE,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._house, self._partner, self._stop = house, partner, stop
        self._key = wake_key(partner.name)
        self._threads, self._idle_seconds = threads, idle_seconds
        self._answers: SimpleQueue[tuple[Taken, Answer]] = SimpleQueue()
        self._in_flight = 0
        self._noted = 0
        self._beat_at = 0.0

    def run(self) -> int:
        """Ask what is due until there is nothing more; return how many answers were noted.

        Returns 0 at once when another process is at it.
        """
        with held(self._house.engine, f"drain:{self._key}") as still:
            if still is None:
                return 0
            with ThreadPoolExecutor(self._threads, thread_name_prefix="ask") as pool:
                try:
                    self._ask_all(pool, still)
                finally:
                    self._finish()
        return self._noted

    def _ask_all(self, pool: ThreadPoolExecutor, still: Callable[[], bool]) -> None:
        until = monotonic() + RUN_SECONDS
        while not self._stop.is_set() and monotonic() < until:
            self._ask_until_idle(pool, until)
            self._house.waker.fall_silent(self._key)
            self._beat_at = 0.0
            # Whoever owed an order while we seemed awake has called nobody: one last look.
            if self._stop.is_set() or not still() or not self._step(pool):
                return
        self._house.wake({self._key})

    def _ask_until_idle(self, pool: ThreadPoolExecutor, until: float) -> None:
        active = monotonic()
        while not self._stop.is_set() and monotonic() < until:
            if monotonic() - self._beat_at >= BEAT_SECONDS:
                self._beat_at = monotonic()
                self._house.waker.beat(self._key)
            if self._step(pool):
                active = monotonic()
            elif not self._in_flight and monotonic() - active >= self._idle_seconds:
                return

    def _finish(self) -> None:
        """Note what is still in flight, for as long as its leases last."""
        until = monotonic() + order_queue.HOLD.total_seconds()
        while self._in_flight and monotonic() < until:
            self._note_answers()

    def _step(self, pool: ThreadPoolExecutor) -> bool:
        """Note what was answered and ask what is due; return whether anything happened."""
        noted = self._note_answers()
        if noted:
            self._house.tell("orders")
        room = self._threads - self._in_flight
        if not room:
            return noted
        try:
            with self._house.unit() as unit:
                taken = order_queue.take(unit, self._partner.name, most=room)
        except (exc.DBAPIError, exc.TimeoutError) as error:
            log.warning("books away", error=type(error).__name__)
            sleep(TROUBLED_SECONDS)
            return noted
        leased = monotonic()
        self._in_flight += len(taken)
        for one in taken:
            pool.submit(self._ask, one, leased)
        return noted or bool(taken)

    def _ask(self, taken: Taken, leased: float) -> None:
        answer: Answer = Unclear("the drain broke")
        try:
            answer = ask(self._house, self._partner, taken, leased=leased)
        finally:
            self._answers.put((taken, answer))

    def _note_answers(self) -> bool:
        found = False
        wait = STEP_SECONDS
        while True:
            try:
                taken, answer = (
                    self._answers.get(timeout=wait) if wait else self._answers.get_nowait()
                )
            except Empty:
                return found
            found, wait = True, 0.0
            self._in_flight -= 1
            self._noted += note(self._house, taken, answer)


def ask(house: House, partner: Partner, taken: Taken, *, leased: float) -> Answer:
    """Send a leased order, or ask after it, and return the answer. Never raises.

    ``leased`` is when it was, by ``time.monotonic``.
    """
    if taken.asks and monotonic() - leased > STALE_SECONDS:
        return NotSent("leased too long ago")
    reached("order.before_asking")
    began = perf_counter()
    speak = partner.send if taken.asks else partner.query
    answer: Answer
    try:
        answer = speak(taken.order, seconds=ASK_SECONDS)
    except Exception as error:
        # A bug in the partner's client: what it did before it broke is not known.
        log.exception("partner's client broke", partner=partner.name)
        parking.park(house, "job", f"partner {partner.name}", error)
        answer = Unclear(type(error).__name__)
    metrics.asked(
        partner.name,
        "send" if taken.asks else "query",
        answer.kind,
        seconds=perf_counter() - began,
    )
    reached("order.answered")
    return answer


def note(house: House, taken: Taken, answer: Answer) -> bool:
    """Write down an answer, with what its owner does about it; return whether that was done.

    What cannot be written now is left to the lease: when it runs out the order is asked after.
    """
    order = taken.order
    try:
        noted = retry.twice(lambda: _note(house, taken, answer))
    except retry.GivenUp as error:
        log.warning("answer not noted", order=str(order.id), error=str(error))
        return False
    except Exception as error:
        # A bug in what the order's owner does about it: seen by people, and tried again.
        log.exception("answer broke its owner", order=str(order.id), subject=order.subject)
        parking.park(house, "job", f"order {order.id}", error, facts={"subject": order.subject})
        return False
    if noted:
        log.info(
            "partner answered",
            partner=order.partner,
            action=order.action,
            order=str(order.id),
            answer=answer.kind,
            reason=reason_of(answer),
        )
    return noted


def _note(house: House, taken: Taken, answer: Answer) -> bool:
    order = _with_reference(taken.order, answer)
    with house.unit() as unit:
        noted = order_queue.note(unit, taken, answer)
        if noted is not None:
            outcomes.tell(unit, order, noted, answer)
        _note_health(unit, order.partner, answer)
        reached("order.noted")
    reached("order.after_commit")
    return noted is not None


def _with_reference(order: Order, answer: Answer) -> Order:
    return replace(order, reference=reference_of(answer) or order.reference)


def _note_health(unit: Unit, partner: str, answer: Answer) -> None:
    if isinstance(answer, Unclear) and not answer.asked:
        return
    if order_queue.answered(answer):
        health.answered(unit, partner)
    else:
        health.failed(unit, partner, reason=reason_of(answer))


def work(house: House, partner: str, *, most: int = 1000) -> int:
    """Ask what is due of a partner now, one after another in this thread; return how many.

    For whoever has a clock of their own, such as a simulation. What is put off stays.

    :raises KeyError: if there is no such partner
    """
    client = house.partners[partner]
    asked = 0
    while asked < most:
        with house.unit() as unit:
            taken = order_queue.take(unit, partner, most=min(AT_ONCE, most - asked))
            unit.wakes.clear()
        if not taken:
            break
        for one in taken:
            note(house, one, ask(house, client, one, leased=monotonic()))
        asked += len(taken)
    return asked


def sweep(house: House, open_drain: Callable[[str], object]) -> None:
    """Have partners asked what is due; here, by ``open_drain``, when nobody else seems to.

    Orders whose holder vanished are let go of first.
    """
    with house.unit() as unit:
        order_queue.return_leases(unit)
        due = order_queue.due_partners(unit)
        late = {wake_key(one.partner) for one in due if unit.now - one.since > STUCK}
        unit.wakes.clear()
    keys = {wake_key(one.partner) for one in due if one.partner in house.partners}
    if not keys:
        return
    for key in sorted((late & keys) if house.waker.wake(keys) else keys):
        open_drain(key)


def tell_stuck(house: House) -> int:
    """Tell owners of orders that have had no final word for a day, once each; return how many."""
    for told in range(MOST_STUCK):
        with house.unit() as unit:
            order = order_queue.take_stuck(unit)
            if order is None:
                return told
            outcomes.tell_stuck(unit, order)
        log.error("order without a final word", partner=order.partner, order=str(order.id))
    return MOST_STUCK


def forget(house: House) -> None:
    """Forget what was asked and told a month after it was over."""
    for _ in range(MOST_STUCK):
        with house.unit() as unit:
            if not order_queue.forget(unit):
                return
