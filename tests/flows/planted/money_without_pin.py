"""Money without PIN: who is known well buys at once."""

from flows.check import Fault
from tests.flows.planted.sound import NAME, PAGES, Airtime


class Quick(Airtime):
    """A yes buys, where the address has earned trust."""

    paths = (("yes", "review", "bought", "trusted", None, "buy"), *Airtime.paths)


STORIES = {NAME: Quick}
CODE, AT = Fault.MONEY_WITHOUT_PROOF, (NAME, "review", "", "")
TOLD = ("You:  500", "You:  1 (Yes)", "money moves here without a PIN", "Done.")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
