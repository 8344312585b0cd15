"""A small closed-loop load: callers that each wait for their answer before they ask again."""

from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Thread
from time import monotonic
from urllib.parse import urlencode, urlsplit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Round:
    """What one round of load saw."""

    seconds: float
    latencies: list[float]
    errors: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return a latency in milliseconds, such as ``percentile(0.99)``."""
        ranked = sorted(self.latencies)
        return 1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


class Caller:
    """One keep-alive connection to a server."""

    def __init__(self, base_url: str) -> None:
        address = urlsplit(base_url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=15)

    def post(self, path: str, form: dict[str, str]) -> str:
        """Post a form and return the answer's text; anything but 200 raises."""
        self._connection.request("POST", path, urlencode(form), FORM)
        response = self._connection.getresponse()
        body = response.read().decode()
        if response.status != 200:
            raise OSError(f"{response.status} {body[:80]}")
        return body


def closed_loop(
    base_url: str, *, callers: int, seconds: float, ask: Callable[[Caller, int], list[float]]
) -> Round:
    """Let callers ask for a while. ``ask`` does one unit of work and returns its latencies."""
    until = monotonic() + seconds
    results: list[list[float]] = [[] for _ in range(callers)]
    errors = [0] * callers

    def work(number: int) -> None:
        caller = Caller(base_url)
        while monotonic() < until:
            try:
                results[number] += ask(caller, number)
            except OSError:
                errors[number] += 1
                caller = Caller(base_url)

    began = monotonic()
    threads = [Thread(target=work, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Round(monotonic() - began, [one for row in results for one in row], sum(errors))
