"""Laying aside what breaks again and again, so that it is seen and blocks nothing else."""

import traceback
from pathlib import Path

import structlog
from sqlalchemy import exc

from bot import metrics
from bot.house import House
from core.crm import parked
from core.crm.parked import Kind, Poison

ROOT = Path(__file__).resolve().parent.parent
MOST_FRAMES = 20

log = structlog.get_logger()


def poison(
    kind: Kind, key: str, error: BaseException, facts: dict[str, str] | None = None
) -> Poison:
    """Return what is kept of something that broke: where and how, and nothing of a customer's."""
    return Poison(kind, key, reason=type(error).__name__, trace=trace_of(error), facts=facts or {})


def park(
    house: House,
    kind: Kind,
    key: str,
    error: BaseException,
    *,
    facts: dict[str, str] | None = None,
    correlation: str | None = None,
) -> int:
    """Lay something aside in a transaction of its own; return how often that has happened to it.

    Never raises: 0 when PostgreSQL cannot be reached, and then nothing is kept.
    """
    try:
        with house.unit(correlation) as unit:
            attempts = parked.put(unit, poison(kind, key, error, facts))
    except (exc.DBAPIError, exc.TimeoutError) as away:
        log.warning("not parked", kind=kind, error=type(away).__name__)
        return 0
    metrics.parked(kind)
    return attempts


def trace_of(error: BaseException) -> str:
    """Return where an error came from: files, lines and functions, innermost last.

    The words of an error may quote what a customer typed: they are left out, as are all values.
    """
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return "\n".join(f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


def _place(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT))
    return "/".join(path.parts[-2:])
