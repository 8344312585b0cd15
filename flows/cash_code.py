"""Cash at an agent: set money aside, and get a code that any agent of the bank pays out."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, PROVING, refused
from flows.payment_proof import PROOF, PaymentProof, proving
from flows.story import Ask, Become, Choose, End, Flow, Moved, Prove


class CashCode(PaymentProof, Flow):
    """Ask how much, read it back with its fee, prove it, and have the code sent by SMS."""

    name = "cash_code"
    judged_as = "cash"

    steps = (
        Prove("unlock"),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        *PROOF,
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
        *proving(),
        ("proven",            PROVING,     "made",      None,           None, "make"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        *refused("amount", *ANOTHER_AMOUNT_HELPS, "too_little_left"),
        *refused("waiting", "cash_code_open"),
        *refused("cancelled", *NOTHING_HELPS, "no_tariff"),
        *refused("kept", "hold_expired", "hold_closed", "unknown_hold", "id_reused", at="waiting"),
        ("pin_locked",        ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = PaymentProof.writes | {"make", "give_up"}
    moves_money = frozenset({"make"})

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}

    widest: ClassVar[Mapping[str, object]] = {
        "amount": "TZS 99999999.99",
        "fee": "TZS 999999.99",
        "balance": "TZS 99999999.99",
        "currency": "TZS",
        "until": "2026-09-28T21:59:00+00:00",
        **PaymentProof.widest,
    }

    def note_amount(self, said: str) -> None:
        """Remember how much and what it costs, if it could be set aside."""
        amount = Money.parse(said, self.bank.currency)
        fee = self.bank.cash_fee(amount)
        self.slots |= {"to": self.bank.cash_payee, "amount": str(amount), "fee": str(fee)}

    def make(self, _: str) -> None:
        """Set it aside and have the code sent, once, however often this is asked."""
        made = self.bank.make_cash_code(Money.load(self.slots["amount"]), effect_id=self.agreed_id)
        self.slots |= {"fee": str(made.fee), "balance": str(made.balance)}
        self.slots["until"] = made.until.isoformat()

    def give_up(self, _: str) -> None:
        """Take back what was set aside."""
        self.bank.give_up_cash()
