"""Beginning a payment that leaves: where to, over what, at which fee; then money is set aside."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.crm.customers import people
from core.errors import Refusal
from core.fees import schedule
from core.ledger import book
from core.money import Money
from core.monitoring import reviews
from core.settlement import destinations, market, postings, rails, store, telling
from core.settlement.destinations import Checked, Destination
from core.settlement.rails import Rail
from core.settlement.routing import Candidate, Choice
from core.store.crashpoints import reached
from core.store.unit import Unit
from core.transfers import notes
from core.transfers.send import reference_of

WAITS_FOR = "review"
"""What a payment waits for that a person looks at first."""


class NoRail(Refusal):
    """No rail carries it there. Facts: ``bank`` (short name), ``currency``."""

    code = "no_rail"


class AmountOverRail(Refusal):
    """No rail there carries that much at once. Fact: ``limit``."""

    code = "amount_over_rail"


class AmountUnderRail(Refusal):
    """No rail there carries that little. Fact: ``least``."""

    code = "amount_under_rail"


class AmountNotWhole(Refusal):
    """The rail there carries whole units alone. Fact: ``least``, the smallest of them."""

    code = "amount_not_whole"


class FeeChanged(Refusal):
    """The fee is another one than was agreed to. Facts: ``wanted``, ``amount`` (what it is now)."""

    code = "fee_changed"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a payment would go if it were made now."""

    rail: str
    rail_name: str
    why: str
    fee: Money
    """Asked of the wallet on top of the amount, in the same currency."""
    leaves_at: datetime
    expected_by: datetime


@dataclass(frozen=True, slots=True)
class Started:
    """A payment that was begun, as its payer may be told of it."""

    reference: str
    fee: Money
    rail: str
    leaves_at: datetime
    expected_by: datetime
    balance: Money
    """What the payer may still spend from that wallet."""


def preview(
    unit: Unit, *, customer: UUID, wallet: UUID, destination: Destination, amount: Money
) -> Plan:
    """Return how a payment would go now; nothing is set aside.

    Raises what ``start`` does, but for the ids.
    """
    where = destinations.check(unit, destination)
    country = people(unit, [customer])[customer].country
    choice, rail = _route(unit, where, amount, country)
    fee = _fee(unit, where, rail, amount, country)
    book.look(unit, debit=wallet, credit=None, amount=amount, type="withdrawal")
    _require_funds(unit, wallet, amount + fee)
    return Plan(rail.rail, rail.name, choice.why, fee, choice.leaves_at, choice.expected_by)


def start(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    customer: UUID,
    wallet: UUID,
    destination: Destination,
    amount: Money,
    channel: str,
    note: str = "",
    fee: Money | None = None,
    reviewed: bool = False,
) -> Started:
    """Set the money aside and have it sent as soon as its rail takes it.

    The same id begins once, however often it is presented. After USSD the payer is told by SMS too.
    ``fee`` is the one that was agreed to; None agrees to any. One to be ``reviewed`` leaves when a
    person has released it (`core.settlement.reviewed`), and goes back when nobody did in time.

    :raises BankUnknown: if there is no such bank
    :raises DestinationInvalid: if it can have no such account
    :raises NoRail: if no rail carries it there
    :raises AmountOverRail: if no rail carries that much there
    :raises AmountUnderRail: if no rail carries that little there
    :raises AmountNotWhole: if the rail there carries whole units alone
    :raises NoTariff: if nobody has said what it costs
    :raises FeeChanged: if it costs something else than was agreed to
    :raises Refusal: whatever `book.authorise` may refuse
    """
    # Presented twice at once, the second waits here for the first.
    unit.one("select pg_advisory_xact_lock(hashtextextended('payout ' || %(id)s::text, 0))", id=id)
    again = store.find(unit, id)
    if again is not None:
        return _again(unit, again, customer)
    where = destinations.check(unit, destination)
    country = people(unit, [customer])[customer].country
    choice, rail = _route(unit, where, amount, country)
    fee = _agreed(_fee(unit, where, rail, amount, country), fee)
    reference = reference_of(id)
    postings.hold(
        unit, id=id, wallet=wallet, rail=rail, amount=amount, fee=fee, reference=reference
    )
    reached("payout.held")
    _write(
        unit, id, customer=customer, wallet=wallet, where=where, amount=amount, fee=fee,
        choice=choice, rail=rail, channel=channel, note=notes.clean(note), reference=reference,
        reviewed=reviewed,
    )  # fmt: skip
    store.decided(unit, id, choice)
    destinations.remember(unit, customer, where)
    begun = store.find(unit, id)
    assert begun is not None  # noqa: S101 - it was written just now
    left = book.balance(unit, wallet).available
    if reviewed:
        telling.longer(unit, begun)
    else:
        telling.started(unit, begun, where, left=left)
    return Started(reference, fee, rail.name, choice.leaves_at, choice.expected_by, left)


