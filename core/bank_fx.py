"""The counter for foreign exchange: what it costs, changing it, and rates to wait for."""

from uuid import UUID

from core.fees import schedule
from core.fx import affordable, offered, quote_store, quotes, rate_alerts
from core.fx.convert import Converted
from core.fx.offered import Convertible, RateLine
from core.fx.pricing import Side
from core.fx.quote_store import Quote
from core.fx.quotes import Service
from core.fx.rate_alerts import RateAlert
from core.money import Money
from core.partners.liquidity import FxEnquiry
from core.standing import Standing

LOCK_SECONDS = 120
"""How long a quote holds, long enough to read a screen and type a PIN; nothing is charged for so
short a time."""
USSD_LOCK_SECONDS = 90
"""The same on USSD, whose sessions are soon over."""
SLOW_LOCK_SECONDS = 300
"""How long the next one holds for somebody whose first ran out; a code then comes in time, too.
What holding it so long costs is in its price."""


class FxCounter(Standing):
    """What is asked at the counter about other currencies."""

    def convertible(self) -> Convertible:
        """Return the currencies the customer may sell (their wallets') and those they may buy."""
        return offered.convertible(self._unit, self._me, home=self.currency)

    def rates(self) -> list[RateLine]:
        """Return what one unit of each currency we deal in is worth today, at home; at most nine.

        These are told for guidance; what a conversion really costs is in its quote.
        """
        return offered.rates(self._unit, self._me, home=self.currency)

    def fx_enquiry(self, sell: str, buy: str, side: Side, amount: Money) -> FxEnquiry:
        """Return the question for the providers of liquidity, for a *call* step.

        ``side`` says what ``amount`` fixes: ``sell`` in the currency that is given, ``buy`` in the
        one that is got. The answer's fact ``prices`` goes to `quote` as it is.

        :raises ValueError: if the amount is not in the currency of its side
        """
        return quotes.enquiry(sell, buy, side=side, amount=amount)

    def quote(
        self,
        *,
        sell: str,
        buy: str,
        side: Side,
        amount: Money,
        prices: str,
        again: bool = False,
        abroad: bool = False,
    ) -> Quote:
        """Give the customer a firm quote that is used once, before it expires.

        ``prices`` is what the providers answered. ``again``: an earlier quote ran out before it was
        used, so this one holds longer. ``abroad`` is a quote for `Bank.send_abroad`: it
        has that service's fee, and changes nothing between the customer's own wallets.

        :raises NoLiquidity: if no provider has that much for us now
        :raises MarketClosed: if the currencies are not dealt in now
        :raises RateStale: if nobody says what the currencies are worth now
        :raises RateDeviates: if all prices lie too far from that
        :raises AmountTooSmall: if it is less than is changed at once
        :raises ExposureLimit: if the bank may not take that much on itself now
        :raises SameCurrency: if both are one
        :raises CurrencyNotDealt: if the bank does not deal in one of them
        :raises NoTariff: if nothing says what the service costs
        :raises NoWallet: if the customer has none in a currency
        :raises InsufficientFunds: if they do not hold what is sold and the fee
        :raises LimitExceeded: if their tier does not allow sending so much abroad
        :raises BalanceCeiling: if their tier may not hold that much of what is bought
        :raises AccountFrozen: if a wallet may not give or take
        """
        what = "transfer_abroad" if abroad else "exchange"

        def fee_of(sold: Money) -> Money:
            return schedule.fee(self._unit, what=what, amount=sold, country=self.country)

        given = quotes.quote(
            self._unit,
            customer=self._me,
            sell=sell,
            buy=buy,
            side=side,
            amount=amount,
            prices=prices,
            lock_seconds=SLOW_LOCK_SECONDS if again else self._lock_seconds,
            channel=self.channel,
            service=Service("transfer" if abroad else "exchange", fee_of),
        )
        affordable.require(self._unit, self._me, given)
        return given

    @property
    def _lock_seconds(self) -> int:
        return USSD_LOCK_SECONDS if self.channel == "ussd" else LOCK_SECONDS

    def find_quote(self, quote: str) -> Quote:
        """Return one of the customer's quotes, as it was given.

        :raises UnknownQuote: if it is none of theirs
        """
        return quote_store.find(self._unit, UUID(quote), customer=self._me)

    def set_rate_alert(self, sell: str, buy: str, rate: str) -> RateAlert:
        """Tell the customer when one unit of ``sell`` reaches a rate in ``buy``, once.

        Whether it is to rise or to fall there is seen from where it stands now.

        :raises NotARate: if it is not a rate, or is the one that holds already
        :raises RateStale: if nobody says what the currencies are worth now
        :raises TooManyRateAlerts: if the customer waits for five already
        :raises SameCurrency: if both are one
        :raises CurrencyNotDealt: if the bank does not deal in one of them
        """
        return rate_alerts.watch(self._unit, self._me, sell=sell, buy=buy, rate=rate)

    def rate_alerts(self) -> list[RateAlert]:
        """Return the rates the customer waits for, the oldest first; at most five."""
        return rate_alerts.watched(self._unit, self._me)

    def drop_rate_alert(self, alert: str) -> None:
        """Wait for a rate no longer.

        :raises UnknownRateAlert: if the customer does not wait for it (any more)
        """
        rate_alerts.drop(self._unit, self._me, UUID(alert))


__all__ = [
    "Converted",
    "Convertible",
    "FxCounter",
    "FxEnquiry",
    "Quote",
    "RateAlert",
    "RateLine",
]  # fmt: skip
