"""Change the PIN: the old one, then a new one twice."""

from flows.story import Become, End, Flow, NewSecret, Prove, RepeatSecret


class ChangePin(Flow):
    """Choose a new PIN. Who forgot the old one turns to the reset."""

    name = "change_pin"

    steps = (
        Prove("old"),
        NewSecret("new"),
        RepeatSecret("again"),
        End("done"),
        Become("reset_pin"),
    )

    paths = (
        # when         at       go to        if    unless first do
        ("open",        "start", "old"),
        ("proven",      "old",   "new"),
        ("chosen",      "new",   "again"),
        ("repeated",    "again", "done",      None, None, "set_pin"),
        ("pins_differ", "again", "new"),
        # Somebody may guess wrongly elsewhere between the old PIN and the new one.
        ("pin_locked",  ("old", "again"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"set_pin"})

    def set_pin(self, _: str) -> None:
        """Make the PIN that was repeated the customer's."""
        if self.proof is None:
            raise LookupError("a PIN is set only when it was repeated")
        self.bank.set_pin(self.proof.new_hash)
