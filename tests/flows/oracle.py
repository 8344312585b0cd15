"""A counter that any story can be told to: it answers as the bank may, and refuses when told to.

Nothing is kept in it but what a test wants to look at: the money that moved, and on what ground.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from core.access.devices import Device, DeviceGone
from core.access.pins import Proof
from core.bank import Bank, MyCase, Recipient, SentMoney, UnknownRecipient
from core.errors import Refusal
from core.money import Money
from core.phone import parse
from flows.check.raising import raised_by
from flows.check.telling import facts_of
from tests.flows.counter import Counter
from tests.flows.oracle_alerts import AlertsOracle
from tests.flows.oracle_bills import BillsOracle
from tests.flows.oracle_cards import CardsOracle
from tests.flows.oracle_cash import CashOracle
from tests.flows.oracle_documents import DocumentsOracle
from tests.flows.oracle_email import EmailOracle
from tests.flows.oracle_fx import FxOracle
from tests.flows.oracle_kyc import KycOracle
from tests.flows.oracle_payouts import PayoutsOracle
from tests.flows.oracle_people import PeopleOracle
from tests.flows.oracle_plans import PlansOracle
from tests.flows.oracle_waiting import WaitingOracle


@dataclass(frozen=True)
class Line:
    when: str = "2026-09-28T21:59:00+00:00"
    amount: str = "KES 9999999.99"
    incoming: bool = True
    who: str = "M***a N***a"
    type: str = "transfer"


CASES = {"C-104-001-0": "Resolved", "C-104-002-0": "Closed"}
"""How the cases stand that are not open."""


@dataclass(frozen=True)
class Paid:
    id: str = "00000000-0000-7000-8000-0000000000a1"
    when: datetime = datetime(2026, 9, 28, 21, 59, tzinfo=UTC)
    amount: str = "KES 500.00"
    name: str = "M***a N***a"


@dataclass
class Oracle(
    BillsOracle, CardsOracle, CashOracle, FxOracle, PayoutsOracle, DocumentsOracle, EmailOracle,
    WaitingOracle, PlansOracle, PeopleOracle, KycOracle, AlertsOracle, Counter,
):  # fmt: skip
    """Everything a story may ask of the bank."""

    has_number: bool = True
    language_chosen: bool = True
    strange: bool = False
    """A new address here owes a code besides the PIN."""
    knows_nobody: bool = False
    """Nobody here answers to any number that money is meant for."""
    needs: str = "enough"
    """What a payment needs besides the PIN: nothing (enough), a code, or a person."""
    has_second_way: bool = True
    has_next_way: bool = True
    reset_allowed: bool = False
    locked_by_owner: bool = False
    currency: str = "KES"
    first_name: str = "Mwanaisha"
    customer_id: None = None
    channel: str = "ussd"
    now: str = "2026-09-28T21:59:00+00:00"
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

    @property
    def stays_open(self) -> bool:
        return self.channel != "ussd"

    @property
    def takes_pictures(self) -> bool:
        return self.channel == "whatsapp"

    @property
    def owes_code(self) -> bool:
        return self.known and not self.trusted and self.strange

    def prove(self, proof: Proof) -> None:
        self._may_refuse("prove")
        super().prove(proof)
        self.trusted = self.trusted or not self.strange

    def check_code(self, proof: Proof) -> None:
        self._may_refuse("check_code")
        super().prove(proof)
        self.trusted = self.trusted or self.known

    def find_recipient(self, text: str) -> Recipient:
        if (saved := self.saved_recipient(text)) is not None:
            return saved
        number = parse(text, self.country)
        self._may_refuse("find_recipient")
        if self.knows_nobody:
            raise UnknownRecipient(phone=number)
        return Recipient(f"id of {number}", "M***a N***a", "+254 7** *** 002")

    def find_anywhere(self, text: str) -> Recipient:
        self._may_refuse("find_anywhere")
        return self.find_recipient(text)

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

    def pick_question(self) -> str:
        return "payment"

    def check_answer(self, question: str, said: str) -> None:
        self._may_refuse("check_answer")

    def send_reset_code(self, *, onward: bool = False) -> dict[str, str]:
        self._may_refuse("send_reset_code")
        return self.code_went()

    def send_step_up(self, *, onward: bool = False) -> dict[str, str]:
        self._may_refuse("send_step_up")
        return self.code_went()

    def payment_needs(self, **_: object) -> str:
        return self.needs

    def send_payment_code(
        self, *, to: str, amount: Money, effect_id: UUID | None, onward: bool = False
    ) -> None:
        self._may_refuse("send_payment_code")

    def code_went(self) -> dict[str, str]:
        return {"way": "whatsapp", "where": "+255 7** *** 003"}

    def ask_person(self, why: str) -> str:
        self._may_refuse("ask_person")
        return "C-104-283-7"

    def read_account_no(self, text: str) -> str:
        self._may_refuse("read_account_no")
        return text

    def lock_everything(self, *, account: str, born: date) -> None:
        self._may_refuse("lock_everything")

    def devices(self) -> list[Device]:
        moment = datetime(2026, 9, 28, tzinfo=UTC)
        return [
            Device(f"whatsapp {n}", "whatsapp", "", "trusted", moment, moment, here=n == 0)
            for n in range(3)
        ]

    def find_device(self, key: str) -> Device:
        self._may_refuse("find_device")
        found = {one.key: one for one in self.devices()}
        if key not in found:
            raise DeviceGone
        return found[key]

    def remove_device(self, key: str) -> None:
        self._may_refuse("remove_device")

    def leave_other_devices(self) -> None:
        self._may_refuse("leave_other_devices")

    def send_link_code(self, text: str) -> str:
        number = parse(text, self.country)
        self._may_refuse("send_link_code")
        return number

    def link(self) -> None:
        self.known = self.trusted = True

    def set_language(self, code: str) -> None:
        self.language, self.language_chosen = code, True

    def report(self, text: str, **_: str) -> MyCase:
        self._may_refuse("report")
        return self._case("C-104-000-0")

    def ask_for_person(self, text: str) -> MyCase:
        self._may_refuse("ask_for_person")
        return self._case("C-104-000-0")

    def tell_case(self, number: str, text: str) -> MyCase:
        self._may_refuse("tell_case")
        return self._case(number)

    def take_up_case(self, number: str) -> MyCase:
        self._may_refuse("take_up_case")
        return self._case(number)

    def rate_case(self, number: str, rating: int) -> None:
        self._may_refuse("rate_case")

    def speak_to(self, number: str) -> None:
        pass

    def is_case_done(self, number: str) -> bool:
        return CASES.get(number, "Open") != "Open"

    def case(self, number: str) -> MyCase:
        self._may_refuse("case")
        return self._case(number)

    def _case(self, number: str) -> MyCase:
        at = datetime(2026, 9, 28, 21, 59, tzinfo=UTC)
        status = CASES.get(number, "Open")
        return MyCase(
            number=number[:20],
            title="x",
            status=status,
            priority="High",
            category="Transfer",
            opened=at,
            deadline=at,
            reply_due=at,
            may_reopen=status == "Resolved",
            answer="x" * 400,
        )

    def my_cases(self, limit: int) -> list[MyCase]:
        return [] if self.asks_nobody else [self._case(f"C-104-00{n}-0") for n in range(3)]

    def recent_payments(self, limit: int) -> list[Paid]:
        return [Paid()][:limit]
