"""A village for tests of watching: customers who pay each other at set times, through the book."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from core.aml.guard import compliance
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.store.unit import Row, Unit
from core.watch import run
from core.watch.run import Done
from tests.core.people import Someone, someone
from tests.support.desk import hired

BEGAN = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
RATE = 129
"""Shillings to the dollar, as tests know it."""


class Village:
    """Customers of one test, and their days. Hours count from the morning of the first day."""

    def __init__(self, unit: Unit, *, began: datetime = BEGAN) -> None:
        self.unit, self.people, self.began = unit, 0, began

    def somebody(self, *, holds: str = "KES 300000.00", tier: Tier = Tier.IDENTIFIED) -> Someone:
        """Join somebody before the first day."""
        self.people += 1
        now, self.unit.now = self.unit.now, self.began - timedelta(days=100)
        joined = someone(
            self.unit,
            f"+2547520{self.people:05}",
            holds=holds,
            tier=tier,
            names=("Asha", f"Number {self.people}"),
        )
        self.unit.now = now
        return joined

    def post(
        self, type_: str, hour: float, amount: str, *, from_: UUID, to: UUID, wallet: UUID
    ) -> UUID:
        """Post a movement at an hour and return its id."""
        now, self.unit.now = self.unit.now, self.began + timedelta(hours=hour)
        leg = book.Leg(from_, to, Money.load(amount))
        id_ = self.unit.new_id()
        book.post(self.unit, id=id_, type=type_, legs=[leg], wallet=wallet)
        self.unit.now = now
        return id_

    def pays(self, payer: Someone, payee: Someone, hour: float, amount: str) -> UUID:
        """Have one customer pay another."""
        return self.post(
            "transfer", hour, amount, from_=payer.wallet, to=payee.wallet, wallet=payer.wallet
        )

    def brings(self, customer: Someone, hour: float, amount: str) -> UUID:
        """Have money come in from outside."""
        cash = book.system_account(self.unit, "cash", "KES")
        return self.post(
            "deposit", hour, amount, from_=cash, to=customer.wallet, wallet=customer.wallet
        )

    def takes(self, customer: Someone, hour: float, amount: str) -> UUID:
        """Have money leave."""
        cash = book.system_account(self.unit, "cash", "KES")
        return self.post(
            "withdrawal", hour, amount, from_=customer.wallet, to=cash, wallet=customer.wallet
        )

    def cycle(self, *, began: float = 1.0) -> list[UUID]:
        """Send KES 60,000 round through three customers within a day."""
        ring = [self.somebody() for _ in range(3)]
        return [
            self.pays(
                one, ring[(place + 1) % 3], began + 5 * place, f"KES {60_000 - 500 * place}.00"
            )
            for place, one in enumerate(ring)
        ]

    def watched(self, *, days: int = 1) -> list[Done]:
        """Watch from the first day of the book on, one day after the other."""
        return [run.watch(self.unit, day) for day in self.next_days(days)]

    def watch(self, day: date) -> Done:
        """Watch one day."""
        return run.watch(self.unit, day)

    def new_sim(self, whose: Someone, hour: float) -> None:
        """Have the network tell of a changed SIM."""
        self.unit.run(
            """
            insert into sim_changes (notice, address, customer_id, source, changed_at, noted_at)
            values (%(notice)s, 'token', %(customer)s, 'test', %(at)s, %(at)s)
            """,
            notice=f"{whose.id} {hour}",
            customer=whose.id,
            at=self.began + timedelta(hours=hour),
        )

    def next_days(self, many: int) -> list[date]:
        """The days of the village."""
        return [(BEGAN + timedelta(days=place)).date() for place in range(many)]

    def alerts(self) -> list[Row]:
        """Return every alert there is, as compliance reads them."""
        officer = hired(self.unit, "compliance")
        with compliance(self.unit, officer, "aml.read"):
            return self.unit.all("select * from aml_alerts order by key")
