"""A circle that never waits: two stories that turn into each other before anybody can speak."""

from flows.check import Fault
from flows.story import Become, Flow
from tests.flows.planted.sound import NAME, PAGES


class Ping(Flow):
    """Turns into the other at once."""

    name = NAME
    steps = (Become("planted_too"),)
    paths = (("open", "start", "planted_too"),)


class Pong(Flow):
    """Turns back at once."""

    name = "planted_too"
    page = NAME
    steps = (Become(NAME),)
    paths = (("open", "start", NAME),)


STORIES = {NAME: Ping, "planted_too": Pong}
CODE, AT = Fault.ENDLESS_LOOP, (NAME, "", "", "")
TOLD = ("Buy airtime", "goes on with", "and round again, before anybody can speak")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
