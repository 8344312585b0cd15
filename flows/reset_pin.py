"""Reset the PIN: who forgot it shows who they are in two other ways."""

from flows.dates import read_date
from flows.story import Ask, Code, End, Flow, NewSecret, RepeatSecret


class ResetPin(Flow):
    """Choose a new PIN with the date of birth and a code sent to the registered phone."""

    name = "reset_pin"

    steps = (
        Ask("born", free=True),
        Code("code", options=("resend",)),
        NewSecret("new"),
        RepeatSecret("again"),
        End("done"),
        End("refused"),
    )

    paths = (
        # when            at       go to      if    unless first do
        ("open",           "start", "born"),
        ("answer",         "born",  "code",    None, None, "send_code"),
        ("resend",         "code",  "code",    None, None, "send_again"),
        ("proven",         "code",  "new"),
        ("chosen",         "new",   "again"),
        ("pins_differ",    "again", "new"),
        ("repeated",       "again", "done",    None, None, "set_pin"),
        ("reset_locked",   "born",  "refused"),
        ("too_many_codes", ("born", "code"), "refused"),
        ("pin_locked",     "again", "refused"),
    )  # fmt: skip

    writes = frozenset({"send_code", "send_again", "set_pin"})

    def send_code(self, said: str) -> None:
        """Check the date of birth, then send a code to the registered phone."""
        self.bank.check_born(read_date(said))
        self.bank.send_code("reset_pin")

    def send_again(self, _: str) -> None:
        """Send another code."""
        self.bank.send_code("reset_pin")

    def set_pin(self, _: str) -> None:
        """Make the PIN that was repeated the customer's; a locked one is open again."""
        if self.proof is None:
            raise LookupError("a PIN is set only when it was repeated")
        self.bank.set_pin(self.proof.new_hash)
