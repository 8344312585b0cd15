"""Alerts and news: what the customer is told of besides receipts, each to be turned on or off."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.picking import AMOUNT
from flows.story import Ask, Become, Choose, End, Flow, Prove

ALL = "all"
"""In the place of an amount: money of every amount that comes in is told."""


class AlertChoices(Flow):
    """Tell what is on, and change one thing after the other; amounts are read back."""

    name = "alert_choices"

    steps = (
        Prove("unlock"),
        Choose("shown", options=("news", "received", "low", "done")),
        Choose("news", options=("on", "off")),
        Ask("received", entity="amount", options=("all", "off")),
        Choose("sure_received", options=("yes", "no")),
        Ask("low", entity="amount", options=("off",)),
        Choose("sure_low", options=("yes", "no")),
        End("set"),
        Become("reset_pin"),
    )

    paths = (
        # when         at               go to            if         unless first do
        ("open",       "start",         "shown",         "trusted"),
        ("open",       "start",         "unlock"),
        ("proven",     "unlock",        "shown"),
        ("news",       "shown",         "news"),
        ("received",   "shown",         "received"),
        ("low",        "shown",         "low"),
        ("done",       "shown",         "set"),
        ("on",         "news",          "shown",         None, None, "want_news"),
        ("off",        "news",          "shown",         None, None, "want_no_news"),
        ("answer",     "received",      "sure_received", None, None, "note_received"),
        ("all",        "received",      "shown",         None, None, "want_all"),
        ("off",        "received",      "shown",         None, None, "want_no_received"),
        ("yes",        "sure_received", "shown",         None, None, "want_received"),
        ("no",         "sure_received", "received"),
        ("answer",     "low",           "sure_low",      None, None, "note_low"),
        ("off",        "low",           "shown",         None, None, "want_no_low"),
        ("yes",        "sure_low",      "shown",         None, None, "want_low"),
        ("no",         "sure_low",      "low"),
        ("pin_locked", "unlock",        "reset_pin"),
    )  # fmt: skip

    writes = frozenset(
        {
            "want_news",
            "want_no_news",
            "want_all",
            "want_received",
            "want_no_received",
            "want_low",
            "want_no_low",
        }
    )
    long = frozenset({"shown"})
    widest: ClassVar[Mapping[str, object]] = {
        "news": "yes",
        "received": AMOUNT,
        "low": AMOUNT,
        "currency": "TZS",
    }

    def facts(self) -> Mapping[str, object]:
        """Give the step that shows it what is on as it is now; it is never kept."""
        if self.state != "shown":
            return {**self.slots, "currency": self.bank.currency}
        now = self.bank.alert_choices()
        least = ALL if now.received_from is None else str(now.received_from)
        return {
            "news": "yes" if self.bank.news_wanted else "",
            "received": least if now.received else "",
            "low": "" if now.low is None else str(now.low),
            "currency": self.bank.currency,
        }

    def want_news(self, _: str) -> None:
        """Agree to news and offers."""
        self.bank.want_news()

    def want_no_news(self, _: str) -> None:
        """Agree no more."""
        self.bank.want_no_news()

    def note_received(self, said: str) -> None:
        """Remember from which amount on money that comes in is to be told."""
        self.slots["received"] = str(Money.parse(said, self.bank.currency))

    def want_all(self, _: str) -> None:
        """Be told of all money that comes in."""
        self.bank.want_received()

    def want_received(self, _: str) -> None:
        """Be told of money that comes in from the amount on."""
        self.bank.want_received(Money.load(self.slots.pop("received")))

    def want_no_received(self, _: str) -> None:
        """Be told of no money that others send."""
        self.bank.want_no_received()

    def note_low(self, said: str) -> None:
        """Remember below which amount the balance is to be told."""
        self.slots["low"] = str(Money.parse(said, self.bank.currency))

    def want_low(self, _: str) -> None:
        """Be told when there is less than the amount."""
        self.bank.want_low(Money.load(self.slots.pop("low")))

    def want_no_low(self, _: str) -> None:
        """Be told of no low balance."""
        self.bank.want_no_low()
