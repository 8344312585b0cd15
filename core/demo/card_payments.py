"""What Amina paid with her virtual card in the last month, as merchants and the scheme said it.

Each message is answered as it would have been, at its time; each morning the scheme reports what
was taken the day before. What is spent is brought first, so that she holds what she holds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Literal
from uuid import UUID

from core.cards import answering, clearing, vault
from core.cards.clearing import Line, Report
from core.cards.messages import Kind, Merchant, Paid, Request
from core.money import Money
from core.store.unit import Unit

CURRENCY = "KES"
SCHEME = "scheme"
JUMIA = Merchant("JUMIA", "JUMIA0000000001", "NAIROBI", "KE", "5311")
NAIVAS = Merchant("NAIVAS ONLINE", "NAIVAS000000002", "NAIROBI", "KE", "5411")
BOLT = Merchant("BOLT RIDES", "BOLT00000000001", "NAIROBI", "KE", "4121")
JAVA = Merchant("JAVA HOUSE", "JAVA00000000001", "NAIROBI", "KE", "5812")
GOODLIFE = Merchant("GOODLIFE PHARMACY", "GOODL0000000001", "NAIROBI", "KE", "5912")
BOOKS = Merchant("BOOKS ONLINE", "BOOKS0000000001", "LONDON", "GB", "5942")
STANLEY = Merchant("SAROVA STANLEY", "SAROVA000000001", "NAIROBI", "KE", "7011")
TAKEN, REPORTED = timedelta(hours=3), timedelta(hours=5)
"""When merchants present what was paid the day before, and when the scheme reports it; UTC."""
Happening = Callable[[Unit], None]


@dataclass(frozen=True, slots=True)
class _Visit:
    """So many days ago and at that time something was paid online; the ``ref`` names it."""

    days: int
    at: time
    ref: str
    shop: Merchant
    amount: str
    what: Literal["taken", "declined", "returned"] = "taken"
    paid: Paid | None = None
    rate: str | None = None

    @property
    def money(self) -> Money:
        """What is billed."""
        return Money.load(f"{CURRENCY} {self.amount}")


VISITS = (
    _Visit(29, time(8, 12), "naivas-1", NAIVAS, "1340.00"),
    _Visit(26, time(16, 40), "bolt-1", BOLT, "410.00"),
    _Visit(23, time(10, 5), "jumia-1", JUMIA, "1899.00"),
    _Visit(21, time(17, 31), "java-1", JAVA, "860.00"),
    _Visit(18, time(12, 24), "jumia-1", JUMIA, "899.00", "returned"),
    _Visit(16, time(18, 2), "books-1", BOOKS, "1239.00",
           paid=Paid(750, "GBP"), rate="165.2"),
    _Visit(12, time(9, 47), "jumia-2", JUMIA, "34999.00", "declined"),
    _Visit(9, time(13, 15), "goodlife-1", GOODLIFE, "720.00"),
    _Visit(6, time(15, 55), "naivas-2", NAIVAS, "1115.00"),
    _Visit(3, time(5, 38), "bolt-2", BOLT, "530.00"),
    _Visit(2, time(11, 20), "stanley-1", STANLEY, "1500.00"),
)  # fmt: skip


def spent() -> Money:
    """Return what her wallet is short of after all that: taken, less what came back."""
    signs = {"taken": 1, "returned": -1, "declined": 0}
    return Money(sum(signs[one.what] * one.money.minor for one in VISITS), CURRENCY)


def happenings(unit: Unit, card: UUID, now: datetime) -> Iterator[tuple[datetime, Happening]]:
    """Yield what merchants and the scheme have said of a card up to ``now``, and when."""
    pan = vault.open_pan(unit, card) or ""
    for one in VISITS:
        day = (now - timedelta(days=one.days)).replace(hour=0, minute=0, second=0, microsecond=0)
        if one.what != "returned":
            asked = _request(one, pan, "authorise")
            yield day.replace(hour=one.at.hour, minute=one.at.minute), partial(_say, request=asked)
        if one.what in {"taken", "returned"}:
            taken, next_day = _request(one, pan, "clear"), day + timedelta(days=1)
            yield next_day + TAKEN, partial(_say, request=taken)
            report = _report(one, taken, next_day)
            yield next_day + REPORTED, partial(_settle, report=report)


def _request(one: _Visit, pan: str, kind: Kind) -> Request:
    return Request(
        scheme=SCHEME,
        told=f"{one.ref} {one.what} {kind}",
        kind=kind,
        ref=one.ref,
        pan=pan,
        what="refund" if one.what == "returned" else "purchase",
        amount=one.money,
        paid=one.paid or Paid(one.money.minor, CURRENCY),
        rate=Decimal(one.rate) if one.rate else None,
        merchant=one.shop,
        way="online",
    )


def _report(one: _Visit, taken: Request, day: datetime) -> Report:
    net = Money(-one.money.minor, CURRENCY) if one.what == "returned" else one.money
    return Report(SCHEME, f"{day:%Y-%m-%d} {CURRENCY}", day.date(), net, [Line(taken.told, net)])


def _say(unit: Unit, *, request: Request) -> None:
    answering.answer(unit, request)


def _settle(unit: Unit, *, report: Report) -> None:
    clearing.settle(unit, report)
