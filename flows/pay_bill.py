"""Pay a bill: whose, which account, what is owed, read back with the fee, proved, paid."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.billing import MOST_BILLERS, Billing
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, PROVING, refused
from flows.payment_proof import PROOF, PaymentProof, proving
from flows.story import Ask, Become, Call, Choose, End, Flow, Moved, Prove


class PayBill(Billing, PaymentProof, Flow):
    """Pay a biller, who first says whose the account is; it is on its way when this ends."""

    name = "pay_bill"
    judged_as = "bill"
    takes_words = "biller"

    steps = (
        Prove("unlock"),
        Ask("biller", lists="billers"),
        Ask("account", free=True, entity="account", slot="bill_account"),
        Call("looking", asks="bill_enquiry"),
        Choose("unknown", options=("again", "stop")),
        Choose("no_answer", options=("retry", "stop")),
        Choose("owed", options=("all", "part", "stop")),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        *PROOF,
        End("paid"),
        End("nobody"),
        End("cancelled"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when               at           go to        if              unless first do
        ("open",              "start",     "unlock",    None,           "trusted"),
        ("open",              "start",     "biller",    "has_billers", None, "hear_biller"),
        ("open",              "start",     "nobody"),
        ("proven",            "unlock",    "biller",    "has_billers", None, "hear_biller"),
        ("proven",            "unlock",    "nobody"),
        ("answer",            "biller",    "account",   None,           None, "note_biller"),
        ("answer",            "account",   "looking",   None,           None, "note_bill_account"),

        # The biller says whose the account is, and what it owes.
        ("answered",          "looking",   "owed",      "owes",         None, "note_holder"),
        ("answered",          "looking",   "amount",    None,           None, "note_holder"),
        ("account_unknown",   "looking",   "unknown"),
        ("timed_out",         "looking",   "no_answer"),
        ("again",             "unknown",   "account"),
        ("retry",             "no_answer", "looking"),
        ("stop",              ("unknown", "no_answer", "owed"), "cancelled"),
        ("all",               "owed",      "review",    None,           None, "note_all"),
        ("part",              "owed",      "amount"),
        ("answer",            "amount",    "review",    None,           None, "note_amount"),
        ("change",            "review",    "amount"),
        ("yes",               "review",    "pin"),
        ("no",                "review",    "cancelled"),
        *proving(),
        ("proven",            PROVING,     "paid",      None,           None, "pay"),

        # What the bank may refuse leads to where it can be mended.
        *refused("biller", "unknown_biller", at=("account", "owed", "amount", *PROVING)),
        *refused("account", "bill_account_invalid"),
        *refused("amount", "bill_amount", *ANOTHER_AMOUNT_HELPS, at=("owed", *PROVING)),
        *refused("amount", "too_little_left"),
        *refused("cancelled", "no_tariff", "account_frozen", "no_rate", at="owed"),
        *refused("cancelled", *NOTHING_HELPS, "no_tariff", "period_closed"),
        ("pin_locked",        ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = PaymentProof.writes | {"pay"}
    moves_money = frozenset({"pay"})

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}

    widest: ClassVar[Mapping[str, object]] = {
        "billers": {str(n): {"name": "W" * 13 + str(n)} for n in range(MOST_BILLERS)},
        "biller": "W" * 14,
        "kind": "account",
        "shown": "*1234",
        "name": "M***a N***a",
        "owes": "TZS 99999999.99",
        "amount": "TZS 99999999.99",
        "fee": "TZS 9999.99",
        "currency": "TZS",
        "reference": "WK9Q8P7R6T5W",
        "balance": "TZS 99999999.99",
        **PaymentProof.widest,
    }

    @property
    def owes(self) -> bool:
        """Whether the biller told that something is owed."""
        return bool(self.outcome.get("owes"))

    def note_holder(self, _: str) -> None:
        """Remember whose the account is, and what it owes."""
        self.slots |= {"name": self.outcome["name"], "owes": self.outcome.get("owes", "")}

    def note_all(self, _: str) -> None:
        """Pay all that is owed."""
        self._note(Money.load(self.slots["owes"]))

    def note_amount(self, said: str) -> None:
        """Remember how much, if it could be paid now."""
        self._note(Money.parse(said, self.bank.currency))

    def _note(self, amount: Money) -> None:
        fee = self.bank.check_bill(self.slots["biller_id"], amount)
        self.slots |= {"amount": str(amount), "fee": str(fee) if fee.minor else ""}

    def pay(self, _: str) -> None:
        """Pay it, once, however often this is asked."""
        paid = self.bank.pay_bill(
            to=self.slots["to"],
            biller=self.slots["biller_id"],
            account=self.slots["bill_account"],
            holder=self.slots["name"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.agreed_id,
        )
        self.slots |= {"reference": paid.reference, "balance": str(paid.balance)}
