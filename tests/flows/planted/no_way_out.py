"""No way out: a step that takes the word menu for one of its options."""

from typing import ClassVar

from flows.check import Fault
from flows.story import Choose, End, Flow
from tests.flows.planted.sound import NAME, pages


class Trap(Flow):
    """A restaurant's menu, say."""

    name = NAME
    steps = (Choose("food", options=("menu", "drinks")), End("bought"))
    paths = (
        ("open", "start", "food"),
        ("menu", "food", "bought"),
        ("drinks", "food", "bought"),
    )
    widest: ClassVar = {"amount": "TZS 99999999.99"}


STORIES = {NAME: Trap}
DISHES = {"food": "Chakula?", "food_menu": "Ugali", "food_drinks": "Soda"}
PAGES = pages(en=DISHES, sw=DISHES, fr=DISHES)
CODE, AT = Fault.NO_WAY_OUT, (NAME, "food", "en", "")
TOLD = ("1. Ugali", "MENU is taken for something else: the customer stays in")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
