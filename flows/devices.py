"""My devices: where the customer is met, and how to leave a place that is theirs no more."""

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar

from flows.picking import Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove

MOST_SHOWN = 8
SHOWN_LAST = 3
WIDEST_DEVICE: Mapping[str, object] = {
    "way": "whatsapp",
    "where": "+255 7** *** 003",
    "level": "probation",
    "since": "2026-09-28",
    "used": "2026-09-28",
    "here": "",
    "nth": "",
}


class Devices(Flow):
    """Show every address of the customer; take one away, or ask for the PIN anew at all others."""

    name = "devices"

    steps = (
        Prove("unlock"),
        Ask("shown", lists="devices", options=("everywhere",)),
        Choose("sure", options=("yes", "no")),
        Prove("pin"),
        Choose("sure_all", options=("yes", "no")),
        Prove("pin_all"),
        End("removed"),
        End("left"),
        End("unchanged"),
        Become("reset_pin"),
    )

    paths = (
        # when            at          go to        if    unless first do
        ("open",           "start",    "shown",     "trusted"),
        ("open",           "start",    "unlock"),
        ("proven",         "unlock",   "shown"),
        ("answer",         "shown",    "sure",      None, None, "note_device"),
        ("everywhere",     "shown",    "sure_all"),
        ("yes",            "sure",     "pin"),
        ("no",             "sure",     "unchanged"),
        ("proven",         "pin",      "removed",   None, None, "remove"),
        ("device_gone",    "pin",      "shown"),
        ("device_in_use",  "pin",      "shown"),
        ("yes",            "sure_all", "pin_all"),
        ("no",             "sure_all", "unchanged"),
        ("proven",         "pin_all",  "left",      None, None, "leave"),
        ("pin_locked",     ("unlock", "pin", "pin_all"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"remove", "leave"})
    long = frozenset({"shown"})
    widest: ClassVar[Mapping[str, object]] = {
        "devices": {
            f"whatsapp {n}": {**WIDEST_DEVICE, "nth": f"{n + 1}"} for n in range(MOST_SHOWN)
        },
        "device": "whatsapp abcdefghijklmnopqrstuvwxyz",
        "way": "whatsapp",
        "where": "+255 7** *** 003",
    }

    def devices(self) -> Listed:
        """Return the customer's addresses by their key, this one first.

        ``nth`` tells those apart that look alike: two of WhatsApp's that show no number, say.
        """
        listed: dict[str, dict[str, object]] = {}
        seen: Counter[str] = Counter()
        for one in self.bank.devices():
            looks = f"{one.channel} {one.address[-SHOWN_LAST:]}"
            seen[looks] += 1
            listed[one.key] = {
                "way": one.channel,
                "where": one.address,
                "level": one.level,
                "since": one.since.isoformat(),
                "used": one.last_used.isoformat() if one.last_used else "",
                "here": "yes" if one.here else "",
                "nth": str(seen[looks]) if seen[looks] > 1 else "",
            }
        return listed

    def note_device(self, said: str) -> None:
        """Remember which one is to go."""
        found = self.bank.find_device(said)
        self.slots |= {"device": found.key, "way": found.channel, "where": found.address}

    def remove(self, _: str) -> None:
        """Take it away."""
        self.bank.remove_device(self.slots["device"])

    def leave(self, _: str) -> None:
        """Ask for the PIN anew everywhere else."""
        self.bank.leave_other_devices()
