"""Structured logs: one JSON line an event on standard output, field names of the Elastic schema.

A correlation id joins the lines of one message, from the webhook over the ledger to the provider.
Bodies of requests and messages are never logged; what slips into an event's words all the same is
masked: what `core.pii` finds, and whatever else looks like a phone number, a PIN or a code. PCI DSS
4.0 (requirements 3.4 and 10) and Kenya's Data Protection Act (section 25) ask for no less.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import Processor, WrappedLogger

from core import pii

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
MOST_PARTS, DEEPEST = 50, 4
"""How much of a list or a mapping is told, and how many of them one in another."""
LARGEST_NUMBER = 99_999_999
"""A larger whole number may be a phone or a card: it is masked as text would be."""

# Not within a longer word or number: ids in hex and decimals of a duration are left as they are.
_PHONE = re.compile(r"(?<![\w.-])\+?\d{3}(\d{3,9})(\d{3})(?![\w-])")
_CODE = re.compile(r"(?<![\w.])\d{4,6}(?!\w|[.-]\w)")
_DIGITS = re.compile(r"\d\D{0,2}\d\D{0,2}\d")
"""Without three digits near each other there is no number to hide; most words have none."""
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
    return {
        name: value if name in _UNTOUCHED else _hidden(name, value, DEEPEST)
        for name, value in event.items()
    }


def mask(text: str) -> str:
    """Return the text with what is personal, and what may be a PIN or a code, made unreadable."""
    text = text[:LONGEST]
    if not _DIGITS.search(text) and "@" not in text:
        return text
    text = _PHONE.sub(lambda m: f"{m[0][: -len(m[1] + m[2])]}***{m[2]}", pii.mask(text))
    return _CODE.sub("****", text)


def _hidden(name: str, value: object, deep: int) -> object:
    """Return a value as it may stand under a name: what is inside of it too, and what it prints."""
    if name in NEVER:
        return HIDDEN
    if value is None or isinstance(value, bool | float) or _is_small(value):
        return value
    if isinstance(value, Mapping) and deep:
        some = list(value.items())[:MOST_PARTS]
        return {mask(str(key)): _hidden(str(key), one, deep - 1) for key, one in some}
    if isinstance(value, list | tuple | set | frozenset) and deep:
        return [_hidden("", one, deep - 1) for one in list(value)[:MOST_PARTS]]
    return mask(str(value))


def _is_small(value: object) -> bool:
    """Return whether a value is a number too small to be somebody's."""
    return isinstance(value, int) and abs(value) <= LARGEST_NUMBER