def _again(unit: Unit, begun: store.Settlement, customer: UUID) -> Started:
    if begun.customer != customer:
        raise LookupError("an effect is one customer's")
    rail = rails.rail(unit, begun.rail)
    left = book.balance(unit, begun.wallet).available
    leaves = begun.due_at or begun.made_at
    return Started(begun.reference, begun.fee, rail.name, leaves, begun.expected_by, left)


def _route(unit: Unit, where: Checked, amount: Money, country: str) -> tuple[Choice, Rail]:
    choice = market.choose(unit, amount=amount, payer_country=country, bank=where.bank)
    if choice.rail is None:
        raise _refusal(unit, where, amount, choice.candidates)
    return choice, choice.rail


def _refusal(
    unit: Unit, where: Checked, amount: Money, candidates: tuple[Candidate, ...]
) -> Refusal:
    """Return why no rail is fit, as far as the payer can do something about it."""
    known = {one.rail: one for one in rails.all_rails(unit)}
    by = {
        verdict: [known[one.rail] for one in candidates if one.verdict == verdict]
        for verdict in ("too_large", "too_small", "not_whole")
    }
    if by["not_whole"]:
        return AmountNotWhole(least=str(Money(by["not_whole"][0].step, amount.currency)))
    if by["too_large"]:
        return AmountOverRail(limit=str(max(one.cap for one in by["too_large"] if one.cap)))
    if by["too_small"]:
        least = min(one.least for one in by["too_small"])
        return AmountUnderRail(least=str(Money(least, amount.currency)))
    return NoRail(bank=where.bank.short_name, currency=amount.currency)


def _fee(unit: Unit, where: Checked, rail: Rail, amount: Money, country: str) -> Money:
    if where.kind == "mobile":
        what = "withdraw_mobile"
    else:
        what = "transfer_abroad" if rail.abroad else "withdraw_bank"
    return schedule.fee(unit, what=what, amount=amount, country=country)


def _agreed(fee: Money, agreed: Money | None) -> Money:
    if agreed is not None and agreed != fee:
        raise FeeChanged(wanted=str(agreed), amount=str(fee))
    return fee


def _require_funds(unit: Unit, wallet: UUID, wanted: Money) -> None:
    available = book.balance(unit, wallet).available
    if available < wanted:
        raise book.InsufficientFunds(available=str(available), wanted=str(wanted))


def _write(  # noqa: PLR0913 - all that makes a payment, each by its name
    unit: Unit,
    id: UUID,  # noqa: A002
    *,
    customer: UUID,
    wallet: UUID,
    where: Checked,
    amount: Money,
    fee: Money,
    choice: Choice,
    rail: Rail,
    channel: str,
    note: str,
    reference: str,
    reviewed: bool,
) -> None:
    due = unit.now
    if reviewed:
        due = reviews.open_review(
            unit, payment=id, kind="payout", customer=customer, amount=amount, reference=reference
        )
    unit.run(
        """
        with begun as (
            insert into settlements (settlement_id, customer_id, wallet_id, bank_id, kind,
                account_no, payee_name, confirmed, destination, amount, currency, fee, status,
                "timestamp", reference, channel, note, rail, due_at, waits_for, expected_by, events,
                correlation)
            values (%(id)s, %(customer)s, %(wallet)s, %(bank)s, %(kind)s, %(account)s, %(name)s,
                %(confirmed)s, %(destination)s, %(amount)s, %(currency)s, %(fee)s, 'held', %(now)s,
                %(reference)s, %(channel)s, %(note)s, %(rail)s, %(due)s, %(waits_for)s,
                %(expected)s, 1, %(correlation)s)
            returning settlement_id, rail
        )
        insert into settlement_events (settlement_id, seq, at, event, status, rail, correlation)
        select settlement_id, 1, %(now)s, 'started', 'held', rail, %(correlation)s from begun
        """,
        id=id,
        customer=customer,
        wallet=wallet,
        bank=where.bank.id,
        kind=where.kind,
        account=unit.keys.seal(where.account, field=store.ACCOUNT, row=id),
        name=unit.keys.seal(where.name, field=store.NAME, row=id),
        confirmed=where.confirmed,
        destination=where.id,
        amount=amount.minor,
        currency=amount.currency,
        fee=fee.minor,
        reference=reference,
        channel=channel,
        note=unit.keys.seal(note, field=store.NOTE, row=id) if note else None,
        rail=rail.rail,
        due=due,
        waits_for=WAITS_FOR if reviewed else "turn",
        expected=choice.expected_by,
        correlation=unit.correlation,
        now=unit.now,
    )
