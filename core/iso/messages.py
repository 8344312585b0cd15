"""What the messages say, as plain values. Times are aware, days are dates, amounts are `Money`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from core.money import Money

LONGEST_ID = 35
LONGEST_NAME = 140
LONGEST_WORDS = 140
LONGEST_ACCOUNT = 34


class Unreadable(ValueError):
    """A message that cannot be used: too large, hostile, not what was expected, or wrong within.

    Its text says why for people who look after the bank, and repeats nothing personal.
    """


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays or is paid, and where they bank. What is not known is empty."""

    name: str = ""
    account: str = ""
    """At that bank, as the bank writes it; an IBAN where the country has them."""
    bic: str = ""
    code: str = ""
    """The bank's number in its country's clearing, such as ``68``."""


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """One payment from a bank's customer to another bank's (pacs.008, or a line of a pain.001)."""

    id: str
    """The sender's own id of this instruction."""
    end_to_end: str
    """The id that goes with the money from end to end; statuses and returns name it."""
    amount: Money
    debtor: Party
    creditor: Party
    settles_on: date
    made_at: datetime
    words: str = ""
    purpose: str = ""
    """A code of ISO 20022's external list, such as ``SALA``."""


@dataclass(frozen=True, slots=True)
class Initiation:
    """A file of payments that one bank hands to a clearing house (pain.001)."""

    id: str
    debtor: Party
    """The bank that pays for all of them."""
    transfers: tuple[CreditTransfer, ...]
    made_at: datetime


Code = Literal["RCVD", "ACTC", "PDNG", "ACSP", "ACSC", "ACCC", "RJCT"]
"""Received; checked; pending; settlement in process; settled; credited; rejected."""
SETTLED: frozenset[str] = frozenset({"ACSC", "ACCC"})
REJECTED: frozenset[str] = frozenset({"RJCT"})


@dataclass(frozen=True, slots=True)
class Status:
    """How one payment stands (pacs.002)."""

    id: str
    """Of this report; the next report of the same payment has another."""
    end_to_end: str
    code: str
    """A `Code`, or another of ISO 20022's external list."""
    made_at: datetime
    original: str = ""
    """The instruction's id that the report is about."""
    reason: str = ""
    """ISO 20022's external code for why, such as ``AC04``."""
    words: str = ""
    amount: Money | None = None
    """What the reporter says moved, if it says so."""
    reference: str = ""
    """The reporter's own id of the payment."""
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """Money of a settled payment on its way back (pacs.004)."""

    id: str
    end_to_end: str
    amount: Money
    """What comes back; a return may be less a fee."""
    reason: str
    settles_on: date
    made_at: datetime
    original: str = ""
    original_amount: Money | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement on an account. Money that came is positive, money that went is negative."""

    amount: Money
    booked_on: date | None
    valued_on: date | None
    reference: str
    """The account keeper's own id of the movement."""
    end_to_end: str = ""
    instruction: str = ""
    booked: bool = True
    """False for what is only pending or told for information."""
    reversal: bool = False
    code: str = ""
    """What kind of movement it is, in the account keeper's code."""
    reason: str = ""
    """Why money came back, in ISO 20022's external code."""
    name: str = ""
    """Who is on the other side."""
    account: str = ""
    words: str = ""
    batch: str = ""
    """The entry this is one part of, where one entry stands for several payments."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What moved on one account, between two balances (camt.053, camt.054, MT940)."""

    id: str
    account: str
    currency: str
    entries: tuple[Entry, ...]
    opening: Money | None = None
    opened_on: date | None = None
    closing: Money | None = None
    closed_on: date | None = None
    number: str = ""
    """Its number in a row, where the account keeper counts."""
    bank: str = ""
    """The account keeper's BIC."""

    @property
    def adds_up(self) -> bool:
        """Whether the opening balance and everything booked make the closing balance.

        A statement without both balances (a notification, a page of several) adds up to nothing.
        """
        if self.opening is None or self.closing is None:
            return False
        moved = sum(one.amount.minor for one in self.entries if one.booked)
        return self.opening.minor + moved == self.closing.minor
