"""Plan a bill: one paid before, or another whose account the biller knows."""

from collections.abc import Mapping
from typing import ClassVar

from core.bank import Planned
from core.money import Money
from flows.billing import MOST_BILLERS, Billing
from flows.picking import Listed
from flows.planning import AGREED, SCHEDULE, Planning, scheduled
from flows.story import Ask, Call, Choose, End, Flow, Prove


class PlanBill(Billing, Planning, Flow):
    """Agree on bills to come, of the same amount each time."""

    name = "plan_bill"
    page = "plan"

    steps = (
        Prove("unlock"),
        Ask("bill", lists="bills", options=("other",)),
        Ask("biller", lists="billers"),
        Ask("number", free=True, slot="bill_account"),
        Call("looking", asks="bill_enquiry"),
        Choose("unknown", options=("again", "stop")),
        Choose("no_answer", options=("retry", "stop")),
        *SCHEDULE,
        Choose("confirm", options=("yes", "no"), mints=True),
        End("nobody"),
        *AGREED,
    )

    paths = (
        # when               at           go to        if              unless first do
        ("open",             "start",     "unlock",    None,           "trusted"),
        ("open",             "start",     "bill",      "has_bills"),
        ("open",             "start",     "biller",    "has_billers"),
        ("open",             "start",     "nobody"),
        ("proven",           "unlock",    "bill",      "has_bills"),
        ("proven",           "unlock",    "biller",    "has_billers"),
        ("proven",           "unlock",    "nobody"),
        ("answer",           "bill",      "amount",    None,           None, "note_bill"),
        ("other",            "bill",      "biller",    "has_billers"),
        ("other",            "bill",      "nobody"),
        ("answer",           "biller",    "number",    None,           None, "note_biller"),
        ("answer",           "number",    "looking",   None,           None, "note_bill_account"),
        ("answered",         "looking",   "amount",    None,           None, "note_holder"),
        ("account_unknown",  "looking",   "unknown"),
        ("timed_out",        "looking",   "no_answer"),
        ("again",            "unknown",   "number"),
        ("retry",            "no_answer", "looking"),
        ("stop",             ("unknown", "no_answer"), "cancelled"),
        ("unknown_biller",   ("number", "amount"), "biller"),
        *scheduled("confirm"),
    )  # fmt: skip

    widest: ClassVar[Mapping[str, object]] = {
        **Planning.widest,
        "bills": {str(n): {"name": "W" * 14, "shown": f"*123{n}"} for n in range(2)},
        "billers": {str(n): {"name": "W" * 13 + str(n)} for n in range(MOST_BILLERS)},
        "at": "W" * 14,
        "kind": "account",
        "name": "W" * 14 + " *1234",
        "more": "M***a N***a",
    }

    @property
    def has_bills(self) -> bool:
        """Whether the customer paid a bill before."""
        return bool(self.bank.bills_before())

    @property
    def planned(self) -> Planned:
        """Whose bill is paid, and which account there."""
        details = {"biller": self.slots["biller_id"], "account": self.slots["bill_account"]}
        return Planned("bill", self.slots["to"], details | {"holder": self.slots["more"]})

    def facts(self) -> Mapping[str, object]:
        """Add who is asked."""
        return {"at": self.slots.get("biller", ""), **super().facts()}

    def bills(self) -> Listed:
        """Return the bills the customer paid before."""
        found = self.bank.bills_before()
        return {one.id: {"name": one.biller, "shown": one.shown} for one in found}

    def note_bill(self, said: str) -> None:
        """Remember a bill paid before."""
        one = self.bank.find_bill_before(said)
        self.slots |= {"to": one.id, "biller_id": one.biller_id, "biller": one.biller}
        self.slots |= {"bill_account": one.account, "shown": one.shown}
        self._call(one.holder)

    def note_holder(self, _: str) -> None:
        """Remember whose the account is, as the biller told."""
        self._call(self.outcome["name"])

    def check_amount(self, amount: Money) -> None:
        """Refuse what the biller does not take, too."""
        self.bank.check_plan_amount(amount, biller=self.slots["biller_id"])

    def _call(self, holder: str) -> None:
        self.slots |= {"name": f"{self.slots['biller']} {self.slots['shown']}", "more": holder}
