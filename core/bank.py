"""The counter: everything a customer may ask for in a conversation, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core import joining, phone
from core.access import addresses, birth, codes, pins
from core.access.codes import Purpose
from core.access.pins import Proof, Secrets, WeakPin
from core.crm import customers
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.partners.name_enquiry import NameEnquiry
from core.standing import Standing
from core.store.outbox import queue_notice
from core.transfers import history, send
from core.transfers.history import Line
from core.transfers.send import SentMoney
from core.visitor import Visitor

__all__ = [
    "Bank",
    "Line",
    "NameEnquiry",
    "Proof",
    "Recipient",
    "Secrets",
    "SentMoney",
    "Visitor",
    "WeakPin",
]


class UnknownRecipient(Refusal):
    """Nobody here has that number. Fact: ``phone`` (E.164)."""

    code = "unknown_recipient"


class SameCustomer(Refusal):
    """That is the customer's own number."""

    code = "same_customer"


class NumberNeeded(Refusal):
    """The address shows no phone number, and an account needs one."""

    code = "number_needed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to pay, as far as the payer may know them: masked."""

    id: str
    name: str
    phone: str


class Bank(Standing):
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
        """Return what the customer may spend, home currency first."""
        return [each.balance.available for each in book.balances(self._unit, self._me)]

    def recent(self, limit: int) -> list[Line]:
        """Return the last movements of the customer's default wallet, newest first."""
        return history.recent(self._unit, self._wallet, limit=limit)

    def find_recipient(self, text: str) -> Recipient:
        """Return whose phone number was written, masked.

        :raises NotAPhone: if it is none
        :raises SameCustomer: if it is the customer's own
        :raises UnknownRecipient: if nobody here has it
        :raises OtherCurrency: if its owner has no wallet in the customer's home currency
        """
        number = phone.parse(text, self.country)
        found = customers.find_payee(self._unit, phone=number, currency=self.currency)
        if found is None:
            raise UnknownRecipient(phone=number)
        if found.id == self._me:
            raise SameCustomer
        if not found.takes:
            raise send.OtherCurrency(name=found.name, currency=self.currency)
        return Recipient(str(found.id), found.name, found.phone)

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

        Raises what ``core.transfers.send.send_money`` does.
        """
        return send.send_money(
            self._unit,
            id=effect_id,
            payer=self._me,
            payee=UUID(to),
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

    def prove(self, proof: Proof) -> None:
        """Let a right PIN pass and count a wrong one; a right one makes a new address trusted.

        :raises WrongPin: if it is wrong
        :raises PinLocked: if it is locked, or this was the last try
        """
        pins.judge(self._unit, self._me, proof)
        if self._visitor.trust == "new":
            addresses.earn_trust(self._unit, self._me, **self._here)
            self._visitor.trust = "trusted"

    def set_pin(self, pin_hash: str) -> None:
        """Make this the customer's PIN; a locked one opens when its reset was proven here.

        :raises PinLocked: if it is locked and was not reset
        """
        pins.change(self._unit, self._me, pin_hash, **self._here)

    def check_born(self, born: date) -> None:
        """Let the right date of birth pass, the first half of a reset, and count a wrong one.

        :raises WrongBirthDate: if it is wrong
        :raises ResetLocked: if it was wrong three times within a day
        """
        birth.check(self._unit, self._me, born)

    def send_code(self, purpose: Purpose) -> None:
        """Send a code by SMS to the customer's phone, to be entered here.

        :raises TooManyCodes: if too many were asked for
        """
        codes.issue(self._unit, customer=self._me, purpose=purpose, **self._here)

    def send_link_code(self, text: str) -> str:
        """Send a code to the phone a stranger says is theirs, if it is a customer's.

        Returns the number in E.164, the same whether or not anybody here has it.

        :raises NotAPhone: if it is none
        :raises TooManyCodes: if too many were asked for
        """
        number = phone.parse(text, self.country)
        owner = customers.find_by_phone(self._unit, number)
        codes.issue(self._unit, customer=owner, purpose="link", **self._here)
        return number

    def check_code(self, proof: Proof) -> None:
        """Let the right code pass and count a wrong one.

        The code of a link makes this address the customer's, still a new one: the PIN comes next.

        :raises WrongCode: if it is wrong
        :raises CodeSpent: if it may not be used (any more), or this was the last try
        """
        right = proof.kind == "code" and proof.ok
        used = codes.use(self._unit, code_id=proof.code_id, right=right, **self._here)
        if used.purpose == "link" and not self.known:
            addresses.attach(self._unit, used.customer, trust="new", **self._here)
            self._visitor.become(addresses.who(self._unit, used.customer), trust="new")

    def link(self) -> None:
        """Finish joining this address to an account. The code and the PIN have done it already."""
        if not self.trusted:
            raise LookupError("an address is linked by a code and a PIN")
