"""What others tell of our money: statements of nostros and reports of rails, as plain values.

Amounts are as the nostro sees them: what came is positive, what went is negative.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.errors import DeskRefusal
from core.money import Money

Kind = Literal["report", "statement"]
Format = Literal["report", "camt", "mt940"]
State = Literal["settled", "returned", "received", "charge", "rejected", "pending"]
"""Ours arrived; came back, or was given back; one to us; a charge; never left; has no end yet."""


class FileUnreadable(DeskRefusal):
    """It is no statement and no report, or is not whole. Fact: ``why``."""

    code = "file_unreadable"


class AccountUnknown(DeskRefusal):
    """A statement of an account that is no nostro of ours. Fact: ``account``."""

    code = "account_unknown"


class PartnerNeeded(DeskRefusal):
    """A report does not say whose it is, and nobody did."""

    code = "partner_needed"


class ToldOtherwise(DeskRefusal):
    """The same statement or report came before and was another. Facts: ``name``, ``day``."""

    code = "told_otherwise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that others say happened."""

    day: date
    amount: Money
    state: State
    end_to_end: str = ""
    reference: str = ""
    """Their own id of it."""
    batch: str = ""
    fee: int = 0
    """What they charge for it beside the amount, in minor units."""
    name: str = ""
    account: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One statement, or one report. A report has no account and no balances."""

    kind: Kind
    name: str
    number: str = ""
    account: str = ""
    since: date
    day: date
    opening: Money | None = None
    closing: Money | None = None
    lines: Sequence[Line]
