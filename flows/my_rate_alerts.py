"""My rate alerts: the rates a customer waits for, to be dropped."""

from collections.abc import Mapping
from typing import ClassVar

from core.errors import Refusal
from flows.picking import Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove

MOST_SHOWN = 5


class NotAnAlert(Refusal):
    """What the customer wrote is none of the rates they wait for."""

    code = "not_an_alert"


class MyRateAlerts(Flow):
    """Show the rates the customer waits for; any of them may be dropped."""

    name = "my_rate_alerts"

    steps = (
        Prove("unlock"),
        Ask("list", lists="alerts"),
        Choose("sure", options=("yes", "no")),
        End("dropped"),
        End("kept"),
        End("nothing", offers=("rate_alert",)),
        Become("reset_pin"),
    )

    paths = (
        # when                 at       go to      if           unless first do
        ("open",                "start",  "unlock",  None,        "trusted"),
        ("open",                "start",  "list",    "has_alerts"),
        ("open",                "start",  "nothing"),
        ("proven",              "unlock", "list",    "has_alerts"),
        ("proven",              "unlock", "nothing"),
        ("answer",              "list",   "sure",    None,        None, "find"),
        ("yes",                 "sure",   "dropped", None,        None, "drop"),
        ("no",                  "sure",   "kept"),
        ("unknown_rate_alert",  "sure",   "kept"),
        ("pin_locked",          "unlock", "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"drop"})
    long = frozenset({"list"})

    widest: ClassVar[Mapping[str, object]] = {
        "alerts": {
            str(n): {"foreign": f"U{n}D", "home": "TZS", "rate": "3712.456"}
            for n in range(MOST_SHOWN)
        },
        "foreign": "USD",
        "home": "TZS",
        "rate": "3712.456",
    }

    @property
    def has_alerts(self) -> bool:
        """Whether the customer waits for any rate."""
        return bool(self.bank.rate_alerts())

    def alerts(self) -> Listed:
        """Return what the customer waits for."""
        return {
            str(one.id): {"foreign": one.sell, "home": one.buy, "rate": f"{one.rate:f}"}
            for one in self.bank.rate_alerts()
        }

    def find(self, said: str) -> None:
        """Remember which of them is meant."""
        found = self.alerts().get(said)
        if found is None:
            raise NotAnAlert
        self.slots |= {"alert": said, "foreign": str(found["foreign"]), "home": str(found["home"])}
        self.slots["rate"] = str(found["rate"])

    def drop(self, _: str) -> None:
        """Wait for it no longer."""
        self.bank.drop_rate_alert(self.slots["alert"])
