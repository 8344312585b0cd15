"""A customer whose every payment is held, who pays as customers do, and what then stands where."""

from dataclasses import dataclass, field, replace

from bot.house import House
from core.access import audit_verify
from core.ledger import book, verify
from core.store.acting import acting_as
from core.store.outbox import register_senders
from tests.core.monitoring.judged import make_live
from tests.core.people import someone
from tests.core.settlement.house import funded
from tests.support import crashes, unsealed
from tests.support.crashes import KILLED
from tests.support.desk import hired
from tests.support.outbox_rows import ALL
from tests.support.town import AMINA, BRIAN, PIN, Phone

HOLDS = "KES 200000.00"
LONGER = "takes a little longer. Nothing is lost, and you'll hear from us."


@dataclass(frozen=True, kw_only=True)
class Stands:
    """All there is of Amina's payments; as it begins, nothing."""

    posted: str = HOLDS
    held: str = "KES 0.00"
    payee: str = "KES 0.00"
    decisions: int = 0
    alerts: int = 0
    reviews: list[str] = field(default_factory=list)
    money: list[str] = field(default_factory=list)
    """How what was set aside stands with the engine that did."""
    orders: int = 0
    """What partners are asked to pay."""
    told: list[str] = field(default_factory=list)
    """Notices to anybody, in their order."""
    logged: list[str] = field(default_factory=list)
    """What people decided, as compliance has it in its own log."""

    def __add__(self, facts: dict[str, object]) -> "Stands":
        """Return the same with other facts."""
        return replace(self, **facts)  # type: ignore[arg-type]


NOTHING = Stands()


class Watched:
    """Amina, Brian whom she pays, and the people who decide of it."""

    def __init__(self, house: House) -> None:
        self.house = house
        with house.unit() as unit:
            register_senders(unit, ALL)
            funded(unit)
            self.amina = someone(unit, AMINA, holds=HOLDS)
            self.brian = someone(unit, BRIAN, names=("Brian", "Kamau"))
            self.officer, self.other = hired(unit, "compliance"), hired(unit, "compliance")
            make_live(unit, ("everything", "worth_usd > 0", "hold"))

    def sends(self, channel: str, amount: str) -> Phone:
        """Have her send money to Brian, but for the PIN, which is ``heard`` next."""
        if channel == "ussd":
            return self._says(channel, "1", "0712000002", amount, "1")
        return self._says(channel, "menu", f"SEND {amount} 0712000002", PIN, "yes")

    def withdraws(self, amount: str) -> Phone:
        """Have her send money to her mobile money, but for the PIN."""
        return self._says("sms", "menu", "withdraw", PIN, "mobile", "own", amount, "yes")

    def _says(self, channel: str, *words: str) -> Phone:
        phone = Phone(self.house, channel, AMINA)  # type: ignore[arg-type]
        if channel == "ussd":
            phone.dial()
        for word in words:
            phone.say(word)
        phone.heard = phone._inbound(PIN)
        return phone

    def dies(self, work: str, *facts: object, at: str) -> None:
        """Do some work in a process that dies at a point."""
        now = self.house.now()
        assert crashes.exit_code(self.house.settings, work, *facts, now=now, at=at) == KILLED

    def stands(self) -> Stands:
        """Return how all stands now; the book and the audit log are whole."""
        with self.house.unit() as unit:
            assert verify.verify(unit) == []
            assert list(audit_verify.verify(unit)) == []
            wallet = book.balance(unit, self.amina.wallet)
            with acting_as(unit, "wekeza_compliance"):
                decisions = unit.value("select count(*) from payment_decisions")
                alerts = unit.value("select count(*) from aml_alerts")
                logged = unit.all("select action from aml_log where about = 'payment' order by at")
            return Stands(
                posted=str(wallet.posted),
                held=str(wallet.held),
                payee=str(book.balance(unit, self.brian.wallet).posted),
                decisions=decisions,
                alerts=alerts,
                reviews=[row.status for row in unit.all("select status from payment_reviews")],
                money=[
                    row.status
                    for row in unit.all(
                        "select status from held_transfers union all select status from settlements"
                    )
                ],
                orders=unit.value("select count(*) from partner_orders"),
                told=[
                    row.payload["alert"] for row in unsealed.outbox(unit) if "alert" in row.payload
                ],
                logged=[row.action for row in logged],
            )
