"""A quote: asked for outside, read back with its clock, asked for anew when its time is over."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Literal

from core.money import Money
from flows.last_moment import ANOTHER_AMOUNT_HELPS, PROVING, refused
from flows.story import Path

if TYPE_CHECKING:
    from core.bank import Bank

Side = Literal["sell", "buy"]
SIDES: Mapping[str, Side] = {"sell": "sell", "buy": "buy"}

RATE_DIGITS = 7
"""As many as the bank computes with."""
NO_PRICE = (
    "timed_out", "no_liquidity", "rate_stale", "rate_deviates", "no_tariff", "market_closed",
    "exposure_limit", "same_currency", "currency_not_dealt", "no_rate",
)  # fmt: skip
"""What keeps providers and bank from making a quote; asking again later may help."""
_READ = ("review", "renewed")
QUOTING: tuple[Path, ...] = (
    # The providers are asked outside; what they say becomes a quote with a clock.
    ("answered", "pricing", "renewed", "has_lapsed", None, "take_quote"),
    ("answered", "pricing", "review", None, None, "take_quote"),
    *refused("no_price", *NO_PRICE, at="pricing"),
    *refused("amount", *ANOTHER_AMOUNT_HELPS, "amount_too_small", at="pricing"),
    *refused("cancelled", "account_frozen", at="pricing"),
    ("retry", "no_price", "pricing"),
    ("stop", "no_price", "cancelled"),
    ("yes", _READ, "pricing", "ran_out", None, "note_lapsed"),
    ("yes", _READ, "pin"),
    ("change", _READ, "change"),
    ("no", _READ, "cancelled"),
    ("proven", PROVING, "pricing", "ran_out", None, "note_lapsed"),
    *refused("pricing", "quote_expired", do="note_lapsed"),
    *refused("cancelled", "quote_used", "unknown_quote"),
)
"""The paths of a quote, from the question to the proof, which they stand before: a quote that ran
out is used no more, and no code is sent for it."""


class Quoted:
    """The question, the quote and its clock, of a story whose slots say what is wanted.

    ``sell`` and ``buy`` are currencies, ``asked`` is an amount in the one that ``side`` names. A
    quote adds ``quote`` (its id), ``sold``, ``fee``, ``amount`` (both: all that leaves),
    ``bought``, ``one``, ``other``, ``rate``, ``ends``; and ``before``, what the one that ran out
    had offered.
    """

    abroad: ClassVar[bool] = False
    """Whether what is got goes to somebody else."""
    widest: ClassVar[Mapping[str, object]] = {
        "sell": "TZS",
        "buy": "UGX",
        "sold": "TZS 99999999.99",
        "amount": "TZS 99999999.99",
        "fee": "TZS 999999.99",
        "bought": "UGX 99999999",
        "before": "TZS 99999999.99",
        "side": "buy",
        "one": "USD",
        "other": "UGX",
        "rate": "3712.45",
        "left": 300,
        "ends": "2026-09-28T21:59:00+00:00",
    }
    """The facts of a quote, as wide as they get."""
    bank: "Bank"
    slots: dict[str, str]
    outcome: Mapping[str, str]

    @property
    def ran_out(self) -> bool:
        """Whether the time of the quote that was read back is over."""
        return "ends" in self.slots and self._seconds_left() == 0

    @property
    def has_lapsed(self) -> bool:
        """Whether an earlier quote ran out before it was used."""
        return "before" in self.slots

    def prices(self) -> object:
        """Return the question for those who provide the currencies."""
        slots = self.slots
        return self.bank.fx_enquiry(
            slots["sell"], slots["buy"], SIDES[slots["side"]], Money.load(slots["asked"])
        )

    def note_lapsed(self, _: str) -> None:
        """Remember what the quote that ran out had offered, to say what has changed."""
        moved = "amount" if self.slots["side"] == "buy" else "bought"
        self.slots["before"] = self.slots[moved]

    def take_quote(self, _: str) -> None:
        """Have the bank make a quote of the prices that were heard, and remember it."""
        slots = self.slots
        quote = self.bank.quote(
            sell=slots["sell"],
            buy=slots["buy"],
            side=SIDES[slots["side"]],
            amount=Money.load(slots["asked"]),
            prices=self.outcome.get("prices", ""),
            again=self.has_lapsed,
            abroad=self.abroad,
        )
        slots |= {"quote": str(quote.id), "sold": str(quote.sell), "fee": str(quote.fee)}
        slots |= {"amount": str(quote.total), "bought": str(quote.buy)}
        slots["ends"] = quote.expires_at.isoformat()
        slots |= told_rate(slots["sell"], slots["buy"], quote.rate)

    def clock(self) -> Mapping[str, object]:
        """Return the fact ``left``: for how many seconds the quote holds from now on."""
        return {"left": self._seconds_left()} if "ends" in self.slots else {}

    def _ask(self, *, sell: str, buy: str, side: Side, asked: Money) -> None:
        """Remember what is to be asked for, and forget every earlier quote."""
        self._forget_quote()
        self.slots |= {"sell": sell, "buy": buy, "side": side, "asked": str(asked)}

    def _forget_quote(self) -> None:
        for slot in ("quote", "amount", "ends", "before"):
            self.slots.pop(slot, None)

    def _seconds_left(self) -> int:
        now = datetime.fromisoformat(self.bank.now)
        until = datetime.fromisoformat(self.slots["ends"])
        return max(0, ceil((until - now).total_seconds()))


def told_rate(sell: str, buy: str, rate: Decimal) -> dict[str, str]:
    """Return a rate (``buy`` for one ``sell``) as people say it: of the dearer currency.

    The facts are ``one``, ``other``, and how much of the other one is: ``rate``, rounded to six
    digits. It is told for reading; money is never worked out of it.
    """
    one, other = (sell, buy) if rate >= 1 else (buy, sell)
    figure = rate if rate >= 1 else 1 / rate
    places = max(RATE_DIGITS - 1 - figure.adjusted(), 0)
    rounded = figure.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN).normalize()
    return {"one": one, "other": other, "rate": f"{rounded:f}"}
