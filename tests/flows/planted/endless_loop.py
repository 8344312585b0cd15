"""A path that loops for ever: two questions that only ever lead to each other."""

from flows.check import Fault
from flows.story import Choose
from tests.flows.planted.sound import NAME, Airtime, pages


class Round(Airtime):
    """Whoever says no is asked why, and whether they are sure, and why."""

    steps = (
        *(step for step in Airtime.steps if step.name != "cancelled"),
        Choose("why", options=("dear", "later")),
        Choose("sure", options=("dear", "later")),
    )
    paths = (
        *(path for path in Airtime.paths if path[0] != "no"),
        ("no", "review", "why"),
        ("dear", "why", "sure"),
        ("later", "why", "sure"),
        ("dear", "sure", "why"),
        ("later", "sure", "why"),
    )


STORIES = {NAME: Round}
QUESTIONS = {
    "why": "Why?", "why_dear": "Dear", "why_later": "Later",
    "sure": "Sure?", "sure_dear": "Dear", "sure_later": "Later",
}  # fmt: skip
PAGES = pages(en=QUESTIONS, sw=QUESTIONS, fr=QUESTIONS)
CODE, AT = Fault.ENDLESS_LOOP, (NAME, "why", "", "")
TOLD = ("You:  2 (No)", "Why?", "Sure?", "and round again, for ever")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
