"""My e-mail: give an address, change it, or take it off the record."""

from collections.abc import Mapping
from typing import ClassVar

from flows.story import Ask, Become, Choose, Code, End, Flow, Prove


class Email(Flow):
    """Show an e-mail address to be the customer's by a code that is mailed there.

    The PIN comes first, each time: letters about the account go there from then on.
    """

    name = "email"

    steps = (
        Prove("pin"),
        Choose("known", options=("change", "remove", "keep")),
        Ask("address", free=True),
        Code("code", options=("resend", "other")),
        End("verified"),
        End("removed"),
        End("unchanged"),
        End("refused"),
        Become("reset_pin"),
    )

    paths = (
        # when             at         go to        if           unless first do
        ("open",           "start",   "pin"),
        ("proven",         "pin",     "known",     "has_email"),
        ("proven",         "pin",     "address"),
        ("change",         "known",   "address"),
        ("remove",         "known",   "removed",   None,        None,  "remove"),
        ("keep",           "known",   "unchanged"),
        ("answer",         "address", "code",      None,        None,  "send_code"),
        ("resend",         "code",    "code",      None,        None,  "send_again"),
        ("other",          "code",    "address"),
        ("proven",         "code",    "verified",  None,        None,  "keep_address"),
        ("email_taken",    "code",    "address"),
        ("too_many_codes", ("address", "code"), "refused"),
        ("pin_locked",     "pin",     "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"remove", "send_code", "send_again", "keep_address"})
    widest: ClassVar[Mapping[str, object]] = {"to": "m***@a-long-name.example.org"}

    @property
    def has_email(self) -> bool:
        """Whether an address was shown to be the customer's."""
        return bool(self.bank.email())

    def facts(self) -> Mapping[str, object]:
        """Tell the address that is meant, masked."""
        return {"to": self.slots.get("to") or self.bank.email()}

    def send_code(self, said: str) -> None:
        """Mail a code to an address."""
        self.slots |= self.bank.send_email_code(said)

    def send_again(self, _: str) -> None:
        """Mail another code."""
        self.bank.send_email_code(self.slots["email"])

    def keep_address(self, _: str) -> None:
        """Make the address the customer's."""
        self.bank.keep_email(self.slots["email"])

    def remove(self, _: str) -> None:
        """Take the address off the record."""
        self.bank.remove_email()
