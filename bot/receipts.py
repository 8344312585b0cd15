"""Receipts are written together: what providers say at about the same time is one commit.

A message brings three receipts, each a call of its own, so they are most of the calls. The first
that comes opens a batch and waits a moment for others; then its thread writes them all in one
transaction, and only when that has committed is each call acknowledged. What was acknowledged is
never lost, and a failure is told to every caller, whose provider may try again.
"""

from collections.abc import Callable, Sequence
from threading import Event, Lock

import structlog
from sqlalchemy import exc

from bot.house import House
from channels.message import Receipt
from core.crm import messages
from core.store.crashpoints import reached

LINGER_SECONDS = 0.05
"""How long a batch stays open: no customer waits for a receipt."""
LONGEST_SECONDS = 10.0
"""How long a caller waits for the batch that has its receipt."""

log = structlog.get_logger()


class NotKept(Exception):
    """The receipt was not written down, as far as we know; the provider must tell again."""


class ReceiptWriter:
    """Writes receipts of many threads in batches; ``write`` returns when all are committed.

    ``most`` is the size at which a batch waits no longer: well below the number of threads that
    serve, for each receipt that waits holds one of them.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Receipt]], None],
        *,
        most: int,
        linger_seconds: float = LINGER_SECONDS,
    ) -> None:
        self._write, self._most, self._linger = write, most, linger_seconds
        self._lock = Lock()
        self._open: _Batch | None = None

    def note(self, receipt: Receipt) -> None:
        """Write a receipt down; it is committed when this returns.

        :raises NotKept: if the batch could not be written
        """
        batch, is_first = self._join(receipt)
        if is_first:
            batch.full.wait(self._linger)
            self._close(batch)
            batch.write(self._write)
        elif not batch.done.wait(LONGEST_SECONDS):
            raise NotKept("no answer from the batch")
        if not batch.kept:
            raise NotKept("the batch was not written")

    def _join(self, receipt: Receipt) -> "tuple[_Batch, bool]":
        with self._lock:
            batch = self._open
            is_first = batch is None
            if batch is None:
                batch = self._open = _Batch()
            batch.receipts.append(receipt)
            if len(batch.receipts) >= self._most:
                self._open = None
                batch.full.set()
        return batch, is_first

    def _close(self, batch: "_Batch") -> None:
        with self._lock:
            if self._open is batch:
                self._open = None


class _Batch:
    """Receipts that are written together, and how that went."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.full, self.done = Event(), Event()
        self.kept = False

    def write(self, write: Callable[[Sequence[Receipt]], None]) -> None:
        """Write them; whatever happens, those who wait are told."""
        try:
            write(self.receipts)
            self.kept = True
        except (exc.DBAPIError, exc.TimeoutError) as error:
            log.warning("receipts not kept", count=len(self.receipts), error=type(error).__name__)
        finally:
            self.done.set()


def writer(house: House) -> ReceiptWriter:
    """Return the writer of a process that serves."""

    def write(receipts: Sequence[Receipt]) -> None:
        with house.unit() as unit:
            messages.receive(unit, receipts)
            reached("receipt.before_commit")
        reached("receipt.after_commit")
        for one in receipts:
            house.trace("receipt", provider=one.provider, id=one.message_id, status=one.status)

    return ReceiptWriter(write, most=house.settings.web_threads)
