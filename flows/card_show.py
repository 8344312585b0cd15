"""Show a card's number once: by a link where a page can be opened, else through a person.

The number itself never comes into a conversation.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.own_cards import OwnCards
from flows.story import GIVEN, Ask, Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardDoing


class CardShow(OwnCards, Flow):
    """Send a link that lives five minutes, or a code that a member of staff enters."""

    name = "card_show"
    doing: ClassVar["CardDoing"] = "show"

    steps = (
        Prove("pin"),
        Ask("card", lists="cards"),
        Choose("page", options=("yes", "no")),
        Choose("no_page", options=("person", "physical", "no")),
        End("linked"),
        End("sent"),
        End("kept"),
        End("none", offers=("card_status", "card_request")),
        Become("card_request"),
        Become("reset_pin"),
    )

    paths = (
        # when              at             go to      if            unless first do
        ("open",             "start",       "none",    "knows_none"),
        ("open",             "start",       "pin"),
        ("proven",           "pin",         "none",    None,         "has_cards"),
        ("proven",           "pin",         "card",    None,         "is_only"),
        ("proven",           "pin",         "page",    "opens_links", None, "take_only"),
        ("proven",           "pin",         "no_page", None,         None, "take_only"),
        ("answer",           "card",        "page",    "opens_links", None, "pick"),
        ("answer",           "card",        "no_page", None,         None, "pick"),
        ("yes",              "page",        "linked",  None,         None, "send_link"),
        ("person",           "no_page",     "sent",    None,         None, "send_word"),
        ("physical",         "no_page",     "card_request", None,    None, "ask_physical"),
        ("no",               ("page", "no_page"), "kept"),
        ("too_many_reveals", ("page", "no_page"), "kept"),
        ("card_not_shown",   ("page", "no_page"), "none"),
        ("unknown_card",     ("page", "no_page"), "none"),
        ("pin_locked",       "pin",         "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"send_link", "send_word"})
    widest: ClassVar[Mapping[str, object]] = OwnCards.widest

    @property
    def opens_links(self) -> bool:
        """Whether a page can be opened here."""
        return self.bank.opens_links

    def send_link(self, _: str) -> None:
        """Send the link to here."""
        self.bank.send_card_link(self.slots["card"])

    def send_word(self, _: str) -> None:
        """Send the code by SMS that a member of staff asks for."""
        self.bank.send_card_code(self.slots["card"])

    def ask_physical(self, _: str) -> None:
        """Go on to a card that has its number printed on it."""
        self.slots[f"{GIVEN}kind"] = "physical"
