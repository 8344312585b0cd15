"""A made-up day of settlements, and the files in which others tell of it.

One Wednesday in Nairobi over PesaLink, RTGS and EFT: the book's postings, three rails' reports and
three statements a day, for that day and the two after it. `bench.recon_planted` fills it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from core.iso.messages import Entry, Statement
from core.money import Money

ON = date(2026, 3, 4)
DAYS = tuple(ON + timedelta(days=n) for n in range(3))
RAILS = {"pesalink": "KE-PESALINK", "rtgs": "KE-RTGS", "eft": "KE-EFT"}
CURRENCY = "KES"
FEE = {"pesalink": 2000, "rtgs": 15000, "eft": 1200}
"""What each rail may charge for a payment, as the table of rails has it."""


@dataclass(frozen=True)
class Payment:
    """One payment of the day, as the book has it."""

    id: UUID
    reference: str
    partner: str
    bank_id: str
    account: str
    amount: int
    number: str
    """The partner's own id of it."""
    status: str = "settled"

    @property
    def rail(self) -> str:
        """The rail it took."""
        return RAILS[self.partner]


@dataclass(frozen=True)
class Reported:
    """One line of a report."""

    day: date
    direction: str
    end_to_end: str
    reference: str
    amount: int
    currency: str = CURRENCY
    status: str = "ACSC"
    fee: int = 0


@dataclass
class Day:
    """The day: the book's payments, what others tell of them, and the breaks there are to find."""

    seed: int
    window: UUID
    payments: list[Payment] = field(default_factory=list)
    returned: list[Payment] = field(default_factory=list)
    reports: dict[str, list[Reported]] = field(default_factory=lambda: {one: [] for one in RAILS})
    entries: dict[str, list[Entry]] = field(default_factory=lambda: {one: [] for one in RAILS})
    planted: set[tuple[str, str]] = field(default_factory=set)
    """Kind, and what the payment or the line is called."""


def statements(day: Day) -> list[tuple[str, Statement]]:
    """Return the statements of three days, a partner's account after the other."""
    found = []
    for partner in RAILS:
        balance = 10**13
        for on in DAYS:
            # The money that a gap stands for has moved between two statements, and in none.
            if partner == "rtgs" and on == DAYS[1]:
                balance -= 7700
                day.planted.add(("balance_gap", f"RTGS-KES {on}"))
            entries = tuple(one for one in day.entries[partner] if one.booked_on == on)
            closing = balance + sum(one.amount.minor for one in entries)
            found.append(
                (
                    partner,
                    Statement(
                        id=f"{partner.upper()}-{on:%Y%m%d}",
                        account=f"{partner.upper()}-{CURRENCY}",
                        currency=CURRENCY,
                        entries=entries,
                        opening=Money(balance, CURRENCY),
                        opened_on=on - timedelta(days=1),
                        closing=Money(closing, CURRENCY),
                        closed_on=on,
                        number=f"{on.timetuple().tm_yday}",
                    ),
                )
            )
            balance = closing
    return found


def report(day: Day, partner: str, on: date) -> bytes:
    """Return a partner's report of a day, as CSV with a column for the fee."""
    rows = ["direction,reference,end_to_end,instruction,amount,currency,status,reason,day,at,fee"]
    rows += [
        f"{one.direction},{one.reference},{one.end_to_end},,{main_units(one.amount)},{one.currency},"
        f"{one.status},,{one.day},{one.day}T09:00:00+00:00,{main_units(one.fee)}"
        for one in day.reports[partner]
        if one.day == on
    ]
    return ("\r\n".join(rows) + "\r\n").encode()


def main_units(minor: int) -> str:
    """Return an amount of two digits as a file has it."""
    return f"{minor // 100}.{minor % 100:02d}"
