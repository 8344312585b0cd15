"""My plans: the payments that were agreed beforehand, to look at, pause, go on with or drop."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.picking import AMOUNT, Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import Plan

MOST_SHOWN = 9


class MyPlans(Flow):
    """Show the customer's plans; any of them may be paused, gone on with or dropped."""

    name = "my_plans"

    steps = (
        Prove("unlock"),
        Ask("list", lists="plans"),
        Choose("active", options=("pause", "drop", "ahead")),
        Choose("paused", options=("resume", "drop")),
        Choose("sure", options=("yes", "no")),
        Prove("pin"),
        End("rests"),
        End("goes_on"),
        End("dropped"),
        End("told_ahead"),
        End("not_told_ahead"),
        End("kept"),
        End("nothing"),
        Become("reset_pin"),
    )

    paths = (
        # when           at        go to            if           unless first do
        ("open",         "start",  "unlock",        None,        "trusted"),
        ("open",         "start",  "list",          "has_plans"),
        ("open",         "start",  "nothing"),
        ("proven",       "unlock", "list",          "has_plans"),
        ("proven",       "unlock", "nothing"),
        ("answer",       "list",   "active",        None,        None, "find"),
        ("plan_rests",   "list",   "paused",        None,        None, "find_resting"),
        ("pause",        "active", "rests",         None,        None, "pause"),
        ("ahead",        "active", "not_told_ahead", "tells_ahead", None, "be_quiet"),
        ("ahead",        "active", "told_ahead",    None,        None, "tell_ahead"),
        ("drop",         ("active", "paused"), "sure"),
        ("yes",          "sure",   "dropped",       None,        None, "drop"),
        ("no",           "sure",   "kept"),
        ("resume",       "paused", "pin"),
        ("proven",       "pin",    "goes_on",       None,        None, "resume"),
        ("plan_over",    "pin",    "kept"),
        ("unknown_plan", ("list", "active", "sure", "pin"), "kept"),
        ("pin_locked",   ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"pause", "resume", "drop", "tell_ahead", "be_quiet"})
    quiet = frozenset({"plan_rests"})
    long = frozenset({"list"})

    widest: ClassVar[Mapping[str, object]] = {
        "plans": {
            str(n): {"name": f"M***a N***{n}", "amount": AMOUNT, "day": "2026-09-28", "rests": ""}
            for n in range(MOST_SHOWN)
        },
        "plan_name": "M***a N***a",
        "amount": AMOUNT,
        "every": "month_end",
        "day": "2026-09-28",
        "until": "2026-09-28",
        "times": "",  # or until, never both
        "why": "payee_frozen",
        "tells": "yes",
    }

    @property
    def has_plans(self) -> bool:
        """Whether there is any plan."""
        return bool(self.bank.plans())

    @property
    def tells_ahead(self) -> bool:
        """Whether its customer is told a day before."""
        return bool(self.slots["tells"])

    def plans(self) -> Listed:
        """Return the plans: to whom, how much and when next."""
        return {
            str(one.id): {
                "name": one.name,
                "amount": str(one.amount),
                "day": one.next_day.isoformat() if one.next_day else "",
                "rests": "yes" if one.status == "paused" else "",
            }
            for one in self.bank.plans()
        }

    def find(self, said: str) -> None:
        """Remember which of them is meant, and how it stands."""
        self._note(self.bank.find_running_plan(said))

    def find_resting(self, _: str) -> None:
        """Remember the same of one that is paused."""
        resting = self.refusal.facts["plan"] if self.refusal is not None else ""
        for one in self.bank.plans():
            if str(one.id) == resting:
                self._note(one)

    def pause(self, _: str) -> None:
        """Pay nothing of it for now."""
        self.bank.pause_plan(self.slots["plan"])

    def resume(self, _: str) -> None:
        """Go on with it."""
        self._note(self.bank.resume_plan(self.slots["plan"]))

    def drop(self, _: str) -> None:
        """End it for good."""
        self.bank.drop_plan(self.slots["plan"])

    def tell_ahead(self, _: str) -> None:
        """Tell the customer a day before from now on."""
        self.bank.tell_plan_ahead(self.slots["plan"], tells=True)

    def be_quiet(self, _: str) -> None:
        """Tell the customer nothing beforehand any more."""
        self.bank.tell_plan_ahead(self.slots["plan"], tells=False)

    def _note(self, plan: "Plan") -> None:
        rule = plan.rule
        self.slots |= {
            "plan": str(plan.id),
            "plan_name": plan.name,
            "amount": str(plan.amount),
            "every": rule.every,
            "day": plan.next_day.isoformat() if plan.next_day else "",
            "until": rule.until.isoformat() if rule.until else "",
            "times": str(rule.times or ""),
            "why": plan.reason,
            "tells": "yes" if plan.tells_ahead else "",
        }
