"""Plan money that leaves: to one's own mobile money, an account paid before, or another bank's."""

from collections.abc import Mapping
from typing import ClassVar

from core.bank import Planned
from flows.banking import MOST_BANKS, Banking
from flows.planning import AGREED, SCHEDULE, Planning, scheduled
from flows.story import Ask, Call, Choose, Flow, Prove


class PlanPayout(Banking, Planning, Flow):
    """Agree on money to be paid out on days to come. Whose the account is, its bank tells."""

    name = "plan_payout"
    page = "plan"

    steps = (
        Prove("unlock"),
        Ask("where", lists="saved", options=("own", "bank")),
        Ask("bank", free=True, lists="banks"),
        Ask("which_bank", free=True, lists="banks_called"),
        Ask("number", free=True, slot="account"),
        Call("looking", asks="account_enquiry"),
        Choose("unknown", options=("again", "stop")),
        Choose("no_answer", options=("retry", "stop")),
        *SCHEDULE,
        Choose("confirm", options=("yes", "no"), mints=True),
        *AGREED,
    )

    paths = (
        # when               at           go to        if              unless first do
        ("open",             "start",     "where",     "trusted"),
        ("open",             "start",     "unlock"),
        ("proven",           "unlock",    "where"),
        ("answer",           "where",     "amount",    None,           None, "note_saved"),
        ("unknown_payee",    "where",     "bank",      None,           None, "give_bank"),
        ("own",              "where",     "amount",    None,           None, "note_own"),
        ("bank",             "where",     "bank"),
        ("answer", ("bank", "which_bank"), "number",   None,           None, "find_bank"),
        ("ambiguous_bank", ("bank", "which_bank"), "which_bank", None, None, "note_bank_said"),
        ("answer",           "number",    "looking",   None,           None, "note_bank_account"),
        ("answered",         "looking",   "amount",    None,           None, "note_holder"),
        ("unknown_account",  "looking",   "unknown"),
        ("timed_out",        "looking",   "no_answer"),
        ("bank_unknown",     "looking",   "where"),
        ("destination_invalid", "looking", "where"),
        ("again",            "unknown",   "number"),
        ("retry",            "no_answer", "looking"),
        ("stop",             ("unknown", "no_answer"), "cancelled"),
        *scheduled("confirm"),
    )  # fmt: skip

    quiet = frozenset({"ambiguous_bank", "unknown_payee"})

    widest: ClassVar[Mapping[str, object]] = {
        **Planning.widest,
        "saved": {str(n): {"bank": "Middle East Bank", "shown": f"***123{n}"} for n in range(2)},
        "banks": {str(n): {"bank": f"Development Bank {n}"[-18:]} for n in range(MOST_BANKS)},
        "banks_called": {
            str(n): {"bank": f"Development Ban{n}", "country": "KE"} for n in range(MOST_BANKS)
        },
        "said": "W" * 20,
        "at": "Development Bank",
        "kind": "bank",
        "name": "Development Bank ***1234",
        "more": "M***a N***a",
    }

    @property
    def planned(self) -> Planned:
        """Which account is paid, and whose it is."""
        kept = ("kind", "bank_id", "account", "confirmed")
        details = {"name": self.slots["payee"]} | {key: self.slots[key] for key in kept}
        return Planned("payout", self.slots["to"], details)

    def facts(self) -> Mapping[str, object]:
        """Add who is asked."""
        return {"at": self.slots.get("bank", ""), **super().facts()}

    def note_saved(self, said: str) -> None:
        """Remember an account that was paid before."""
        self.pick_saved(said)
        self._call()

    def note_own(self, picked: str) -> None:
        """Have it paid to the mobile money of the customer's own phone."""
        self.take_own(picked)
        self._call()

    def note_holder(self, _: str) -> None:
        """Remember whose the account is, as the bank told."""
        self.name_payee(self.outcome.get("payee") or self.outcome["name"], confirmed=True)
        self._call()

    def _call(self) -> None:
        self.slots["more"] = self.slots["name"]
        self.slots["name"] = f"{self.slots['bank']} {self.slots['shown']}"
