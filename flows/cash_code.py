"""Cash at an agent: set money aside, and get a code that any agent of the bank pays out."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.payment_proof import PaymentProof
from flows.story import Ask, Become, Choose, Code, End, Flow, Prove


class CashCode(PaymentProof, Flow):
    """Ask how much, read it back with its fee, prove it, and have the code sent by SMS."""

    name = "cash_code"

    steps = (
        Prove("unlock"),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Prove("pin"),
        Code("code", options=("resend", "other")),
        Choose("person", options=("ask", "stop")),
        Choose("waiting", options=("give_up", "keep")),
        End("made"),
        End("given_up"),
        End("kept"),
        End("cancelled"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when               at           go to        if              unless first do
        ("open",              "start",     "unlock",    None,           "trusted"),
        ("open",              "start",     "amount"),
        ("proven",            "unlock",    "amount"),
        ("answer",            "amount",    "review",    None,           None, "note_amount"),
        ("cash_code_open",    "amount",    "waiting"),
        ("give_up",           "waiting",   "given_up",  None,           None, "give_up"),
        ("keep",              "waiting",   "kept"),
        ("yes",               "review",    "pin"),
        ("change",            "review",    "amount"),
        ("no",                "review",    "cancelled"),
        ("proven",            "pin",       "person",    "needs_person"),
        ("proven",            "pin",       "code",      "needs_code",   None, "send_code"),
        ("proven",            "pin",       "made",      None,           None, "make"),

        # Where the PIN is not enough, a code by another channel adds to it, for this payment.
        ("proven",            "code",      "made",      None,           None, "make"),
        ("resend",            "code",      "code",      None,           None, "send_code"),
        ("other",             "code",      "code",      "has_next_way", None, "send_onward"),
        ("other",             "code",      "person"),
        ("ask",               "person",    "referred",  None,           None, "ask_person"),
        ("stop",              "person",    "cancelled"),
        ("too_many_codes",    ("pin", "code"), "cancelled"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        ("insufficient_funds", ("pin", "code"), "amount"),
        ("limit_exceeded",    ("pin", "code"), "amount"),
        ("balance_ceiling",   ("pin", "code"), "amount"),
        ("too_little_left",   ("pin", "code"), "amount"),
        ("cash_code_open",    ("pin", "code"), "waiting"),
        ("no_tariff",         ("pin", "code"), "cancelled"),
        ("account_frozen",    ("pin", "code"), "cancelled"),
        ("no_rate",           ("pin", "code"), "cancelled"),
        ("id_reused",         ("pin", "code"), "cancelled"),
        ("account_moved",     ("pin", "code"), "cancelled"),
        ("hold_expired",      "waiting",   "kept"),
        ("hold_closed",       "waiting",   "kept"),
        ("unknown_hold",      "waiting",   "kept"),
        ("id_reused",         "waiting",   "kept"),
        ("pin_locked",        ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"make", "give_up", "send_code", "send_onward", "ask_person"})
    moves_money = frozenset({"make"})

    widest: ClassVar[Mapping[str, object]] = {
        "amount": "TZS 99999999.99",
        "fee": "TZS 999999.99",
        "balance": "TZS 99999999.99",
        "currency": "TZS",
        "until": "2026-09-28T21:59:00+00:00",
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }

    def facts(self) -> Mapping[str, object]:
        """Add the currency, and where a code went, which is read when it is told."""
        went = self.bank.code_went() if self.state == "code" else {}
        return {"currency": self.bank.currency, **went, **self.slots}

    def note_amount(self, said: str) -> None:
        """Remember how much and what it costs, if it could be set aside."""
        amount = Money.parse(said, self.bank.currency)
        fee = self.bank.cash_fee(amount)
        self.slots |= {"to": self.bank.cash_payee, "amount": str(amount), "fee": str(fee)}

    def make(self, _: str) -> None:
        """Set it aside and have the code sent, once, however often this is asked."""
        if self.effect_id is None:
            raise LookupError("money is set aside only after it was read back")
        made = self.bank.make_cash_code(Money.load(self.slots["amount"]), effect_id=self.effect_id)
        self.slots |= {"fee": str(made.fee), "balance": str(made.balance)}
        self.slots["until"] = made.until.isoformat()

    def give_up(self, _: str) -> None:
        """Take back what was set aside."""
        self.bank.give_up_cash()
