"""Posts webhook calls as phone companies do: in order per phone, and again if need be."""

import heapq
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from threading import Condition, Thread
from time import monotonic
from urllib.parse import urlencode
from zlib import crc32

import urllib3

from bot.simulator.wire import Letter

LANES = 32
PATIENCE = 15.0  # seconds for a whole call
KEEP_ALIVE = 1.5  # seconds: shorter than a web server's, so that a call never meets a closing one
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went. ``status`` is 0 when there was no answer at all."""

    status: int
    body: str
    ms: float

    @property
    def taken(self) -> bool:
        """Whether the bank acknowledged the call."""
        return 200 <= self.status < 300


Then = Callable[[Letter, Outcome], None]


@dataclass(frozen=True, slots=True)
class Errand:
    """A letter on its way. ``waits`` are the pauses before each further try, in seconds."""

    letter: Letter
    lane: str
    then: Then | None = None
    waits: Sequence[float] = ()
    method: str = "POST"
    on_refusal: bool = False
    """Whether an answer that is no 2xx is tried again too, or only a call nobody answered."""


class Postman:
    """A few lanes, each one thread; what shares a lane's key arrives in the order it was due."""

    def __init__(self, *, lanes: int = LANES, patience: float = PATIENCE) -> None:
        self._lanes = [_Lane(index, patience) for index in range(lanes)]

    def send(self, errand: Errand, *, after: float = 0.0) -> None:
        """Post a letter ``after`` so many seconds; its outcome goes to ``then``."""
        self._lanes[crc32(errand.lane.encode()) % len(self._lanes)].put(errand, after)

    @property
    def waiting(self) -> int:
        """How many letters are on their way."""
        return sum(lane.waiting for lane in self._lanes)

    def close(self) -> None:
        """Stop: letters still waiting are lost, as they are when a phone company goes down."""
        for lane in self._lanes:
            lane.close()


class _Lane:
    def __init__(self, index: int, patience: float) -> None:
        # Not httpx: its client costs five times the CPU, which a full load takes from the bank.
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=patience), retries=False)
        self._used = monotonic()
        self._due: list[tuple[float, int, Errand]] = []
        self._tickets = count()
        self._changed = Condition()
        self._open = True
        self._busy = 0
        Thread(target=self._walk, name=f"twin-post-{index}", daemon=True).start()

    @property
    def waiting(self) -> int:
        return len(self._due) + self._busy

    def put(self, errand: Errand, after: float) -> None:
        with self._changed:
            heapq.heappush(self._due, (monotonic() + after, next(self._tickets), errand))
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify()

    def _walk(self) -> None:
        while (errand := self._next()) is not None:
            try:
                self._run(errand)
            except Exception:
                log.exception("a letter was lost: %s", errand.letter.route)
            self._busy = 0

    def _next(self) -> Errand | None:
        with self._changed:
            while self._open:
                wait = self._due[0][0] - monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._busy = 1
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None

    def _run(self, errand: Errand) -> None:
        outcome = self._post(errand.letter, errand.method)
        again = not outcome.taken if errand.on_refusal else outcome.status == 0
        if again and errand.waits:
            self.put(replace(errand, waits=errand.waits[1:]), errand.waits[0])
        elif errand.then:
            errand.then(errand.letter, outcome)

    def _post(self, letter: Letter, method: str) -> Outcome:
        began = monotonic()
        if began - self._used > KEEP_ALIVE:
            self._http.clear()
        try:
            answer = self._http.request(
                method, letter.url, body=letter.body or urlencode(letter.form),
                headers={**FORM, **letter.headers},
                redirect=False,
            )  # fmt: skip
        except urllib3.exceptions.HTTPError as error:
            log.info("no answer: %s %s", letter.route, type(error).__name__)
            return Outcome(0, "", _since(began))
        finally:
            self._used = monotonic()
        return Outcome(answer.status, answer.data.decode("utf-8", "replace"), _since(began))


def _since(began: float) -> float:
    return round((monotonic() - began) * 1000, 1)
