"""What cards there are: by country, kind and the currency of the wallet they pay from."""

from dataclasses import dataclass
from uuid import UUID

from core.cards.cards import LIVING, Occasion, Type
from core.crm.customers import people
from core.errors import Refusal
from core.fees import schedule
from core.ledger import book
from core.money import Money
from core.store.unit import Row, Unit

SERVICES: dict[tuple[Type, Occasion], str] = {
    ("virtual", "first"): "card_virtual",
    ("virtual", "replacement"): "card_virtual",
    ("physical", "first"): "card_physical",
    ("physical", "replacement"): "card_replace",
}
"""What the fee schedule calls each; a renewal is free."""


class CardNotOffered(Refusal):
    """No such card is to be had in the customer's country for that wallet."""

    code = "card_not_offered"


class CardBalanceTooLow(Refusal):
    """Less would be left in the wallet than a card asks for. Facts: ``least``, ``fee``."""

    code = "card_balance_too_low"


class TooManyCards(Refusal):
    """The customer has as many cards of that kind as there may be. Fact: ``most``."""

    code = "too_many_cards"


@dataclass(frozen=True, slots=True)
class Product:
    """A card that can be had."""

    id: str
    country: str
    type: Type
    currency: str
    bin: str
    least_balance: Money
    """What must be free in the wallet beside the fee."""
    monthly_limit: Money
    """What a new card may spend in a month."""
    valid_months: int
    most: int
    """How many a customer may hold at once."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A card with its price, before it is asked for."""

    product: Product
    fee: Money


def product(unit: Unit, product_id: str) -> Product:
    """Return a product by its id, also one that is offered no more.

    :raises CardNotOffered: if there is none of that id
    """
    row = unit.maybe(
        f"select {_COLUMNS} from card_products where product_id = %(id)s", id=product_id
    )
    if row is None:
        raise CardNotOffered
    return _product(row)


def offered(unit: Unit, *, country: str, currency: str) -> list[Product]:
    """Return the cards that can be had in a country for wallets in a currency, virtual first."""
    rows = unit.all(
        f"""
        select {_COLUMNS} from card_products
        where country = %(country)s and currency = %(currency)s and active
        order by type desc limit 10
        """,
        country=country,
        currency=currency,
    )
    return [_product(row) for row in rows]


def offer(
    unit: Unit,
    *,
    customer: UUID,
    wallet: UUID,
    type: Type,  # noqa: A002 - the column's name
    occasion: Occasion = "first",
) -> Offer:
    """Return a card and what it costs now, having refused what could not be had.

    :raises CardNotOffered: if it is not to be had there for that wallet
    :raises TooManyCards: if the customer holds as many as there may be
    :raises CardBalanceTooLow: if too little would be left in the wallet
    :raises NoTariff: if nobody has said what it costs
    :raises AccountFrozen: if the wallet may not give
    """
    country = people(unit, [customer])[customer].country
    balance = book.balance(unit, wallet)
    known = offered(unit, country=country, currency=balance.available.currency)
    found = next((one for one in known if one.type == type), None)
    if found is None:
        raise CardNotOffered
    fee = fee_of(unit, found, occasion)
    if occasion == "first":
        _require_room(unit, customer, found)
    if fee.minor:
        book.look(unit, debit=wallet, credit=None, amount=fee, type="fee")
    if balance.available < found.least_balance + fee:
        raise CardBalanceTooLow(least=str(found.least_balance), fee=str(fee))
    return Offer(found, fee)


def fee_of(unit: Unit, found: Product, occasion: Occasion) -> Money:
    """Return what a card costs today; a renewal is free.

    :raises NoTariff: if nobody has said what it costs
    """
    nothing = Money(0, found.currency)
    service = SERVICES.get((found.type, occasion))
    if service is None:
        return nothing
    return schedule.fee(unit, what=service, amount=nothing, country=found.country)


def _require_room(unit: Unit, customer: UUID, found: Product) -> None:
    held: int = unit.value(
        """
        select count(*) from cards
        where customer_id = %(customer)s and type = %(type)s and status = any(%(living)s)
        """,
        customer=customer,
        type=found.type,
        living=list(LIVING),
    )
    if held >= found.most:
        raise TooManyCards(most=str(found.most))


_COLUMNS = """product_id, country, type, currency, bin, least_balance, monthly_limit, valid_months,
    most"""


def _product(row: Row) -> Product:
    return Product(
        id=row.product_id,
        country=row.country,
        type=row.type,
        currency=row.currency,
        bin=row.bin,
        least_balance=Money(row.least_balance, row.currency),
        monthly_limit=Money(row.monthly_limit, row.currency),
        valid_months=row.valid_months,
        most=row.most,
    )
