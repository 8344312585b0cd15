"""What stories that send a code have in common: whether it can go, and who helps where not."""

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from core.bank import Bank


class SentCode:
    """Conditions around a code that goes by another channel than the story's, and the way out."""

    person_for: ClassVar[Literal["sim_changed", "pin"]] = "sim_changed"
    """What a person is asked to see to."""
    bank: "Bank"
    slots: dict[str, str]

    @property
    def has_way(self) -> bool:
        """Whether a code can be sent by another channel."""
        return self.bank.has_second_way

    @property
    def has_next_way(self) -> bool:
        """Whether there is yet another way than the last code's."""
        return self.bank.has_next_way

    def ask_person(self, _: str) -> None:
        """Have a person see to it."""
        self.slots["number"] = self.bank.ask_person(self.person_for)


class TracedCode(SentCode):
    """The same with the sending, for a story that keeps in its slots where the code went."""

    def send_code(self, _: str) -> None:
        """Send a code by the best other channel."""
        self.slots |= self._send()

    def send_again(self, _: str) -> None:
        """Send another code the same way."""
        self.slots |= self._send()

    def send_onward(self, _: str) -> None:
        """Send a code the next way."""
        self.slots |= self._send(onward=True)

    def _send(self, *, onward: bool = False) -> dict[str, str]:
        """Send a code; return its ``way`` and the masked ``where``."""
        raise NotImplementedError
