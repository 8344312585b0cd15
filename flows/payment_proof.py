"""What a story of paying asks for on top of the PIN, where the PIN alone is not enough."""

from typing import TYPE_CHECKING
from uuid import UUID

from core.money import Money

if TYPE_CHECKING:
    from core.bank import Bank


class PaymentProof:
    """Conditions and effects around the code of one payment, of ``to`` and ``amount``."""

    bank: "Bank"
    slots: dict[str, str]
    effect_id: UUID | None

    @property
    def needs_person(self) -> bool:
        """Whether nothing we can ask for here is enough for this payment."""
        return self._needs() == "person"

    @property
    def needs_code(self) -> bool:
        """Whether a code must add to the PIN."""
        return self._needs() == "code"

    @property
    def has_next_way(self) -> bool:
        """Whether there is yet another way than the last code's."""
        return self.bank.has_next_way

    def send_code(self, _: str) -> None:
        """Send a code for this payment by the best other channel, or again as the last one went."""
        self.bank.send_payment_code(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
        )

    def send_onward(self, _: str) -> None:
        """Send a code the next way."""
        self.bank.send_payment_code(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
            onward=True,
        )

    def ask_person(self, _: str) -> None:
        """Have a person see to it."""
        self.slots["number"] = self.bank.ask_person("sim_changed")

    def _needs(self) -> str:
        return self.bank.payment_needs(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
        )
