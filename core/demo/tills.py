"""The demo's agent of the bank: a neighbour of Amina's who takes in cash and pays it out."""

from uuid import UUID

from core.demo.people import PEOPLE
from core.deposits import agents
from core.ledger import book
from core.money import Money
from core.store.unit import Unit

PHONE = "+254712000103"
FLOAT = "KES 60000.00"
MOST_AT_ONCE, MOST_A_DAY = "KES 100000.00", "KES 300000.00"


def load(unit: Unit, people: list[UUID]) -> None:
    """Appoint the agent, and put money into their float."""
    place = next(n for n, person in enumerate(PEOPLE) if person.phone == PHONE)
    agent = agents.appoint(
        unit,
        customer=people[place],
        country=PEOPLE[place].country,
        most_at_once=Money.load(MOST_AT_ONCE),
        most_a_day=Money.load(MOST_A_DAY),
    )
    amount = Money.load(FLOAT)
    book.post(
        unit,
        id=unit.new_id(),
        type="opening",
        legs=[
            book.Leg(
                book.system_account(unit, "equity", amount.currency), agent.float_account, amount
            )
        ],
        wallet=agent.float_account,
    )
