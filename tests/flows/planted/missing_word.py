"""A missing word: nobody wrote the question for the amount in French."""

from flows.check import Fault
from tests.flows.planted.sound import NAME, STORIES, pages

PAGES = pages(fr={"amount": ""})
CODE, AT = Fault.MISSING_WORDS, (NAME, "amount", "fr", "")
TOLD = ("Acheter du crédit", "cannot say it", "'amount'")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
