"""Request money: ask who, ask how much, read it back; who is asked is told how to pay."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.naming import Naming
from flows.noting import Noting
from flows.story import Ask, Become, Choose, End, Flow, Prove


class RequestMoney(Naming, Noting, Flow):
    """Ask another customer for money. Nothing moves until they say so themselves."""

    name = "request_money"
    takes_words = "note"

    steps = (
        Prove("unlock"),
        Ask("payer", entity="person", slot="to", lists="people"),
        Ask("which", lists="called"),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no")),
        Choose("change", options=("note", "amount", "payer")),
        Ask("note", free=True, options=("no_note",)),
        End("asked"),
        End("cancelled"),
        Become("reset_pin"),
    )

    paths = (
        # when               at                  go to       if            unless first do
        ("open",             "start",            "payer",    "trusted"),
        ("open",             "start",            "unlock"),
        ("proven",           "unlock",           "payer"),
        ("answer",           ("payer", "which"), "review",   "has_amount", None, "find_payer"),
        ("answer",           ("payer", "which"), "amount",   None,         None, "find_payer"),
        ("ambiguous_person", ("payer", "which"), "which",    None,         None, "note_called"),
        ("answer",           "amount",           "review",   None,         None, "note_amount"),

        ("yes",              "review",           "asked",    None,         None, "ask"),
        ("change",           "review",           "change"),
        ("no",               "review",           "cancelled"),
        ("note",             "change",           "note"),
        ("amount",           "change",           "amount"),
        ("payer",            "change",           "payer"),
        ("answer",           "note",             "review",   None,         None, "note_words"),
        ("no_note",          "note",             "review",   None,         None, "forget_note"),

        ("too_many_requests", "review",          "cancelled"),
        ("request_not_taken", "review",          "cancelled"),
        ("pin_locked",       "unlock",           "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"ask"})
    quiet = frozenset({"ambiguous_person"})

    widest: ClassVar[Mapping[str, object]] = {
        **Naming.widest,
        **Noting.widest,
        "amount": "TZS 99999999.99",
        "currency": "TZS",
        "number": "999",
    }

    @property
    def has_amount(self) -> bool:
        """Whether the amount is known, so that only the payer was asked anew."""
        return "amount" in self.slots

    def facts(self) -> Mapping[str, object]:
        """Add the currency in which an amount is asked for; not everybody has a label or a note."""
        return {"currency": self.bank.currency, "label": "", "note": "", **self.slots}

    def find_payer(self, said: str) -> None:
        """Remember who is asked."""
        found = self.bank.find_recipient(said)
        self.slots |= {"to": found.id, "name": found.name, "phone": found.phone}
        self.slots["label"] = found.label
        self.note_purpose(said)

    def note_amount(self, said: str) -> None:
        """Remember how much, in the customer's own currency."""
        self.slots["amount"] = str(Money.parse(said, self.bank.currency))

    def ask(self, _: str) -> None:
        """Ask for it; who is asked is told."""
        made = self.bank.request_money(
            of=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            note=self.slots.get("note", ""),
        )
        self.slots["number"] = str(made.number)
