"""The counter for what things cost, and how much may be spent."""

from core.fees import allowances, schedule
from core.fees.allowances import Allowances
from core.fees.schedule import FeeLine
from core.money import Money
from core.standing import Standing


class FeesCounter(Standing):
    """What is asked at the counter about fees and limits."""

    def tariff(self, what: str, currency: str) -> list[FeeLine]:
        """Return what a service costs the customer today, by amount."""
        return schedule.listed(self._unit, country=self.country, currency=currency, what=what)

    def fee(self, what: str, amount: Money) -> Money:
        """Return what a service costs the customer today, in the amount's currency.

        :raises NoTariff: if there is no tariff for it in that currency
        """
        return schedule.fee(self._unit, what=what, amount=amount, country=self.country)

    def limits(self) -> Allowances:
        """Return what the customer may spend, today and this month."""
        return allowances.read(self._unit, self._me)


__all__ = ["FeesCounter"]
