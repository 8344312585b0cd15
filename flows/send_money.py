"""Send money: ask who, ask how much, read it back, prove who you are, send."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.story import Ask, Become, Call, Choose, End, Flow, Prove


class SendMoney(Flow):
    """Send money to a phone; the masked name of its owner is read back before anything moves."""

    name = "send_money"

    steps = (
        Prove("unlock"),
        Ask("recipient", entity="phone", slot="to"),
        Call("looking", asks="enquiry"),
        Choose("elsewhere", options=("another", "stop")),
        Choose("nowhere", options=("another", "stop")),
        Choose("no_answer", options=("retry", "another", "stop")),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Choose("change", options=("amount", "recipient")),
        Prove("pin"),
        End("sent"),
        End("cancelled"),
        Become("reset_pin"),
    )

    paths = (
        # when                at           go to        if            unless first do
        ("open",               "start",     "recipient", "trusted"),
        ("open",               "start",     "unlock"),
        ("proven",             "unlock",    "recipient"),

        ("answer",             "recipient", "review",    "has_amount", None, "find_recipient"),
        ("answer",             "recipient", "amount",    None,         None, "find_recipient"),
        ("answer",             "amount",    "review",    None,         None, "note_amount"),
        ("yes",                "review",    "pin"),
        ("change",             "review",    "change"),
        ("amount",             "change",    "amount"),
        ("recipient",          "change",    "recipient"),
        ("no",                 "review",    "cancelled"),
        ("proven",             "pin",       "sent",      None,         None, "send"),

        # A phone nobody here answers to is looked up at another bank.
        ("unknown_recipient",  "recipient", "looking",   None,         None, "note_phone"),
        ("answered",           "looking",   "elsewhere", None,         None, "note_answer"),
        ("unknown_name",       "looking",   "nowhere"),
        ("timed_out",          "looking",   "no_answer"),
        ("retry",              "no_answer", "looking"),
        ("another",            ("elsewhere", "nowhere", "no_answer"), "recipient"),
        ("stop",               ("elsewhere", "nowhere", "no_answer"), "cancelled"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        ("insufficient_funds", "pin",       "amount",    None,         None, "forget_amount"),
        ("limit_exceeded",     "pin",       "amount",    None,         None, "forget_amount"),
        ("balance_ceiling",    "pin",       "amount",    None,         None, "forget_amount"),
        ("too_little_left",    "pin",       "amount",    None,         None, "forget_amount"),
        ("other_currency",     "pin",       "recipient"),
        ("account_frozen",     "pin",       "cancelled"),
        ("no_rate",            "pin",       "cancelled"),
        ("id_reused",          "pin",       "cancelled"),
        ("period_closed",      "pin",       "cancelled"),
        ("account_moved",      "pin",       "cancelled"),
        ("pin_locked",         ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"send"})
    moves_money = frozenset({"send"})
    quiet = frozenset({"unknown_recipient"})

    widest: ClassVar[Mapping[str, object]] = {
        "name": "M***a N***a",
        "phone": "+255 7** *** 003",
        "bank": "Standard Chartered",
        "amount": "TZS 99999999.99",
        "balance": "TZS 99999999.99",
        "reference": "WK9Q8P7R6T5W",
        "currency": "TZS",
    }

    @property
    def has_amount(self) -> bool:
        """Whether the amount is known, so that only the recipient was asked anew."""
        return "amount" in self.slots

    def facts(self) -> Mapping[str, object]:
        """Add the currency in which an amount is asked for."""
        return {"currency": self.bank.currency, **self.slots}

    def find_recipient(self, said: str) -> None:
        """Remember who the money is for."""
        recipient = self.bank.find_recipient(said)
        self.slots |= {"to": recipient.id, "name": recipient.name, "phone": recipient.phone}

    def note_amount(self, said: str) -> None:
        """Remember how much, in the customer's own currency, if the bank would let it go."""
        amount = Money.parse(said, self.bank.currency)
        self.bank.check_amount(amount)
        self.slots["amount"] = str(amount)

    def forget_amount(self, _: str) -> None:
        """Forget an amount that the bank refused."""
        self.slots.pop("amount", None)

    def send(self, _: str) -> None:
        """Send it, once, however often this is asked."""
        if self.effect_id is None:
            raise LookupError("money is sent only after it was read back")
        sent = self.bank.send_money(
            to=self.slots["to"], amount=Money.load(self.slots["amount"]), effect_id=self.effect_id
        )
        self.slots |= {"reference": sent.reference, "balance": str(sent.balance)}

    def note_phone(self, _: str) -> None:
        """Remember the phone that nobody here answers to."""
        if self.refusal is not None:
            self.slots["phone"] = self.refusal.facts["phone"]

    def enquiry(self) -> object:
        """Return the question for the other banks, which is whose phone this is."""
        return self.bank.enquiry(self.slots["phone"])

    def note_answer(self, _: str) -> None:
        """Remember whose phone it is, and at which bank."""
        self.slots |= {"name": self.outcome["name"], "bank": self.outcome["bank"]}
