"""Money that was not read back: after it was, the amount is asked for once more."""

from flows.check import Fault
from flows.story import Ask
from tests.flows.planted.sound import NAME, Airtime, everywhere


class Changed(Airtime):
    """Between the yes and the PIN the amount may change."""

    steps = (*Airtime.steps, Ask("sure", entity="amount", slot="amount"))
    paths = (
        *(path for path in Airtime.paths if path[0] != "yes"),
        ("yes", "review", "sure"),
        ("answer", "sure", "pin", None, None, "note_amount"),
    )


STORIES = {NAME: Changed}
PAGES = everywhere("sure", "500?")
CODE, AT = Fault.MONEY_WITHOUT_READ_BACK, (NAME, "pin", "", "")
TOLD = ("You:  1 (Yes)", "500?", "You:  500", "money moves here without a read-back")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
