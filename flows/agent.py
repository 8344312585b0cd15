"""Talk to a person: a case is opened, and whoever takes it answers in this very conversation."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from flows.case_facts import WIDEST
from flows.story import Ask, Choose, End, Flow, Listen, Moved

if TYPE_CHECKING:
    from core.bank import MyCase

RATINGS = MappingProxyType({"one": 1, "two": 2, "three": 3, "four": 4, "five": 5})
"""What a customer says of how a case was solved. Options stand in this order: 4 means four."""
LOW = ("one", "two")


class Agent(Flow):
    """Ask what it is about, then pass everything on to whoever works on the case.

    A feature phone's session cannot wait: there the answer comes by SMS. Once it is solved, those
    whose channel stays open are asked how content they are; they may skip that.
    """

    name = "agent"
    patient = True
    guarded = False  # whoever cannot prove themselves needs a person most
    takes_words = "about"

    steps = (
        Ask("about", free=True),
        Ask("more", free=True),
        Listen("chat", events=("resolved",)),
        Choose("solved", options=("yes", "no")),
        Choose("rate", options=(*RATINGS, "skip")),
        End("by_sms"),
        End("thanks"),
        End("rated"),
        End("sorry"),
        End("too_many"),
        End("over"),
    )

    paths = (
        # when            at        go to       if           unless first do
        ("open",           "start",  "solved",   "is_solved"),
        ("open",           "start",  "chat",     "has_person", None, "stand_with"),
        ("open",           "start",  "more",     "has_case"),
        ("open",           "start",  "about"),

        ("answer",         "about",  "chat",     "stays",     None, "ask"),
        ("answer",         "about",  "by_sms",   None,        None, "ask"),
        ("too_many_cases", "about",  "too_many"),

        ("answer",         "more",   "by_sms",   None,        None, "pass_on"),
        ("answer",         "chat",   "chat",     None,        None, "pass_on"),
        ("case_closed",    ("more", "chat"), "over"),

        ("resolved",       "chat",   "solved"),
        ("yes",            "solved", "rate",     "stays"),
        ("yes",            "solved", "thanks"),
        ("no",             "solved", "chat",     "stays",     None, "take_up"),
        ("no",             "solved", "by_sms",   None,        None, "take_up"),
        ("case_closed",    "solved", "over"),

        *((one, "rate", "sorry" if one in LOW else "rated", None, None, "rate") for one in RATINGS),
        ("skip",           "rate",   "thanks"),
    )  # fmt: skip

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved()}

    writes = frozenset({"ask", "pass_on", "take_up", "rate"})

    widest: ClassVar[Mapping[str, object]] = {
        **WIDEST,
        "words": "x" * 300,
        "ahead": "100",
        "back": "2026-09-28T21:59:00+00:00",
        "who": "Christopher",
    }

    @property
    def stays(self) -> bool:
        """Whether an answer can come into this conversation."""
        return self.bank.stays_open

    @property
    def has_case(self) -> bool:
        """Whether a person wrote already, so that it is known what this is about."""
        return "number" in self.slots

    @property
    def has_person(self) -> bool:
        """Whether that person can answer here as well."""
        return self.has_case and self.stays

    @property
    def is_solved(self) -> bool:
        """Whether that person is done with it, and only a yes is missing."""
        return self.has_case and self.bank.is_case_done(self.slots["number"])

    def facts(self) -> Mapping[str, object]:
        """Add when an answer may be expected, and who waits before, where that was said."""
        return {"due": "", "ahead": "", "back": "", "now": self.bank.now, **self.slots}

    def ask(self, said: str) -> None:
        """Open a case that says what it is about, and what was interrupted for it."""
        opened = self.bank.ask_for_person(said)
        self.slots["number"] = opened.number
        self._promise(opened)
        self.slots["ahead"] = str(opened.ahead) if opened.ahead else ""
        self.slots["back"] = "" if opened.back_at is None else opened.back_at.isoformat()

    def stand_with(self, _: str) -> None:
        """Stand with the person on the case, who answers from now on."""
        self.bank.speak_to(self.slots["number"])

    def pass_on(self, said: str) -> None:
        """Pass on to the case what was said."""
        for promised in ("due", "ahead", "back"):
            self.slots.pop(promised, None)
        self.bank.tell_case(self.slots["number"], said)

    def take_up(self, _: str) -> None:
        """Have the case taken up again."""
        self._promise(self.bank.take_up_case(self.slots["number"]))

    def rate(self, said: str) -> None:
        """Keep how content the customer is with how it was solved."""
        self.bank.rate_case(self.slots["number"], RATINGS[said])

    def _promise(self, case: "MyCase") -> None:
        if case.reply_due is not None:
            self.slots["due"] = case.reply_due.isoformat()
