"""What happens to plans and payments meanwhile, in a story."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from core import outcomes
from core.bills import billers, paying
from core.crm.customers import people
from core.documents.orders import local_day
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Done
from core.plans import changes, plans, run
from core.plans.days import Rule
from core.plans.plans import NewPlan
from core.store.unit import Unit
from core.transfers.send import send_money
from tests.stories.cast import own

if TYPE_CHECKING:
    from tests.stories.stage import Telling

_ZONE = "Africa/Nairobi"


def _plan(
    telling: "Telling",
    unit: Unit,
    rule: str = "month",
    *,
    times: int = 1,
    whose: str = "customer",
    whom: str = "friend",
    until: int | None = None,
) -> None:
    customer = telling.customers[whose]
    today = local_day(unit, customer, unit.now)
    first = today + timedelta(days=1)
    for _ in range(times):
        new = NewPlan(
            id=unit.new_id(),
            customer=customer,
            kind="transfer",
            amount=Money.parse("250", telling.cast.plenty.currency),
            details={"to": str(telling.customers[whom]), "note": ""},
            rule=Rule(rule, first, until=until and today + timedelta(days=until)),  # type: ignore[arg-type]
            channel="sms",
        )
        plans.make(unit, new, today=today, zone=_ZONE)


def _each(telling: "Telling", unit: Unit, change: Callable[..., object]) -> None:
    customer = telling.customers["customer"]
    for plan in plans.of(unit, customer):
        change(unit, plan.id, customer=customer)


def _pay(telling: "Telling", unit: Unit) -> None:
    """Let two days pass, and pay what is due by then."""
    telling.clock.pass_(days=2)
    unit.now += timedelta(days=2)
    for plan in plans.of(unit, telling.customers["customer"]):
        run.pay(unit, plan.id)


def _buy(role: str, kind: Literal["bill", "airtime"]) -> Callable[["Telling", Unit], None]:
    """Have somebody pay a bill, or buy airtime for the friend, that arrives."""

    def buy(telling: "Telling", unit: Unit) -> None:
        customer = telling.customers[role]
        country = people(unit, [customer])[customer].country
        facts: dict[str, Any] = {
            "id": unit.new_id(),
            "customer": customer,
            "wallet": telling.wallets[role],
            "amount": Money.parse("2500", telling.cast.plenty.currency),
            "channel": "sms",
        }
        if kind == "airtime":
            to = own(telling.cast.people["friend"].phone, telling.number)
            paying.buy_airtime(unit, **facts, phone=to)
        else:
            values = telling.cast.values
            biller = billers.called(unit, values["water"], country=country)
            paying.pay_bill(
                unit,
                **facts,
                biller=biller.id,
                account=values["water account"],
                holder="J***e D***e",
            )
        for taken in order_queue.take(unit, paying.PARTNERS[kind], most=200):
            if taken.order.subject_id == facts["id"]:
                noted = order_queue.note(unit, taken, Done("P1"))
                assert noted is not None
                outcomes.tell(unit, taken.order, noted, Done("P1"))

    return buy


def _pay_newcomer(telling: "Telling", unit: Unit) -> None:
    send_money(
        unit,
        id=unit.new_id(),
        payer=telling.customers["friend"],
        payee=telling.customers["newcomer"],
        amount=Money.parse("250", telling.cast.plenty.currency),
        channel="sms",
    )


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer plans to pay the friend": _plan,
    "the customer plans to pay the friend once": lambda t, u: _plan(t, u, "once"),
    "the customer plans to pay the friend until a day": lambda t, u: _plan(t, u, "week", until=30),
    "the customer plans to pay the friend in nine ways": lambda t, u: _plan(t, u, times=9),
    "the newcomer plans to pay the friend": lambda t, u: _plan(t, u, whose="newcomer"),
    "the customer's plans are paused": lambda t, u: _each(t, u, changes.pause),
    "the customer's plans are dropped": lambda t, u: _each(t, u, changes.drop),
    "two days pass and plans are paid": _pay,
    "the customer has paid a bill": _buy("customer", "bill"),
    "the newcomer has paid a bill": _buy("newcomer", "bill"),
    "the customer has bought airtime": _buy("customer", "airtime"),
    "the friend pays the newcomer": _pay_newcomer,
}
