"""Structured logs: one JSON line an event on standard output, field names of the Elastic schema.

A correlation id joins the lines of one message, from the webhook over the ledger to the provider.
Bodies of requests and messages are never logged; what slips into an event's words all the same is
masked: phone numbers, and whatever looks like a PIN or a code.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import Processor, WrappedLogger

Event = MutableMapping[str, Any]

RENAMED = {
    "event": "message",
    "level": "log.level",
    "logger": "log.logger",
    "correlation": "trace.id",
    "exception": "error.stack_trace",
    "error": "error.type",
    "reason": "error.message",
    "remote": "client.ip",
    "route": "url.path",
}
NEVER = frozenset(
    {"form", "body", "text", "content", "digits", "pin", "secret", "password", "token"}
)
HIDDEN = "[hidden]"
LONGEST = 8_000

# Not within a longer word or number: ids in hex and decimals of a duration are left as they are.
_PHONE = re.compile(r"(?<![\w.-])\+?\d{3}(\d{3,9})(\d{3})(?![\w-])")
_CODE = re.compile(r"(?<![\w.])\d{4,6}(?!\w|[.-]\w)")
_UNTOUCHED = frozenset({"@timestamp", "trace.id", "log.level", "log.logger", "client.ip"})


def configure(level: str = "INFO") -> None:
    """Set logging up for this process; the standard library's loggers come out the same way."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="@timestamp"),
        structlog.processors.format_exc_info,
    ]
    written: list[Processor] = [
        rename,
        redact,
        structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
    ]
    structlog.configure(
        # Our own lines are written here: the way through the standard library's records, where
        # those of others come from, is twice as long.
        processors=[structlog.stdlib.filter_by_level, *shared, *written, _write],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _Stdout()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *written,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These say with every request or job what nobody needs, numbers and addresses included.
    for chatty in (
        "urllib3",
        "httpx",
        "httpcore",
        "twilio",
        "rq",
        "werkzeug",
        "alembic",
        "transitions",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _Stdout(logging.Handler):
    """Writes to standard output as it is at the time, whoever has put another in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _say(self.format(record))
        except (OSError, ValueError):  # closed: whoever read it has gone
            self.handleError(record)


def _write(_: WrappedLogger, __: str, line: Any) -> Event:  # noqa: ANN401 - rendered by now
    """Write a finished line of ours, and let it go no further."""
    with suppress(OSError, ValueError):  # closed: whoever read it has gone
        _say(line)
    raise structlog.DropEvent


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def rename(_: WrappedLogger, __: str, event: Event) -> Event:
    """Give the fields the names the Elastic Common Schema has for them."""
    named = {RENAMED.get(name, name): value for name, value in event.items()}
    return {**named, "ecs.version": "8.11"}


def redact(_: WrappedLogger, __: str, event: Event) -> Event:
    """Hide what must not be logged, whoever logged it."""
    return {name: _hidden(name, value) for name, value in event.items()}


def mask(text: str) -> str:
    """Return the text with phone numbers and whatever may be a PIN or a code made unreadable."""
    text = _PHONE.sub(lambda m: f"{m[0][: -len(m[1] + m[2])]}***{m[2]}", text[:LONGEST])
    return _CODE.sub("****", text)


def _hidden(name: str, value: object) -> object:
    if name in NEVER:
        return HIDDEN
    if isinstance(value, str) and name not in _UNTOUCHED:
        return mask(value)
    return value
