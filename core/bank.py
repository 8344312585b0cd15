"""The counter: everything a customer may ask for in a conversation, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from core import joining
from core.access import birth
from core.access.pins import Proof, Secrets, WeakPin
from core.bank_alerts import AlertsCounter
from core.bank_bills import Biller, Bundle
from core.bank_card_use import CardPayment, CardPer, CardPlace, DisputeReason
from core.bank_cards import Card, CardDoing, CardMissing, CardsCounter, CardType
from core.bank_cases import MyCase
from core.bank_chat import ChatCounter
from core.bank_deposits import DepositsCounter
from core.bank_documents import DocumentsCounter
from core.bank_email import EmailCounter
from core.bank_fees import FeesCounter
from core.bank_fx import FxCounter, RateLine
from core.bank_kyc import Known, KycCounter
from core.bank_meanings import MeaningsCounter
from core.bank_payments import PaymentsCounter
from core.bank_people import (
    PeopleCounter,
    Recipient,
    SameCustomer,
    SavedPerson,
    UnknownRecipient,
)
from core.bank_plans import Every, Plan, Planned, Rule
from core.bank_requests import MoneyRequest
from core.bank_tills import TillsCounter
from core.bank_waiting import SentWaiting, Waiting
from core.bank_wallets import OwnWallet, WalletsCounter
from core.bank_withdrawals import Payee, Payout
from core.crm import customers
from core.documents import other_side
from core.errors import Refusal
from core.fx import decisions
from core.ledger import book
from core.money import Money
from core.monitoring import decide as monitoring
from core.monitoring.payment import Kind as PaymentKind
from core.partners.name_enquiry import NameEnquiry
from core.store.outbox import queue_notice
from core.transfers.abroad import SentAbroad
from core.transfers.history import Line
from core.transfers.payments import Payment
from core.transfers.send import SentMoney
from core.visitor import Visitor

__all__ = [
    "Bank",
    "Biller",
    "Bundle",
    "Card",
    "CardDoing",
    "CardMissing",
    "CardPayment",
    "CardPer",
    "CardPlace",
    "CardType",
    "DisputeReason",
    "Every",
    "Known",
    "Line",
    "MoneyRequest",
    "MyCase",
    "NameEnquiry",
    "OwnWallet",
    "Payee",
    "Payment",
    "PaymentKind",
    "Payout",
    "Plan",
    "Planned",
    "Proof",
    "RateLine",
    "Recipient",
    "Rule",
    "SameCustomer",
    "SavedPerson",
    "Secrets",
    "SentAbroad",
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
    PaymentsCounter,
    PeopleCounter,
    WalletsCounter,
    DocumentsCounter,
    EmailCounter,
    AlertsCounter,
    DepositsCounter,
    TillsCounter,
    FeesCounter,
    KycCounter,
    MeaningsCounter,
    FxCounter,
    CardsCounter,
):
    """The bank as one customer or stranger sees it, for the length of one unit of work."""

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo an effect that a refusal ends, but not what the refusal itself leaves behind.

        The ledger's refusals stay the answer to their id, what was counted stays counted, and why
        there is no quote stays written down.
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
            decisions.keep(self._unit, refused)
            monitoring.keep(self._unit, refused)
            raise
        if counted is not None:
            raise counted

    def balances(self) -> list[Money]:
        """Return what the customer may spend in each wallet, home currency first."""
        accounts = book.balances(self._unit, self._me)
        return [each.balance.available for each in accounts if each.kind == "wallet"]

    def recent(self, limit: int) -> list[Line]:
        """Return the last movements of the customer's default wallet, newest first."""
        return other_side.recent(self._unit, self._wallet, limit=limit)

    def enquiry(self, number: str) -> NameEnquiry:
        """Return the question for the other banks whose number (E.164) it is."""
        return NameEnquiry(number)

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
        if not self.stays_open:
            facts = {"first_name": first_name, "account_no": joined.wallet.account_no}
            queue_notice(self._unit, customer_id=self._me, alert="welcome", facts=facts)
        return joined.wallet.account_no
