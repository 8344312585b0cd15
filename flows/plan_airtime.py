"""Plan airtime: for one's own phone, one it was bought for before, or any other."""

from collections.abc import Mapping
from typing import ClassVar

from core.bank import Planned
from core.money import Money
from flows.picking import Listed
from flows.planning import AGREED, SCHEDULE, Planning, scheduled
from flows.story import Ask, Choose, Flow, Prove


class PlanAirtime(Planning, Flow):
    """Agree on airtime to be bought on days to come."""

    name = "plan_airtime"
    page = "plan"
    pays = "airtime"

    steps = (
        Prove("unlock"),
        Ask("phone", entity="person", slot="mobile", lists="phones", options=("own",)),
        *SCHEDULE,
        Choose("confirm", options=("yes", "no"), mints=True),
        *AGREED,
    )

    paths = (
        # when               at           go to        if              unless first do
        ("open",             "start",     "phone",     "trusted"),
        ("open",             "start",     "unlock"),
        ("proven",           "unlock",    "phone"),
        ("answer",           "phone",     "amount",    None,           None, "note_phone"),
        ("own",              "phone",     "amount",    None,           None, "note_own"),
        ("airtime_not_sold", "amount",    "phone"),
        *scheduled("confirm"),
    )  # fmt: skip

    widest: ClassVar[Mapping[str, object]] = {
        **Planning.widest,
        "phones": {str(n): {"phone": f"+255 7** *** 00{n}"} for n in range(2)},
        "pays": "airtime",
        "name": "+255 7** *** 003",
        "more": "",
    }

    @property
    def planned(self) -> Planned:
        """Which phone it is bought for."""
        return Planned("airtime", self.slots["to"], {"phone": self.slots["mobile"]})

    def phones(self) -> Listed:
        """Return the phones the customer bought airtime for before."""
        return {one.id: {"phone": one.shown} for one in self.bank.airtime_before()}

    def note_phone(self, said: str) -> None:
        """Remember which phone it is bought for."""
        known = {one.id: one.number for one in self.bank.airtime_before()}
        found = self.bank.airtime_phone(known.get(said) or self.bank.number_of(said))
        self.slots |= {"to": found.id, "mobile": found.number, "name": found.shown, "more": ""}

    def note_own(self, _: str) -> None:
        """Have it bought for the customer's own phone."""
        self.note_phone(self.bank.own_airtime_phone)

    def check_amount(self, amount: Money) -> None:
        """Refuse what cannot be bought at once, too."""
        self.bank.check_plan_amount(amount, airtime_to=self.slots["mobile"])
