"""Keys rotate by the command itself, on a house that is open; the command is killed on the way."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uuid_utils.compat

from core.demo.people import PEOPLE
from core.ledger import book
from core.store import data_keys
from core.store.data_keys import LocalKeys
from core.store.files import Files
from core.store.unit import open_unit
from tests.kill.customers import PIN, answered
from tests.support.keys import AUDIT, FIELD_KEY
from tests.support.stack import ROOT, SCHEDULER, TWIN, WORKER, Stack
from tests.support.until import until

PICTURE = b"\xff\xd8\xff" + b"a picture of a customer" * 5000
FILES = 400
OPENING = "data key {} seals"


@pytest.fixture
def town(stack: Stack) -> Stack:
    """The whole house."""
    for program in (TWIN, WORKER, SCHEDULER):
        stack.start(program)
    return stack


@pytest.fixture
def payers(town: Stack) -> Iterator[list["Payer"]]:
    """Three customers who pay on and on."""
    known = [one.phone for one in PEOPLE if one.country == "KE"]
    people = [Payer(town, known[n], known[n + 3]) for n in range(3)]
    for one in people:
        one.start()
    yield people
    for one in people:
        one.stopped.set()
    for one in people:
        one.join(120)


class Payer(threading.Thread):
    """Dials, pays and looks, and remembers what was not right."""

    def __init__(self, stack: Stack, address: str, other: str) -> None:
        super().__init__(daemon=True)
        self.phone, self.other = stack.phone("ussd", address), other
        self.stopped, self.screens = threading.Event(), 0
        self.bad: list[str] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self._pay()
            except (AssertionError, httpx.HTTPError) as error:
                self.bad.append(repr(error))
            time.sleep(0.2)

    def _pay(self) -> None:
        shown = answered(self.phone, self.phone.dial)
        for keys in ("1", self.other, "1", "1", PIN):
            if "went wrong" in shown.text:
                self.bad.append(shown.text)
            shown = answered(self.phone, lambda keys=keys: self.phone.press(keys))
            self.screens += 1
        if "went wrong" in shown.text:
            self.bad.append(shown.text)


class Rotation:
    """``flask keys rotate`` as a process of its own."""

    def __init__(self, stack: Stack) -> None:
        self.log = stack.home / "rotate.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "bot", "keys", "rotate"],
                cwd=ROOT, env={**stack.environment, "PYTHONUNBUFFERED": "1"},
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ends(self, seconds: float) -> str:
        assert self.process.wait(seconds) == 0, self.log.read_text()
        return self.log.read_text()


def kept_files(stack: Stack, keys) -> Files:
    return Files(stack.home, "media", keys)


@pytest.mark.soak
def test_the_command_is_killed_and_begun_again_while_customers_pay(town, payers, books) -> None:
    provider = LocalKeys([FIELD_KEY])
    keys = data_keys.load(books, provider, audit=AUDIT)
    files = kept_files(town, keys)
    ids = [uuid_utils.compat.uuid7() for _ in range(FILES)]
    for one in ids:
        files.write(one, PICTURE)
    until(lambda: min(one.screens for one in payers) > 5, seconds=60)
    first = Rotation(town)
    until(lambda: files.opened_by()[2] > FILES // 4, seconds=300)
    first.kill()
    assert files.opened_by()[1] > 0, "it was in the middle of the files"
    said = Rotation(town).ends(300)
    assert "data key 1 is destroyed" in said
    before = [one.screens for one in payers]
    until(
        lambda: all(one.screens > then + 10 for one, then in zip(payers, before, strict=True)),
        seconds=90,
    )
    assert [one.bad for one in payers] == [[], [], []]

    keys = data_keys.load(books, provider, audit=AUDIT)
    assert keys.known == {2}
    files = kept_files(town, keys)
    assert files.opened_by() == {2: FILES}
    assert all(files.read(one) == PICTURE for one in ids)
    with open_unit(
        books, keys=keys, now=data_now(books), new_id=uuid_utils.compat.uuid7, correlation="0" * 8
    ) as unit:
        everything_opens(unit, keys)
        assert book.verify(unit) == []


def data_now(books):
    with books.connect() as connection:
        return connection.exec_driver_sql("select clock_timestamp()").scalar_one()


def everything_opens(unit, keys) -> None:
    """Open every sealed value of every row with the new key alone."""
    from core.store.acting import acting_as
    from core.store.sealed import COLUMNS

    opened = 0
    for column in COLUMNS:
        with acting_as(unit, column.reader):
            rows = unit.all(
                f"select {column.row} as row, {column.column} as sealed from {column.table}"
                f" where {column.column} is not null"
            )
        for row in rows:
            keys.open_bytes(bytes(row.sealed), field=column.field, row=row.row)
            opened += 1
    assert opened > 500
