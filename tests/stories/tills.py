"""What happens around cash in a story: somebody becomes an agent, a code is made or ends."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.deposits import agents, cash_codes
from core.deposits.agents import Agent
from core.kyc import tiers
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.store.unit import Unit

if TYPE_CHECKING:
    from tests.stories.stage import Telling


def _appoint(role: str) -> Callable[["Telling", Unit], None]:
    """Make somebody an agent, with a float of a few movements."""

    def appoint(telling: "Telling", unit: Unit) -> None:
        currency = telling.cast.plenty.currency
        agent = agents.appoint(
            unit,
            customer=telling.customers[role],
            country=telling.cast.people[role].country,
            most_at_once=Money.parse("5000", currency),
            most_a_day=Money.parse("8000", currency),
        )
        telling.pay_in(unit, role, Money.parse("6000", currency), agent.float_account)

    return appoint


def _agent(telling: "Telling", unit: Unit) -> Agent:
    found = agents.agent_of(unit, telling.customers["customer"])
    assert found is not None
    return found


def _allow(minor: int) -> Callable[["Telling", Unit], None]:
    """Let the till do so much; what it may really do would take a day to use up."""

    def allow(telling: "Telling", unit: Unit) -> None:
        unit.run(
            "update bank_agents set most_at_once = %(most)s, most_a_day = %(most)s"
            " where id = %(id)s",
            most=minor,
            id=_agent(telling, unit).id,
        )

    return allow


def _freeze_float(telling: "Telling", unit: Unit) -> None:
    reason = book.Reason(by="stories", why="it happens in a story")
    account = _agent(telling, unit).float_account
    book.set_status(unit, id=unit.new_id(), account=account, status="frozen", reason=reason)


def _fill_wallet(telling: "Telling", unit: Unit) -> None:
    """Leave almost no room in the customer's wallet under the ceiling of the tier."""
    customer = telling.cast.people["customer"]
    most = tiers.limits(unit, country=customer.country, tier=Tier.IDENTIFIED).max_balance
    assert most is not None
    held = book.balance(unit, telling.wallets["customer"]).posted
    telling.pay_in(unit, "customer", Money(most.minor - held.minor - 100, most.currency))


def _refill_float(telling: "Telling", unit: Unit) -> None:
    amount = Money.parse("3000", telling.cast.plenty.currency)
    telling.pay_in(unit, "customer", amount, _agent(telling, unit).float_account)


def _set_status(status: str) -> Callable[["Telling", Unit], None]:
    def change(telling: "Telling", unit: Unit) -> None:
        agents.set_status(unit, _agent(telling, unit).id, status)  # type: ignore[arg-type]

    return change


def _empty_float(telling: "Telling", unit: Unit) -> None:
    """Take the float away, as another movement would."""
    agent = _agent(telling, unit)
    left = book.balance(unit, agent.float_account).available
    equity = book.system_account(unit, "equity", left.currency)
    legs = [book.Leg(agent.float_account, equity, left)]
    book.post(unit, id=unit.new_id(), type="adjustment", legs=legs, wallet=None)


def _fill_float(telling: "Telling", unit: Unit) -> None:
    """Leave no room in the float under the ceiling of the agent's tier."""

    customer = telling.cast.people["customer"]
    agent = _agent(telling, unit)
    most = tiers.limits(unit, country=customer.country, tier=Tier.IDENTIFIED).max_balance
    assert most is not None
    held = book.balance(unit, agent.float_account).posted
    room = Money(most.minor - held.minor, most.currency)
    telling.pay_in(unit, "customer", room, agent.float_account)


def _make_code(role: str) -> Callable[["Telling", Unit], None]:
    def make(telling: "Telling", unit: Unit) -> None:
        person = telling.cast.people[role]
        cash_codes.make(
            unit,
            id=unit.new_id(),
            customer=telling.customers[role],
            wallet=telling.wallets[role],
            country=person.country,
            amount=Money.parse("2000", telling.cast.plenty.currency),
            channel="sms",
        )

    return make


def _end_code(telling: "Telling", unit: Unit) -> None:
    cash_codes.give_up(unit, customer=telling.customers["friend"])


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer is an agent of the bank": _appoint("customer"),
    "the newcomer is an agent of the bank": _appoint("newcomer"),
    "the customer's account is almost full": _fill_wallet,
    "the customer's float is frozen": _freeze_float,
    "the customer's float is filled again": _refill_float,
    "the customer's till has done enough": _allow(1),
    "the customer's till may go on": _allow(10**6),
    "the customer is an agent no more": _set_status("suspended"),
    "the customer is an agent again": _set_status("active"),
    "the customer's float is gone": _empty_float,
    "the customer's float is full": _fill_float,
    "the friend has cash waiting": _make_code("friend"),
    "the friend gives up the cash": _end_code,
    "the customer has cash waiting": _make_code("customer"),
}
