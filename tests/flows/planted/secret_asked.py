"""A secret asked for where answers are kept: in Swahili the amount's words want the PIN too."""

from flows.check import Fault
from tests.flows.planted.sound import NAME, STORIES, pages

PAGES = pages(sw={"amount": "Weka kiasi na namba ya siri."})
CODE, AT = Fault.SECRET_ASKED, (NAME, "amount", "sw", "")
TOLD = ("Weka kiasi na namba ya siri.", "kept and logged in clear")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
