"""What a story of paying asks for on top of the PIN, where the PIN alone is not enough."""

from uuid import UUID

from core.money import Money
from flows.sent_code import SentCode


class PaymentProof(SentCode):
    """Conditions and effects around the code of one payment, of ``to`` and ``amount``."""

    effect_id: UUID | None

    @property
    def needs_person(self) -> bool:
        """Whether nothing we can ask for here is enough for this payment."""
        return self._needs() == "person"

    @property
    def needs_code(self) -> bool:
        """Whether a code must add to the PIN."""
        return self._needs() == "code"

    def send_code(self, _: str) -> None:
        """Send a code for this payment by the best other channel, or again as the last one went."""
        self.bank.send_payment_code(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
        )

    # Written out: a check reads here that a payment that was read back stays as it is.
    def send_onward(self, _: str) -> None:
        """Send a code the next way."""
        self.bank.send_payment_code(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
            onward=True,
        )

    def _needs(self) -> str:
        return self.bank.payment_needs(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
        )
