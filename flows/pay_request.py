"""Pay a request: what others ask of the customer is paid, declined, or kept away for good."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows import picking
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, PROVING, refused
from flows.payment_proof import LONGER, PROOF, PaymentProof, held, proving
from flows.picking import Listed
from flows.story import Ask, Become, Choose, End, Flow, Moved, Prove

MOST_SHOWN = 9


class PayRequest(PaymentProof, Flow):
    """Answer a request for money; who asks is shown masked before anything moves."""

    name = "pay_request"
    judged_as = "request"

    steps = (
        Prove("unlock"),
        Ask("which", entity="number", slot="request", lists="requests"),
        Choose("review", options=("yes", "decline", "block"), mints=True),
        Choose("sure", options=("yes", "no")),
        *PROOF,
        End("paid"),
        LONGER,
        End("declined"),
        End("blocked"),
        End("nothing"),
        End("unpaid"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when                at        go to       if              unless first do
        ("open",               "start",  "unlock",   None,           "trusted"),
        ("open",               "start",  "which",    "has_requests"),
        ("open",               "start",  "nothing"),
        ("proven",             "unlock", "which",    "has_requests"),
        ("proven",             "unlock", "nothing"),
        ("answer",             "which",  "review",   None,           None, "find"),

        ("yes",                "review", "pin"),
        ("decline",            "review", "declined", None,           None, "decline"),
        ("block",              "review", "sure"),
        ("yes",                "sure",   "blocked",  None,           None, "block"),
        ("no",                 "sure",   "review"),
        *proving(stopped="unpaid"),
        held("hold"),
        ("proven",             PROVING,  "paid",     None,           None, "pay"),

        # The amount is the asker's: what the bank refuses now leaves the request as it is.
        *refused("unpaid", "unknown_request", "request_closed", at=("review", "sure", *PROVING)),
        *refused("unpaid", *ANOTHER_AMOUNT_HELPS, "too_little_left", "other_currency"),
        *refused("unpaid", *NOTHING_HELPS, "period_closed"),
        ("pin_locked",         ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = PaymentProof.writes | {"decline", "block", "pay", "hold"}
    moves_money = frozenset({"pay", "hold"})
    long = frozenset({"which"})

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}

    widest: ClassVar[Mapping[str, object]] = {
        "requests": picking.widest_requests(MOST_SHOWN),
        "name": "M***a N***a",
        "phone": "+255 7** *** 003",
        "amount": "TZS 99999999.99",
        "note": "n" * 140,
        "balance": "TZS 99999999.99",
        "reference": "WK9Q8P7R6T5W",
        **PaymentProof.widest,
    }

    @property
    def has_requests(self) -> bool:
        """Whether anybody asks the customer for money."""
        return bool(self.bank.requests_to_me())

    def requests(self) -> Listed:
        """Return what others ask for."""
        return picking.requests(self.bank.requests_to_me())

    def find(self, said: str) -> None:
        """Remember which request is answered, by its number or out of the list."""
        found = self.bank.find_request(said)
        self.slots |= {"request": str(found.id), "name": found.name, "phone": found.phone}
        self.slots |= {"to": str(found.other), "amount": str(found.amount), "note": found.note}

    def decline(self, _: str) -> None:
        """Decline it; who asked is told."""
        self.bank.decline_request(self.slots["request"])

    def block(self, _: str) -> None:
        """Decline it, and take no more from whoever asked."""
        self.bank.block_asker(self.slots["request"])

    def pay(self, _: str) -> None:
        """Pay it, once, however often this is asked."""
        sent = self.bank.pay_request(
            self.slots["request"],
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.agreed_id,
        )
        self.slots |= {"reference": sent.reference, "balance": str(sent.balance)}

    def hold(self, said: str) -> None:
        """Have it set aside first, once, however often this is asked."""
        self.pay(said)
        self.slots["longer"] = "yes"
