"""Send money: from one customer's wallet to another's, once, and both are told."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.names import masked_name
from core.store.outbox import queue_notice
from core.store.unit import Unit

LONGEST_NOTE = 140
# Without I, L, O and U: nothing is misread aloud, and no word comes out.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10


class OtherCurrency(Refusal):
    """The recipient has no wallet in this currency. Facts: ``name`` (masked), ``currency``."""

    code = "other_currency"


@dataclass(frozen=True, slots=True)
class SentMoney:
    """What the payer may be told of money that was sent."""

    reference: str
    balance: Money
    """What the payer has available in that wallet now."""


def send_money(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    payer: UUID,
    payee: UUID,
    amount: Money,
    channel: str,
    note: str = "",
) -> SentMoney:
    """Send money between the two customers' wallets of its currency.

    The same id sends once, however often it is presented. The payee is told, and so is the payer
    after USSD, whose screen is gone when the session is.

    :raises OtherCurrency: if the payee has no wallet in the currency
    :raises InsufficientFunds: if the payer does not hold that much
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises BalanceCeiling: if the payee's tier may not hold that much
    :raises AccountFrozen: if a wallet may not give or take
    :raises IdReused: if the id was presented before for something else
    """
    pair = _wallets(unit, payer, payee, amount.currency)
    reference = reference_of(id)
    note = note[:LONGEST_NOTE]
    posted = book.post(
        unit,
        id=id,
        type="transfer",
        legs=[book.Leg(pair.from_wallet, pair.to_wallet, amount)],
        wallet=pair.from_wallet,
        note=note,
        reference=reference,
    )
    if posted.replayed:
        return SentMoney(reference, book.balance(unit, pair.from_wallet).available)
    left = unit.one(
        RECORD,
        id=id,
        payer=payer,
        payee=payee,
        from_wallet=pair.from_wallet,
        to_wallet=pair.to_wallet,
        amount=amount.minor,
        currency=amount.currency,
        reference=reference,
        channel=channel,
        note=note,
        now=unit.now,
    )
    balance = Money(left.payers, amount.currency)
    facts = {"amount": str(amount), "reference": reference}
    queue_notice(
        unit,
        customer_id=payee,
        alert="money_received",
        facts=facts
        | {
            "name": masked_name(pair.payer_first, pair.payer_last),
            "balance": str(Money(left.payees, amount.currency)),
        },
    )
    if channel == "ussd":
        queue_notice(
            unit,
            customer_id=payer,
            alert="money_sent",
            facts=facts
            | {"name": masked_name(pair.payee_first, pair.payee_last), "balance": str(balance)},
            channel="sms",
        )
    return SentMoney(reference, balance)


def reference_of(id: UUID) -> str:  # noqa: A002 - of a transfer
    """Return what people call a transfer: twelve letters and digits that can be read aloud."""
    number = int.from_bytes(hashlib.sha256(id.bytes).digest()[:8])
    return "WK" + "".join(_LETTERS[number >> 5 * place & 31] for place in range(_LENGTH))


# Locks nothing of the payee: two who pay each other at once must only ever meet in the ledger.
WALLETS = """
select p.first_name as payer_first, p.last_name as payer_last,
    r.first_name as payee_first, r.last_name as payee_last,
    (select wallet_id from wallets w
        where w.user_id = p.id and w.currency = %(currency)s and w.status <> 'closed'
        order by w.wallet_id = p.default_wallet desc, w.wallet_id limit 1) as from_wallet,
    (select wallet_id from wallets w
        where w.user_id = r.id and w.currency = %(currency)s and w.status <> 'closed'
        order by w.wallet_id = r.default_wallet desc, w.wallet_id limit 1) as to_wallet
from customers p, customers r where p.id = %(payer)s and r.id = %(payee)s
"""

RECORD = """
with recorded as (
    insert into transfers (id, from_customer, to_customer, from_wallet, to_wallet, amount, currency,
        reference, channel, note, created_at)
    values (%(id)s, %(payer)s, %(payee)s, %(from_wallet)s, %(to_wallet)s, %(amount)s, %(currency)s,
        %(reference)s, %(channel)s, %(note)s, %(now)s)
)
select a.posted - a.held - coalesce(a.floor, 0) as payers,
    b.posted - b.held - coalesce(b.floor, 0) as payees
from ledger_accounts a, ledger_accounts b
where a.account_id = %(from_wallet)s and b.account_id = %(to_wallet)s
"""


def _wallets(unit: Unit, payer: UUID, payee: UUID, currency: str) -> Row[Any]:
    if payer == payee:
        raise ValueError("money is sent to somebody else")
    pair = unit.one(WALLETS, payer=payer, payee=payee, currency=currency)
    if pair.from_wallet is None:
        raise LookupError(f"the payer has no wallet in {currency}")
    if pair.to_wallet is None:
        raise OtherCurrency(name=masked_name(pair.payee_first, pair.payee_last), currency=currency)
    return pair
