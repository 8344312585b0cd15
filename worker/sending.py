"""One run over the messages of one sending number.

The number's messages leave from one place at a time, side by side for different contacts and one
after another for each. Rows are leased together with tokens of the number's rate, the provider is
called outside any transaction, and what it said is written in one short transaction a batch, the
same that leases the next rows.

Delivery is at least once. A process that dies after the provider's answer and before that
transaction leaves a lease behind; when it runs out, the message is sent again. The window is as
long as one such transaction takes, and a graceful stop waits until nothing is in it.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic, perf_counter, sleep

import structlog
from sqlalchemy import exc

from bot import metrics, parking
from bot.house import House
from bot.wake import MARKS_KEPT_SECONDS, Mark
from channels.message import Fate, Marker, Sender, SendFailed
from core.store import delivery
from core.store.crashpoints import reached
from core.store.delivery import Dead, Parcel, Taken
from worker.draining import IDLE_SECONDS, STEP_SECONDS, TROUBLED_SECONDS, Draining
from worker.dress import dress
from worker.fates import MOST_ATTEMPTS, Outcome, again, judge
from worker.pace import Pairs
from worker.settle import write
from worker.slow import SLOW_SECONDS, SlowContacts

THREADS = 32
"""Messages in flight at once: at 200 ms an answer, 150 a second."""
SPARE_THREADS = 32
"""Threads beside these for sends that hang: they leave the others their number of threads."""
HOLD = timedelta(seconds=45)
"""How long a lease lasts: longer than a provider may take, with all its time-outs."""
MOST_MARKS = 16
"""Messages of customers being marked as read at once: answers come first."""
MARK_HOLDS_SECONDS = 1.0
"""How long an answer waits for the sign that it is being written, which must not come after it."""
PACE_SECONDS = 0.2
"""Between two messages to one contact: taken too fast, providers deliver them in any order."""
AWAY = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
"""What PostgreSQL, or the way to it, says when another moment may mend it."""

log = structlog.get_logger()


class Drain(Draining):
    """A run over one number; what is done are messages that were taken."""

    def __init__(
        self,
        house: House,
        sender: Sender,
        *,
        stop: Event,
        threads: int = THREADS,
        idle_seconds: float = IDLE_SECONDS,
        pairs: Pairs | None = None,
    ) -> None:
        most = threads + SPARE_THREADS
        super().__init__(house, sender.key, stop=stop, threads=most, idle_seconds=idle_seconds)
        self._sender, self._threads = sender, threads
        self._answers: SimpleQueue[tuple[Parcel, Taken | Outcome]] = SimpleQueue()
        self._unwritten: list[Taken | Outcome] = []
        self._in_flight: dict[int, tuple[str, float]] = {}
        self._slow = SlowContacts()
        self._resting: dict[str, float] = {}
        self._pairs = pairs or Pairs(sender.pace)
        self._marking: dict[str, float] = {}

    def _is_busy(self) -> bool:
        return bool(self._in_flight or self._marking)

    def _finish(self, pool: ThreadPoolExecutor) -> None:
        """Wait for what is in flight and write it down, for as long as its leases last."""
        until = monotonic() + HOLD.total_seconds()
        while (self._in_flight or self._unwritten) and monotonic() < until:
            self._step(pool, wait=STEP_SECONDS, leasing=False)
        if self._in_flight or self._unwritten:
            log.error("sent without a record", messages=len(self._in_flight) + len(self._unwritten))

    def _step(self, pool: ThreadPoolExecutor, *, wait: float, leasing: bool = True) -> bool:
        """Write what was answered, lease what is due, send it; return whether anything happened."""
        self._gather(wait)
        leasing = leasing and not self._stop.is_set()
        if leasing and isinstance(self._sender, Marker):
            self._begin_marks(pool, self._sender)
        room = self._room() if leasing else 0
        if not self._unwritten and not room:
            return False
        try:
            parcels = self._write_and_lease(room)
        except exc.IntegrityError:
            self._write_singly()
            return True
        except AWAY as error:
            log.warning("books away", error=type(error).__name__, unwritten=len(self._unwritten))
            sleep(TROUBLED_SECONDS)
            return False
        happened = bool(self._unwritten or parcels)
        if self._unwritten:
            reached("send.after_commit")
        self._unwritten = []
        if parcels:
            reached("send.leased")
        for parcel in parcels:
            self._in_flight[parcel.id] = (parcel.contact, monotonic())
            pool.submit(self._send, parcel)
        return happened

    def _room(self) -> int:
        """Return how many more may be sent at once; those that hang take up spare threads."""
        now = monotonic()
        hanging = 0
        for contact, began in self._in_flight.values():
            if now - began > SLOW_SECONDS:
                self._slow.note(contact, now - began, now=now)
                hanging += 1
        return self._threads + min(hanging, SPARE_THREADS) - len(self._in_flight)

    def _gather(self, wait: float) -> None:
        """Collect answers for so long, that many share a transaction; less when there are many."""
        until = monotonic() + wait
        while True:
            left = until - monotonic()
            if len(self._unwritten) >= self._threads // 2:
                left = 0.0
            try:
                answer = self._answers.get(timeout=left) if left > 0 else self._answers.get_nowait()
            except Empty:
                return
            self._note(*answer)

    def _note(self, parcel: Parcel, answer: Taken | Outcome) -> None:
        now = monotonic()
        contact, began = self._in_flight.pop(parcel.id)
        self._slow.note(contact, now - began, now=now)
        self._unwritten.append(answer)
        if isinstance(answer, Taken):
            self._done += 1
            self._resting[contact] = now + PACE_SECONDS
            self._pairs.note(contact, now=now)

    def _write_and_lease(self, room: int) -> list[Parcel]:
        now = monotonic()
        self._resting = {who: until for who, until in self._resting.items() if until > now}
        with self._house.unit() as unit:
            if self._unwritten:
                write(unit, self._sender.key, self._unwritten)
                reached("send.before_commit")
            if not room:
                return []
            busy = {contact for contact, _ in self._in_flight.values()}
            barred = self._slow.barred(busy, now=now)
            resting = {*self._resting, *self._pairs.resting(now=now), *barred}
            return delivery.lease(
                unit,
                sender=self._sender.key,
                most=room,
                hold=HOLD,
                resting=list(resting),
                held=self._held(now),
            )

    def _begin_marks(self, pool: ThreadPoolExecutor, marker: Marker) -> None:
        """Show customers that they were read, before their answers leave."""
        room = MOST_MARKS - len(self._marking)
        heard = self._house.waker.heard(self._sender.key, most=room) if room > 0 else []
        for mark in heard:
            self._marking[mark.contact] = monotonic()
            pool.submit(self._mark, marker, mark)

    def _held(self, now: float) -> list[str]:
        """Return the tokens of those who are just being shown that an answer is written."""
        marking = list(self._marking.items())
        return [token for token, began in marking if now - began < MARK_HOLDS_SECONDS]

    def _mark(self, marker: Marker, mark: Mark) -> None:
        """Mark a message as read. Whatever comes of it, nothing is tried again."""
        result = "late"
        try:
            if self._house.now().timestamp() - mark.at < MARKS_KEPT_SECONDS:
                marker.mark(mark.message)
                result = "shown"
        except SendFailed as failed:
            result = "failed"
            log.info("not marked as read", sender=self._sender.key, code=failed.code)
        except Exception:
            result = "failed"
            log.exception("marking broke", sender=self._sender.key)
        finally:
            self._marking.pop(mark.contact, None)
            metrics.marked(self._sender.provider, result)

    def _write_singly(self) -> None:
        """Write the batch one by one: a provider gave one message the id of another."""
        for outcome in self._unwritten:
            try:
                with self._house.unit() as unit:
                    write(unit, self._sender.key, [outcome])
            except exc.IntegrityError:
                log.warning("provider id used twice", sender=self._sender.key)
                if isinstance(outcome, Taken):
                    with self._house.unit() as unit:
                        write(unit, self._sender.key, [replace(outcome, provider_id=None)])
        self._unwritten = []

    def _send(self, parcel: Parcel) -> None:
        with structlog.contextvars.bound_contextvars(correlation=parcel.correlation):
            try:
                answer = self._hand_over(parcel)
            except Exception as error:
                log.exception("sending broke", sender=parcel.sender)
                answer = again(parcel, type(error).__name__, now=self._house.now())
            self._answers.put((parcel, answer))

    def _hand_over(self, parcel: Parcel) -> Taken | Outcome:
        if reason := self._useless(parcel):
            return Dead(parcel.id, parcel.lease, reason)
        try:
            dressed = dress(self._house, parcel)
        except Exception as error:
            # Trying again finds no other words: laid aside until they are mended, then revived.
            alert = parcel.payload.get("alert")
            log.exception("no words for a message", alert=alert)
            parking.park(self._house, "job", f"words of {alert or 'a reply'}", error)
            return Dead(parcel.id, parcel.lease, "no_words")
        reached("send.worded")
        began = perf_counter()
        try:
            sent = self._sender.send(dressed.outgoing)
        except SendFailed as failed:
            self._tell(parcel, failed.fate, failed.code, began)
            if failed.pair:
                self._pairs.spend(parcel.contact, seconds=failed.after or 0.0, now=monotonic())
            return judge(parcel, failed, now=self._house.now())
        reached("send.answered")
        self._tell(parcel, "taken", sent.provider_id, began)
        return Taken(
            parcel.id, parcel.message_id, sent.provider_id or None, sent.segments, dressed.content
        )

    def _useless(self, parcel: Parcel) -> str:
        if parcel.expires_at is not None and parcel.expires_at < self._house.now():
            return "expired"
        if not parcel.contact:
            return "erased"
        return "given_up" if parcel.attempts > MOST_ATTEMPTS else ""

    def _tell(self, parcel: Parcel, result: str, detail: str, began: float) -> None:
        took = perf_counter() - began
        provider = self._sender.provider
        metrics.sent(provider, parcel.channel, result, seconds=took)
        facts = {"message": str(parcel.message_id), "provider": provider, "result": result}
        if result == "taken":
            log.info("sent", provider_id=detail, ms=round(took * 1000), **facts)
        else:
            say = log.error if result == Fate.ALARM else log.warning
            say("not sent", code=detail, attempts=parcel.attempts, **facts)
        self._house.trace(
            "sent",
            correlation=parcel.correlation,
            id=str(parcel.message_id),
            contact=parcel.contact,
            channel=parcel.channel,
            status="sent" if result == "taken" else result,
            detail=detail,
            ms=round(took * 1000, 1),
        )
