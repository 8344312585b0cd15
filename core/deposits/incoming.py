"""Money that came: booked once, to whom it is for, or parked where nobody's money stands.

A partner's receipt number makes a payment one payment, whoever tells of it and how often. What
really came is booked and told, whatever was asked for or announced. What comes from or for somebody
who may be listed is held first (`holding`), which is found out before the ledger is locked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import NAMESPACE_OID, UUID, uuid5

from core.crm import calendar
from core.deposits import asking, holding, matching, parking, telling, ways
from core.deposits.asking import Deposit
from core.deposits.holding import Suspect
from core.deposits.matching import Owner, Why
from core.fees import schedule
from core.ledger import book
from core.money import Money
from core.store.crashpoints import reached
from core.store.unit import Row, Unit
from core.transfers.send import reference_of

PAYER, PAYEE = "incoming_payments.payer", "incoming_payments.payee"
Status = Literal["booked", "parked", "held"]
KEPT = {"card": "deposit_card"}
"""What a way in costs the customer, by its name in the schedule; the others are free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A payment that a partner says, when asked, has reached us."""

    partner: str
    number: str
    """The partner's receipt number; empty where it does not say."""
    amount: Money
    account: str = field(default="", repr=False)
    """Whom it is for, as the payer wrote it."""
    payer: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Who paid: ``phone`` (E.164), ``name``, and what it takes to pay it back."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a payment."""

    id: UUID
    status: Status
    new: bool
    """False when it had been taken in before."""


def take_in(unit: Unit, came: Incoming, *, deposit: Deposit | None = None) -> TakenIn:
    """Book a payment to its owner, park or hold it, once however often it is told; tell the owner.

    ``deposit`` is the asking it answers, locked; without one its owner is found by what the payer
    wrote. A payment without a number answers a deposit.
    """
    if not came.number and deposit is None:
        raise ValueError("a payment without a number answers a deposit")
    if came.number:
        unit.run(
            "select pg_advisory_xact_lock(hashtextextended('incoming:' || %(number)s, 0))",
            number=f"{came.partner}:{came.number}",
        )
    known = _known(unit, came, deposit)
    if known is not None:
        return known
    owner = _owner(unit, came, deposit)
    found = holding.suspect(unit, came.payer, partner=came.partner, owner=owner.customer)
    id_ = _id(came, deposit)
    _lock(unit, id_, came, owner)
    reference = reference_of(id_)
    why = None if found else owner.why or _book(unit, id_, came, owner, reference=reference)
    status: Status = "held" if found else "parked" if why else "booked"
    if status != "booked":
        _park(unit, id_, came, reference=reference)
    reached("deposit.posted")
    fee = Money(0, came.amount.currency)
    if status == "booked" and owner.wallet is not None:
        fee = _charge(unit, id_, came, owner.wallet, reference=reference)
    _write(
        unit, id_, came, deposit, owner=owner, status=status, why=why, reference=reference, fee=fee
    )
    if deposit is not None:
        asking.end(unit, deposit, status="paid")
    _tell(unit, id_, came, deposit, owner=owner, found=found, why=why, reference=reference, fee=fee)
    reached("deposit.taken_in")
    return TakenIn(id_, status, new=True)


def _tell(
    unit: Unit,
    id_: UUID,
    came: Incoming,
    deposit: Deposit | None,
    *,
    owner: Owner,
    found: Suspect | None,
    why: Why | None,
    reference: str,
    fee: Money,
) -> None:
    """Tell whoever has to know of a payment that it is booked, parked or held."""
    amount = came.amount
    if found is not None:
        holding.hold(unit, id_, found, amount=amount, owner=owner.customer, reference=reference)
    elif why is not None:
        parking.open_case(unit, id_, owner=owner, why=why, amount=amount, reference=reference)
    else:
        telling.tell_booked(
            unit, owner=owner, amount=amount, fee=fee, deposit=deposit, reference=reference
        )


def _known(unit: Unit, came: Incoming, deposit: Deposit | None) -> TakenIn | None:
    """Return what became of a payment that was taken in before.

    A prompt is known to be paid before its number is told: the first payment of the same amount
    with its reference names it, and may tell who paid.
    """
    row = unit.maybe(
        """
        select id, status, number, customer_id, wallet_id, reference from incoming_payments
        where (partner = %(partner)s and number = %(number)s)
            or (deposit_id = %(deposit)s and (%(number)s::text is null
                or (number is null and amount = %(amount)s and currency = %(currency)s)))
        order by number is null, came_at limit 1
        """,
        partner=came.partner,
        number=came.number or None,
        deposit=None if deposit is None else deposit.id,
        amount=came.amount.minor,
        currency=came.amount.currency,
    )
    if row is None:
        return None
    if row.number is None and came.number:
        unit.run(
            "update incoming_payments set number = %(number)s where id = %(id)s",
            number=came.number,
            id=row.id,
        )
        _learned(unit, came, row)
    status: Status = row.status if row.status in {"booked", "held"} else "parked"
    return TakenIn(row.id, status, new=False)


def _learned(unit: Unit, came: Incoming, row: Row) -> None:
    """Compare a payer whose name came after the money did: what is booked can only be told of."""
    found = holding.suspect(unit, came.payer, partner=came.partner, owner=row.customer_id)
    if found is None:
        return
    if row.status == "parked":
        holding.put_aside(
            unit,
            row.id,
            found,
            amount=came.amount,
            owner=row.customer_id,
            wallet=row.wallet_id,
            reference=row.reference,
        )
    elif row.status == "booked":
        holding.warn(unit, row.id, found, amount=came.amount, posting=row.id)


