"""What happens to documents of identity meanwhile, in a story."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.access.audit import Customer
from core.kyc import checks, pages, requests, tiers
from core.kyc.declared import Declared
from core.kyc.pictures import Picture
from core.kyc.requests import Request
from core.kyc.tiers import Tier
from core.store.unit import Unit

if TYPE_CHECKING:
    from tests.stories.stage import Telling

PICTURE = Picture(b"\xff\xd8\xff a picture", "image/jpeg", 1)


def _ask(telling: "Telling", unit: Unit, whose: str, *, tier: int) -> Request:
    """Have somebody ask for a tier, with a passport."""
    person, customer = telling.cast.people[whose], telling.customers[whose]
    given = Declared(
        kind="passport", country=person.country, name=f"{person.first_name} {person.last_name}",
        number="AK0123456", home="House 7, Ngong Road", source="salary",
    )  # fmt: skip
    return requests.ask(
        unit, customer=customer, tier=tier, given=given, channel="whatsapp", by=Customer(customer)
    )


def _show(telling: "Telling", unit: Unit, whose: str = "customer", *, tier: int = 2) -> None:
    """Have somebody show all that a tier takes, and have it checked."""
    request = _ask(telling, unit, whose, tier=tier)
    for document, piece in requests.missing(unit, request):
        pages.plant(unit, unit.new_id(), document, piece, PICTURE)
    checks.begin_due(unit, request)


def _await(telling: "Telling", unit: Unit) -> None:
    _ask(telling, unit, "newcomer", tier=2)


def _raise(telling: "Telling", unit: Unit, whose: str) -> None:
    customer = telling.customers[whose]
    tiers.set_tier(unit, customer, Tier.ASSESSED, kyc_status="Verified", by="stories")


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer is known as well as anybody": lambda t, u: _raise(t, u, "customer"),
    "the newcomer is known as well as anybody": lambda t, u: _raise(t, u, "newcomer"),
    "the customer's documents are being checked": _show,
    "the customer's papers are being checked": lambda t, u: _show(t, u, tier=3),
    "the newcomer's documents are being checked": lambda t, u: _show(t, u, "newcomer"),
    "the newcomer's pictures are awaited": _await,
}
