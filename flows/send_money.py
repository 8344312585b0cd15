"""Send money: ask who, ask how much, read it back, prove who you are, send."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.corridor import Corridor, named
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, PROVING, refused
from flows.naming import Naming
from flows.noting import Noting
from flows.payment_proof import LONGER, PROOF, PaymentProof, held, proving
from flows.readings import Readings, likelier, the_one
from flows.story import GIVEN, Ask, Become, Call, Choose, End, Flow, Moved, Prove

_HOW_MUCH = ("amount", "which_amount")


class SendMoney(Naming, Noting, Readings, Corridor, PaymentProof, Flow):
    """Send money to a phone or somebody saved; their masked name is read back before it moves."""

    name = "send_money"
    judged_as = "transfer"
    takes_words = "note"

    steps = (
        Prove("unlock"),
        Ask("recipient", entity="person", slot="to", lists="people"),
        Ask("which", lists="called"),
        Call("looking", asks="enquiry"),
        Choose("elsewhere", options=("wait", "another", "stop")),
        Choose("nowhere", options=("wait", "another", "stop")),
        Choose("no_answer", options=("retry", "another", "stop")),
        Ask("amount", entity="amounts"),
        Ask("which_amount", lists="readings"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Choose("review_waiting", options=("yes", "change", "no"), mints=True),
        Choose("change", options=("note", "amount", "recipient")),
        Ask("note", free=True, options=("no_note",)),
        *PROOF,
        End("sent"),
        End("sent_new", offers=("save_person",)),
        End("waits"),
        LONGER,
        End("cancelled"),
        End("referred"),
        Become("send_abroad"),
        Become("reset_pin"),
    )

    paths = (
        # when                at           go to        if            unless first do
        ("open",               "start",     "recipient", "trusted"),
        ("open",               "start",     "unlock"),
        ("proven",             "unlock",    "recipient"),

        ("answer",  ("recipient", "which"), "review",    "has_amount", None, "find_recipient"),
        ("answer",  ("recipient", "which"), "amount",    None,         None, "find_recipient"),
        ("ambiguous_person", ("recipient", "which"), "which", None,    None, "note_called"),
        ("answer",             _HOW_MUCH,   "review_waiting", "is_waiting", None, "note_amount"),
        ("answer",             _HOW_MUCH,   "review",    "is_direct",  None, "note_direct"),
        ("answer",             _HOW_MUCH,   "send_abroad", "is_trade", None, "note_other"),
        ("answer",             _HOW_MUCH,   "review",    None,         None, "note_amount"),
        ("amount_in_doubt",    "amount",    "which_amount", None,      None, "note_readings"),
        ("yes",    ("review", "review_waiting"), "pin"),
        ("change", ("review", "review_waiting"), "change"),
        ("amount",             "change",    "amount"),
        ("recipient",          "change",    "recipient"),
        ("note",               "change",    "note"),
        ("answer",             "note",      "review_waiting", "is_waiting", None, "note_words"),
        ("answer",             "note",      "review",    None,         None, "note_words"),
        ("no_note",            "note",      "review_waiting", "is_waiting", None, "forget_note"),
        ("no_note",            "note",      "review",    None,         None, "forget_note"),
        ("no",     ("review", "review_waiting"), "cancelled"),
        *proving(),
        held("hold"),
        ("proven",             PROVING,     "waits",     "is_waiting", None, "send_waiting"),
        ("proven",             PROVING,     "sent_new",  "may_save",   None, "send"),
        ("proven",             PROVING,     "sent",      None,         None, "send"),

        # Money that has to be changed on the way is sent by a story of its own.
        ("other_currency", ("recipient", "which"), "send_abroad", None, None, "note_abroad"),

        # A phone nobody here answers to is looked up at another bank.
        ("unknown_recipient", ("recipient", "which"), "looking", None, None, "note_phone"),
        ("answered",           "looking",   "elsewhere", None,         None, "note_answer"),
        ("unknown_name",       "looking",   "nowhere"),
        ("timed_out",          "looking",   "no_answer"),
        ("retry",              "no_answer", "looking"),

        # Money may wait for whoever has that number to join.
        ("wait", ("elsewhere", "nowhere"), "review_waiting", "has_amount", None, "note_waiting"),
        ("wait", ("elsewhere", "nowhere"), "amount",     None,         None, "note_waiting"),

        ("another",            ("elsewhere", "nowhere", "no_answer"), "recipient"),
        ("stop",               ("elsewhere", "nowhere", "no_answer"), "cancelled"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        *refused("amount", *ANOTHER_AMOUNT_HELPS, "too_little_left", do="forget_amount"),
        *refused("recipient", "other_currency"),
        *refused("cancelled", *NOTHING_HELPS, "period_closed", "too_many_waiting"),
        ("pin_locked",         ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = PaymentProof.writes | {"send", "send_waiting", "hold"}
    moves_money = frozenset({"send", "send_waiting", "hold"})
    quiet = frozenset({"unknown_recipient", "ambiguous_person", "amount_in_doubt"})

    version = 5
    moves: ClassVar[Mapping[int, Moved]] = {
        1: Moved(same_effect=True),
        2: Moved(same_effect=True),
        3: Moved(same_effect=True),
        4: Moved(same_effect=True),
    }

    widest: ClassVar[Mapping[str, object]] = {
        **Naming.widest,
        **Noting.widest,
        **Readings.widest,
        "bank": "Standard Chartered",
        "amount": "TZS 99999999.99",
        "balance": "TZS 99999999.99",
        "reference": "WK9Q8P7R6T5W",
        "currency": "TZS",
        **PaymentProof.widest,
        "until": "2026-09-28T21:59:00+00:00",
    }

    @property
    def has_amount(self) -> bool:
        """Whether the amount is known, so that only the recipient was asked anew.

        Another currency than one's own is asked anew: not everybody takes it.
        """
        return self.slots.get("amount", "").startswith(self.bank.currency)

    def facts(self) -> Mapping[str, object]:
        """Add that not everybody has a label or a note."""
        return {"label": "", "note": "", **super().facts()}

    @property
    def is_waiting(self) -> bool:
        """Whether the money is for a number that nobody here has yet."""
        return "invited" in self.slots

    @property
    def may_save(self) -> bool:
        """Whether the recipient may be saved with one tap; a USSD session is over by then."""
        new = not self.slots.get("label") and self.bank.stays_open
        return new and self.bank.may_save(self.slots["to"])

    def find_recipient(self, said: str) -> None:
        """Remember who the money is for."""
        found = self.bank.find_recipient(said)
        self.slots.pop("invited", None)
        self.slots |= {"to": found.id, "name": found.name, "phone": found.phone}
        self.slots |= {"label": found.label, "found_by": said}
        self.note_purpose(said)

    def note_waiting(self, _: str) -> None:
        """Remember that the money is for whoever joins with the number that was looked up."""
        number = self.slots["phone"]
        invited = self.bank.invite(number)
        self.slots |= {"to": invited.id, "invited": number, "label": ""}
        self.slots |= {"name": invited.phone, "phone": invited.phone}
        self.note_purpose(number)

    def note_amount(self, said: str) -> None:
        """Remember how much, in the customer's own currency, if the bank would let it go."""
        amount = Money.parse(the_one(said), self.bank.currency)
        self.bank.check_amount(amount)
        self.slots["amount"] = str(amount)

    def note_direct(self, said: str) -> None:
        """Remember how much, in another currency that both have."""
        amount = Money.parse(the_one(said), named(said))
        self.bank.check_amount(amount)
        self.slots["amount"] = str(amount)

    def note_other(self, said: str) -> None:
        """Leave it to the other story, which is told who the money is for and how much it is."""
        self._hand_on(recipient=self.slots.get("found_by", ""), amount=the_one(said))

    def note_abroad(self, _: str) -> None:
        """Leave it to the other story, which is told who the money is for."""
        if self.refusal is not None:
            amount = self.slots.get("amount") or self.slots.get(f"{GIVEN}amount", "")
            who = self.refusal.facts.get("said", "")
            self._hand_on(recipient=who, amount=likelier(amount))

    def _hand_on(self, *, recipient: str, amount: str) -> None:
        self.slots |= {f"{GIVEN}recipient": recipient, f"{GIVEN}amount": amount}

    def forget_amount(self, _: str) -> None:
        """Forget an amount that the bank refused."""
        self.slots.pop("amount", None)

    def send(self, _: str) -> None:
        """Send it, once, however often this is asked."""
        sent = self.bank.send_money(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.agreed_id,
            note=self.slots.get("note", ""),
        )
        self.slots |= {"reference": sent.reference, "balance": str(sent.balance)}

    def send_waiting(self, _: str) -> None:
        """Set it aside for them, once, however often this is asked."""
        sent = self.bank.send_waiting(
            number=self.slots["invited"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.agreed_id,
            note=self.slots.get("note", ""),
        )
        self.slots |= {"reference": sent.reference, "balance": str(sent.balance)}
        self.slots["until"] = sent.expires_at.isoformat()

    def hold(self, said: str) -> None:
        """Have it set aside, whomever it is for, once, however often this is asked."""
        if self.is_waiting:
            self.send_waiting(said)
        else:
            self.send(said)
        self.slots["longer"] = "yes"

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
