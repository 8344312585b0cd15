"""Withdraw: have money paid to an account at another bank, or to mobile money."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from core.money import Money
from flows.banking import Banking
from flows.join import NotAName
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, PROVING, refused
from flows.payment_proof import LONGER, PROOF, PaymentProof, held, proving
from flows.picking import AMOUNT
from flows.story import Ask, Become, Call, Choose, End, Flow, Moved, Prove

if TYPE_CHECKING:
    from core.bank import Payee

LONGEST_NAME = 70  # as payments carry it

OTHER_TERMS = ("amount_over_rail", "amount_under_rail", "amount_not_whole", "fee_changed")
"""Refusals of how the money would go: another amount may go another way."""


class Withdraw(Banking, PaymentProof, Flow):
    """Ask where to, whose account it is, and how much; read it back, and have it sent."""

    name = "withdraw"
    judged_as = "payout"

    steps = (
        Prove("unlock"),
        Ask("where", early="bank", lists="saved", options=("bank", "mobile")),
        Choose("known", options=("yes", "forget", "another")),
        Ask("bank", free=True, lists="banks"),
        Ask("which", free=True, lists="banks_called"),
        Ask("account", free=True, early="account"),
        Ask("phone", entity="phone", slot="mobile", options=("own",)),
        Call("looking", asks="account_enquiry"),
        Call("asking", asks="phone_enquiry"),
        Choose("payee", options=("yes", "another", "stop")),
        Choose("nowhere", options=("another", "stop")),
        Choose("no_answer", options=("retry", "by_name", "stop")),
        Ask("holder", free=True),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        *PROOF,
        End("sent"),
        LONGER,
        End("cancelled"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when                at           go to        if            unless first do
        ("open",               "start",     "where",     "trusted"),
        ("open",               "start",     "unlock"),
        ("proven",             "unlock",    "where"),

        # Where to: somebody paid before, a bank and an account there, or a phone.
        ("answer",             "where",     "known",     None,         None, "pick_saved"),
        ("unknown_payee",      "where",     "bank",      None,         None, "give_bank"),
        ("bank",               "where",     "bank"),
        ("mobile",             "where",     "phone"),
        ("yes",                "known",     "amount"),
        ("forget",             "known",     "where",     None,         None, "forget"),
        ("another",            "known",     "where"),
        ("answer",  ("bank", "which"),      "account",   None,         None, "find_bank"),
        ("ambiguous_bank", ("bank", "which"), "which",   None,         None, "note_bank_said"),
        ("answer",             "account",   "looking",   None,         None, "note_bank_account"),
        ("own",                "phone",     "amount",    None,         None, "take_own"),
        ("answer",             "phone",     "asking",    None,         None, "note_phone"),

        # Whose it is, as their bank tells.
        ("answered", ("looking", "asking"), "payee",     None,         None, "note_payee"),
        ("unknown_account",    "looking",   "nowhere"),
        ("unknown_name",       "asking",    "nowhere"),
        ("timed_out", ("looking", "asking"), "no_answer"),
        ("bank_unknown", ("looking", "asking"), "where"),
        ("destination_invalid", ("looking", "asking"), "where"),
        ("yes",                "payee",     "amount"),
        ("another", ("payee", "nowhere"),   "where"),
        ("stop",    ("payee", "nowhere", "no_answer"), "cancelled"),
        ("retry",              "no_answer", "asking",    "to_mobile"),
        ("retry",              "no_answer", "looking"),
        ("by_name",            "no_answer", "holder"),
        ("answer",             "holder",    "amount",    None,         None, "note_holder"),

        ("answer",             "amount",    "review",    None,         None, "note_amount"),
        ("yes",                "review",    "pin"),
        ("change",             "review",    "amount"),
        ("no",                 "review",    "cancelled"),
        *proving(),
        held("hold"),
        ("proven",             PROVING,     "sent",      None,         None, "send"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        *refused("amount", *ANOTHER_AMOUNT_HELPS, "too_little_left", do="forget_amount"),
        *refused("amount", *OTHER_TERMS, do="forget_amount"),
        *refused("where", "no_rail", "bank_unknown", "destination_invalid", do="forget_amount"),
        *refused("cancelled", *NOTHING_HELPS, "no_tariff"),
        ("pin_locked",         ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = PaymentProof.writes | {"send", "hold", "forget"}
    moves_money = frozenset({"send", "hold"})
    quiet = frozenset({"ambiguous_bank", "unknown_payee"})

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}

    widest: ClassVar[Mapping[str, object]] = {
        "saved": {str(n): {"bank": "Middle East Bank", "shown": f"***123{n}"} for n in range(2)},
        "banks": {str(n): {"bank": f"Development Bank {n}"[-18:]} for n in range(4)},
        "banks_called": {
            str(n): {"bank": f"Development Ban{n}", "country": "KE"} for n in range(4)
        },
        "said": "W" * 20,
        "bank": "Development Bank",
        "shown": "+255 7** *** 003",
        "name": "M***a N***a",
        "confirmed": "",
        "amount": AMOUNT,
        "fee": "TZS 99999.99",
        "balance": AMOUNT,
        "due": "2026-09-28T21:59:00+00:00",
        "soon": "",
        "reference": "WK9Q8P7R6T5W",
        "currency": "TZS",
        "phone": "+255 7** *** 003",
        **PaymentProof.widest,
    }

    def facts(self) -> Mapping[str, object]:
        """Add the customer's own number."""
        return {"phone": self.bank.own_shown, **super().facts()}

    @property
    def to_mobile(self) -> bool:
        """Whether the money goes to a phone."""
        return self.slots.get("kind") == "mobile"

    @property
    def paid_elsewhere(self) -> "Payee":
        """Whose account it is."""
        return self._payee

    def forget(self, _: str) -> None:
        """Forget somebody paid before."""
        self.bank.forget_payee(self.slots["to"])

    def note_phone(self, said: str) -> None:
        """Remember the phone, and whose mobile money it has."""
        number, bank = self.bank.read_mobile(said)
        self.slots |= {"kind": "mobile", "bank_id": bank.id, "bank": bank.short_name}
        self.slots |= {"account": number, "mobile": number}

    def phone_enquiry(self) -> object:
        """Return the question whose phone it is."""
        return self.bank.enquiry(self.slots["account"])

    def note_payee(self, _: str) -> None:
        """Remember whose it is, as their bank told."""
        self.name_payee(self.outcome.get("payee") or self.outcome["name"], confirmed=True)

    def note_holder(self, said: str) -> None:
        """Remember whose it is, as the customer says."""
        name = " ".join(said.split())
        if len(name.split()) < 2 or len(name) > LONGEST_NAME:
            raise NotAName(typed=name[:20])
        self.name_payee(name, confirmed=False)

    def note_amount(self, said: str) -> None:
        """Remember how much, in the customer's own currency, and what it costs."""
        amount = Money.parse(said, self.bank.currency)
        quote = self.bank.quote_payout(self._payee, amount)
        self.slots |= {"amount": str(amount), "fee": str(quote.fee)}
        self.slots |= {"due": quote.expected_by.isoformat(), "soon": "yes" if quote.soon else ""}

    def forget_amount(self, _: str) -> None:
        """Forget an amount that the bank refused."""
        self.slots.pop("amount", None)

    def send(self, _: str) -> None:
        """Have it sent, once, however often this is asked."""
        begun = self.bank.withdraw(
            self._payee,
            Money.load(self.slots["amount"]),
            fee=Money.load(self.slots["fee"]),
            effect_id=self.agreed_id,
        )
        self.slots |= {"reference": begun.reference, "balance": str(begun.balance)}
        self.slots["due"] = begun.expected_by.isoformat()

    def hold(self, said: str) -> None:
        """Have it set aside first, once, however often this is asked."""
        self.send(said)
        self.slots["longer"] = "yes"

    @property
    def _payee(self) -> "Payee":
        return self.bank.payee(
            bank_id=self.slots["bank_id"],
            account=self.slots["account"],
            name=self.slots["payee"],
            confirmed=bool(self.slots["confirmed"]),
        )
