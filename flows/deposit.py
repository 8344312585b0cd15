"""Deposit: bring money in, by mobile money, a card, another bank, or cash at an agent."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.last_moment import refused
from flows.story import Ask, Become, Choose, End, Flow, Prove

_READ = ("review", "review_card")


class Deposit(Flow):
    """Ask which way and how much, read it back, and have a partner collect it.

    Whoever pays agrees on their own phone, or on the page for their card: no PIN of ours is asked.
    """

    name = "deposit"

    steps = (
        Prove("unlock"),
        Choose("way", options=("mobile", "card", "bank", "cash")),
        Ask("amount", entity="amount"),
        Ask("payer", entity="phone"),
        Choose("review", options=("yes", "change", "another", "no"), mints=True),
        Choose("review_card", options=("yes", "change", "no"), mints=True),
        End("prompted"),
        End("linked"),
        End("account"),
        End("agents"),
        End("no_mobile"),
        End("cancelled"),
        Become("reset_pin"),
    )

    paths = (
        # when              at            go to          if           unless first do
        ("open",             "start",      "unlock",      None,        "trusted"),
        ("open",             "start",      "way"),
        ("proven",           "unlock",     "way"),
        ("mobile",           "way",        "no_mobile",   None,        "has_mobile"),
        ("mobile",           "way",        "amount",      None,        None, "pick_mobile"),
        ("card",             "way",        "amount",      None,        None, "pick_card"),
        ("bank",             "way",        "account"),
        ("cash",             "way",        "agents"),
        ("answer",           "amount",     "review_card", "by_card",   None, "note_amount"),
        ("answer",           "amount",     "review",      "has_payer", None, "note_amount"),
        ("answer",           "amount",     "payer",       None,        None, "note_amount"),
        ("another",          "review",     "payer"),
        ("answer",           "payer",      "review",      None,        None, "note_payer"),
        ("change",           _READ, "amount"),
        ("yes",              "review",     "prompted",    None,        None, "ask"),
        ("yes",              "review_card", "linked",     None,        None, "ask"),
        ("no",               _READ, "cancelled"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        *refused("amount", "deposit_too_small", "deposit_too_large", "whole_amount", at=_READ),
        *refused("amount", "over_ceiling", at=_READ),
        *refused("cancelled", "insufficient_funds", "limit_exceeded", "no_rate", at=_READ),
        *refused("cancelled", "too_many_prompts", "account_frozen", at=_READ),
        *refused("no_mobile", "no_mobile_money", at=_READ),
        ("pin_locked",       "unlock",     "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"ask"})

    widest: ClassVar[Mapping[str, object]] = {
        "amount": "TZS 99999999.99",
        "phone": "+255 7** *** 003",
        "service": "Mobile money",
        "currency": "TZS",
        "account_no": "123456789012",
        "paybill": True,
        "reference": "WK9Q8P7R6T5W",
    }

    @property
    def has_mobile(self) -> bool:
        """Whether mobile money of the customer's country pays in."""
        return bool(self.bank.mobile_money)

    @property
    def by_card(self) -> bool:
        """Whether a card pays."""
        return self.slots["way"] == "card"

    @property
    def has_payer(self) -> bool:
        """Whether it is known whose phone is prompted."""
        return bool(self.slots.get("payer"))

    def facts(self) -> Mapping[str, object]:
        """Add what the customer needs to pay in from elsewhere."""
        return {
            "currency": self.bank.currency,
            "service": self.bank.mobile_money,
            "account_no": self.bank.account_no,
            "paybill": self.bank.country == "KE",
            "phone": self.bank.shown_phone(self.slots.get("payer", "")),
            **self.slots,
        }

    def pick_mobile(self, _: str) -> None:
        """Collect by mobile money, from the customer's own phone unless they say otherwise."""
        self.slots |= {"way": "mobile", "payer": self.bank.paying_phone}

    def pick_card(self, _: str) -> None:
        """Collect by card."""
        self.slots["way"] = "card"
        self.slots.pop("payer", None)

    def note_amount(self, said: str) -> None:
        """Remember how much, if it could come in."""
        amount = Money.parse(said, self.bank.currency)
        self.bank.check_deposit(amount, by_card=self.by_card)
        self.slots["amount"] = str(amount)

    def note_payer(self, said: str) -> None:
        """Remember whose phone is prompted."""
        self.slots["payer"] = self.bank.read_paying_phone(said)

    def ask(self, _: str) -> None:
        """Have it collected, once, however often this is asked."""
        asked = self.bank.ask_deposit(
            Money.load(self.slots["amount"]),
            effect_id=self.agreed_id,
            payer=self.slots.get("payer", ""),
        )
        self.slots["reference"] = asked.reference
