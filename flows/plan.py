"""Plan a payment: pay somebody on a day to come, or again and again, agreed and proved now.

Whoever would rather plan a bill, airtime or money to an account elsewhere goes on to the story of
that.
"""

from collections.abc import Mapping
from typing import ClassVar

from core.bank import Planned
from flows import picking
from flows.naming import Naming
from flows.planning import AGREED, SCHEDULE, Planning, scheduled
from flows.story import Ask, Become, Choose, Flow, Prove

MOST_PEOPLE = 2  # with the other ways they fit a USSD screen; more go by their name
OTHERS = ("plan_bill", "plan_airtime", "plan_payout")
"""The stories of what else may be planned."""


class Plan(Naming, Planning, Flow):
    """Agree on payments to come. They are read back and proved as one is that is made at once."""

    name = "plan"
    most_people = MOST_PEOPLE

    steps = (
        Prove("unlock"),
        Ask("recipient", entity="person", slot="to", lists="people", options=OTHERS),
        Ask("which", lists="called"),
        *SCHEDULE,
        Choose("review", options=("yes", "note", "no"), mints=True),
        Ask("note", free=True, options=("no_note",)),
        *AGREED,
        *(Become(story) for story in OTHERS),
    )

    paths = (
        # when               at            go to        if            unless first do
        ("open",             "start",      "recipient", "trusted"),
        ("open",             "start",      "unlock"),
        ("proven",           "unlock",     "recipient"),
        *((story, "recipient", story) for story in OTHERS),
        ("answer",  ("recipient", "which"), "amount",   None,         None, "find_recipient"),
        ("ambiguous_person", ("recipient", "which"), "which", None,   None, "note_called"),
        ("note",             "review",     "note"),
        ("answer",           "note",       "review",    None,         None, "note_words"),
        ("no_note",          "note",       "review",    None,         None, "forget_note"),
        *scheduled("review"),
    )  # fmt: skip

    quiet = frozenset({"ambiguous_person"})

    widest: ClassVar[Mapping[str, object]] = {
        **Planning.widest,
        "people": picking.widest_people(MOST_PEOPLE),
        "called": picking.widest_people(MOST_PEOPLE),
        "said": "W" * 20,
        "name": "M***a N***a",
        "more": "+255 7** *** 003",
        "label": "W" * 20,
        "note": "n" * 140,
    }

    @property
    def planned(self) -> Planned:
        """Who is paid, with the words that go along."""
        to = self.slots["to"]
        return Planned("transfer", to, {"to": to, "note": self.slots.get("note", "")})

    def find_recipient(self, said: str) -> None:
        """Remember who is to be paid."""
        found = self.bank.find_recipient(said)
        self.slots |= {"to": found.id, "name": found.name, "more": found.phone}
        self.slots["label"] = found.label

    def note_words(self, said: str) -> None:
        """Remember the words that go with the money, as they will be shown."""
        self.slots["note"] = self.bank.clean_note(said)

    def forget_note(self, _: str) -> None:
        """Let the money go without words."""
        self.slots.pop("note", None)
