"""The counter for what customers want to be told of: news, money that comes in, a low balance.

Whoever asks to be told of something wants to hear of it: a STOP said before, anywhere, is over.
"""

from core.access import addresses
from core.crm import alert_choices, consents
from core.crm.alert_choices import Choices
from core.money import Money
from core.standing import Standing


class AlertsCounter(Standing):
    """What is asked at the counter about alerts and news."""

    @property
    def news_wanted(self) -> bool:
        """Whether the customer agrees to news and offers."""
        return consents.stands(self._unit, self._me, purpose="marketing")

    def alert_choices(self) -> Choices:
        """Return what the customer is told of by choice."""
        return alert_choices.read(self._unit, self._me)

    def want_news(self) -> None:
        """Write down that the customer agrees to news and offers."""
        self._hear_again()
        consents.give(self._unit, self._me, purpose="marketing", channel=self.channel)

    def want_no_news(self) -> None:
        """Write down that the customer agrees no more."""
        consents.withdraw(self._unit, self._me, purpose="marketing")

    def want_received(self, least: Money | None = None) -> None:
        """Tell of money that others send, from an amount on; by default of every one."""
        self._hear_again()
        alert_choices.tell_received(self._unit, self._me, least=least)

    def want_no_received(self) -> None:
        """Tell of no money that others send."""
        alert_choices.tell_no_received(self._unit, self._me)

    def want_low(self, below: Money) -> None:
        """Tell when there is less than an amount, once until there is enough again."""
        self._hear_again()
        alert_choices.tell_low(self._unit, self._me, below=below)

    def want_no_low(self) -> None:
        """Tell of no low balance."""
        alert_choices.tell_no_low(self._unit, self._me)

    def _hear_again(self) -> None:
        addresses.opt_in_everywhere(self._unit, self._me)


__all__ = ["AlertsCounter", "Choices"]
