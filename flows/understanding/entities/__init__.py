"""What a message names: amounts, currencies, people, phones, days, cards, cases, banks, accounts.

Each thing takes its words, and what is left is searched for the next, so that nothing is read
twice: a phone number is never an amount, nor is the day of a month.
"""

from dataclasses import dataclass, field
from datetime import date as day

from flows.hearing import LONGEST
from flows.understanding.entities import amounts, banks, currencies, dates, names, phones, things
from flows.understanding.entities.amounts import Amount
from flows.understanding.entities.tokens import Message, Span

__all__ = ["Entities", "Span", "find", "prepare"]

_COUNTRIES = ("KE", "TZ", "UG", "RW", "NG", "GH", "ZA", "SN", "CM")
_AMOUNTS = frozenset({"amount", "trade", "number"})


@dataclass(frozen=True, slots=True)
class Entities:
    """What was named in a message, the first of each kind; what was not is None."""

    amount: str | None = None
    """A decimal, such as ``1500.5``."""
    currency: str | None = None
    """ISO 4217, of the currency beside the amount."""
    from_currency: str | None = None
    to_currency: str | None = None
    """What is to be given for what, where money is to be changed."""
    phone: str | None = field(default=None, repr=False)
    """E.164. The number as it was written is in its span, also where it is no number at home."""
    name: str | None = field(default=None, repr=False)
    """As it was written."""
    card_kind: str | None = None
    """``virtual`` or ``physical``, where one of the two alone is spoken of."""
    case_ref: str | None = None
    """As the bank writes it, ``C-104-283-1``, its check digit proven."""
    date: str | None = None
    """ISO 8601."""
    bank: str | None = None
    """A bank or a wallet of mobile money, by its usual name."""
    account: str | None = field(default=None, repr=False)
    """Digits alone."""
    other_amount: str | None = None
    """What else the words of the amount may mean: ask which of the two it is."""
    buying: bool = False
    """The amount is one to be got, not given."""
    spans: tuple[Span, ...] = field(default=(), repr=False)
    """Everything that was named, in the order of the text, none upon another."""

    @property
    def ambiguous_amount(self) -> bool:
        """Whether the words of the amount may mean another one as well."""
        return self.other_amount is not None


def find(text: str, *, country: str, today: day, expects: str = "") -> Entities:
    """Return what a message names. Never raises; no more than ``LONGEST`` characters are read.

    :param country: ISO 3166, where its phone numbers and its shillings or francs belong
    :param today: what *tomorrow* is told from
    :param expects: what the bank has just asked for (``amount``, ``date``, ``name``, ``account`` or
        ``case_ref``): then it may stand alone
    """
    message = Message(text[:LONGEST])
    account = things.take_account(message, expected=expects == "account")
    phone = phones.take(message, country)
    case_ref = things.take_case(message, expected=expects == "case_ref")
    said_day = dates.take(message, today, expected=expects == "date")
    bank = banks.take(message)
    card_kind = things.take_card_kind(message)
    amount = amounts.take(
        message, country, expected=expects in _AMOUNTS, phone=_named_phone(message)
    )
    source, target, buying = _exchange(message, amount, country)
    return Entities(
        amount=amount.value if amount else None,
        currency=amount.currency if amount else None,
        from_currency=source,
        to_currency=target,
        phone=phone,
        name=names.take(message, expected=expects == "name"),
        card_kind=card_kind,
        case_ref=case_ref,
        date=said_day,
        bank=bank,
        account=account,
        other_amount=amount.other if amount else None,
        buying=buying,
        spans=tuple(sorted(message.spans, key=lambda span: span.start)),
    )


def prepare() -> None:
    """Learn words and the forms of phone numbers once: no transaction should wait for it."""
    for country in _COUNTRIES:
        find("buy 1k virtual mpesa 0712000002", country=country, today=day.min)


def _named_phone(message: Message) -> bool:
    return any(span.kind == "phone" for span in message.spans)


def _exchange(
    message: Message, amount: Amount | None, country: str
) -> tuple[str | None, str | None, bool]:
    """Return which currency is given for which, and whether the amount is one to be got."""
    apart = currencies.others(message, country)
    beside = (amount.at, amount.currency) if amount else None
    return currencies.pair(message, beside, apart, buying=currencies.buys(message))
