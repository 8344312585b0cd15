"""Changing money at a quote, once: the customer's wallets, the bank's position, fee and spread.

One call to the database takes the quote and posts one group of the ledger. A large conversion is
covered with the providers its price came from, ordered in the same unit.
"""

from dataclasses import dataclass
from uuid import UUID

from core.errors import Refusal
from core.fx import hedging
from core.fx.affordable import NoWallet
from core.fx.quote_store import UnknownQuote
from core.ledger import book
from core.ledger.reference import reference_of
from core.ledger.refusals import InsufficientFunds, TooLittleLeft
from core.money import Money
from core.store.crashpoints import reached
from core.store.outbox import Notice, queue_notices
from core.store.unit import Row, Unit


class QuoteExpired(Refusal):
    """The quote's time is over."""

    code = "quote_expired"


class QuoteUsed(Refusal):
    """The quote was used already."""

    code = "quote_used"


_REFUSALS: dict[str, type[Refusal]] = {
    one.code: one for one in (UnknownQuote, QuoteExpired, QuoteUsed, NoWallet)
}


@dataclass(frozen=True, slots=True)
class Converted:
    """What the customer may be told of a conversion."""

    reference: str
    sold: Money
    bought: Money
    fee: Money
    balances: tuple[Money, Money]
    """What may be spent now where the money left, and where it arrived."""
    replayed: bool
    """Whether it was done before, when the same id was first presented."""


def convert(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    customer: UUID,
    quote: UUID,
    channel: str,
) -> Converted:
    """Change money between a customer's own wallets as a quote says.

    The same id does it once, however often it is presented. After USSD, whose screen is gone when
    the session is, the customer is told by SMS as well.

    :raises UnknownQuote: if the customer was given no such quote
    :raises QuoteExpired: if its time is over
    :raises QuoteUsed: if it was used already, by another id
    :raises NoWallet: if the customer has no wallet in one of the currencies
    :raises InsufficientFunds: if they do not hold what is sold and the fee together
    :raises BalanceCeiling: if their tier may not hold that much of what is bought
    :raises AccountFrozen: if a wallet may not give or take
    :raises IdReused: if the id was presented before for something else
    """
    done = _convert(unit, id=id, customer=customer, payee=None, quote=quote, channel=channel)
    if channel == "ussd" and not done.replayed:
        facts = {
            "sold": str(done.sold),
            "bought": str(done.bought),
            "fee": str(done.fee),
            "reference": done.reference,
            "balance": str(done.balances[1]),
        }
        queue_notices(unit, [Notice(customer, "money_exchanged", facts, channel="sms")])
    return done


def convert_for(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002
    payer: UUID,
    payee: UUID,
    quote: UUID,
    channel: str,
    note: bytes | None = None,
    note_token: str = "",
) -> Converted:
    """Send money that arrives in another currency: from the payer's wallet to the payee's.

    The quote is one for a transfer. ``note`` is sealed, ``note_token`` stands for it in the ledger.
    It counts against the payer's limits. Raises what `convert` does; `NoWallet` may be about the
    payee.

    :raises LimitExceeded: if the payer's tier does not allow it
    """
    if payer == payee:
        raise ValueError("money is sent to somebody else")
    return _convert(
        unit, id=id, customer=payer, payee=payee, quote=quote, channel=channel, note=note,
        note_token=note_token,
    )  # fmt: skip


_CONVERT = """
select code, facts, replayed, hash, sell, sold, buy, bought, fee, is_large, left_from, left_to
from fx_convert(%(id)s, %(quote)s, %(customer)s, %(payee)s, %(reference)s, %(channel)s, %(note)s,
    %(note_token)s, %(now)s, %(correlation)s)
"""


def _convert(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002
    customer: UUID,
    payee: UUID | None,
    quote: UUID,
    channel: str,
    note: bytes | None = None,
    note_token: str = "",
) -> Converted:
    reference = reference_of(id)
    row = unit.one(
        _CONVERT,
        id=id,
        quote=quote,
        customer=customer,
        payee=payee,
        reference=reference,
        channel=channel,
        note=note,
        note_token=note_token,
        now=unit.now,
        correlation=unit.correlation,
    )
    if row.code in _REFUSALS:
        raise _REFUSALS[row.code](**(row.facts or {}))
    replayed = _posted(id, row)
    reached("fx.posted")
    if row.is_large and not replayed:
        hedging.cover_large(unit, quote)
    return Converted(
        reference=reference,
        sold=Money(row.sold, row.sell),
        bought=Money(row.bought, row.buy),
        fee=Money(row.fee, row.sell),
        balances=(Money(row.left_from, row.sell), Money(row.left_to, row.buy)),
        replayed=replayed,
    )


def _posted(id: UUID, row: Row) -> bool:  # noqa: A002
    """Return whether the ledger had posted it before; its refusals tell of the whole amount."""
    total = Money(row.sold + row.fee, row.sell)
    try:
        return book.posted(id, row).replayed
    except InsufficientFunds as short:
        short.facts["wanted"] = str(total)
        raise
    except TooLittleLeft as short:
        # What is sold is there, the fee on top of it is not.
        free = Money.load(short.facts["left"]) + Money(row.sold, row.sell)
        refusal = InsufficientFunds(available=str(free), wanted=str(total))
        refusal.request = short.request
        raise refusal from None
