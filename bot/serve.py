"""The web server: ``python -m bot.serve``. Gunicorn, with everything it needs from the settings."""

import sys
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from bot.settings import BadSettings, Settings, load

MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeats; a disk could block them


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, told what to do in Python instead of on its command line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set the address, the processes and threads, and the limits."""
        options: dict[str, Any] = {
            "bind": f"{self._settings.bind_host}:{self._settings.port}",
            "workers": self._settings.web_processes,
            "threads": self._settings.web_threads,
            "worker_class": "gthread",
            "timeout": 30,
            "graceful_timeout": 3,  # below the five seconds that honcho waits
            "keepalive": 5,
            "backlog": 512,
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            "worker_tmp_dir": str(MEMORY) if MEMORY.is_dir() else None,
            "proc_name": "wekeza-web",
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application in the process that serves it, where its connections belong."""
        from bot.app import build  # noqa: PLC0415 - in the worker, not in the one that minds it

        return build(self._settings)


def main() -> int:
    """Serve until stopped; exit 1 with a line for each wrong setting."""
    try:
        settings = load()
    except BadSettings as bad:
        sys.stderr.write("\n".join(bad.problems) + "\n")
        return 1
    Server(settings).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
