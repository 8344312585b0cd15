"""Pay a bill: whose, which account, what is owed, read back with the fee, proved, paid."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.payment_proof import PaymentProof
from flows.picking import Listed
from flows.story import Ask, Become, Call, Choose, Code, End, Flow, Prove

MOST_BILLERS = 6


class PayBill(PaymentProof, Flow):
    """Pay a biller, who first says whose the account is; it is on its way when this ends."""

    name = "pay_bill"

    steps = (
        Prove("unlock"),
        Ask("biller", lists="billers"),
        Ask("account", free=True, slot="bill_account"),
        Call("looking", asks="enquiry"),
        Choose("unknown", options=("again", "stop")),
        Choose("no_answer", options=("retry", "stop")),
        Choose("owed", options=("all", "part", "stop")),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Prove("pin"),
        Code("code", options=("resend", "other")),
        Choose("person", options=("ask", "stop")),
        End("paid"),
        End("nobody"),
        End("cancelled"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when               at           go to        if              unless first do
        ("open",              "start",     "unlock",    None,           "trusted"),
        ("open",              "start",     "biller",    "has_billers"),
        ("open",              "start",     "nobody"),
        ("proven",            "unlock",    "biller",    "has_billers"),
        ("proven",            "unlock",    "nobody"),
        ("answer",            "biller",    "account",   None,           None, "note_biller"),
        ("answer",            "account",   "looking",   None,           None, "note_account"),

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
        ("proven",            "pin",       "person",    "needs_person"),
        ("proven",            "pin",       "code",      "needs_code",   None, "send_code"),
        ("proven",            "pin",       "paid",      None,           None, "pay"),

        # Where the PIN is not enough, a code by another channel adds to it, for this payment.
        ("proven",            "code",      "paid",      None,           None, "pay"),
        ("resend",            "code",      "code",      None,           None, "send_code"),
        ("other",             "code",      "code",      "has_next_way", None, "send_onward"),
        ("other",             "code",      "person"),
        ("ask",               "person",    "referred",  None,           None, "ask_person"),
        ("stop",              "person",    "cancelled"),
        ("too_many_codes",    ("pin", "code"), "cancelled"),

        # What the bank may refuse leads to where it can be mended.
        ("unknown_biller",    ("account", "owed", "amount", "pin", "code"), "biller"),
        ("bill_account_invalid", ("pin", "code"), "account"),
        ("bill_amount",       ("owed", "pin", "code"), "amount"),
        ("insufficient_funds", ("owed", "pin", "code"), "amount"),
        ("limit_exceeded",    ("owed", "pin", "code"), "amount"),
        ("balance_ceiling",   ("owed", "pin", "code"), "amount"),
        ("too_little_left",   ("pin", "code"), "amount"),
        ("no_tariff",         ("owed", "pin", "code"), "cancelled"),
        ("account_frozen",    ("owed", "pin", "code"), "cancelled"),
        ("no_rate",           ("owed", "pin", "code"), "cancelled"),
        ("id_reused",         ("pin", "code"), "cancelled"),
        ("account_moved",     ("pin", "code"), "cancelled"),
        ("period_closed",     ("pin", "code"), "cancelled"),
        ("pin_locked",        ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"pay", "send_code", "send_onward", "ask_person"})
    moves_money = frozenset({"pay"})

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
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }

    @property
    def has_billers(self) -> bool:
        """Whether anybody can be paid in the customer's country."""
        return bool(self.bank.billers())

    @property
    def owes(self) -> bool:
        """Whether the biller told that something is owed."""
        return bool(self.outcome.get("owes"))

    def facts(self) -> Mapping[str, object]:
        """Add the currency; where a code went is read when it is told."""
        went = self.bank.code_went() if self.state == "code" else {}
        return {"currency": self.bank.currency, **went, **self.slots}

    def billers(self) -> Listed:
        """Return the billers there are."""
        return {one.id: {"name": one.short_name} for one in self.bank.billers()[:MOST_BILLERS]}

    def note_biller(self, said: str) -> None:
        """Remember who is paid."""
        found = self.bank.find_biller(said)
        self.slots |= {"biller_id": found.id, "biller_no": found.code}
        self.slots |= {"biller": found.short_name, "kind": found.account}

    def note_account(self, said: str) -> None:
        """Remember which account is paid, as the biller writes it."""
        number = self.bank.read_bill_account(self.slots["biller_id"], said)
        self.slots |= {
            "bill_account": number,
            "shown": f"*{number[-4:]}",
            "to": self.bank.bill_payee(self.slots["biller_id"], number),
        }

    def enquiry(self) -> object:
        """Return the question whose the account is, and what it owes."""
        return self.bank.bill_enquiry(self.slots["biller_no"], self.slots["bill_account"])

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
        if self.effect_id is None:
            raise LookupError("a bill is paid only after it was read back")
        paid = self.bank.pay_bill(
            to=self.slots["to"],
            biller=self.slots["biller_id"],
            account=self.slots["bill_account"],
            holder=self.slots["name"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
        )
        self.slots |= {"reference": paid.reference, "balance": str(paid.balance)}
