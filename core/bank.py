"""The counter: everything a customer may ask for in a conversation, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from core import joining
from core.access import birth
from core.access.pins import Proof, Secrets, WeakPin
from core.bank_cases import MyCase
from core.bank_chat import ChatCounter
from core.bank_documents import DocumentsCounter
from core.bank_people import (
    PeopleCounter,
    Recipient,
    SameCustomer,
    SavedPerson,
    UnknownRecipient,
)
from core.bank_proof import ProofCounter
from core.bank_requests import MoneyRequest, RequestsCounter
from core.bank_waiting import SentWaiting, Waiting, WaitingCounter
from core.bank_wallets import OwnWallet, WalletsCounter
from core.crm import customers
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.partners.name_enquiry import NameEnquiry
from core.store.outbox import queue_notice
from core.transfers import history, request_endings, send, waiting
from core.transfers.history import Line
from core.transfers.payments import Payment
from core.transfers.send import SentMoney
from core.visitor import Visitor

__all__ = [
    "Bank",
    "Line",
    "MoneyRequest",
    "MyCase",
    "NameEnquiry",
    "OwnWallet",
    "Payment",
    "Proof",
    "Recipient",
    "SameCustomer",
    "SavedPerson",
    "Secrets",
    "SentMoney",
    "SentWaiting",
    "UnknownRecipient",
    "Visitor",
    "Waiting",
    "WeakPin",
]


class NumberNeeded(Refusal):
    """The address shows no phone number, and an account needs one."""

    code = "number_needed"


class Bank(
    ChatCounter,
    ProofCounter,
    PeopleCounter,
    RequestsCounter,
    WalletsCounter,
    WaitingCounter,
    DocumentsCounter,
):
    """The bank as one customer or stranger sees it, for the length of one unit of work."""

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo an effect that a refusal ends, but not what the refusal itself leaves behind.

        The ledger's refusals stay the answer to their id, and what was counted stays counted.
        """
        counted: Refusal | None = None
        try:
            with self._unit.savepoint():
                try:
                    yield
                except birth.Counted as refused:
                    counted = refused
        except Refusal as refused:
            book.keep(self._unit, refused)
            raise
        if counted is not None:
            raise counted

    def balances(self) -> list[Money]:
        """Return what the customer may spend in each wallet, home currency first."""
        return [each.balance.available for each in book.balances(self._unit, self._me)]

    def recent(self, limit: int) -> list[Line]:
        """Return the last movements of the customer's default wallet, newest first."""
        return history.recent(self._unit, self._wallet, limit=limit)

    def enquiry(self, number: str) -> NameEnquiry:
        """Return the question for the other banks whose number (E.164) it is."""
        return NameEnquiry(number)

    def check_amount(self, amount: Money) -> None:
        """Refuse an amount early that could not be sent now.

        :raises InsufficientFunds: if the customer does not hold that much
        :raises LimitExceeded: if their tier does not allow it
        :raises AccountFrozen: if their wallet may not give
        """
        book.look(self._unit, debit=self._wallet, credit=None, amount=amount, type="transfer")

    def send_money(self, *, to: str, amount: Money, effect_id: UUID, note: str = "") -> SentMoney:
        """Send money to a recipient, once however often the effect is asked for, and tell both.

        What needs a code on top of the PIN has had it by now. Raises what
        ``core.transfers.send.send_money`` does.
        """
        self.require_enough(to=to, amount=amount, effect_id=effect_id)
        return send.send_money(
            self._unit,
            id=effect_id,
            payer=self._me,
            payee=UUID(to),
            amount=amount,
            channel=self.channel,
            note=note,
        )

    def pay_request(self, request: str, *, to: str, amount: Money, effect_id: UUID) -> SentMoney:
        """Pay what the customer is asked for, once however often the effect is asked for.

        ``to`` and ``amount`` are what was read back. Raises what
        ``core.transfers.send.send_money`` does.

        :raises UnknownRequest: if the customer is not asked so
        :raises RequestClosed: if it has ended
        """
        self.require_enough(to=to, amount=amount, effect_id=effect_id)
        return request_endings.pay(
            self._unit,
            UUID(request),
            id=effect_id,
            payer=self._me,
            agreed=(UUID(to), amount),
            channel=self.channel,
        )

    def send_waiting(
        self, *, number: str, amount: Money, effect_id: UUID, note: str = ""
    ) -> SentWaiting:
        """Set money aside for whoever joins with a number (E.164), proved as any payment is.

        Raises what ``core.transfers.waiting.send_waiting`` does.
        """
        to = str(waiting.stands_for(self._unit, number))
        self.require_enough(to=to, amount=amount, effect_id=effect_id)
        return waiting.send_waiting(
            self._unit,
            id=effect_id,
            payer=self._me,
            wallet=self._wallet,
            phone=number,
            amount=amount,
            channel=self.channel,
            note=note,
        )

    def check_age(self, born: date) -> None:
        """Refuse somebody early who is not of age.

        :raises TooYoung: if they are not
        """
        birth.require_of_age(born, self._unit.now.date())

    def join(
        self,
        *,
        first_name: str,
        last_name: str,
        id_number: str,
        born: date,
        pin_hash: str,
        consent: bool,
    ) -> str:
        """Make the stranger a customer and return their account number.

        :raises NumberNeeded: if this address shows no phone number
        :raises WeakPin: if the PIN is the year of birth
        :raises AlreadyCustomer: if they are one, or the identity document is a customer's
        :raises TooYoung: if they are not of age
        :raises ConsentNeeded: if they did not agree
        :raises CountryNotServed: if the bank is not in the number's country
        """
        if self.known:
            raise customers.AlreadyCustomer
        if not self.has_number:
            raise NumberNeeded
        if self._secrets.verify(pin_hash, f"{born.year}"):
            raise WeakPin
        joined = joining.join(
            self._unit,
            joining.Joining(
                first_name=first_name,
                last_name=last_name,
                id_number=id_number,
                born=born,
                pin_hash=pin_hash,
                phone=self._visitor.address,
                country=self.country,
                language=self.language,
                channel=self.channel,
                consent=consent,
            ),
        )
        self._visitor.become(joined.known, trust="trusted")
        if self.channel == "ussd":
            facts = {"first_name": first_name, "account_no": joined.wallet.account_no}
            queue_notice(self._unit, customer_id=self._me, alert="welcome", facts=facts)
        return joined.wallet.account_no
