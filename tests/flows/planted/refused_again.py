"""A refusal nobody can mend: the PIN is locked, and is asked for again and again."""

from flows.check import Fault
from tests.flows.planted.sound import NAME, PAGES, Airtime


class Stubborn(Airtime):
    """It has no path for a locked PIN."""

    steps = tuple(step for step in Airtime.steps if step.name != "locked")
    paths = tuple(path for path in Airtime.paths if path[0] != "pin_locked")


STORIES = {NAME: Stubborn}
CODE, AT = Fault.UNMENDED_REFUSAL, (NAME, "pin", "", "")
TOLD = ("You:  1 (Yes)", "Enter your PIN.", "Your PIN is locked", "no path leads on from here")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
