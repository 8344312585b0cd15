"""Investigations against a plain model: whatever two people do, in whatever order."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from core.access import approvals
from core.aml import casework, conclusions, notes
from core.errors import Refusal
from core.store import outbox
from tests.core.aml.suspects import Office, suspected
from tests.core.people import passing_unit, someone
from tests.support.outbox_rows import ALL

ACTS = (
    "take", "hand over", "give back", "suspect", "dispel", "note", "alert", "ask false_positive",
    "ask monitored", "ask reported", "approve", "reject", "withdraw",
)  # fmt: skip


@dataclass
class Model:
    """What one investigation should be."""

    status: str = "none"
    has: str = ""
    asked: str = ""
    by: str = ""
    waiting: int = 1
    joined: int = 0

    def act(self, who: str, what: str) -> bool:
        """Return whether it is done, and do it."""
        mine, free = self.has == who, not self.asked
        match what:
            case "alert":
                self.waiting += 1
                return True
            case "take":
                return self._take(who)
            case "note":
                return self.status in {"open", "working", "suspicion"} and free
            case "suspect" if mine and free and self.status == "working":
                self.status = "suspicion"
                return True
            case "dispel" if mine and free and self.status == "suspicion":
                self.status = "working"
                return True
            case "hand over" | "give back" if self.status in {"open", "working", "suspicion"}:
                return free and self._hand(who, what)
        return self._decide(who, what)

    def _take(self, who: str) -> bool:
        if not self.waiting or self.asked:
            return False
        if self.status in {"none", "concluded"}:
            self.status, self.has, self.joined = "open", "", 0
        self.joined, self.waiting = self.joined + self.waiting, 0
        if self.status == "open":
            self.status, self.has = "working", who
        return True

    def _hand(self, who: str, what: str) -> bool:
        if what == "give back":
            if self.status == "suspicion":
                return False
            self.status, self.has = "open", ""
            return True
        self.has = "yusuf" if who == "halima" else "halima"
        self.status = "working" if self.status == "open" else self.status
        return True

    def _decide(self, who: str, what: str) -> bool:
        if what.startswith("ask "):
            how = what.removeprefix("ask ")
            fits = self.status == ("suspicion" if how == "reported" else "working")
            if self.has != who or self.asked or not fits:
                return False
            self.asked, self.by = how, who
            return True
        if not self.asked or (what == "withdraw") != (self.by == who):
            return False
        if what == "approve":
            self.status, self.has = "concluded", self.has
        if what in {"approve", "reject", "withdraw"}:
            self.asked = ""
            return True
        return False


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["halima", "yusuf"]), st.sampled_from(ACTS)), max_size=14)
)
def test_it_goes_as_the_model_goes(engine, now, acts):
    with passing_unit(engine, now) as unit:
        outbox.register_senders(unit, ALL)
        bank, model = Bank(unit), Model()
        for who, what in acts:
            done = bank.act(who, what)
            assert done is model.act(who, what), (who, what, model)
            bank.agrees(model)


class Bank:
    """The bank's own investigation, moved by the same acts."""

    def __init__(self, unit) -> None:
        self.unit, self.office, self.count = unit, Office(unit), 0
        self.customer = someone(unit)
        self.case = None
        self.asked = None
        self.alert()

    def alert(self) -> None:
        self.count += 1
        suspected(self.unit, self.customer, f"key {self.count}")

    def act(self, name: str, what: str) -> bool:
        who = getattr(self.office, name)
        try:
            with self.unit.savepoint():
                self._do(who, name, what)
        except Refusal:
            return False
        return True

    def _do(self, who, name: str, what: str) -> None:
        first, _, rest = what.partition(" ")
        if first in {"alert", "take"}:
            return self.alert() if first == "alert" else self._take(who)
        if self.case is None:
            raise Refusal
        unit, case = self.unit, self.case
        other = self.office.yusuf if name == "halima" else self.office.halima
        acts = {
            "hand": lambda: casework.assign(unit, who, case, to=other.id),
            "give": lambda: casework.assign(unit, who, case, to=None),
            "suspect": lambda: casework.suspect(unit, who, case),
            "dispel": lambda: casework.dispel(unit, who, case),
            "note": lambda: notes.write(unit, who, case, "seen"),
            "ask": lambda: self._ask(who, rest),
        }
        return acts.get(first, lambda: self._decide(who, first))()

    def _take(self, who) -> None:
        waiting = self.office.alerts("open")
        if not waiting:
            raise Refusal
        self.case = casework.take(self.unit, who, waiting[0].id)

    def _ask(self, who, how: str) -> None:
        self.asked = conclusions.request(self.unit, who, self.case, how, reason="so").id

    def _decide(self, who, decision: str) -> None:
        if self.asked is None:
            raise Refusal
        getattr(approvals, decision)(self.unit, who, self.asked, "so")

    def agrees(self, model: Model) -> None:
        alerts = self.office.alerts("all")
        assert len([one for one in alerts if one.status == "open"]) == model.waiting
        if self.case is None:
            assert model.status == "none"
            return
        found = self.office.case(self.case)
        assert found.status == model.status
        assert (found.proposed or "") == model.asked
        has = {None: "", self.office.halima.id: "halima", self.office.yusuf.id: "yusuf"}
        assert has[found.assigned_to] == model.has
        assert found.alerts == model.joined
        mine = [one for one in alerts if one.case == self.case]
        ended = {one.status for one in mine}
        assert ended == ({found.conclusion} if found.conclusion else {"investigating"})
        assert found.owes_report is (found.status == "suspicion" or found.conclusion == "reported")
