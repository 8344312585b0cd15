"""Dead end: who says no to the read-back is asked again, and nothing else."""

from flows.check import Fault
from tests.flows.planted.sound import NAME, PAGES, Airtime


class DeadEnd(Airtime):
    """``no`` is offered and leads nowhere."""

    steps = tuple(step for step in Airtime.steps if step.name != "cancelled")
    paths = tuple(path for path in Airtime.paths if path[0] != "no")


STORIES = {NAME: DeadEnd}
CODE, AT = Fault.DEAD_END, (NAME, "review", "", "")
TOLD = ("You:  500", "Buy TZS 99,999,999.99", "2. No", "no: nothing is sure to happen")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
