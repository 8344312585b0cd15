"""What was paid by a card lately, and why it did not pay; from there one can be disputed."""

from collections.abc import Mapping
from typing import ClassVar

from flows.card_history import CardHistory, payment_facts, to_payment
from flows.picking import AMOUNT
from flows.story import GIVEN, Ask, Become, Choose, End, Flow, Prove


class CardRecent(CardHistory, Flow):
    """List the last payments of a card, the declined ones with the reason."""

    name = "card_recent"

    steps = (
        Prove("unlock"),
        Ask("card", lists="cards"),
        Ask("payment", lists="payments"),
        Choose("one", options=("dispute", "list")),
        End("declined", offers=("card_limits", "card_status")),
        End("nothing"),
        End("none", offers=("card_request",)),
        Become("card_dispute"),
        Become("reset_pin"),
    )

    paths = (
        # when                  at         go to           if              unless first do
        *to_payment(),
        ("answer",               "payment", "declined",     "was_declined", None, "find"),
        ("answer",               "payment", "one",          None,           None, "find"),
        ("list",                 "one",     "payment"),
        ("dispute",              "one",     "card_dispute", None,           None, "ask_dispute"),
    )  # fmt: skip

    widest: ClassVar[Mapping[str, object]] = {
        **CardHistory.widest,
        "reason": "expired",
        "refunded": AMOUNT,
    }

    def was_declined(self, said: str) -> bool:
        """Return whether the payment that was picked was declined."""
        paid = self._paid(self.slots["card"])
        return any(one.status == "declined" for one in paid if str(one.id) == said)

    def find(self, said: str) -> None:
        """Remember which payment is meant."""
        one = self.bank.card_payment(said)
        self.slots |= {"payment": str(one.id), "reason": one.reason, **payment_facts(one)}
        self.slots["refunded"] = str(one.refunded) if one.refunded.minor else ""

    def ask_dispute(self, _: str) -> None:
        """Go on to disputing it."""
        self.slots[f"{GIVEN}card"] = self.slots["card"]
        self.slots[f"{GIVEN}payment"] = self.slots["payment"]
