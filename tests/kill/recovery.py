"""How long the house is away after a kill, as its customers and its owner see it."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx
import redis
from rq import Worker
from sqlalchemy import Engine, exc

from tests.kill.customers import acknowledged, answered
from tests.support.launched import House
from tests.support.until import until

AT_MOST_SECONDS = 90.0
STEP_SECONDS = 0.05
SCHEDULER_AT_WORK = """
select count(*) from pg_locks where locktype = 'advisory' and granted
and (classid::bigint << 32 | objid::bigint) = hashtextextended('scheduler', 0)
"""


@dataclass(frozen=True)
class Recovery:
    """Seconds from a kill until all is as before."""

    itself: float
    """What was killed is at work again."""
    ussd: float
    """A customer who dialled right after the kill has a screen."""
    whatsapp: float
    """A customer who wrote right after the kill has the answer on the phone."""


class Probe:
    """Two customers who always come right after a kill, and the owner who looks at what died."""

    def __init__(self, house: House, books: Engine, *, dials: str, writes: str) -> None:
        self._house, self._books = house, books
        self._handset = house.phone("ussd", dials)
        self._chat = house.phone("whatsapp", writes)

    def kill(self, what: str) -> Recovery:
        """Kill something and wait until all is as before."""
        old = self._house.pids(what)
        heard = {said["id"] for said in self._chat.heard()}
        began = time.monotonic()
        self._house.kill(what)
        sights: Mapping[str, Callable[[], object]] = {
            "itself": lambda: _comes(lambda: self._is_back(what, old)),
            "ussd": self._dial,
            "whatsapp": lambda: self._write(heard),
        }
        took: dict[str, float] = {}

        def see(name: str) -> None:
            sights[name]()
            took[name] = time.monotonic() - began

        threads = [threading.Thread(target=see, args=(name,)) for name in sights]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        missing = set(sights) - set(took)
        assert not missing, f"{what} was killed, and these never came back: {missing}"
        return Recovery(**took)

    def _dial(self) -> None:
        answered(self._handset, self._handset.dial)

    def _write(self, heard: set[str]) -> None:
        acknowledged(self._chat, "BAL")
        _comes(lambda: {said["id"] for said in self._chat.heard()} - heard)

    def _is_back(self, what: str, old: Sequence[int]) -> bool:
        alive = set(self._house.pids(what))
        return bool(alive) and not alive & set(old) and AT_WORK[what](self._house, self._books)


def _comes(true: Callable[[], object]) -> None:
    until(true, seconds=AT_MOST_SECONDS, step=STEP_SECONDS)


def _is_well(part: str) -> Callable[[House, Engine], bool]:
    def look(house: House, _: Engine) -> bool:
        try:
            return httpx.get(f"{house.url}/api/health/{part}", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    return look


def _worker_takes_jobs(house: House, _: Engine) -> bool:
    own = set(house.pids("worker"))
    try:
        with redis.Redis.from_url(house.redis.url) as client:
            return any(worker.pid in own for worker in Worker.all(connection=client))
    except redis.RedisError:
        return False


def _scheduler_at_work(_: House, books: Engine) -> bool:
    try:
        with books.connect() as connection:
            return bool(connection.exec_driver_sql(SCHEDULER_AT_WORK).scalar_one())
    except exc.OperationalError:
        return False


AT_WORK: Mapping[str, Callable[[House, Engine], bool]] = {
    "postgres": _is_well("db"),
    "web": _is_well("db"),
    "worker": _worker_takes_jobs,
    "scheduler": _scheduler_at_work,
    "redis": _is_well("cache"),
}


def table(recoveries: Mapping[str, Sequence[Recovery]]) -> str:
    """Return the figures of each kind of kill: shortest, median and longest, in seconds."""
    columns = ("at work again", "USSD answered", "WhatsApp answered")
    lines = [
        f"{'killed':<10} {'times':>5}" + "".join(f"  {name:^20}" for name in columns),
        f"{'':<16}" + f"  {'min':>6} {'med':>6} {'max':>6}" * len(columns),
    ]
    for what, seen in recoveries.items():
        cells = [
            f"  {min(took):>6.2f} {statistics.median(took):>6.2f} {max(took):>6.2f}"
            for took in (
                [one.itself for one in seen],
                [one.ussd for one in seen],
                [one.whatsapp for one in seen],
            )
        ]
        lines.append(f"{what:<10} {len(seen):>5}{''.join(cells)}")
    return "\n".join(lines)
