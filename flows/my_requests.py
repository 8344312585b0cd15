"""My requests: what the customer asked of others and is still open, to be taken back."""

from collections.abc import Mapping
from typing import ClassVar

from flows import picking
from flows.picking import Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove

MOST_SHOWN = 9


class MyRequests(Flow):
    """Show the requests the customer made; any of them may be taken back."""

    name = "my_requests"

    steps = (
        Prove("unlock"),
        Ask("list", lists="requests"),
        Choose("sure", options=("yes", "no")),
        End("taken_back"),
        End("kept"),
        End("nothing"),
        Become("reset_pin"),
    )

    paths = (
        # when             at       go to         if              unless first do
        ("open",            "start",  "unlock",     None,           "trusted"),
        ("open",            "start",  "list",       "has_requests"),
        ("open",            "start",  "nothing"),
        ("proven",          "unlock", "list",       "has_requests"),
        ("proven",          "unlock", "nothing"),
        ("answer",          "list",   "sure",       None,           None, "find"),
        ("yes",             "sure",   "taken_back", None,           None, "take_back"),
        ("no",              "sure",   "kept"),
        ("unknown_request", "sure",   "kept"),
        ("request_closed",  "sure",   "kept"),
        ("pin_locked",      "unlock", "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"take_back"})
    long = frozenset({"list"})

    widest: ClassVar[Mapping[str, object]] = {
        "requests": picking.widest_requests(MOST_SHOWN),
        "name": "M***a N***a",
        "amount": "TZS 99999999.99",
    }

    @property
    def has_requests(self) -> bool:
        """Whether the customer asks anybody for money."""
        return bool(self.bank.requests_of_mine())

    def requests(self) -> Listed:
        """Return what the customer asks for."""
        return picking.requests(self.bank.requests_of_mine())

    def find(self, said: str) -> None:
        """Remember which of them is meant."""
        found = self.bank.find_my_request(said)
        self.slots |= {"request": str(found.id), "name": found.name, "amount": str(found.amount)}

    def take_back(self, _: str) -> None:
        """Take it back."""
        self.bank.cancel_request(self.slots["request"])
