"""What the switch and the settlement bank write at the end of a day: a report, and a statement.

The report is the rail's, what it says happened. The statement is of the bank's settlement account,
where the money is: camt.053, or MT940 as older banks send it. The two, and the bank's own ledger,
are what is reconciled.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from core.iso.messages import Entry, Returned, Statement
from core.iso.statement_made import GIVEN_BACK, PAID, RECEIVED
from core.money import Money
from core.partners.rails.report import Direction, Line
from core.partners.rails.twin import Switch
from core.partners.rails.twin_fate import Kept
from core.partners.rails.twin_rules import local

LONGEST_REFERENCE = 16
"""Characters that a reference has in MT940."""


def report(switch: Switch, on: date, *, now: datetime) -> tuple[Line, ...]:
    """Return what the switch says has passed on a day, in the order it happened."""
    lines = [*_paid(switch, now), *_others(switch, now)]
    return tuple(sorted((one for one in lines if one.day == on), key=lambda one: one.at))


def statement(
    switch: Switch, on: date, currency: str, *, account: str, bank: str, now: datetime, first: Money
) -> Statement:
    """Return the settlement account's statement of a day; ``first`` is what it began with at all.

    Only what has moved is in it, in the order it moved: refusals are the report's alone.
    """
    moved = sorted(
        (
            one
            for one in (*_paid(switch, now), *_others(switch, now))
            if one.status == "ACSC" and one.amount.currency == currency and one.day <= on
        ),
        key=lambda one: (one.day, one.at, one.reference),
    )
    before = sum(_signed(one).minor for one in moved if one.day < on)
    entries = tuple(_entry(switch, one) for one in moved if one.day == on)
    opening = first.minor + before
    closing = opening + sum(one.amount.minor for one in entries)
    return Statement(
        id=f"{switch.rules.name.upper()}-{currency}-{on:%Y%m%d}",
        account=account,
        currency=currency,
        entries=entries,
        opening=Money(opening, currency),
        opened_on=on - timedelta(days=1),
        closing=Money(closing, currency),
        closed_on=on,
        number=f"{on.timetuple().tm_yday}",
        bank=bank,
    )


def mt940(told: Statement) -> bytes:
    """Return a statement as MT940.

    :raises ValueError: if it has no balances
    """
    if told.opening is None or told.closing is None or not told.opened_on or not told.closed_on:
        raise ValueError("a statement has two balances, each of a day")
    rows = [
        f":20:{told.id[-LONGEST_REFERENCE:]}",
        f":25:{told.account}",
        f":28C:{told.number}/1",
        f":60F:{_side(told.opening)}{told.opened_on:%y%m%d}{told.currency}{_comma(told.opening)}",
    ]
    for one in told.entries:
        day = one.valued_on or told.closed_on
        kind = "NRTI" if one.code == GIVEN_BACK else "NTRF"
        rows.append(
            f":61:{day:%y%m%d}{day:%m%d}{_side(one.amount)}{_comma(one.amount)}{kind}NONREF"
            f"//{one.reference[-LONGEST_REFERENCE:]}"
        )
        rows.append(
            f":86:/EREF/{one.end_to_end}/RREA/{one.reason}"
            if one.reason
            else f":86:/EREF/{one.end_to_end}"
        )
    rows.append(
        f":62F:{_side(told.closing)}{told.closed_on:%y%m%d}{told.currency}{_comma(told.closing)}"
    )
    return ("\r\n".join(rows) + "\r\n-\r\n").encode()


def _paid(switch: Switch, now: datetime) -> Iterator[Line]:
    """Give the payments out that have come to an end."""
    for kept in switch.payments.values():
        if kept.is_settled(now) and kept.settles_at and kept.settled_on:
            yield _out(kept, "ACSC", kept.settles_at, kept.settled_on)
        elif kept.is_refused(now) and kept.refused_at:
            on = local(kept.refused_at, kept.payment.amount.currency).date()
            yield _out(kept, "RJCT", kept.refused_at, on)


def _out(kept: Kept, status: str, at: datetime, on: date) -> Line:
    payment = kept.payment
    reason = kept.reason if status == "RJCT" else ""
    return Line(
        "out", kept.reference, payment.end_to_end, payment.id, payment.amount, status, reason, on,
        at,
    )  # fmt: skip


def _others(switch: Switch, now: datetime) -> Iterator[Line]:
    """Give what came, what came back, and what was given back."""
    for came in switch.incoming.values():
        if came.made_at <= now:
            yield Line(
                "in", came.id, came.end_to_end, came.id, came.amount, "ACSC", "",
                came.settles_on, came.made_at,
            )  # fmt: skip
    yield from (_back("back", one) for one in switch.returns.values() if one.made_at <= now)
    yield from (
        _back("given_back", one) for one in switch.given_back.values() if one.made_at <= now
    )


def _back(direction: Direction, one: Returned) -> Line:
    return Line(
        direction, one.id, one.end_to_end, one.original, one.amount, "ACSC", one.reason,
        one.settles_on, one.made_at,
    )  # fmt: skip


def _signed(line: Line) -> Money:
    leaves = line.direction in {"out", "given_back"}
    return Money(-line.amount.minor if leaves else line.amount.minor, line.amount.currency)


def _entry(switch: Switch, line: Line) -> Entry:
    code = {"out": PAID, "given_back": PAID, "in": RECEIVED, "back": GIVEN_BACK}[line.direction]
    other = switch.payments.get(line.end_to_end) if line.direction == "out" else None
    came = switch.incoming.get(line.reference) if line.direction == "in" else None
    party = other.payment.creditor if other else came.debtor if came else None
    return Entry(
        amount=_signed(line),
        booked_on=line.day,
        valued_on=line.day,
        reference=line.reference,
        end_to_end=line.end_to_end,
        instruction=line.instruction,
        code=code,
        reason=line.reason,
        name=party.name if party else "",
        account=party.account if party else "",
    )


def _side(amount: Money) -> str:
    return "D" if amount.minor < 0 else "C"


def _comma(amount: Money) -> str:
    """Return an amount without its sign, as MT940 writes it: always with a comma."""
    whole = f"{abs(amount.major):f}".replace(".", ",")
    return whole if "," in whole else f"{whole},"
