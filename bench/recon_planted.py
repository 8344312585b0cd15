"""Filling a made-up day: payments all agree on, breaks, and what looks like one and is none.

Among the last: netted batches, parts, lines without an id, reversals, small differences. The same
seed makes the same day.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

from bench.recon_day import CURRENCY, DAYS, FEE, ON, Day, Payment, Reported
from core.iso.messages import Entry
from core.iso.statement_made import GIVEN_BACK, PAID, RECEIVED
from core.money import Money

BANKS = ("KE-68", "KE-01", "KE-11", "KE-03")
CHARGE = "ACMT-MDOP-CHRG"
PLANTED = {
    "missing_in_statement": 20,
    "missing_in_report": 20,
    "missing_in_book": 15,
    "amount_differs": 15,
    "currency_differs": 6,
    "duplicate_in_statement": 12,
    "duplicate_in_report": 12,
    "wrong_status": 16,
    "late": 14,
    "fee_unexpected": 6,
    "balance_gap": 1,
}
"""137 breaks of eleven kinds."""
HARMLESS = {"by_reference": 10, "by_account": 10, "in_parts": 8, "reversed": 6, "small": 9,
            "came_back": 8, "rejected": 7}  # fmt: skip
"""What looks like a break and is none, how often."""
OFF = 5000
"""Minor units by which an amount is wrong; what is let pass is far less."""
SMALL = 150


def make(*, payments: int, seed: int) -> Day:
    """Return a day of so many payments, at least 300, with `PLANTED` breaks in it."""
    chance = random.Random(seed)
    space = UUID(int=chance.getrandbits(128))
    day = Day(seed, uuid5(space, "window"))
    partners = ["pesalink"] * 14 + ["rtgs"] * 2 + ["eft"] * 4
    made = [_payment(chance, space, n, partners[n % len(partners)]) for n in range(payments)]
    plain = [one for one in made if one.partner == "pesalink"]
    chance.shuffle(plain)
    told = {one.id for one in made}
    for plan in (PLANTED, HARMLESS):
        for kind, times in plan.items():
            for nth in range(times):
                if kind in WITHOUT_A_PAYMENT:
                    WITHOUT_A_PAYMENT[kind](day, nth)
                    continue
                one = plain.pop()
                told.discard(one.id)
                _WAYS[kind](day, one, nth)
    for one in made:
        if one.id in told:
            _tell(day, one)
    day.payments += [one for one in made if one.id in told]
    _net(day)
    chance.shuffle(day.payments)
    return day


def _payment(chance: random.Random, space: UUID, n: int, partner: str) -> Payment:
    return Payment(
        id=uuid5(space, f"payment {n}"),
        reference=f"WK{chance.getrandbits(40):010X}{n:05d}",
        partner=partner,
        bank_id=chance.choice(BANKS),
        account=f"{chance.randrange(10**9, 10**10)}",
        # No two amounts alike, so that what is told without an id is one payment's.
        amount=100_000 + 10_000 * n + chance.randrange(1000),
        number=f"{partner[:2].upper()}{chance.getrandbits(32):08X}{n:05d}",
    )


def _line(one: Payment, **other: object) -> Reported:
    plain = Reported(ON, "out", one.reference, one.number, one.amount, fee=FEE[one.partner])
    return replace(plain, **other)  # type: ignore[arg-type]


def _entry(one: Payment, *, on: date = ON, **other: object) -> Entry:
    plain = Entry(
        amount=Money(-one.amount, CURRENCY),
        booked_on=on,
        valued_on=on,
        reference=one.number,
        end_to_end=one.reference,
        code=PAID,
        name="Juma Otieno",
        account=one.account,
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def _tell(day: Day, one: Payment, *, report: bool = True, statement: bool = True) -> None:
    if report:
        day.reports[one.partner].append(_line(one))
    if statement and one.partner != "eft":
        day.entries[one.partner].append(_entry(one))


def _known(day: Day, one: Payment, *, back: bool = False, status: str = "settled") -> None:
    day.payments.append(replace(one, status=status))
    if back:
        day.returned.append(one)


def _money(minor: int) -> Money:
    return Money(minor, CURRENCY)


def _net(day: Day) -> None:
    """EFT moves as one amount a bank and window, on the next morning; every other time in one."""
    sums: dict[str, int] = {}
    for one in day.payments:
        if one.partner == "eft":
            sums[one.bank_id] = sums.get(one.bank_id, 0) + one.amount
    for bank, amount in sorted(sums.items()):
        day.entries["eft"].append(
            Entry(
                amount=_money(-amount),
                booked_on=DAYS[1],
                valued_on=DAYS[1],
                reference=f"NET{bank}",
                instruction=day.window.hex,
                code=PAID,
            )
        )


# --- Breaks -------------------------------------------------------------------------------------


def _missing_in_statement(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one, statement=False)
    day.planted.add(("missing_in_statement", one.reference))


def _missing_in_report(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one, report=False)
    day.planted.add(("missing_in_report", one.reference))


def _missing_in_book(day: Day, one: Payment, nth: int) -> None:
    """Told by the report, by the statement, or by both; of the last two, money that came in."""
    if nth % 3 == 2:
        came = Money(one.amount, CURRENCY)
        day.entries[one.partner].append(_entry(one, amount=came, code=RECEIVED))
        day.reports[one.partner].append(_line(one, direction="in", fee=0))
    else:
        _tell(day, one, report=nth % 3 == 0, statement=nth % 3 == 1)
    day.planted.add(("missing_in_book", one.reference))


def _amount_differs(day: Day, one: Payment, nth: int) -> None:
    _known(day, one)
    off = one.amount + (OFF if nth % 2 else -OFF)
    if nth % 3:
        _tell(day, one, report=True, statement=False)
        day.entries[one.partner].append(_entry(one, amount=_money(-off)))
    else:
        _tell(day, one, report=False)
        day.reports[one.partner].append(_line(one, amount=off))
    day.planted.add(("amount_differs", one.reference))


def _currency_differs(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one, report=False)
    day.reports[one.partner].append(_line(one, currency="USD", fee=0))
    day.planted.add(("currency_differs", one.reference))


def _duplicate_in_statement(day: Day, one: Payment, nth: int) -> None:
    _known(day, one)
    _tell(day, one)
    day.entries[one.partner].append(_entry(one, on=DAYS[nth % 2], reference=f"{one.number}-2"))
    day.planted.add(("duplicate_in_statement", one.reference))


def _duplicate_in_report(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one)
    day.reports[one.partner].append(_line(one))
    day.planted.add(("duplicate_in_report", one.reference))


def _wrong_status(day: Day, one: Payment, nth: int) -> None:
    """Plant an end that book and rail do not agree on, in four ways."""
    way = nth % 4
    if way == 0:  # came back, as both others say
        _known(day, one)
        _tell(day, one)
        _back(day, one)
    elif way == 1:  # never left
        _known(day, one)
        day.reports[one.partner].append(_line(one, status="RJCT", fee=0))
    elif way == 2:  # the book alone says that it came back
        _known(day, one, back=True, status="returned")
        _tell(day, one)
    else:  # it failed here, and arrived there
        _known(day, one, status="failed")
        _tell(day, one)
    day.planted.add(("wrong_status", one.reference))


def _back(day: Day, one: Payment) -> None:
    day.reports[one.partner].append(_line(one, direction="back", reference=f"R{one.number}", fee=0))
    day.entries[one.partner].append(
        _entry(
            one,
            amount=_money(one.amount),
            reference=f"R{one.number}",
            code=GIVEN_BACK,
            reason="AC04",
        )
    )


def _late(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one, statement=False)
    day.entries[one.partner].append(_entry(one, on=DAYS[2]))
    day.planted.add(("late", one.reference))


def _fee_unexpected(day: Day, one: Payment, nth: int) -> None:
    _known(day, one)
    if nth % 2:
        _tell(day, one, report=False)
        day.reports[one.partner].append(_line(one, fee=FEE[one.partner] + 5000))
        day.planted.add(("fee_unexpected", one.reference))
    else:
        _tell(day, one)
        charge = f"CHG{one.number}"
        day.entries[one.partner].append(
            Entry(amount=_money(-35_000), booked_on=ON, valued_on=ON, reference=charge, code=CHARGE)
        )
        day.planted.add(("fee_unexpected", charge))


# --- What is none -------------------------------------------------------------------------------


def _by_reference(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one, statement=False)
    day.entries[one.partner].append(_entry(one, end_to_end="", account="", name=""))


def _by_account(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one, statement=False)
    day.entries[one.partner].append(
        _entry(one, on=DAYS[1], end_to_end="", reference=f"S{one.amount}")
    )


def _in_parts(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one, statement=False)
    first = one.amount // 3
    for part in (first, one.amount - first):
        day.entries[one.partner].append(_entry(one, amount=_money(-part)))


def _reversed(day: Day, one: Payment, _: int) -> None:
    _known(day, one)
    _tell(day, one)
    day.entries[one.partner].append(_entry(one))
    day.entries[one.partner].append(_entry(one, amount=_money(one.amount), reversal=True))


def _small(day: Day, one: Payment, nth: int) -> None:
    _known(day, one)
    _tell(day, one, statement=False)
    off = SMALL if nth % 2 else -SMALL
    day.entries[one.partner].append(_entry(one, amount=_money(-one.amount + off)))


def _came_back(day: Day, one: Payment, _: int) -> None:
    _known(day, one, back=True, status="returned")
    _tell(day, one)
    _back(day, one)


def _rejected(day: Day, one: Payment, _: int) -> None:
    _known(day, one, status="failed")
    day.reports[one.partner].append(_line(one, status="RJCT", fee=0))


_WAYS: dict[str, Callable[[Day, Payment, int], None]] = {
    "missing_in_statement": _missing_in_statement,
    "missing_in_report": _missing_in_report,
    "missing_in_book": _missing_in_book,
    "amount_differs": _amount_differs,
    "currency_differs": _currency_differs,
    "duplicate_in_statement": _duplicate_in_statement,
    "duplicate_in_report": _duplicate_in_report,
    "wrong_status": _wrong_status,
    "late": _late,
    "fee_unexpected": _fee_unexpected,
    "by_reference": _by_reference,
    "by_account": _by_account,
    "in_parts": _in_parts,
    "reversed": _reversed,
    "small": _small,
    "came_back": _came_back,
    "rejected": _rejected,
}
WITHOUT_A_PAYMENT: dict[str, Callable[[Day, int], None]] = {
    "balance_gap": lambda _day, _nth: None,  # `statements` makes it
}
