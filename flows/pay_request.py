"""Pay a request: what others ask of the customer is paid, declined, or kept away for good."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows import picking
from flows.payment_proof import PaymentProof
from flows.picking import Listed
from flows.story import Ask, Become, Choose, Code, End, Flow, Prove

MOST_SHOWN = 9


class PayRequest(PaymentProof, Flow):
    """Answer a request for money; who asks is shown masked before anything moves."""

    name = "pay_request"

    steps = (
        Prove("unlock"),
        Ask("which", entity="number", slot="request", lists="requests"),
        Choose("review", options=("yes", "decline", "block"), mints=True),
        Choose("sure", options=("yes", "no")),
        Prove("pin"),
        Code("code", options=("resend", "other")),
        Choose("person", options=("ask", "stop")),
        End("paid"),
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
        ("proven",             "pin",    "person",   "needs_person"),
        ("proven",             "pin",    "code",     "needs_code",   None, "send_code"),
        ("proven",             "pin",    "paid",     None,           None, "pay"),

        # Where the PIN is not enough, a code by another channel comes on top.
        ("proven",             "code",   "paid",     None,           None, "pay"),
        ("resend",             "code",   "code",     None,           None, "send_code"),
        ("other",              "code",   "code",     "has_next_way", None, "send_onward"),
        ("other",              "code",   "person"),
        ("ask",                "person", "referred", None,           None, "ask_person"),
        ("stop",               "person", "unpaid"),
        ("too_many_codes",     ("pin", "code"), "unpaid"),

        # The amount is the asker's: what the bank refuses now leaves the request as it is.
        ("unknown_request", ("review", "sure", "pin", "code"), "unpaid"),
        ("request_closed", ("review", "sure", "pin", "code"), "unpaid"),
        ("insufficient_funds", ("pin", "code"), "unpaid"),
        ("limit_exceeded", ("pin", "code"), "unpaid"),
        ("balance_ceiling", ("pin", "code"), "unpaid"),
        ("too_little_left", ("pin", "code"), "unpaid"),
        ("other_currency", ("pin", "code"), "unpaid"),
        ("account_frozen", ("pin", "code"), "unpaid"),
        ("no_rate", ("pin", "code"), "unpaid"),
        ("id_reused", ("pin", "code"), "unpaid"),
        ("period_closed", ("pin", "code"), "unpaid"),
        ("account_moved", ("pin", "code"), "unpaid"),
        ("pin_locked",         ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"decline", "block", "pay", "send_code", "send_onward", "ask_person"})
    moves_money = frozenset({"pay"})
    long = frozenset({"which"})

    widest: ClassVar[Mapping[str, object]] = {
        "requests": picking.widest_requests(MOST_SHOWN),
        "name": "M***a N***a",
        "phone": "+255 7** *** 003",
        "amount": "TZS 99999999.99",
        "note": "n" * 140,
        "balance": "TZS 99999999.99",
        "reference": "WK9Q8P7R6T5W",
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }

    def facts(self) -> Mapping[str, object]:
        """Add where a code went; it is read when it is told."""
        went = self.bank.code_went() if self.state == "code" else {}
        return {**went, **self.slots}

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
        if self.effect_id is None:
            raise LookupError("money is sent only after it was read back")
        sent = self.bank.pay_request(
            self.slots["request"],
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
        )
        self.slots |= {"reference": sent.reference, "balance": str(sent.balance)}
