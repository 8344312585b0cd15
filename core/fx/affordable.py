"""Whether a customer could use a quote now: said when it is asked for, not after the PIN."""

from uuid import UUID

from core.errors import Refusal
from core.fx.quote_store import Quote
from core.ledger import book
from core.store.unit import Unit


class NoWallet(Refusal):
    """There is no wallet in the currency. Fact: ``currency``."""

    code = "no_wallet"


def require(unit: Unit, customer: UUID, quote: Quote) -> None:
    """Refuse a quote early that could not be used now. Leaves no trace.

    :raises NoWallet: if the customer has no wallet in a currency of theirs
    :raises InsufficientFunds: if they do not hold what is sold and the fee
    :raises LimitExceeded: if it is to be sent to somebody, and their tier does not allow it
    :raises BalanceCeiling: if their tier may not hold that much of what is bought
    :raises AccountFrozen: if a wallet may not give or take
    """
    source = _wallet(unit, customer, quote.sell.currency)
    sent = quote.purpose == "transfer"
    kind = "transfer" if sent else "exchange"
    book.look(unit, debit=source, credit=None, amount=quote.total, type=kind)
    if not sent:
        target = _wallet(unit, customer, quote.buy.currency)
        position = book.system_account(unit, "fx", quote.buy.currency)
        book.look(unit, debit=position, credit=target, amount=quote.buy, type=kind)


def _wallet(unit: Unit, customer: UUID, currency: str) -> UUID:
    """Return the wallet that a conversion would take: the default, else the oldest."""
    found: UUID | None = unit.value(
        """
        select w.wallet_id from wallets w join customers c on c.id = w.user_id
        where w.user_id = %(customer)s and w.currency = %(currency)s and w.status <> 'closed'
        order by w.wallet_id = c.default_wallet desc, w.wallet_id limit 1
        """,
        customer=customer,
        currency=currency,
    )
    if found is None:
        raise NoWallet(currency=currency)
    return found
