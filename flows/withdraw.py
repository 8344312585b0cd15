"""Withdraw: have money paid to an account at another bank, or to mobile money."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from core.money import Money
from flows.join import NotAName
from flows.payment_proof import PaymentProof
from flows.picking import AMOUNT, Listed
from flows.story import GIVEN, Ask, Become, Call, Choose, Code, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import Payee

LONGEST_NAME = 70  # as payments carry it
MOST_BANKS = 4
MOST_SAVED = 2  # with the ways they fit a USSD screen; the others are found by bank and number


class Withdraw(PaymentProof, Flow):
    """Ask where to, whose account it is, and how much; read it back, and have it sent."""

    name = "withdraw"

    steps = (
        Prove("unlock"),
        Ask("where", lists="saved", options=("bank", "mobile")),
        Choose("known", options=("yes", "forget", "another")),
        Ask("bank", free=True, lists="banks"),
        Ask("which", free=True, lists="called"),
        Ask("account", free=True),
        Ask("phone", entity="phone", slot="mobile", options=("own",)),
        Call("looking", asks="account_enquiry"),
        Call("asking", asks="phone_enquiry"),
        Choose("payee", options=("yes", "another", "stop")),
        Choose("nowhere", options=("another", "stop")),
        Choose("no_answer", options=("retry", "by_name", "stop")),
        Ask("holder", free=True),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Prove("pin"),
        Code("code", options=("resend", "other")),
        Choose("person", options=("ask", "stop")),
        End("sent"),
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
        ("ambiguous_bank", ("bank", "which"), "which",   None,         None, "note_said"),
        ("answer",             "account",   "looking",   None,         None, "note_account"),
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
        ("proven",             "pin",       "person",    "needs_person"),
        ("proven",             "pin",       "code",      "needs_code", None, "send_code"),
        ("proven",             "pin",       "sent",      None,         None, "send"),

        # Where the PIN is not enough, a code by another channel adds to it, for this payment.
        ("proven",             "code",      "sent",      None,         None, "send"),
        ("resend",             "code",      "code",      None,         None, "send_code"),
        ("other",              "code",      "code",      "has_next_way", None, "send_onward"),
        ("other",              "code",      "person"),
        ("ask",                "person",    "referred",  None,         None, "ask_person"),
        ("stop",               "person",    "cancelled"),
        ("too_many_codes",     ("pin", "code"), "cancelled"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        ("insufficient_funds", ("pin", "code"), "amount",    None,     None, "forget_amount"),
        ("limit_exceeded",     ("pin", "code"), "amount",    None,     None, "forget_amount"),
        ("amount_over_rail",   ("pin", "code"), "amount",    None,     None, "forget_amount"),
        ("amount_under_rail",  ("pin", "code"), "amount",    None,     None, "forget_amount"),
        ("amount_not_whole",   ("pin", "code"), "amount",    None,     None, "forget_amount"),
        ("fee_changed",        ("pin", "code"), "amount",    None,     None, "forget_amount"),
        ("too_little_left",    ("pin", "code"), "amount",    None,     None, "forget_amount"),
        ("balance_ceiling",    ("pin", "code"), "amount",    None,     None, "forget_amount"),
        ("no_rail",            ("pin", "code"), "where",     None,     None, "forget_amount"),
        ("bank_unknown",       ("pin", "code"), "where",     None,     None, "forget_amount"),
        ("destination_invalid", ("pin", "code"), "where",    None,     None, "forget_amount"),
        ("no_tariff",          ("pin", "code"), "cancelled"),
        ("account_frozen",     ("pin", "code"), "cancelled"),
        ("no_rate",            ("pin", "code"), "cancelled"),
        ("id_reused",          ("pin", "code"), "cancelled"),
        ("account_moved",      ("pin", "code"), "cancelled"),
        ("pin_locked",         ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"send", "send_code", "send_onward", "ask_person", "forget"})
    moves_money = frozenset({"send"})
    quiet = frozenset({"ambiguous_bank", "unknown_payee"})

    widest: ClassVar[Mapping[str, object]] = {
        "saved": {str(n): {"bank": "Middle East Bank", "shown": f"***123{n}"} for n in range(2)},
        "banks": {str(n): {"bank": f"Development Bank {n}"[-18:]} for n in range(4)},
        "called": {str(n): {"bank": f"Development Ban{n}", "country": "KE"} for n in range(4)},
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
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }

    def facts(self) -> Mapping[str, object]:
        """Add the currency in which an amount is asked for, and the customer's own number."""
        went = self.bank.code_went() if self.state == "code" else {}
        return {"currency": self.bank.currency, "phone": self.bank.own_shown, **went, **self.slots}

    @property
    def to_mobile(self) -> bool:
        """Whether the money goes to a phone."""
        return self.slots.get("kind") == "mobile"

    def saved(self) -> Listed:
        """Return where the customer had money paid to most."""
        found = self.bank.payout_payees()[:MOST_SAVED]
        return {one.id: {"bank": one.bank, "shown": one.shown} for one in found}

    def banks(self) -> Listed:
        """Return the banks that most are paid to."""
        return {one.id: {"bank": one.short_name} for one in self.bank.frequent_banks()}

    def called(self) -> Listed:
        """Return the banks that may be meant by a name."""
        found = self.bank.banks_called(self.slots["said"])[:MOST_BANKS]
        return {one.id: {"bank": one.short_name, "country": one.country} for one in found}

    def pick_saved(self, said: str) -> None:
        """Remember somebody paid before, all that is known of them."""
        self._keep(self.bank.find_payee_elsewhere(said))

    def give_bank(self, _: str) -> None:
        """Take what was said for the name of a bank: that step answers itself by it."""
        if self.refusal is not None:
            self.slots[f"{GIVEN}bank"] = self.refusal.facts["said"]

    def forget(self, _: str) -> None:
        """Forget somebody paid before."""
        self.bank.forget_payee(self.slots["to"])

    def find_bank(self, said: str) -> None:
        """Remember which bank is meant."""
        bank = self.bank.find_bank(said)
        self.slots |= {"kind": "bank", "bank_id": bank.id, "bank": bank.short_name}
        self.slots |= {"bic": bank.bic, "clearing": bank.code}

    def note_said(self, _: str) -> None:
        """Remember the name that several banks may have."""
        if self.refusal is not None:
            self.slots["said"] = self.refusal.facts["said"]

    def note_account(self, said: str) -> None:
        """Remember the account there."""
        self.slots["account"] = self.bank.read_account(self.slots["bank_id"], said)

    def take_own(self, _: str) -> None:
        """Have it paid to the customer's own phone."""
        self._keep(self.bank.own_mobile())

    def note_phone(self, said: str) -> None:
        """Remember the phone, and whose mobile money it has."""
        number, bank = self.bank.read_mobile(said)
        self.slots |= {"kind": "mobile", "bank_id": bank.id, "bank": bank.short_name}
        self.slots |= {"account": number, "mobile": number}

    def account_enquiry(self) -> object:
        """Return the question whose account it is."""
        return self.bank.account_enquiry(
            bank_id=self.slots["bank_id"],
            account=self.slots["account"],
            bic=self.slots["bic"],
            code=self.slots["clearing"],
        )

    def phone_enquiry(self) -> object:
        """Return the question whose phone it is."""
        return self.bank.enquiry(self.slots["account"])

    def note_payee(self, _: str) -> None:
        """Remember whose it is, as their bank told."""
        self._find(self.outcome.get("payee") or self.outcome["name"], confirmed=True)

    def note_holder(self, said: str) -> None:
        """Remember whose it is, as the customer says."""
        name = " ".join(said.split())
        if len(name.split()) < 2 or len(name) > LONGEST_NAME:
            raise NotAName(typed=name[:20])
        self._find(name, confirmed=False)

    def note_amount(self, said: str) -> None:
        """Remember how much, in the customer's own currency, and what it costs."""
        self._price(Money.parse(said, self.bank.currency))

    def forget_amount(self, _: str) -> None:
        """Forget an amount that the bank refused."""
        self.slots.pop("amount", None)

    def send(self, _: str) -> None:
        """Have it sent, once, however often this is asked."""
        if self.effect_id is None:
            raise LookupError("money is sent only after it was read back")
        begun = self.bank.withdraw(
            self.bank.payee(
                bank_id=self.slots["bank_id"],
                account=self.slots["account"],
                name=self.slots["payee"],
                confirmed=bool(self.slots["confirmed"]),
            ),
            Money.load(self.slots["amount"]),
            fee=Money.load(self.slots["fee"]),
            effect_id=self.effect_id,
        )
        self.slots |= {"reference": begun.reference, "balance": str(begun.balance)}
        self.slots["due"] = begun.expected_by.isoformat()

    def _find(self, name: str, *, confirmed: bool) -> None:
        self._keep(
            self.bank.payee(
                bank_id=self.slots["bank_id"],
                account=self.slots["account"],
                name=name,
                confirmed=confirmed,
            )
        )

    def _keep(self, one: "Payee") -> None:
        self.slots |= {
            "to": one.id,
            "kind": one.kind,
            "bank_id": one.bank_id,
            "bank": one.bank,
            "account": one.account,
            "shown": one.shown,
            "payee": one.name,
            "name": one.masked,
            "confirmed": "yes" if one.confirmed else "",
        }

    def _price(self, amount: Money) -> None:
        payee = self.bank.payee(
            bank_id=self.slots["bank_id"],
            account=self.slots["account"],
            name=self.slots["payee"],
            confirmed=bool(self.slots["confirmed"]),
        )
        quote = self.bank.quote_payout(payee, amount)
        self.slots |= {"amount": str(amount), "fee": str(quote.fee)}
        self.slots |= {"due": quote.expected_by.isoformat(), "soon": "yes" if quote.soon else ""}
