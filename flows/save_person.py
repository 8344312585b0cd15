"""Save a person: whoever was just paid is kept under a name of the customer's own."""

from collections.abc import Mapping
from typing import ClassVar

from flows.story import Ask, Become, End, Flow


class SavePerson(Flow):
    """Save who was just paid. Who has paid nobody new is led to the people saved already."""

    name = "save_person"

    steps = (
        Ask("label", free=True, entity="name"),
        End("saved"),
        Become("people"),
    )

    paths = (
        # when              at       go to     if                unless first do
        ("open",            "start", "label",  "has_just_paid",  None, "note_payee"),
        ("open",            "start", "people"),
        ("answer",          "label", "saved",  None,             None, "save"),
        ("too_many_people", "label", "people"),
    )  # fmt: skip

    writes = frozenset({"save"})
    widest: ClassVar[Mapping[str, object]] = {"name": "M***a N***a", "label": "W" * 20}

    @property
    def has_just_paid(self) -> bool:
        """Whether somebody was just paid who is not saved."""
        return self.bank.trusted and self.bank.just_paid() is not None

    def note_payee(self, _: str) -> None:
        """Remember who was paid."""
        if found := self.bank.just_paid():
            self.slots |= {"to": found.id, "name": found.name}

    def save(self, said: str) -> None:
        """Save them under the name."""
        self.slots["label"] = self.bank.read_label(said)
        self.bank.save_person(self.slots["to"], self.slots["label"])
