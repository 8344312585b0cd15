"""Dispute a payment by card: which, why, what happened, a picture, and the money for now."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from core.bank import DisputeReason
from core.money import Money
from flows.card_history import CardHistory, payment_facts, to_payment
from flows.story import Ask, Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardPayment

WHYS: Mapping[str, DisputeReason] = {
    "fraud": "fraud",
    "not_received": "not_received",
    "duplicate": "duplicate",
    "cancelled": "cancelled",
    "wrong_amount": "wrong_amount",
}
NO_DISPUTE = ("already_disputed", "not_disputable", "dispute_too_late", "unknown_card_payment")
"""Refusals of what could be disputed when it was picked."""


class CardDispute(CardHistory, Flow):
    """Open a dispute; who did not pay it themselves is led to where the card is stopped."""

    name = "card_dispute"

    steps = (
        Prove("unlock"),
        Ask("card", lists="cards"),
        Ask("payment", lists="payments"),
        Choose("why", options=tuple(WHYS)),
        Ask("most", entity="amount"),
        Ask("words", free=True),
        Ask("photo", free=True, media=True, options=("skip",)),
        Choose("secure", options=("stop", "leave")),
        End("opened"),
        End("refused", offers=("my_cases",)),
        End("nothing"),
        End("none", offers=("card_request",)),
        Become("card_lost"),
        Become("reset_pin"),
    )

    paths = (
        # when            at         go to    if             unless first do
        *to_payment(),
        ("answer",         "payment", "why",   None,          None, "find"),
        ("wrong_amount",   "why",     "most",  None,          None, "note_why"),
        *((why, "why", "words", None, None, "note_why") for why in WHYS if why != "wrong_amount"),
        ("answer",         "most",    "words", None,          None, "note_most"),
        ("answer",         "words",   "photo", "takes_files", None, "note_words"),
        *((trigger, at, to, when, None, do)
          for trigger, at, do in (("answer", "words", "tell"), ("file", "photo", "tell_more"),
                                  ("answer", "photo", "tell_more"), ("skip", "photo", "tell_so"))
          for to, when in (("secure", "may_stop"), ("opened", None))),
        ("dispute_amount", ("words", "photo"), "most"),
        *((refused, ("words", "photo"), "refused") for refused in (*NO_DISPUTE, "too_many_cases")),
        ("stop",           "secure",  "card_lost"),
        ("leave",          "secure",  "opened"),
    )  # fmt: skip

    writes = brings_money = frozenset({"tell", "tell_more", "tell_so"})
    widest: ClassVar[Mapping[str, object]] = {
        **CardHistory.widest,
        "why": "not_received",
        "reference": "WK9Q8P7R6T5W",
        "credited": "yes",
        "disputed": "TZS 99999999.99",
        "due": "2026-09-28T21:59:00+00:00",
        "currency": "TZS",
    }

    @property
    def takes_files(self) -> bool:
        """Whether a picture can be sent here."""
        return self.bank.takes_pictures

    @property
    def may_stop(self) -> bool:
        """Whether somebody else paid by a card that still can."""
        usable = {str(one.id) for one in self.bank.cards_to("report")}
        return self.slots["why"] == "fraud" and self.slots["card"] in usable

    def facts(self) -> Mapping[str, object]:
        """Add the home currency."""
        return {"currency": self.bank.currency, **self.slots}

    def find(self, said: str) -> None:
        """Remember which payment is meant."""
        one = self.bank.disputable_payment(self.slots["card"], said)
        self.slots |= {"payment": str(one.id), **payment_facts(one)}

    def note_why(self, said: str) -> None:
        """Remember what is wrong with it."""
        self.slots.pop("most", None)
        self.slots["why"] = said

    def note_most(self, said: str) -> None:
        """Remember how much of it is disputed."""
        most = Money.parse(said, self.bank.currency)
        self.bank.check_disputed(self.slots["payment"], most)
        self.slots["most"] = str(most)

    def note_words(self, said: str) -> None:
        """Remember the customer's own words until a picture was sent, or not."""
        self.slots["words"] = said

    def tell(self, said: str) -> None:
        """Open the dispute."""
        most = self.slots.get("most")
        opened = self.bank.dispute_payment(
            self.slots["payment"],
            WHYS[self.slots["why"]],
            words=said,
            amount=Money.load(most) if most else None,
        )
        self.slots |= {"reference": opened.reference, "disputed": str(opened.amount)}
        self.slots |= {
            "credited": "yes" if opened.credited else "",
            "due": opened.credit_due.isoformat(),
        }

    def tell_more(self, said: str) -> None:
        """Open it with what was said after the first words; a picture may say nothing."""
        self.tell("\n".join(filter(None, (self.slots["words"], said))))

    def tell_so(self, _: str) -> None:
        """Open it with the words alone."""
        self.tell(self.slots["words"])

    def _paid(self, card: str) -> "list[CardPayment]":
        return self.bank.disputable_payments(card)
