"""Step up: at an address that is new to us, the PIN and a code by another channel come first."""

from collections.abc import Mapping
from typing import ClassVar

from flows.sent_code import TracedCode
from flows.story import Become, Choose, Code, End, Flow, Prove


class StepUp(TracedCode, Flow):
    """Prove who writes from a new address. What was asked for waits, and follows at the end."""

    name = "step_up"
    guarded = False

    steps = (
        Prove("pin"),
        Code("code", options=("resend", "other")),
        Choose("person", options=("ask", "stop")),
        End("done"),
        End("refused"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when            at        go to       if              unless first do
        ("open",           "start",  "pin"),
        ("proven",         "pin",    "done",     None,           "owes_code"),
        ("proven",         "pin",    "code",     "has_way",      None, "send_code"),
        ("proven",         "pin",    "person"),
        ("proven",         "code",   "done"),
        ("resend",         "code",   "code",     None,           None, "send_again"),
        ("other",          "code",   "code",     "has_next_way", None, "send_onward"),
        ("other",          "code",   "person"),
        ("ask",            "person", "referred", None,           None, "ask_person"),
        ("stop",           "person", "refused"),
        ("too_many_codes", ("pin", "code"), "refused"),
        ("pin_locked",     "pin",    "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"send_code", "send_again", "send_onward", "ask_person"})
    widest: ClassVar[Mapping[str, object]] = {
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }

    @property
    def owes_code(self) -> bool:
        """Whether the PIN alone was not enough."""
        return self.bank.owes_code

    def _send(self, *, onward: bool = False) -> dict[str, str]:
        return self.bank.send_step_up(onward=onward)
