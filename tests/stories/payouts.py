"""What happens to money that leaves, in a story: it is sent, arrives, and comes back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from core import outcomes
from core.iso.messages import Party
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Done
from core.partners.questions import Answerer
from core.partners.rails.direct import DirectReach
from core.partners.rails.enquiry import AccountDirectory, AccountEnquiry
from core.partners.rails.pesalink import PesaLink
from core.partners.rails.twin import Switch
from core.partners.rails.twin_rules import RULES
from core.settlement import endings, liquidity, sending, starting, store
from core.settlement.banks import operator
from core.settlement.destinations import Destination
from core.store.unit import Unit
from tests.stories.cast import own

if TYPE_CHECKING:
    from tests.stories.stage import Telling

PARTNERS = ("pesalink", "mpesa", "momo", "rtgs", "eft")


def answerers(clock: Callable[[], datetime]) -> Mapping[type, Answerer]:
    """Return who says whose an account is: the rail's real client, on the twin's switch."""
    reach = DirectReach(Switch(RULES["pesalink"]), clock=clock)
    us = Party("Wekeza Bank", "1000200300", "WEKZKENA", "99")
    return {AccountEnquiry: AccountDirectory([PesaLink(reach, us=us, clock=clock)])}


def _latest(telling: "Telling", unit: Unit) -> UUID:
    found: UUID = unit.value(
        """
        select settlement_id from settlements where customer_id = %(customer)s
        order by "timestamp" desc, settlement_id desc limit 1
        """,
        customer=telling.customers["customer"],
    )
    return found


def _leave(telling: "Telling", unit: Unit) -> None:
    currency = telling.cast.plenty.currency
    for one in liquidity.lines(unit):
        if one.free.currency == currency:
            plenty = Money.parse("90000000", currency)
            liquidity.top_up(unit, id=uuid4(), nostro=one.nostro, amount=plenty)
    sending.send_due(unit, _latest(telling, unit))


def _arrive(telling: "Telling", unit: Unit) -> None:
    latest = _latest(telling, unit)
    for partner in PARTNERS:
        for taken in order_queue.take(unit, partner, most=50):
            if taken.order.subject_id == latest:
                said = Done("P1")
                noted = order_queue.note(unit, taken, said)
                assert noted is not None
                outcomes.tell(unit, taken.order, noted, said)


def _come_back(telling: "Telling", unit: Unit) -> None:
    one = store.lock(unit, _latest(telling, unit))
    assert one is not None
    endings.come_back(unit, one, amount=one.amount, code="AC04", reference=str(uuid4()))


def _pay_out(role: str) -> Callable[["Telling", Unit], None]:
    """Have money of somebody's paid to their own phone."""

    def pay_out(telling: "Telling", unit: Unit) -> None:
        person = telling.cast.people[role]
        # The numbers of a telling are made up; the network of the one it stands for is real.
        to = Destination(
            kind="mobile",
            bank_id=operator(unit, person.phone).id,
            phone=own(person.phone, telling.number),
            name=f"{person.first_name} {person.last_name}",
        )
        starting.start(
            unit,
            id=unit.new_id(),
            customer=telling.customers[role],
            wallet=telling.wallets[role],
            destination=to,
            amount=Money.parse("1500", telling.cast.plenty.currency),
            channel="sms",
        )

    return pay_out


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer's payout leaves": _leave,
    "the customer's payout arrives": _arrive,
    "the customer's payout comes back": _come_back,
    "the customer has money paid out": _pay_out("customer"),
    "the newcomer has money paid out": _pay_out("newcomer"),
}
