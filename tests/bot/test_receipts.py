"""Receipts are written together, and acknowledged only when they are committed."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event

import pytest

from bot import receipts
from bot.house import House
from bot.receipts import NotKept, ReceiptWriter
from channels.message import Receipt, Status
from core.store import crashpoints
from core.store.crashpoints import Crashed

PATIENCE = 20.0


class Book:
    """Where receipts are written in these tests: it can be held open, and it can fail."""

    def __init__(self, *, error: BaseException | None = None) -> None:
        self.batches: list[list[Receipt]] = []
        self.open, self.reached = Event(), Event()
        self.error = error

    def write(self, batch: Sequence[Receipt]) -> None:
        self.reached.set()
        assert self.open.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        self.batches.append(list(batch))


def receipt(number: int) -> Receipt:
    return Receipt("twilio", f"SM{number:032x}", Status.DELIVERED)


def noted_by(pool: ThreadPoolExecutor, writer: ReceiptWriter, count: int) -> list["Future[None]"]:
    """Note so many receipts, each on a thread of its own, as webhooks do."""
    return [pool.submit(writer.note, receipt(n)) for n in range(count)]


def test_receipts_of_many_callers_are_one_write_that_all_of_them_wait_for() -> None:
    book = Book()
    writer = ReceiptWriter(book.write, most=8, linger_seconds=PATIENCE)
    with ThreadPoolExecutor(8) as pool:
        calls = noted_by(pool, writer, 8)
        assert book.reached.wait(PATIENCE)
        assert not any(call.done() for call in calls)
        book.open.set()
        assert [call.result(PATIENCE) for call in calls] == [None] * 8
    [batch] = book.batches
    assert {one.message_id for one in batch} == {receipt(n).message_id for n in range(8)}


def test_one_alone_waits_a_moment_only() -> None:
    book = Book()
    book.open.set()
    ReceiptWriter(book.write, most=8, linger_seconds=0.0).note(receipt(1))
    assert book.batches == [[receipt(1)]]


def test_who_comes_while_a_batch_is_written_is_in_the_next() -> None:
    book = Book()
    writer = ReceiptWriter(book.write, most=1)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(writer.note, receipt(1))
        assert book.reached.wait(PATIENCE)
        second = pool.submit(writer.note, receipt(2))
        book.open.set()
        wait([first, second], PATIENCE)
    assert sorted(len(batch) for batch in book.batches) == [1, 1]


@pytest.mark.parametrize("error", [ZeroDivisionError(), SystemExit(1), KeyboardInterrupt()])
def test_a_writer_that_crashes_has_acknowledged_nothing(error: BaseException) -> None:
    book = Book(error=error)
    writer = ReceiptWriter(book.write, most=4, linger_seconds=PATIENCE)

    def caught(number: int) -> BaseException | None:
        try:
            writer.note(receipt(number))
        except BaseException as told:
            return told
        return None

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(caught, n) for n in range(4)]
        book.open.set()
        told = [call.result(PATIENCE) for call in calls]
    assert sum(one is error for one in told) == 1, "whoever wrote sees why"
    assert sum(isinstance(one, NotKept) for one in told) == 3

    book.error = None
    ReceiptWriter(book.write, most=1).note(receipt(9))
    assert book.batches == [[receipt(9)]]


def kept(house: House) -> int:
    with house.unit() as unit:
        count: int = unit.value("select count(*) from receipts")
    return count


def test_what_was_acknowledged_is_in_the_books(house: House) -> None:
    writer = receipts.writer(house)
    with ThreadPoolExecutor(8) as pool:
        for call in noted_by(pool, writer, 20):
            call.result(PATIENCE)
    assert kept(house) == 20


@pytest.fixture
def crash_at() -> Iterator[Callable[[str], None]]:
    """Let a crash point raise; it is disarmed afterwards."""
    yield crashpoints.arm
    crashpoints.arm("")


def test_a_crash_before_the_commit_keeps_and_acknowledges_nothing(
    house: House, crash_at: Callable[[str], None]
) -> None:
    writer = receipts.writer(house)
    crash_at("receipt.before_commit=raise")
    with ThreadPoolExecutor(8) as pool:
        calls = noted_by(pool, writer, 8)
        wait(calls, PATIENCE)
    assert all(isinstance(call.exception(), NotKept | Crashed) for call in calls)
    crash_at("")
    assert kept(house) == 0
    writer.note(receipt(1))
    assert kept(house) == 1
