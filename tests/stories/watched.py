"""What is decided of payments meanwhile, in a story: held, released, not made."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core import reviewing
from core.monitoring import reviews
from core.screening.standings import screen_customer
from core.store.unit import Unit
from tests.support.desk import hired

if TYPE_CHECKING:
    from tests.stories.stage import Telling


def _stands(telling: "Telling", unit: Unit, band: str) -> None:
    """Have the customer's name resemble one on a list, so much."""
    customer = telling.customers["customer"]
    screen_customer(unit, customer, why="story")
    unit.run(
        "update screening_standings set band = %(band)s where customer_id = %(customer)s",
        band=band,
        customer=customer,
    )


def _decide(telling: "Telling", unit: Unit, act: Callable[..., None]) -> None:
    """Have somebody of compliance decide the payment of the customer's that waits."""
    (payment,) = (
        one.id
        for one in reviews.listed(unit, open_only=True)
        if one.customer == telling.customers["customer"]
    )
    act(unit, hired(unit, "compliance"), payment, why="as the story has it")


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer's name is looked into": lambda t, u: _stands(t, u, "review"),
    "the customer's name is on a list": lambda t, u: _stands(t, u, "block"),
    "the payment is released": lambda t, u: _decide(t, u, reviewing.release),
    "the payment is not released": lambda t, u: _decide(t, u, reviewing.refuse),
}
