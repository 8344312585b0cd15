"""The web server: ``python -m bot.serve``. Granian, with everything it needs from the settings.

HTTP is spoken by Granian's own threads outside Python; a pool of threads runs the application.
docs/decisions/0010-web-server.md says why, and what was measured.
"""

import gc
import os
import signal
import sys
from multiprocessing import parent_process
from threading import Thread
from time import sleep
from typing import Any

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.common import AbstractServer

from bot import logs
from bot.settings import BadSettings, Settings, load

GRACE_SECONDS = 2
"""What requests in hand get to finish; with what is around it, below the four of bot.keep."""
HEADERS_WITHIN_MS = 10_000
"""How long a connection may take to say what it wants: one that trickles its headers is closed."""
LONGEST_HEADERS = 64 * 1024
BACKLOG = 512
SPARE_THREADS = 8
"""For what is no turn: receipts, pages, health, and telling who is turned away."""
PARENT_LOOKED_FOR = 0.5
RUBBISH_LOOKED_FOR = 10_000
"""Objects made, and not gone again, before the collector looks through them."""


def application() -> Flask:
    """Build the application in the process that serves it, where its connections belong."""
    # In the worker, not in the one that minds it:
    from bot.app import build  # noqa: PLC0415
    from flows import understanding  # noqa: PLC0415

    if (parent := parent_process()) is not None and parent.pid is not None:
        Thread(target=_end_without, args=(parent.pid,), name="parent", daemon=True).start()
    app = build(load())
    understanding.prepare()
    settle()
    return app


def settle() -> None:
    """Spare the garbage collector what has come to stay, and have it look less often.

    A turn leaves few cycles behind, and looking for them through all that was loaded costs more
    than they take.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(RUBBISH_LOOKED_FOR)


def server(settings: Settings) -> AbstractServer[Any]:
    """Return the server these settings ask for; its processes build the application themselves."""
    return Granian(
        "bot.serve:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.bind_host,
        port=settings.port,
        workers=settings.web_processes,
        # Whoever waits for a turn (bot/admission.py) and every live page holds a thread.
        blocking_threads=sum(
            (settings.web_threads, settings.turns_waiting, settings.live_pages, SPARE_THREADS)
        ),
        backlog=BACKLOG,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=LONGEST_HEADERS
        ),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        log_level=LogLevels.error,  # its warnings are advice on how many threads to have
        # Its lines go where ours go, and look like them.
        log_dictconfig={
            "version": 1,
            "disable_existing_loggers": False,
            "loggers": {"_granian": {"handlers": [], "propagate": True}},
        },
    )


def _end_without(parent: int) -> None:
    """End this process when the one that minds it was killed, or it would serve on for ever."""
    while os.getppid() == parent:
        sleep(PARENT_LOOKED_FOR)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Serve until stopped; exit 1 with a line for each wrong setting."""
    try:
        settings = load()
    except BadSettings as bad:
        sys.stderr.write("\n".join(bad.problems) + "\n")
        return 1
    granian = server(settings)
    logs.configure(settings.log_level)
    granian.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
