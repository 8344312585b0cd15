"""Buying airtime and paying bills: the money goes into clearing and the partner is ordered to act.

Both happen in the customer's own turn. What comes of the order is heard by `outcomes`.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from core.bills import airtime, billers, postings, store, telling
from core.bills.store import Bought, Kind
from core.crm.customers import people
from core.fees import schedule
from core.ledger import book
from core.ledger.reference import reference_of
from core.money import Money
from core.partners import orders
from core.store.crashpoints import reached
from core.store.unit import Unit

PARTNERS: dict[Kind, str] = {"airtime": "airtime", "bill": "billers"}
"""The partner that orders of each kind go to."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What was ordered, as its customer may be told."""

    reference: str
    fee: Money
    balance: Money
    """What the customer may still spend from that wallet."""


def fee_of(unit: Unit, *, kind: Kind, customer: UUID, amount: Money) -> Money:
    """Return what the bank takes for it, on top of the amount.

    :raises NoTariff: if nobody has said what it costs
    """
    country = people(unit, [customer])[customer].country
    return schedule.fee(unit, what=kind, amount=amount, country=country)


def check(unit: Unit, *, kind: Kind, customer: UUID, wallet: UUID, amount: Money) -> Money:
    """Refuse early what could not be paid now, and return the fee.

    :raises InsufficientFunds: if the wallet does not hold amount and fee
    :raises Refusal: whatever `book.look` may refuse
    """
    fee = fee_of(unit, kind=kind, customer=customer, amount=amount)
    book.look(unit, debit=wallet, credit=None, amount=amount, type="payment")
    available = book.balance(unit, wallet).available
    if available < amount + fee:
        raise book.InsufficientFunds(available=str(available), wanted=str(amount + fee))
    return fee


def buy_airtime(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    customer: UUID,
    wallet: UUID,
    phone: str,
    amount: Money,
    channel: str,
    bundle: str | None = None,
) -> Paid:
    """Buy airtime, or the ``bundle`` of data, for a number (E.164).

    :raises AirtimeNotSold: if none is sold for that number, in that currency
    :raises AirtimeAmount: if the wholesaler does not take that amount at once
    :raises NoTariff: as `fee_of` does
    :raises Refusal: whatever `book.post` may refuse
    """
    market = airtime.market(unit, phone, currency=amount.currency)
    body = {"phone": phone, "amount": str(amount)}
    if bundle is None:
        market.check_amount(amount)
    else:
        found = airtime.bundle(unit, bundle, country=market.country)
        if found.price != amount:
            raise airtime.AirtimeNotSold
        body |= {"megabytes": str(found.megabytes), "validity": found.validity}
    return _pay(
        unit, id=id, kind="airtime", customer=customer, wallet=wallet, amount=amount,
        channel=channel, account=phone, bundle=bundle, body=body,
        action="airtime" if bundle is None else "bundle",
    )  # fmt: skip


def pay_bill(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - as above
    customer: UUID,
    wallet: UUID,
    biller: str,
    account: str,
    holder: str,
    amount: Money,
    channel: str,
) -> Paid:
    """Pay a bill. ``holder`` is whose account it is (masked), as the biller told it.

    :raises UnknownBiller: if there is no such biller
    :raises BillAccountInvalid: if it can have no such account
    :raises BillAmount: if the biller does not take that amount at once
    :raises NoTariff: as `fee_of` does
    :raises Refusal: whatever `book.post` may refuse
    """
    found = billers.biller(unit, biller)
    number = found.read_account(account)
    found.check_amount(amount)
    body = {"biller": found.code, "account": number, "amount": str(amount)}
    return _pay(
        unit, id=id, kind="bill", customer=customer, wallet=wallet, amount=amount,
        channel=channel, account=number, biller=found.id, holder=holder, body=body, action="pay",
    )  # fmt: skip


def _pay(  # noqa: PLR0913 - all that makes a payment, each by its name
    unit: Unit,
    *,
    id: UUID,  # noqa: A002
    kind: Kind,
    customer: UUID,
    wallet: UUID,
    amount: Money,
    channel: str,
    account: str,
    body: dict[str, str],
    action: str,
    biller: str | None = None,
    bundle: str | None = None,
    holder: str = "",
) -> Paid:
    fee = fee_of(unit, kind=kind, customer=customer, amount=amount)
    reference = reference_of(id)
    again = postings.take(
        unit, id=id, kind=kind, wallet=wallet, amount=amount, fee=fee, reference=reference
    )
    if again:
        return _again(unit, id, customer)
    order = uuid5(id, "order")
    one = Bought(
        id=id, customer=customer, wallet=wallet, kind=kind, biller=biller, bundle=bundle,
        amount=amount, fee=fee, order_id=order, reference=reference, channel=channel,
        status="sent", code=None, tries=0, created_at=unit.now,
    )  # fmt: skip
    store.insert(unit, one, account=account, holder=holder)
    orders.owe(
        unit,
        partner=PARTNERS[kind],
        action=action,
        subject=kind,
        subject_id=id,
        body={**body, "reference": reference},
        order_id=order,
    )
    reached("bill.ordered")
    telling.ordered(unit, one, account)
    return Paid(reference, fee, book.balance(unit, wallet).available)


def _again(unit: Unit, id: UUID, customer: UUID) -> Paid:  # noqa: A002
    one = store.find(unit, id)
    if one is None or one.customer != customer:
        raise LookupError("an effect is one customer's, and was written down with its money")
    return Paid(one.reference, one.fee, book.balance(unit, one.wallet).available)
