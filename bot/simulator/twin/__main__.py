"""Runs the twin: ``python -m bot.simulator.twin``. One process, for it keeps all in memory."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import redis
from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from bot.settings import BadSettings, Settings, load
from bot.simulator.twin import app as twin
from core.partners import name_enquiry_twin

THREADS = 16


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with one worker, started from Python."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn would read from its command line."""
        options: dict[str, Any] = {
            "bind": f"127.0.0.1:{self._settings.twin_port}",
            "workers": 1,
            "threads": THREADS,
            "worker_class": "gthread",
            "graceful_timeout": 3,
            "keepalive": 5,
            "proc_name": "wekeza-twin",
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the twin in the worker, where its threads belong."""
        return build(self._settings)


def build(settings: Settings) -> Flask:
    """Return the twin of these settings, on the outside world's own clock."""
    return twin.build(
        settings,
        clock=lambda: datetime.now(UTC),  # noqa: TID251 - the outside world has its own clock
        new_id=lambda: uuid4().hex,
        name_enquiry=name_enquiry_twin.answer,
        client=redis.Redis.from_url(
            settings.redis_url, socket_timeout=3.0, socket_connect_timeout=0.3
        ),
        contents_file=settings.data_dir / "twin" / "contents.json",
        mail_port=settings.twin_mail_port,
    )


def main() -> int:
    """Run until stopped; exit 1 with one line a problem when the settings are wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    # These log addresses, and Africa's Talking's hold a secret.
    for name in ("httpx", "httpcore", "urllib3", "mail.log"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        settings = load()
    except BadSettings as bad:
        sys.stderr.write("\n".join(bad.problems) + "\n")
        return 1
    Server(settings).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
