"""My cases: how each stands, what was answered; add to one, or say that it was not solved."""

from collections.abc import Mapping
from typing import ClassVar

from flows.case_facts import WIDEST, shown
from flows.story import Ask, Become, Choose, End, Flow, Prove

CASES = 5


class MyCases(Flow):
    """List the customer's open cases and those done lately, and tell one of them."""

    name = "my_cases"

    steps = (
        Prove("unlock"),
        Ask("which", entity="case_ref", slot="number", lists="cases"),
        Choose("open_one", options=("add", "others")),
        Choose("done_one", options=("reopen", "others")),
        Choose("old_one", options=("others",)),
        Ask("words", free=True, media=True),
        End("none"),
        End("added"),
        End("reopened"),
        Become("reset_pin"),
    )

    paths = (
        # when         at         go to        if           unless first do
        ("open",        "start",    "which",     "shows"),
        ("open",        "start",    "none",      "trusted"),
        ("open",        "start",    "unlock"),
        ("proven",      "unlock",   "which",     "has_cases"),
        ("proven",      "unlock",   "none"),
        ("pin_locked",  "unlock",   "reset_pin"),

        ("answer",      "which",    "open_one",  "is_open",   None, "pick"),
        ("answer",      "which",    "done_one",  "may_reopen", None, "pick"),
        ("answer",      "which",    "old_one",   None,        None, "pick"),
        ("others",      ("open_one", "done_one", "old_one"), "which"),

        ("add",         "open_one", "words"),
        ("answer",      "words",    "added",     None,        None, "add"),
        ("file",        "words",    "added",     None,        None, "add"),
        ("case_closed", "words",    "which"),
        ("reopen",      "done_one", "reopened",  None,        None, "take_up"),
        ("case_closed", "done_one", "old_one"),
    )  # fmt: skip

    writes = frozenset({"add", "take_up"})
    long = frozenset({"which", "open_one", "done_one", "old_one"})

    widest: ClassVar[Mapping[str, object]] = {
        **WIDEST,
        "cases": {f"{n}": {**WIDEST, "number": f"C-104-283-{n}"} for n in range(CASES)},
    }

    @property
    def has_cases(self) -> bool:
        """Whether there is anything to list."""
        return bool(self.cases())

    @property
    def shows(self) -> bool:
        """Whether the list may be shown at once."""
        return self.trusted and self.has_cases

    def is_open(self, said: str) -> bool:
        """Return whether the case that was picked is not done."""
        return not self.bank.case(said).done

    def may_reopen(self, said: str) -> bool:
        """Return whether the case that was picked is done, and may be taken up again."""
        return self.bank.case(said).may_reopen

    def cases(self) -> Mapping[str, Mapping[str, object]]:
        """Return the customer's cases, as they may be picked: newest first, no old ones."""
        listed = self.bank.my_cases(2 * CASES)
        alive = [one for one in listed if one.may_reopen or not one.done]
        return {one.number: shown(one) for one in alive[:CASES]}

    def facts(self) -> Mapping[str, object]:
        """Add the time, so that what is promised for today is told so."""
        return {"now": self.bank.now, **self.slots}

    def pick(self, said: str) -> None:
        """Remember which case it is, and how it stands."""
        self.slots |= shown(self.bank.case(said))

    def add(self, said: str) -> None:
        """Add to the case what was said; a picture may say nothing."""
        self.bank.tell_case(self.slots["number"], said)

    def take_up(self, _: str) -> None:
        """Have the case taken up again."""
        self.slots["number"] = self.bank.take_up_case(self.slots["number"]).number
