"""People: whom the customer saved, added to, called otherwise, forgotten."""

from collections.abc import Mapping
from typing import ClassVar

from flows import picking
from flows.naming import MOST_PEOPLE, Naming
from flows.picking import Listed
from flows.story import GIVEN, Ask, Become, Choose, End, Flow, Prove

MOST_SHOWN = 9


class People(Naming, Flow):
    """Show the saved people, the most used first; who is not among the first goes by name."""

    name = "people"
    most_people = MOST_SHOWN

    steps = (
        Prove("unlock"),
        Ask("list", lists="people", options=("add",)),
        Ask("which", lists="called"),
        Choose("person", options=("send", "rename", "remove")),
        Ask("label", free=True),
        Choose("sure", options=("yes", "no")),
        Ask("whom", entity="person", lists="lately"),
        Ask("new_label", free=True),
        End("saved"),
        End("renamed"),
        End("removed"),
        Become("send_money"),
        Become("reset_pin"),
    )

    paths = (
        # when               at                 go to         if         unless first do
        ("open",             "start",           "list",       "trusted"),
        ("open",             "start",           "unlock"),
        ("proven",           "unlock",          "list"),
        ("answer",           ("list", "which"), "person",     None,      None, "find_person"),
        ("ambiguous_person", ("list", "which"), "which",      None,      None, "note_called"),
        ("add",              "list",            "whom"),

        ("send",             "person",          "send_money", None,      None, "hand_over"),
        ("rename",           "person",          "label"),
        ("answer",           "label",           "renamed",    None,      None, "rename"),
        ("person_gone",      "label",           "list"),
        ("remove",           "person",          "sure"),
        ("yes",              "sure",            "removed",    None,      None, "remove"),
        ("no",               "sure",            "list"),

        ("answer",           "whom",            "new_label",  None,      None, "find_new"),
        ("answer",           "new_label",       "saved",      None,      None, "save"),
        ("too_many_people",  "new_label",       "list"),
        ("pin_locked",       "unlock",          "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"rename", "remove", "save"})
    quiet = frozenset({"ambiguous_person"})
    long = frozenset({"list"})

    widest: ClassVar[Mapping[str, object]] = {
        "people": picking.widest_people(MOST_SHOWN),
        "called": picking.widest_people(MOST_PEOPLE),
        "lately": {
            str(n): {"name": f"M***a N***{n}", "phone": "+255 7** *** 003"} for n in range(5)
        },
        "said": "W" * 20,
        "label": "W" * 20,
        "name": "M***a N***a",
        "phone": "+255 7** *** 003",
    }

    def lately(self) -> Listed:
        """Return whom the customer paid lately and has not saved."""
        found = self.bank.people_paid_lately()
        return {str(one.id): {"name": one.name, "phone": one.phone} for one in found}

    def find_person(self, said: str) -> None:
        """Remember which of them is meant."""
        found = self.bank.find_person(said)
        self.slots |= {"person": str(found.id), "label": found.label}
        self.slots |= {"name": found.name, "phone": found.phone}

    def hand_over(self, _: str) -> None:
        """Tell the story of sending money who it is for."""
        self.slots[f"{GIVEN}recipient"] = self.slots["person"]

    def rename(self, said: str) -> None:
        """Call them otherwise."""
        label = self.bank.read_label(said)
        self.bank.rename_person(self.slots["person"], label)
        self.slots["label"] = label

    def remove(self, _: str) -> None:
        """Forget them."""
        self.bank.remove_person(self.slots["person"])

    def find_new(self, said: str) -> None:
        """Remember who is to be saved: one of those paid lately, or a number."""
        found = self.bank.find_new_person(said)
        self.slots |= {"to": found.id, "name": found.name, "phone": found.phone}

    def save(self, said: str) -> None:
        """Save them under the name."""
        self.slots["label"] = self.bank.read_label(said)
        self.bank.save_person(self.slots["to"], self.slots["label"])
