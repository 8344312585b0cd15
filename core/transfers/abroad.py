"""Money sent that arrives in another currency: at a quote, in one movement, and both are told."""

from dataclasses import dataclass
from uuid import UUID

from core.crm import alert_choices
from core.fx import convert
from core.fx.affordable import NoWallet
from core.money import Money
from core.names import masked_name
from core.store.outbox import Notice, queue_notices
from core.store.personal import names
from core.store.unit import Unit
from core.transfers import notes
from core.transfers.send import OtherCurrency


@dataclass(frozen=True, slots=True)
class SentAbroad:
    """What the payer may be told."""

    reference: str
    sent: Money
    """What left the payer's wallet, the fee apart."""
    arrived: Money
    fee: Money
    balance: Money
    """What the payer has available in that wallet now."""


def send_abroad(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    payer: UUID,
    payee: UUID,
    quote: UUID,
    channel: str,
    note: str = "",
) -> SentAbroad:
    """Send money at a quote, from the payer's wallet in one currency to the payee's in another.

    The same id sends once, however often it is presented. The payee is told what arrived, and the
    payer is told after USSD, whose screen is gone when the session is.

    :raises OtherCurrency: if the payee has no wallet in the quote's currency
    :raises UnknownQuote: if the payer was given no such quote for sending
    :raises QuoteExpired: if its time is over
    :raises QuoteUsed: if it was used already, by another id
    :raises InsufficientFunds: if the payer does not hold what is sent and the fee
    :raises LimitExceeded: if the payer's tier does not allow it
    :raises BalanceCeiling: if the payee's tier may not hold that much
    :raises AccountFrozen: if a wallet may not give or take
    :raises IdReused: if the id was presented before for something else
    """
    note = notes.clean(note)
    ours, theirs = _who(unit, payer), _who(unit, payee)
    try:
        done = convert.convert_for(
            unit,
            id=id,
            payer=payer,
            payee=payee,
            quote=quote,
            channel=channel,
            note=unit.keys.seal(note, field="transfers.note", row=id) if note else None,
            note_token=unit.keys.token(note, kind="note") if note else "",
        )
    except NoWallet as missing:
        raise OtherCurrency(name=theirs, currency=missing.facts["currency"]) from None
    sent = SentAbroad(done.reference, done.sold, done.bought, done.fee, done.balances[0])
    if not done.replayed:
        facts = {"amount": str(sent.arrived), "reference": sent.reference, "name": ours}
        got = facts | {"balance": str(done.balances[1])}
        told = "money_received"
        if note:
            told, got = f"{told}_note", got | {"note": note}
        wanted = alert_choices.wants_money_in(unit, payee, sent.arrived)
        notices = [Notice(payee, told, got)] if wanted else []
        if channel == "ussd":
            receipt = {
                "sold": str(sent.sent),
                "bought": str(sent.arrived),
                "fee": str(sent.fee),
                "name": theirs,
                "reference": sent.reference,
                "balance": str(sent.balance),
            }
            notices.append(Notice(payer, "money_sent_abroad", receipt, channel="sms"))
        queue_notices(unit, notices)
    return sent


def _who(unit: Unit, customer: UUID) -> str:
    row = unit.one("select first_name, last_name from customers where id = %(id)s", id=customer)
    return masked_name(*names(unit.keys, customer, row.first_name, row.last_name))
