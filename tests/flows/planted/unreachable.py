"""An unreachable step: a receipt nobody is led to."""

from flows.check import Fault
from flows.story import End
from tests.flows.planted.sound import NAME, Airtime, everywhere


class Lonely(Airtime):
    """It has one more end than it has ways to end."""

    steps = (*Airtime.steps, End("receipt"))


STORIES = {NAME: Lonely}
PAGES = everywhere("receipt", "Bought!")
CODE, AT = Fault.UNREACHABLE, (NAME, "receipt", "", "")
TOLD = ("You:  500", "Done.", "no conversation leads to 'receipt'")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
