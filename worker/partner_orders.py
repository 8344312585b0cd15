"""Asking partners what they were ordered, and writing down what they answered.

An order is leased in one unit, asked outside any, and its answer noted in another, together with
what its owner does about it. Whoever dies in between leaves a lease: when it runs out the order is
asked after, and not asked again unless the partner never saw it.

Orders that a partner takes in files leave in one call and are orders of their own all the same:
leased, answered, noted and asked after each by itself.

Each partner has a drain, as each number that sends has: one place at a time from which it is asked,
with threads of its own. So one that is slow holds up nobody else.
"""

from collections.abc import Callable, Sequence
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
from core.partners.partner import Filing, Partner
from core.store.crashpoints import reached
from core.store.unit import Unit
from worker.draining import IDLE_SECONDS, STEP_SECONDS, TROUBLED_SECONDS, Draining

ASK_SECONDS = 10.0
"""How long a partner may take to answer."""
STALE_SECONDS = 5.0
"""An order that was leased longer ago than this does not leave: its lease may run out meanwhile."""
AT_ONCE = 8
"""Calls in flight at one partner."""
GATHERS = timedelta(seconds=5)
"""How long the first order of a file waits for others: a window's are owed one after another."""
STUCK = timedelta(seconds=10)
"""How long an order may be due before the scheduler asks it itself, worker or not."""
MOST_STUCK = 100
"""Owners that are told in one run that no final word has come."""

Call = Sequence[Taken]
"""What one call to a partner is about: one order, or those of a file."""
Answered = tuple[Taken, Answer]

log = structlog.get_logger()


class PartnerDrain(Draining):
    """A run over the orders of one partner; what is done are answers that were noted."""

    def __init__(
        self,
        house: House,
        partner: Partner,
        *,
        stop: Event,
        threads: int = AT_ONCE,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        key = wake_key(partner.name)
        super().__init__(house, key, stop=stop, threads=threads, idle_seconds=idle_seconds)
        self._partner, self._threads = partner, threads
        self._answers: SimpleQueue[list[Answered]] = SimpleQueue()
        self._in_flight = 0

    def _is_busy(self) -> bool:
        return self._in_flight > 0

    def _finish(self, pool: ThreadPoolExecutor) -> None:  # noqa: ARG002 - asks for nothing more
        """Note what is still in flight, for as long as its leases last."""
        until = monotonic() + order_queue.HOLD.total_seconds()
        while self._in_flight and monotonic() < until:
            self._note_answers(STEP_SECONDS)

    def _step(self, pool: ThreadPoolExecutor, *, wait: float) -> bool:
        """Note what was answered and ask what is due; return whether anything happened."""
        noted = self._note_answers(wait)
        if noted:
            self._house.tell("orders")
        room = self._threads - self._in_flight
        if not room:
            return noted
        try:
            with self._house.unit() as unit:
                calls = _due(unit, self._partner, most=room, gathered=GATHERS)
        except (exc.DBAPIError, exc.TimeoutError) as error:
            log.warning("books away", error=type(error).__name__)
            sleep(TROUBLED_SECONDS)
            return noted
        leased = monotonic()
        self._in_flight += len(calls)
        for call in calls:
            pool.submit(self._ask, call, leased)
        return noted or bool(calls)

    def _ask(self, call: Call, leased: float) -> None:
        answered: list[Answered] = [(taken, Unclear("the drain broke")) for taken in call]
        try:
            answered = ask(self._house, self._partner, call, leased=leased)
        finally:
            self._answers.put(answered)

    def _note_answers(self, wait: float) -> bool:
        found = False
        while True:
            try:
                answered = self._answers.get(timeout=wait) if wait else self._answers.get_nowait()
            except Empty:
                return found
            found, wait = True, 0.0
            self._in_flight -= 1
            self._done += sum(note(self._house, taken, answer) for taken, answer in answered)


def _due(unit: Unit, partner: Partner, *, most: int, gathered: timedelta) -> list[Call]:
    """Lease what is due of a partner as calls to it: a file, or so many orders one by one."""
    filed = ""
    if isinstance(partner, Filing):
        filed = partner.filed
        file = order_queue.take_file(
            unit, partner.name, filed=filed, most=partner.most_in_a_file, gathered=gathered
        )
        if file:
            return [file]
    return [[one] for one in order_queue.take(unit, partner.name, most=most, filed=filed)]


def ask(house: House, partner: Partner, call: Call, *, leased: float) -> list[Answered]:
    """Send or ask after a leased order, or send a file of them; return each with its answer.

    Never raises. ``leased`` is when they were, by ``time.monotonic``.
    """
    first = call[0]
    if first.asks and monotonic() - leased > STALE_SECONDS:
        return [(taken, NotSent("leased too long ago")) for taken in call]
    reached("order.before_asking")
    began = perf_counter()
    answered: list[Answered]
    try:
        answered = list(zip(call, _speak(partner, call), strict=True))
    except Exception as error:
        # A bug in the partner's client: what it did before it broke is not known.
        log.exception("partner's client broke", partner=partner.name)
        parking.park(house, "job", f"partner {partner.name}", error)
        answered = [(taken, Unclear(type(error).__name__)) for taken in call]
    for taken, answer in answered:
        metrics.asked(
            partner.name,
            "send" if taken.asks else "query",
            answer.kind,
            seconds=perf_counter() - began,
        )
    reached("order.answered")
    return answered


def _speak(partner: Partner, call: Call) -> Sequence[Answer]:
    if len(call) > 1 and isinstance(partner, Filing):
        return partner.send_all([taken.order for taken in call], seconds=ASK_SECONDS)
    (taken,) = call
    speak = partner.send if taken.asks else partner.query
    return [speak(taken.order, seconds=ASK_SECONDS)]


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
    if isinstance(answer, Unclear) and not answer.failure:
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
            calls = _due(unit, client, most=min(AT_ONCE, most - asked), gathered=timedelta())
            unit.wakes.clear()
        if not calls:
            break
        for call in calls:
            for taken, answer in ask(house, client, call, leased=monotonic()):
                note(house, taken, answer)
        asked += sum(len(call) for call in calls)
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
