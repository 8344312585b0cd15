"""Plan a payment: pay somebody on a day to come, or again and again, agreed and proved now."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import ClassVar, cast

from core.bank import Every, Rule
from core.money import Money
from flows import picking
from flows.dates import read_date
from flows.naming import MOST_PEOPLE, Naming
from flows.payment_proof import PaymentProof
from flows.story import Ask, Become, Choose, Code, End, Flow, Prove


class Plan(Naming, PaymentProof, Flow):
    """Agree on payments to come. They are read back and proved as one is that is made at once."""

    name = "plan"

    steps = (
        Prove("unlock"),
        Ask("recipient", entity="phone", slot="to", lists="people"),
        Ask("which", lists="called"),
        Ask("amount", entity="amount"),
        Choose("every", options=("once", "day", "week", "month", "month_end")),
        Ask("first", free=True),
        Choose("ends", options=("never", "times", "until")),
        Ask("times", entity="number"),
        Ask("until", free=True),
        Choose("review", options=("yes", "note", "no"), mints=True),
        Ask("note", free=True, options=("no_note",)),
        Prove("pin"),
        Code("code", options=("resend", "other")),
        Choose("person", options=("ask", "stop")),
        End("planned"),
        End("cancelled"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when               at            go to        if            unless first do
        ("open",             "start",      "recipient", "trusted"),
        ("open",             "start",      "unlock"),
        ("proven",           "unlock",     "recipient"),
        ("answer",  ("recipient", "which"), "amount",   None,         None, "find_recipient"),
        ("ambiguous_person", ("recipient", "which"), "which", None,   None, "note_called"),
        ("answer",           "amount",     "every",     None,         None, "note_amount"),

        ("once",             "every",      "first",     None,         None, "note_every"),
        ("day",              "every",      "first",     None,         None, "note_every"),
        ("week",             "every",      "first",     None,         None, "note_every"),
        ("month",            "every",      "first",     None,         None, "note_every"),
        ("month_end",        "every",      "ends",      None,         None, "note_month_end"),
        ("answer",           "first",      "review",    "is_once",    None, "note_first"),
        ("answer",           "first",      "ends",      None,         None, "note_first"),
        ("never",            "ends",       "review",    None,         None, "note_no_end"),
        ("times",            "ends",       "times"),
        ("until",            "ends",       "until"),
        ("answer",           "times",      "review",    None,         None, "note_times"),
        ("answer",           "until",      "review",    None,         None, "note_until"),

        ("note",             "review",     "note"),
        ("answer",           "note",       "review",    None,         None, "note_words"),
        ("no_note",          "note",       "review",    None,         None, "forget_note"),
        ("no",               "review",     "cancelled"),
        ("yes",              "review",     "pin"),
        ("proven",           "pin",        "person",    "needs_person"),
        ("proven",           "pin",        "code",      "needs_code", None, "send_code"),
        ("proven",           "pin",        "planned",   None,         None, "make"),
        ("proven",           "code",       "planned",   None,         None, "make"),
        ("resend",           "code",       "code",      None,         None, "send_code"),
        ("other",            "code",       "code",      "has_next_way", None, "send_onward"),
        ("other",            "code",       "person"),
        ("ask",              "person",     "referred",  None,         None, "ask_person"),
        ("stop",             "person",     "cancelled"),
        ("too_many_codes",   ("pin", "code"), "cancelled"),
        ("too_many_plans",   ("pin", "code"), "cancelled"),
        # Midnight may pass while the read-back stands there.
        ("plan_day_past",    ("pin", "code"), "first"),
        ("pin_locked",       ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"make", "send_code", "send_onward", "ask_person"})
    moves_money = frozenset({"make"})
    quiet = frozenset({"ambiguous_person"})

    widest: ClassVar[Mapping[str, object]] = {
        "people": picking.widest_people(MOST_PEOPLE),
        "called": picking.widest_people(MOST_PEOPLE),
        "said": "W" * 20,
        "name": "M***a N***a",
        "label": "W" * 20,
        "phone": "+255 7** *** 003",
        "amount": "TZS 99999999.99",
        "currency": "TZS",
        "every": "month_end",
        "first": "2026-09-28",
        "until": "2026-09-28",
        "times": "",  # or until, never both
        "note": "n" * 140,
        "tomorrow": "2026-09-28",
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }

    @property
    def is_once(self) -> bool:
        """Whether one payment is planned, and not several."""
        return self.slots["every"] == "once"

    def facts(self) -> Mapping[str, object]:
        """Add the currency, a day for an example, and what not everybody says."""
        went = self.bank.code_went() if self.state == "code" else {}
        return {
            "currency": self.bank.currency,
            "tomorrow": (self.bank.today + timedelta(days=1)).isoformat(),
            "label": "",
            "note": "",
            "until": "",
            "times": "",
            **went,
            **self.slots,
        }

    def find_recipient(self, said: str) -> None:
        """Remember who is to be paid."""
        found = self.bank.find_recipient(said)
        self.slots |= {"to": found.id, "name": found.name, "phone": found.phone}
        self.slots["label"] = found.label

    def note_amount(self, said: str) -> None:
        """Remember how much each time, in the customer's own currency."""
        amount = Money.parse(said, self.bank.currency)
        self.bank.check_plan_amount(amount)
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
        first = read_date(said)
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
        until = read_date(said)
        first = date.fromisoformat(self.slots["first"])
        self.bank.first_due(every=self._every, first=first, until=until)
        self._forget_ends()
        self.slots["until"] = until.isoformat()

    def note_words(self, said: str) -> None:
        """Remember the words that go with the money, as they will be shown."""
        self.slots["note"] = self.bank.clean_note(said)

    def forget_note(self, _: str) -> None:
        """Let the money go without words."""
        self.slots.pop("note", None)

    def make(self, _: str) -> None:
        """Agree on it, once, however often this is asked."""
        if self.effect_id is None:
            raise LookupError("a payment is planned only after it was read back")
        until, times = self.slots.get("until"), self.slots.get("times")
        self.bank.make_plan(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            rule=Rule(
                every=self._every,
                first=date.fromisoformat(self.slots["first"]),
                until=date.fromisoformat(until) if until else None,
                times=int(times) if times else None,
            ),
            effect_id=self.effect_id,
            note=self.slots.get("note", ""),
        )

    @property
    def _every(self) -> Every:
        return cast("Every", self.slots["every"])

    def _forget_ends(self) -> None:
        self.slots.pop("until", None)
        self.slots.pop("times", None)
