"""What came of hearing somebody, for whoever has to answer them and for whoever watches."""

from dataclasses import dataclass
from time import monotonic

import structlog

from bot import metrics
from bot.closing import Walked
from bot.house import House
from channels.message import Reply

log = structlog.get_logger()


class NotHeard(Exception):
    """The message could not be taken and nothing of it was kept; the provider must try again."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said back in the response, which page of it, and how it came about."""

    reply: Reply | None
    page: int = 0
    duplicate: bool = False
    correlation: str = ""


def show(house: House, walked: Walked, *, began: float) -> None:
    """Count, trace and log a turn that began at a moment of ``time.monotonic``."""
    seconds = monotonic() - began
    if walked.case is not None:
        house.tell(f"case:{walked.case}")
        house.tell("queue")
    metrics.turn(walked.channel, walked.flow, walked.outcome, seconds=seconds)
    if house.settings.demo_mode:
        house.trace("turn", ms=round(seconds * 1000, 1), **walked.trace())
    log.info(
        "turn",
        channel=walked.channel,
        before=walked.before,
        after=walked.after,
        outcome=walked.outcome,
        ms=round(seconds * 1000, 1),
    )