def _owner(unit: Unit, came: Incoming, deposit: Deposit | None) -> Owner:
    currency = came.amount.currency
    if deposit is not None:
        return matching.wallet_of(unit, deposit.customer, currency, first=deposit.wallet)
    return matching.find(
        unit,
        account=came.account,
        payer_phone=came.payer.get("phone", ""),
        currency=currency,
        country=_country(unit, currency),
    )


def _lock(unit: Unit, id_: UUID, came: Incoming, owner: Owner) -> None:
    """Lock all that a payment may move, in the ledger's order: it is booked or parked, charged."""
    kinds = (ways.nostro_of(came.partner), parking.ACCOUNT, "fees")
    accounts = [
        book.system_account(unit, kind, came.amount.currency, spread_by=id_) for kind in kinds
    ]
    if owner.wallet is not None:
        accounts.append(owner.wallet)
    book.lock_holds(unit, [], accounts=accounts)


def _book(unit: Unit, id_: UUID, came: Incoming, owner: Owner, *, reference: str) -> Why | None:
    """Post a payment to its owner's wallet; return why the ledger would not."""
    wallet = owner.wallet
    if wallet is None:
        return "unknown_payee"
    nostro = book.system_account(
        unit, ways.nostro_of(came.partner), came.amount.currency, spread_by=id_
    )
    try:
        book.post(
            unit,
            id=id_,
            type="deposit",
            legs=[book.Leg(nostro, wallet, came.amount)],
            wallet=wallet,
            reference=reference,
        )
    except book.BalanceCeiling:
        return "over_ceiling"
    except book.AccountFrozen:
        return "account_frozen"
    return None


def _park(unit: Unit, id_: UUID, came: Incoming, *, reference: str) -> None:
    currency = came.amount.currency
    nostro = book.system_account(unit, ways.nostro_of(came.partner), currency, spread_by=id_)
    suspense = book.system_account(unit, parking.ACCOUNT, currency, spread_by=id_)
    book.post(
        unit,
        id=holding.parked_by(id_),
        type="deposit",
        legs=[book.Leg(nostro, suspense, came.amount)],
        wallet=None,
        reference=reference,
    )


def _charge(unit: Unit, id_: UUID, came: Incoming, wallet: UUID, *, reference: str) -> Money:
    """Take the fee of a way in and return it; where the wallet may not give, it is waived."""
    nothing = Money(0, came.amount.currency)
    what = KEPT.get(ways.way_of(came.partner))
    if what is None:
        return nothing
    country = _country(unit, came.amount.currency)
    try:
        fee = schedule.fee(unit, what=what, amount=came.amount, country=country)
        if not fee.minor:
            return nothing
        fees = book.system_account(unit, "fees", fee.currency, spread_by=id_)
        book.post(
            unit,
            id=uuid5(id_, "fee"),
            type="fee",
            legs=[book.Leg(wallet, fees, fee)],
            wallet=wallet,
            reference=reference,
        )
    except (schedule.NoTariff, book.AccountFrozen, book.InsufficientFunds):
        return nothing
    return fee


def _write(
    unit: Unit,
    id_: UUID,
    came: Incoming,
    deposit: Deposit | None,
    *,
    owner: Owner,
    status: Status,
    why: Why | None,
    reference: str,
    fee: Money,
) -> None:
    unit.run(
        """
        insert into incoming_payments (id, partner, number, way, deposit_id, amount, currency, fee,
            country, payer, payee, customer_id, wallet_id, reference, status, why, came_at,
            return_at, ended_at)
        values (%(id)s, %(partner)s, %(number)s, %(way)s, %(deposit)s, %(amount)s, %(currency)s,
            %(fee)s, %(country)s, %(payer)s, %(payee)s, %(customer)s, %(wallet)s, %(reference)s,
            %(status)s, %(why)s, %(now)s, %(return_at)s, %(ended)s)
        """,
        id=id_,
        partner=came.partner,
        number=came.number or None,
        way=ways.way_of(came.partner),
        deposit=None if deposit is None else deposit.id,
        amount=came.amount.minor,
        currency=came.amount.currency,
        fee=fee.minor,
        country=_country(unit, came.amount.currency),
        payer=unit.keys.seal_json(dict(came.payer), field=PAYER, row=id_),
        payee=unit.keys.seal(came.account, field=PAYEE, row=id_) if came.account else None,
        customer=owner.customer,
        wallet=owner.wallet,
        reference=reference,
        status=status,
        why=why,
        return_at=None if why is None else unit.now + parking.RETURNED_AFTER[why],
        ended=unit.now if status == "booked" else None,
        now=unit.now,
    )


def _id(came: Incoming, deposit: Deposit | None) -> UUID:
    """Return the payment's id: the same for the same payment, so that the ledger books it once."""
    named = came.number or (f"deposit:{deposit.id}" if deposit is not None else "")
    return uuid5(NAMESPACE_OID, f"incoming:{came.partner}:{named}")


def _country(unit: Unit, currency: str) -> str:
    """Return the country we serve whose currency it is; home for the world's currencies."""
    found: str | None = unit.value(
        "select min(code) from countries where currency = %(currency)s", currency=currency
    )
    return found or calendar.HOME
