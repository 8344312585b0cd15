"""The whole house in one command: what ``make run`` runs, by ``python -m bot.embedded``.

Keys, servers, roles, migrations and the demo bank are made ready, then the processes of the
Procfile run until Ctrl-C or TERM; then everything that was started is stopped, and the status is 0.
Whatever dies in between, process or server, is started again.
"""

import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import httpx

from bot import database, metrics
from bot.embedded import servers, terminal
from bot.embedded.crew import Crew, commands
from bot.embedded.processes import ServerFailed, wait_until
from bot.embedded.stopping import be_deaf
from bot.embedded.watch import Watch
from bot.settings import ROOT, BadSettings, Settings, load
from core.demo.people import PEOPLE, PIN
from core.demo.staff import log_ins

SOON = 6.0  # seconds an earlier launcher's processes have to vanish
READY_SECONDS = 60.0
WELL_KNOWN = 5  # the demo's people who are named
WITH_PARENT = "--with-parent"


class CannotStart(Exception):
    """The house cannot open; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    """Run the house; 0 when stopped by a signal, 1 with a reason when it cannot start.

    :raises Stopped: if told to end while it still starts; nothing is left running then either
    """
    parent = os.getppid() if WITH_PARENT in arguments else None
    try:
        with terminal.foreground():
            settings = load()
            with _only_one(settings.data_dir), _house(settings) as watches:
                return _run(settings, watches, parent)
    except BadSettings as bad:
        _say("\n".join(["These settings are wrong (see .env.example):", *bad.problems]))
    except (CannotStart, ServerFailed) as reason:
        _say(str(reason))
    return 1


@contextmanager
def _house(settings: Settings) -> Iterator[Sequence[Watch]]:
    """Make everything ready that the processes stand on, and put it away afterwards.

    Yields who looks after each of the bundled servers meanwhile.
    """
    _check_ports(settings)
    with servers.running(settings) as own:
        done = database.upgrade(settings)
        if done:
            _say(f"Migrated the database to {done[-1]}.")
        if settings.demo_mode and database.seed(settings):
            _say("Loaded the demo bank.")
        metrics.start_afresh(settings.data_dir)
        watches = [Watch(server, say=_say) for server in own]
        try:
            yield watches
        finally:
            be_deaf()
            for watch in watches:
                watch.end()


def _run(settings: Settings, watches: Sequence[Watch], parent: int | None) -> int:
    announce = partial(_announce_and_watch, settings, parent)
    crew = Crew(meanwhile=[announce, *(watch.run for watch in watches)])
    for name, command in commands(ROOT / "Procfile", launcher=os.getpid()).items():
        if name != "twin" or settings.demo_mode:
            crew.add_process(name, command, cwd=str(ROOT))
    crew.loop()
    return 0 if crew.was_stopped() else 1


def _announce_and_watch(settings: Settings, parent: int | None) -> None:
    """Say where the house is once it answers; end it when the one who runs us has vanished."""
    address = f"http://127.0.0.1:{settings.port}/api/health/db"
    with httpx.Client(timeout=2.0) as http:
        opened = wait_until(lambda: _answers(http, address), seconds=READY_SECONDS)
    silent = f"The web process does not answer at {address}; its lines above say why."
    _say(_welcome(settings) if opened else silent)
    while parent is not None:
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        time.sleep(1.0)


def _welcome(settings: Settings) -> str:
    if not settings.demo_mode:
        return f"Wekeza is open at {settings.public_base_url}"
    people = ", ".join(f"{one.first_name} {one.phone}" for one in PEOPLE[:WELL_KNOWN])
    return (
        f"Wekeza is open at http://127.0.0.1:{settings.port}  ·  dial {settings.ussd_code}, "
        f"WhatsApp {next(iter(settings.whatsapp_numbers), '')}, SMS {settings.at_shortcode}  ·  "
        f"customers, all with PIN {PIN}: {people}  ·  {log_ins()}  ·  Ctrl-C stops everything"
    )


def _answers(http: httpx.Client, address: str) -> bool:
    try:
        return http.get(address).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Keep a second launcher away from the same data.

    :raises CannotStart: if one runs already
    """
    with (data_dir / ".launch.lock").open("w") as file:
        if not wait_until(lambda: _locked(file.fileno()), seconds=SOON):
            raise CannotStart(f"Wekeza already runs on {data_dir}: stop it, or set DATA_DIR")
        yield


def _locked(handle: int) -> bool:
    with suppress(BlockingIOError):
        # Not flock, which the processes we fork would hold on to after our death.
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _check_ports(settings: Settings) -> None:
    """Find out before anything starts whether the ports can be had.

    :raises CannotStart: if somebody else listens there
    """
    wanted = {"PORT": (settings.bind_host, settings.port)}
    if settings.card_switch_port:
        wanted["CARD_SWITCH_PORT"] = (settings.bind_host, settings.card_switch_port)
    if settings.demo_mode:
        wanted["TWIN_PORT"] = ("127.0.0.1", settings.twin_port)
        wanted["TWIN_MAIL_PORT"] = ("127.0.0.1", settings.twin_mail_port)
    for name, (host, port) in wanted.items():
        if not wait_until(lambda at=(host, port): _is_free(at), seconds=SOON):  # type: ignore[misc]
            raise CannotStart(f"Port {port} is taken: set {name} (try: PORT={port + 100} make run)")


def _is_free(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def _say(line: str) -> None:
    with suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
