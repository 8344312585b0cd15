"""A counter that any story can be told to: it answers as the bank may, and refuses when told to.

Nothing is kept in it but what a test wants to look at: the money that moved, and on what ground.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from core.access.pins import Proof
from core.bank import Bank, Recipient, SentMoney
from core.errors import Refusal
from core.money import Money
from core.phone import parse
from flows.check.raising import raised_by
from flows.check.telling import facts_of
from tests.flows.counter import Counter


@dataclass(frozen=True)
class Line:
    when: str = "2026-09-28T21:59:00+00:00"
    amount: str = "KES 9999999.99"
    incoming: bool = True
    who: str = "M***a N***a"
    type: str = "transfer"


@dataclass
class Oracle(Counter):
    """Everything a story may ask of the bank."""

    has_number: bool = True
    language_chosen: bool = True
    currency: str = "KES"
    first_name: str = "Mwanaisha"
    customer_id: None = None
    will_refuse: type[Refusal] | None = None
    """What is refused next, by whatever can refuse so."""
    sent: list[tuple[UUID, str, str]] = field(default_factory=list)

    def _may_refuse(self, asked: str) -> None:
        kind = self.will_refuse
        if kind is not None and kind in raised_by(Bank, asked):
            self.will_refuse = None
            raise kind(**{name: str(fact) for name, fact in facts_of(kind.code).items()})

    @contextmanager
    def attempt(self) -> Iterator[None]:
        yield

    def prove(self, proof: Proof) -> None:
        self._may_refuse("prove")
        super().prove(proof)
        self.trusted = True

    def check_code(self, proof: Proof) -> None:
        self._may_refuse("check_code")
        super().prove(proof)

    def find_recipient(self, text: str) -> Recipient:
        number = parse(text, self.country)
        self._may_refuse("find_recipient")
        return Recipient(f"id of {number}", "M***a N***a", "+254 7** *** 002")

    def enquiry(self, number: str) -> object:
        return ("whose is", number)

    def check_amount(self, amount: Money) -> None:
        self._may_refuse("check_amount")

    def send_money(self, *, to: str, amount: Money, effect_id: UUID, note: str = "") -> SentMoney:
        self._may_refuse("send_money")
        self.sent.append((effect_id, to, str(amount)))
        return SentMoney("WK9Q8P7R6T5W", Money(100, "KES"))

    def balances(self) -> list[Money]:
        return [Money(1_00, "KES"), Money(9_999_999_99, "USD")]

    def recent(self, limit: int) -> list[Any]:
        return [Line()] * limit

    def check_age(self, born: date) -> None:
        self._may_refuse("check_age")

    def join(self, **_: object) -> str:
        self._may_refuse("join")
        self.known = self.trusted = True
        return "012345678901"

    def set_pin(self, pin_hash: str) -> None:
        self._may_refuse("set_pin")

    def check_born(self, born: date) -> None:
        self._may_refuse("check_born")

    def send_code(self, purpose: str) -> None:
        self._may_refuse("send_code")

    def send_link_code(self, text: str) -> str:
        number = parse(text, self.country)
        self._may_refuse("send_link_code")
        return number

    def link(self) -> None:
        self.known = self.trusted = True

    def set_language(self, code: str) -> None:
        self.language, self.language_chosen = code, True
