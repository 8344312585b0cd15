"""Link: a customer writes from an address we do not know yet, and shows whose it is."""

from collections.abc import Mapping
from typing import ClassVar

from flows.story import Ask, Code, End, Flow, Prove


class Link(Flow):
    """Join this address to an account: the phone, the code sent to it, the PIN.

    WhatsApp may show a business-scoped id and no number. Whether a number is a customer's is never
    told before the code is right: the answer is the same for every number.
    """

    name = "link"
    for_strangers = True

    steps = (
        Ask("phone", entity="phone"),
        Code("code", options=("resend", "other")),
        Prove("pin", options=()),
        End("linked"),
        End("already"),
        End("locked"),
        End("refused"),
    )

    paths = (
        # when           at       go to      if       unless first do
        ("open",          "start", "already", "known"),
        ("open",          "start", "phone"),
        ("answer",        "phone", "code",    None,    None, "send_code"),
        ("resend",        "code",  "code",    None,    None, "send_again"),
        ("other",         "code",  "phone"),
        ("proven",        "code",  "pin"),
        ("proven",        "pin",   "linked",  None,    None, "link"),
        ("pin_locked",    "pin",   "locked"),
        ("too_many_codes", ("phone", "code"), "refused"),
    )  # fmt: skip

    writes = frozenset({"send_code", "send_again", "link"})
    widest: ClassVar[Mapping[str, object]] = {
        "phone": "+255 7** *** 003",
        "first_name": "Mwanaisha",
    }

    def send_code(self, said: str) -> None:
        """Send a code by SMS to the phone, if it is a customer's."""
        self.slots["phone"] = self.bank.send_link_code(said)

    def send_again(self, _: str) -> None:
        """Send another code."""
        self.bank.send_link_code(self.slots["phone"])

    def link(self, _: str) -> None:
        """Join this address to the account."""
        self.bank.link()
