"""The counter: everything a customer may ask for in a conversation, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from core import joining
from core.access import birth
from core.access.pins import Proof, Secrets, WeakPin
from core.bank_bills import Biller, BillsCounter, Bundle, Paid
from core.bank_cases import MyCase
from core.bank_chat import ChatCounter
from core.bank_deposits import DepositsCounter
from core.bank_documents import DocumentsCounter
from core.bank_fees import FeesCounter
from core.bank_fx import FxCounter, RateLine
from core.bank_people import (
    PeopleCounter,
    Recipient,
    SameCustomer,
    SavedPerson,
    UnknownRecipient,
)
from core.bank_plans import Every, Plan, Planned, PlansCounter, Rule
from core.bank_proof import ProofCounter
from core.bank_requests import MoneyRequest, RequestsCounter
from core.bank_tills import TillsCounter
from core.bank_waiting import SentWaiting, Waiting, WaitingCounter
from core.bank_wallets import OwnWallet, WalletsCounter
from core.bank_withdrawals import Begun, Payee, Payout, WithdrawalsCounter
from core.crm import customers
from core.deposits import cash_codes
from core.deposits.cash_codes import Made
from core.documents import other_side
from core.errors import Refusal
from core.fx import convert, decisions, quote_store
from core.fx.convert import Converted
from core.ledger import book
from core.money import Money
from core.partners.name_enquiry import NameEnquiry
from core.store.outbox import queue_notice
from core.transfers import abroad, request_endings, send, waiting
from core.transfers.abroad import SentAbroad
from core.transfers.history import Line
from core.transfers.payments import Payment
from core.transfers.send import SentMoney
from core.visitor import Visitor
from core.wallets import wallets

__all__ = [
    "Bank",
    "Biller",
    "Bundle",
    "Every",
    "Line",
    "MoneyRequest",
    "MyCase",
    "NameEnquiry",
    "OwnWallet",
    "Payee",
    "Payment",
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
    ProofCounter,
    PeopleCounter,
    RequestsCounter,
    WalletsCounter,
    WaitingCounter,
    DocumentsCounter,
    DepositsCounter,
    TillsCounter,
    FeesCounter,
    PlansCounter,
    FxCounter,
    WithdrawalsCounter,
    BillsCounter,
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

    def check_amount(self, amount: Money) -> None:
        """Refuse an amount early that could not be sent now, of a currency the customer holds.

        :raises InsufficientFunds: if the customer does not hold that much
        :raises LimitExceeded: if their tier does not allow it
        :raises AccountFrozen: if their wallet may not give
        """
        wallet = self._wallet
        if amount.currency != self.currency:
            wallet = wallets.wallet_in(self._unit, self._me, amount.currency)
        book.look(self._unit, debit=wallet, credit=None, amount=amount, type="transfer")

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

    def convert(self, *, quote: str, effect_id: UUID) -> Converted:
        """Change what a quote says, once however often the effect is asked for.

        Proved as a payment to oneself of all that the quote takes. Raises what
        ``core.fx.convert.convert`` does.
        """
        given = quote_store.find(self._unit, UUID(quote), customer=self._me)
        self.require_enough(to=str(self._me), amount=given.total, effect_id=effect_id)
        return convert.convert(
            self._unit, id=effect_id, customer=self._me, quote=given.id, channel=self.channel
        )

    def send_abroad(self, *, to: str, quote: str, effect_id: UUID, note: str = "") -> SentAbroad:
        """Send money that arrives in another currency, at a quote that was given for it.

        Once however often the effect is asked for; proved as any payment of all that the quote
        takes is. Raises what ``core.transfers.abroad.send_abroad`` does.
        """
        given = quote_store.find(self._unit, UUID(quote), customer=self._me)
        self.require_enough(to=to, amount=given.total, effect_id=effect_id)
        return abroad.send_abroad(
            self._unit,
            id=effect_id,
            payer=self._me,
            payee=UUID(to),
            quote=given.id,
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

    def make_plan(self, what: Planned, *, amount: Money, rule: Rule, effect_id: UUID) -> Plan:
        """Agree to pay something by a rule, proved as one such payment is; once.

        Raises what ``core.plans.plans.make`` does.
        """
        self.require_enough(to=what.to, amount=amount, effect_id=effect_id)
        return self._keep_plan(what, amount=amount, rule=rule, effect_id=effect_id)

    def make_cash_code(self, amount: Money, *, effect_id: UUID) -> Made:
        """Set cash aside for an agent to pay out, proved as any payment is.

        Raises what ``core.deposits.cash_codes.make`` does.
        """
        self.require_enough(to=str(cash_codes.STANDS_FOR), amount=amount, effect_id=effect_id)
        return cash_codes.make(
            self._unit,
            id=effect_id,
            customer=self._me,
            wallet=self._wallet,
            country=self.country,
            amount=amount,
            channel=self.channel,
        )

    def withdraw(self, payee: Payee, amount: Money, *, fee: Money, effect_id: UUID) -> Begun:
        """Begin a payment to an account elsewhere, once, proved as any payment is.

        The ``fee`` is the one that was read back.

        Raises what ``core.settlement.starting.start`` does.
        """
        self.require_enough(to=payee.id, amount=amount, effect_id=effect_id)
        return self._withdraw(payee, amount=amount, fee=fee, effect_id=effect_id)

    def top_up(
        self, *, to: str, number: str, amount: Money, effect_id: UUID, bundle: str | None = None
    ) -> Paid:
        """Buy airtime or a bundle; once, proved. Raises as ``core.bills.paying.buy_airtime``."""
        self.require_enough(to=to, amount=amount, effect_id=effect_id)
        return self._buy_airtime(number=number, amount=amount, bundle=bundle, effect_id=effect_id)

    def pay_bill(
        self, *, to: str, biller: str, account: str, holder: str, amount: Money, effect_id: UUID
    ) -> Paid:
        """Pay a bill; once, proved as any payment. Raises as ``core.bills.paying.pay_bill``."""
        self.require_enough(to=to, amount=amount, effect_id=effect_id)
        return self._pay_bill(
            biller=biller, account=account, holder=holder, amount=amount, effect_id=effect_id
        )

    @property
    def cash_payee(self) -> str:
        """Who is paid, where cash from an agent is judged as a payment."""
        return str(cash_codes.STANDS_FOR)

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
