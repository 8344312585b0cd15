"""How stories plan a payment: the amount and the days, read back, proved and agreed.

Such a story finds who or what is paid, remembers it as ``to``, ``name`` and ``more``, and goes to
``amount``. Among its steps ``*SCHEDULE`` stands before the read-back, and ``*AGREED`` after it;
among its paths ``*scheduled(…)`` leads from the amount to the end. All share the page of `plan`.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, cast
from uuid import UUID

from core.bank import Every, Planned, Rule
from core.money import Money
from flows.dates import read_coming_date
from flows.last_moment import PROVING, refused
from flows.payment_proof import PROOF, PaymentProof, proving
from flows.story import Ask, Become, Choose, End, Moved, Path, Step

SCHEDULE: tuple[Step, ...] = (
    Ask("amount", entity="amount"),
    Choose("every", options=("once", "day", "week", "month", "month_end")),
    Ask("first", free=True, entity="date"),
    Choose("ends", options=("never", "times", "until")),
    Ask("times", entity="number"),
    Ask("until", free=True),
)
"""How much, how often, from which day, and until when."""
OFTEN = ("once", "day", "week", "month")
"""How often a plan may be paid whose first day the customer says."""
AGREED: tuple[Step, ...] = (
    *PROOF,
    End("planned"),
    End("cancelled"),
    End("referred"),
    Become("reset_pin"),
)
"""The proof, and how it ends."""


def scheduled(read_back: str) -> tuple[Path, ...]:
    """Return the paths from the amount to the end, over the step on which the plan is read back."""
    return (
        ("answer", "amount", "every", None, None, "note_amount"),
        *((how, "every", "first", None, None, "note_every") for how in OFTEN),
        ("month_end", "every", "ends", None, None, "note_month_end"),
        ("answer", "first", read_back, "is_once", None, "note_first"),
        ("answer", "first", "ends", None, None, "note_first"),
        ("never", "ends", read_back, None, None, "note_no_end"),
        ("times", "ends", "times"),
        ("until", "ends", "until"),
        ("answer", "times", read_back, None, None, "note_times"),
        ("answer", "until", read_back, None, None, "note_until"),
        ("no", read_back, "cancelled"),
        ("yes", read_back, "pin"),
        *proving(),
        ("proven", PROVING, "planned", None, None, "make"),
        *refused("cancelled", "too_many_plans", "id_reused"),
        # Midnight may pass while the read-back stands there.
        *refused("first", "plan_day_past"),
        ("pin_locked", ("unlock", "pin"), "reset_pin"),
    )


class Planning(PaymentProof):
    """What is remembered of the amount and the days, and agreeing on it."""

    writes: ClassVar[frozenset[str]] = PaymentProof.writes | {"make"}
    moves_money: ClassVar[frozenset[str]] = frozenset({"make"})
    widest: ClassVar[Mapping[str, object]] = {
        "pays": "",
        "label": "",
        "amount": "TZS 99999999.99",
        "currency": "TZS",
        "every": "month_end",
        "first": "2026-09-28",
        "until": "2026-09-28",
        "times": "",  # or until, never both
        "note": "",
        "tomorrow": "2026-09-28",
        **PaymentProof.widest,
    }
    judged_as = "plan"
    version: ClassVar[int] = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}
    pays: ClassVar[str] = ""
    """What is bought with it, where the words have to say so: ``airtime``; else empty."""

    if TYPE_CHECKING:

        @property
        def agreed_id(self) -> UUID:
            """The story's own."""

    @property
    def planned(self) -> Planned:
        """Who or what is paid, as the bank keeps it."""
        raise NotImplementedError

    @property
    def is_once(self) -> bool:
        """Whether one payment is planned, and not several."""
        return self.slots["every"] == "once"

    def facts(self) -> Mapping[str, object]:
        """Add what is bought, a day for an example, and what not everybody says."""
        return {
            "tomorrow": (self.bank.today + timedelta(days=1)).isoformat(),
            "pays": self.pays,
            "label": "",
            "note": "",
            "until": "",
            "times": "",
            **super().facts(),
        }

    def check_amount(self, amount: Money) -> None:
        """Refuse an amount early that could never be paid."""
        self.bank.check_plan_amount(amount)

    def note_amount(self, said: str) -> None:
        """Remember how much each time, in the customer's own currency."""
        amount = Money.parse(said, self.bank.currency)
        self.check_amount(amount)
        self.slots["amount"] = str(amount)

    def note_every(self, picked: str) -> None:
        """Remember how often."""
        self._forget_ends()
        self.slots["every"] = picked

    def note_month_end(self, picked: str) -> None:
        """Remember that it is each month's last day, from the next one on."""
        self.note_every(picked)
        tomorrow = self.bank.today + timedelta(days=1)
        self.slots["first"] = self.bank.first_due(every="month_end", first=tomorrow).isoformat()

    def note_first(self, said: str) -> None:
        """Remember the first day."""
        first = read_coming_date(said, since=self.bank.today)
        self.bank.check_plan_day(first)
        self.slots["first"] = first.isoformat()

    def note_no_end(self, _: str) -> None:
        """Let it go on until it is dropped."""
        self._forget_ends()

    def note_times(self, said: str) -> None:
        """Remember how often it is paid in all."""
        times = self.bank.read_times(said)
        self._forget_ends()
        self.slots["times"] = str(times)

    def note_until(self, said: str) -> None:
        """Remember the last day."""
        first = date.fromisoformat(self.slots["first"])
        until = read_coming_date(said, since=first)
        self.bank.first_due(every=self._every, first=first, until=until)
        self._forget_ends()
        self.slots["until"] = until.isoformat()

    def make(self, _: str) -> None:
        """Agree on it, once, however often this is asked."""
        until, times = self.slots.get("until"), self.slots.get("times")
        self.bank.make_plan(
            self.planned,
            amount=Money.load(self.slots["amount"]),
            rule=Rule(
                every=self._every,
                first=date.fromisoformat(self.slots["first"]),
                until=date.fromisoformat(until) if until else None,
                times=int(times) if times else None,
            ),
            effect_id=self.agreed_id,
        )

    @property
    def _every(self) -> Every:
        return cast("Every", self.slots["every"])

    def _forget_ends(self) -> None:
        self.slots.pop("until", None)
        self.slots.pop("times", None)
