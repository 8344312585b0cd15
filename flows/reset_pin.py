"""Reset the PIN: who forgot it shows who they are by two questions and a code, or to a person."""

from collections.abc import Mapping
from typing import ClassVar

from flows.dates import read_date
from flows.sent_code import TracedCode
from flows.story import Ask, Choose, Code, End, Flow, Moved, NewSecret, RepeatSecret


class ResetPin(TracedCode, Flow):
    """Choose a new PIN with the birth date, one more answer, and a code by another channel.

    Where that cannot be, a person sees to it; what they allow goes on here with the new PIN.
    """

    name = "reset_pin"
    guarded = False
    person_for = "pin"

    steps = (
        Ask("born", free=True),
        Ask("question", free=True, slot="answered"),
        Code("code", options=("resend", "other")),
        NewSecret("new"),
        RepeatSecret("again"),
        Choose("person", options=("ask", "stop")),
        End("done"),
        End("refused"),
        End("referred"),
    )

    paths = (
        # when            at          go to       if              unless first do
        ("open",           "start",    "person",   "needs_person"),
        ("open",           "start",    "born"),
        ("answer",         "born",     "new",      "allowed",      None, "check_born"),
        ("answer",         "born",     "question", None,           None, "ask_more"),
        ("answer",         "question", "code",     "has_way",      None, "send_code"),
        ("answer",         "question", "person",   None,           None, "check_answer"),
        ("resend",         "code",     "code",     None,           None, "send_again"),
        ("other",          "code",     "code",     "has_next_way", None, "send_onward"),
        ("other",          "code",     "person"),
        ("proven",         "code",     "new"),
        ("chosen",         "new",      "again"),
        ("pins_differ",    "again",    "new"),
        ("repeated",       "again",    "done",     None,           None, "set_pin"),
        ("ask",            "person",   "referred", None,           None, "ask_person"),
        ("stop",           "person",   "refused"),
        ("reset_locked",   ("born", "question"), "person"),
        ("too_many_codes", ("question", "code"), "refused"),
        ("pin_locked",     "again",    "refused"),
    )  # fmt: skip

    writes = frozenset({
        "check_born", "ask_more", "send_code", "check_answer", "send_again", "send_onward",
        "set_pin", "ask_person",
    })  # fmt: skip
    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved()}
    widest: ClassVar[Mapping[str, object]] = {
        "ask_for": "payment",
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }

    @property
    def needs_person(self) -> bool:
        """Whether only a person can open what the customer has locked."""
        return self.bank.locked_by_owner and not self.bank.reset_allowed

    @property
    def allowed(self) -> bool:
        """Whether a person has allowed a new PIN to be chosen here."""
        return self.bank.reset_allowed

    def facts(self) -> Mapping[str, object]:
        """Add where the code went, which a conversation of an older version does not know."""
        return {"way": "sms", "where": "", **self.slots}

    def check_born(self, said: str) -> None:
        """Check the date of birth."""
        self.bank.check_born(read_date(said))

    def ask_more(self, said: str) -> None:
        """Check the date of birth, and choose what is asked next."""
        self.bank.check_born(read_date(said))
        self.slots["ask_for"] = self.bank.pick_question()

    def check_answer(self, said: str) -> None:
        """Check the answer to the second question."""
        self.bank.check_answer(self.slots["ask_for"], said)

    def send_code(self, said: str) -> None:
        """Check the answer, then send a code by the best other channel."""
        self.bank.check_answer(self.slots["ask_for"], said)
        self.slots |= self._send()

    def set_pin(self, _: str) -> None:
        """Make the PIN that was repeated the customer's; a locked one is open again."""
        if self.proof is None:
            raise LookupError("a PIN is set only when it was repeated")
        self.bank.set_pin(self.proof.new_hash)

    def _send(self, *, onward: bool = False) -> dict[str, str]:
        return self.bank.send_reset_code(onward=onward)
