"""A secret in a slot: the hash of the new PIN is kept with the conversation."""

from typing import ClassVar

from flows.check import Fault
from flows.story import End, Flow, NewSecret, RepeatSecret
from tests.flows.planted.sound import NAME, pages


class Forgetful(Flow):
    """Choose a PIN and keep its hash for later."""

    name = NAME
    steps = (NewSecret("new"), RepeatSecret("again"), End("bought"))
    paths = (
        ("open", "start", "new"),
        ("chosen", "new", "again", None, None, "remember"),
        ("repeated", "again", "bought"),
        ("pins_differ", "again", "new"),
    )
    widest: ClassVar = {"amount": "TZS 99999999.99"}

    def remember(self, _: str) -> None:
        assert self.proof is not None
        chosen = self.proof
        self.slots["remembered"] = chosen.new_hash


STORIES = {NAME: Forgetful}
BOTH = {"new": "1234?", "again": "1234?"}
PAGES = pages(en=BOTH, sw=BOTH, fr=BOTH)
CODE, AT = Fault.SECRET_KEPT, (NAME, "new", "", "")
TOLD = ("You:  **** (the new PIN)", "something of the secret is kept in self.slots")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
