"""The card switch: ``python -m bot.card_switch``. ISO 8583 over TCP, on ``CARD_SWITCH_PORT``.

A connection signs on and then asks; answers go back in the order in which they are decided, each
with the trace number of its question. Frames, connections, what one of them may have in hand and
how long it may take are bounded. What cannot be read is answered 30, or ends its connection; what
is not signed by the scheme ends it without a word. No card number is ever logged.
"""

import asyncio
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog

from bot import card_deciding, card_iso, card_reading, logs, metrics
from bot import house as houses
from bot.card_iso import Malformed
from bot.house import House
from bot.settings import BadSettings, Settings, load
from core.cards.declines import CODES
from core.partners.scheme import Scheme

THREADS = 8
"""Messages that are decided at once."""
MOST_CONNECTIONS = 32
MOST_IN_HAND = 16
"""Messages of one connection that are not answered yet; it is read no further until one is."""
IDLE_SECONDS = 300.0
"""A connection that says nothing for so long is closed; an echo (0800) keeps it."""
FRAME_SECONDS = 5.0
"""How long a frame that has begun may take to arrive, and an answer to be taken."""
CLOSING_SECONDS = 3.0
SIGN_ON, SIGN_OFF, ECHO = "001", "002", "301"

log = structlog.get_logger()


class Switch:
    """Listens, reads, has messages decided on threads, and answers."""

    def __init__(self, house: House, *, threads: int = THREADS) -> None:
        self._house = house
        self._key = house.settings.scheme_webhook_key
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="card")
        self._open = 0
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port: the one that was free when 0 was asked for."""
        self._server = await asyncio.start_server(self._talk, host, port)
        listens: int = self._server.sockets[0].getsockname()[1]
        log.info("card switch listens", port=listens)
        return listens

    async def stop(self) -> None:
        """Take nothing more, and give what is in hand a moment to be answered."""
        if self._server is not None:
            self._server.close()
        for talk in self._talks:
            talk.cancel()
        if self._talks:
            await asyncio.wait(self._talks, timeout=CLOSING_SECONDS)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        remote = str((writer.get_extra_info("peername") or ("",))[0])
        if self._open >= MOST_CONNECTIONS:
            log.warning("card switch is full", remote=remote)
            writer.close()
            return
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        self._open += 1
        try:
            await _Talk(self._house, self._key, self._pool, reader, writer, remote).run()
        finally:
            self._open -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class _Talk:
    """One connection."""

    def __init__(
        self,
        house: House,
        key: str,
        pool: ThreadPoolExecutor,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        remote: str,
    ) -> None:
        self._house, self._key, self._pool = house, key, pool
        self._reader, self._writer, self._remote = reader, writer, remote
        self._signed_on = False
        self._room = asyncio.Semaphore(MOST_IN_HAND)
        self._writing = asyncio.Lock()
        self._in_hand: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Read frames until the other side ends, is silent too long, or cannot be understood."""
        try:
            while (raw := await self._frame()) is not None:
                await self._room.acquire()
                if not await self._take(raw):
                    return
        except (OSError, asyncio.IncompleteReadError):
            return
        except TimeoutError:
            log.info("card connection timed out", remote=self._remote)
        finally:
            if self._in_hand:
                await asyncio.wait(self._in_hand, timeout=CLOSING_SECONDS)

    async def _frame(self) -> bytes | None:
        """Return the next message; None when the other side has ended, or its frame is unfit."""
        async with asyncio.timeout(IDLE_SECONDS):
            head = await self._reader.read(1)
        if not head:
            return None
        async with asyncio.timeout(FRAME_SECONDS):
            head += await self._reader.readexactly(card_iso.LENGTH_BYTES - 1)
            length = int.from_bytes(head, "big")
            if not 0 < length <= card_iso.LONGEST:
                log.warning("card frame of an unfit length", remote=self._remote)
                return None
            return await self._reader.readexactly(length)

    async def _take(self, raw: bytes) -> bool:
        """Have a message answered; return whether the connection may go on."""
        try:
            fields = card_iso.decode(raw)
            genuine = card_iso.is_genuine(raw, fields, self._key)
        except Malformed:
            genuine = False
        if not genuine:
            log.warning("card message refused", remote=self._remote)
            metrics.webhook("cards/switch", "refused")
            self._room.release()
            return False
        task = asyncio.create_task(self._answer(fields))
        self._in_hand.add(task)
        task.add_done_callback(self._done)
        return True

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._room.release()

    async def _answer(self, fields: dict[str, str]) -> None:
        try:
            said = await self._said(fields)
            if said is not None:
                await self._write(card_iso.framed(card_iso.encode(said, self._key)))
        except Malformed as error:
            log.warning("card message unreadable", why=str(error))
            self._writer.close()
        except (OSError, TimeoutError):
            self._writer.close()

    async def _said(self, fields: dict[str, str]) -> dict[str, str] | None:
        """Return the answer to a message; None where there is none.

        :raises Malformed: if it cannot even be answered
        """
        kind = card_reading.kind_of(fields)
        if kind == card_reading.NETWORK:
            return self._network(fields)
        if not self._signed_on:
            return card_reading.plain(fields, CODES["unavailable"])
        try:
            read = card_reading.read(fields, scheme=Scheme.name)
        except Malformed as error:
            log.warning("card message unreadable", why=str(error))
            return card_reading.plain(fields, CODES["unreadable"])
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(
            self._pool, card_deciding.decide, self._house, read.request, read.pin_block
        )
        return None if answer is None else card_reading.dress(fields, answer)

    def _network(self, fields: dict[str, str]) -> dict[str, str]:
        """Sign on, sign off, or say that we are there."""
        asked = fields.get("70", "")
        if asked in {SIGN_ON, SIGN_OFF}:
            self._signed_on = asked == SIGN_ON
        elif asked != ECHO:
            return card_reading.plain(fields, CODES["unreadable"])
        return card_reading.plain(fields, "00")

    async def _write(self, frame: bytes) -> None:
        async with self._writing, asyncio.timeout(FRAME_SECONDS):
            self._writer.write(frame)
            await self._writer.drain()


async def serve(
    house: House, host: str, port: int, *, until: asyncio.Event, ready: Callable[[int], None]
) -> None:
    """Run the switch until an event; ``ready`` is told the port once it listens."""
    switch = Switch(house)
    ready(await switch.start(host, port))
    await until.wait()
    await switch.stop()


async def _run(settings: Settings) -> None:
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, until.set)
    if not settings.card_switch_port:
        log.info("card switch is off: CARD_SWITCH_PORT is 0")
        await until.wait()
        return
    house = houses.build(settings, name="wekeza-cards", pool=THREADS)
    await serve(
        house, settings.bind_host, settings.card_switch_port, until=until, ready=lambda _: None
    )


def main() -> int:
    """Run the switch until a signal ends it; exit 1 with a line for each wrong setting."""
    try:
        settings = load()
    except BadSettings as bad:
        sys.stderr.write("\n".join(bad.problems) + "\n")
        return 1
    logs.configure(settings.log_level)
    metrics.configure(settings.data_dir)
    asyncio.run(_run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
