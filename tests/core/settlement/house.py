"""A bank with money at its nostros, and partners that answer as a test says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from core import outcomes
from core.ledger import book
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Accepted, Answer, Done, Refused, Unclear
from core.partners.orders import Order
from core.settlement import liquidity, sending, starting, store
from core.settlement.destinations import Destination
from core.store.unit import Unit
from tests.core.people import Someone, someone
from tests.support import unsealed

EQUITY = Destination(
    kind="bank", bank_id="KE-68", account_no="0180 2934 8712", name="Brian Kamau", confirmed=True
)
MPESA = Destination(kind="mobile", bank_id="KE-MPESA", phone="+254712000002", name="Brian Kamau")
NIGHT = datetime(2026, 3, 4, 20, 30, tzinfo=UTC)  # Wednesday 23:30 in Nairobi
MORNING = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)  # Wednesday 12:30 in Nairobi
DEMO_NOSTRO = Money.load("KES 50000000.00")


def funded(unit: Unit, *, amount: Money = DEMO_NOSTRO) -> None:
    """Bring money to every nostro in a currency."""
    for one in liquidity.lines(unit):
        if one.free.currency == amount.currency:
            liquidity.top_up(unit, id=uuid4(), nostro=one.nostro, amount=amount)


def brian(unit: Unit, *, holds: str = "KES 8000.00", **other: object) -> Someone:
    return someone(unit, "+254712000002", holds=holds, names=("Brian", "Kamau"), **other)


def start(
    unit: Unit,
    payer: Someone,
    amount: str = "KES 1500.00",
    *,
    to: Destination = EQUITY,
    effect: UUID | None = None,
    channel: str = "whatsapp",
    reviewed: bool = False,
) -> UUID:
    effect = effect or uuid4()
    starting.start(
        unit,
        id=effect,
        customer=payer.id,
        wallet=payer.wallet,
        destination=to,
        amount=Money.load(amount),
        channel=channel,
        reviewed=reviewed,
    )
    return effect


def send_all(unit: Unit) -> None:
    """Look at everything that is due now, as the scheduler does."""
    for one in store.due(unit, most=100):
        sending.send_due(unit, one)


def status(unit: Unit, settlement: UUID) -> str:
    one = store.find(unit, settlement)
    assert one is not None
    return one.status


def rail(unit: Unit, settlement: UUID) -> str:
    one = store.find(unit, settlement)
    assert one is not None
    return one.rail


def balance(unit: Unit, wallet: UUID) -> tuple[str, str]:
    """Return what is in a wallet, and what of it is set aside."""
    found = book.balance(unit, wallet)
    return str(found.posted), str(found.held)


def clearing(unit: Unit) -> dict[str, int]:
    """Return what stands in clearing, by kind; nothing that is zero."""
    rows = unit.all(
        "select kind::text, posted from system_accounts"
        " where kind like 'clearing\\_%%' and posted <> 0"
    )
    return {row.kind: row.posted for row in rows}


def told(unit: Unit) -> list[tuple[str, dict[str, str]]]:
    """Return the notices that are owed, in order: which alert, with which facts."""
    return [(row.payload["alert"], row.payload["facts"]) for row in unsealed.outbox(unit)]


def whole(unit: Unit) -> None:
    """Have the book proved."""
    assert book.verify(unit) == []


@dataclass
class Partners:
    """Answers orders as the queue's worker would, with what a test puts into a partner's mouth."""

    unit: Unit
    asked: list[Order] = field(default_factory=list)

    def answer(self, partner: str, answer: Answer) -> list[Order]:
        """Take what is due at a partner and give each order this answer."""
        taken = order_queue.take(self.unit, partner, most=50)
        for one in taken:
            noted = order_queue.note(self.unit, one, answer)
            assert noted is not None
            outcomes.tell(self.unit, one.order, noted, answer)
        self.asked += [one.order for one in taken]
        return [one.order for one in taken]

    def done(self, partner: str, **facts: str) -> list[Order]:
        return self.answer(partner, Done("P1", facts))

    def refuse(self, partner: str, code: str, words: str = "") -> list[Order]:
        return self.answer(partner, Refused(code, words=words))

    def accept(self, partner: str) -> list[Order]:
        return self.answer(partner, Accepted("P1"))

    def silent(self, partner: str) -> list[Order]:
        return self.answer(partner, Unclear("no answer in time"))


def opened(unit: Unit) -> Partners:
    """Open the bank in the morning, with money at its nostros and a number to speak from."""
    unit.run(
        """
        insert into senders (key, channel, provider, number, countries, is_default, rate, burst,
            allowed, tokens, refilled_at)
        values ('twilio:sms:21000', 'sms', 'twilio', '21000', '{}', true, 1, 1, 1, 1, %(now)s)
        """,
        now=unit.now,
    )
    funded(unit)
    unit.now = MORNING
    return Partners(unit)
