"""The oracle's answers about an e-mail address."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle


@dataclass
class EmailOracle:
    """What the story about it asks; it is part of the oracle."""

    has_email: bool = True

    def email(self) -> str:
        return "m***@a-long-name.example.org" if self.has_email else ""

    def send_email_code(self: "Oracle", text: str) -> dict[str, str]:
        self._may_refuse("send_email_code")
        return {"email": text, "to": "m***@a-long-name.example.org"}

    def keep_email(self: "Oracle", address: str) -> None:
        self._may_refuse("keep_email")

    def remove_email(self: "Oracle") -> None:
        self._may_refuse("remove_email")
