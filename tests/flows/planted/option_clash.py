"""An option clash: in English both answers to the read-back read the same."""

from flows.check import Fault
from tests.flows.planted.sound import NAME, STORIES, pages

PAGES = pages(en={"review_yes": "OK!", "review_no": "OK"})
CODE, AT = Fault.OPTION_CLASH, (NAME, "review", "en", "")
TOLD = ("1. OK!", "2. OK", "have the same label")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
