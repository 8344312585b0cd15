"""Send money: from one customer's wallet to another's, once, and both are told."""

from dataclasses import dataclass
from uuid import UUID

from core.errors import Refusal
from core.ledger import book
from core.ledger.reference import reference_of
from core.money import Money
from core.names import masked_name
from core.store.crashpoints import reached
from core.store.outbox import Notice, queue_notices
from core.store.personal import names
from core.store.unit import Unit
from core.transfers import notes

__all__ = ["OtherCurrency", "SentMoney", "reference_of", "send_money"]

RECEIVED = "money_received"
"""The alert that a payee may have chosen not to hear, or from an amount on."""


class OtherCurrency(Refusal):
    """The recipient has no wallet in this currency. Facts: ``name`` (masked), ``currency``.

    Where they were only looked for, also ``said``, by which they were found.
    """

    code = "other_currency"


class PayerHasNoWallet(LookupError):
    """The payer has no wallet in this currency, though what asks for the payment counts on one."""


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
    told: str = RECEIVED,
) -> SentMoney:
    """Send money between the two customers' wallets of its currency.

    The same id sends once, however often it is presented. The payee is told (``told`` is the alert,
    and the note goes with it) unless they chose not to be (`core.crm.alert_choices`), and so is the
    payer after USSD, whose screen is gone when the session is.

    :raises OtherCurrency: if the payee has no wallet in the currency
    :raises InsufficientFunds: if the payer does not hold that much
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises BalanceCeiling: if the payee's tier may not hold that much
    :raises AccountFrozen: if a wallet may not give or take
    :raises IdReused: if the id was presented before for something else
    :raises PayerHasNoWallet: if the payer has no wallet in the currency
    """
    if payer == payee:
        raise ValueError("money is sent to somebody else")
    reference, note = reference_of(id), notes.clean(note)
    row = unit.one(
        SEND,
        id=id,
        payer=payer,
        payee=payee,
        amount=amount.minor,
        currency=amount.currency,
        reference=reference,
        channel=channel,
        note=unit.keys.seal(note, field="transfers.note", row=id) if note else None,
        note_token=unit.keys.token(note, kind="note") if note else "",
        now=unit.now,
        correlation=unit.correlation,
    )
    if row.code == "no_wallet":
        raise PayerHasNoWallet(f"the payer has no wallet in {amount.currency}")
    if row.code == "other_currency":
        theirs = masked_name(*names(unit.keys, payee, row.payee_first, row.payee_last))
        raise OtherCurrency(name=theirs, currency=amount.currency)
    posted = book.posted(id, row)
    reached("money.posted")
    sent = SentMoney(reference, Money(row.payers, amount.currency))
    if not posted.replayed:
        left = Money(row.payees, amount.currency)
        facts = {"amount": str(amount), "reference": reference}
        ours = masked_name(*names(unit.keys, payer, row.payer_first, row.payer_last))
        got = facts | {"name": ours, "balance": str(left)}
        asked_for = told != RECEIVED
        if note:
            told, got = f"{told}_note", got | {"note": note}
        notices = [Notice(payee, told, got)] if asked_for or row.wanted else []
        if channel == "ussd":
            theirs = masked_name(*names(unit.keys, payee, row.payee_first, row.payee_last))
            receipt = facts | {"name": theirs, "balance": str(sent.balance)}
            notices.append(Notice(payer, "money_sent", receipt, channel="sms"))
        queue_notices(unit, notices)
        reached("money.notices_queued")
    return sent


SEND = """
select code, facts, replayed, hash, payer_first, payer_last, payee_first, payee_last, payers,
    payees, wants_money_in(%(payee)s, %(amount)s, %(currency)s) as wanted
from send_money(%(id)s, %(payer)s, %(payee)s, %(amount)s, %(currency)s, %(reference)s, %(channel)s,
    %(note)s, %(note_token)s, %(now)s, %(correlation)s)
"""
