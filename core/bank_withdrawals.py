"""The counter for money that leaves: to a bank, to mobile money, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core import phone
from core.crm.customers import people
from core.errors import Refusal
from core.money import Money
from core.names import masked_name
from core.partners.rails.enquiry import AccountEnquiry
from core.settlement import banks, destinations, endings, payouts, starting
from core.settlement.banks import Bank as OtherBank
from core.settlement.destinations import Destination
from core.settlement.payouts import Payout
from core.standing import Standing

MOST_FREQUENT = 4  # they fit a USSD screen; the others go by their names
SOON = timedelta(minutes=10)


class AmbiguousBank(Refusal):
    """Several banks may be meant. Fact: ``said``."""

    code = "ambiguous_bank"


class PayoutOver(Refusal):
    """The payment has left or ended, so that it can only be shown. Facts: `Payout.facts`."""

    code = "payout_over"


class UnknownPayee(Refusal):
    """The customer has paid nobody elsewhere by that. Fact: ``said``."""

    code = "unknown_payee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Somebody elsewhere to pay, as a conversation keeps them."""

    id: str
    """Stands for bank and account."""
    kind: destinations.Kind
    bank_id: str
    bank: str
    """Its short name."""
    account: str
    """As it is sent; never shown."""
    shown: str
    """With only enough left to recognise."""
    name: str
    """As it is sent; never shown."""
    masked: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """What a payment would cost, and when it would be there."""

    fee: Money
    total: Money
    expected_by: datetime
    soon: bool
    """Within ten minutes."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A payment that was begun."""

    reference: str
    balance: Money
    expected_by: datetime


class WithdrawalsCounter(Standing):
    """What is asked at the counter about money that leaves."""

    def payout_payees(self) -> list[Payee]:
        """Return where the customer had money paid to before, the most used first, at most nine."""
        return [
            Payee(
                id=str(one.id),
                kind=one.kind,
                bank_id=one.bank_id,
                bank=one.bank,
                account=one.account,
                shown=one.shown,
                name=one.name,
                masked=masked_name(one.name),
                confirmed=one.confirmed,
            )
            for one in destinations.saved(self._unit, self._me)
        ]

    def find_payee_elsewhere(self, said: str) -> Payee:
        """Return one of them by its id.

        :raises UnknownPayee: if it is none of them
        """
        for one in self.payout_payees():
            if one.id == said:
                return one
        raise UnknownPayee(said=said.strip()[:40])

    def forget_payee(self, payee: str) -> None:
        """Forget somebody the customer had paid elsewhere."""
        destinations.forget(self._unit, self._me, UUID(payee))

    def frequent_banks(self) -> list[OtherBank]:
        """Return the banks of the customer's country that most are paid to, at most four."""
        return banks.frequent(
            self._unit, country=self.country, currency=self.currency, most=MOST_FREQUENT
        )

    def find_bank(self, said: str) -> OtherBank:
        """Return the bank that is meant by its id or its name.

        :raises BankUnknown: if none that money can be sent to is called so
        :raises AmbiguousBank: if several may be meant
        """
        found = self.banks_called(said)
        if len(found) > 1:
            raise AmbiguousBank(said=said.strip()[:20])
        return found[0]

    def banks_called(self, said: str) -> list[OtherBank]:
        """Return the banks that may be meant by a name, a BIC or a code, at most six.

        :raises BankUnknown: if none that money can be sent to is called so
        """
        return banks.called(self._unit, said, country=self.country, currency=self.currency)

    def bank_of(self, bank_id: str) -> OtherBank:
        """Return a bank by its id.

        :raises BankUnknown: if there is none
        """
        return banks.bank(self._unit, bank_id)

    def read_account(self, bank_id: str, typed: str) -> str:
        """Return an account number as its bank writes it.

        :raises BankUnknown: if there is no such bank
        :raises DestinationInvalid: if no account there can have it
        """
        return destinations.account_at(self.bank_of(bank_id), typed)

    def account_enquiry(self, *, bank_id: str, account: str, bic: str, code: str) -> AccountEnquiry:
        """Return the question whose an account is, at a bank as ``find_bank`` told of it."""
        return AccountEnquiry(bank_id, account, bic=bic, code=code)

    @property
    def own_shown(self) -> str:
        """The customer's own number, masked."""
        return phone.mask(self._own_number)

    def own_mobile(self) -> Payee:
        """Return the customer's own phone as somebody to pay.

        :raises BankUnknown: if its network has no mobile money that we reach
        """
        operator = banks.operator(self._unit, self._own_number)
        me = people(self._unit, [self._me])[self._me]
        return self.payee(
            bank_id=operator.id, account=self._own_number, name=me.name, confirmed=True
        )

    @property
    def _own_number(self) -> str:
        if self.has_number:
            return self._visitor.address
        return people(self._unit, [self._me])[self._me].phone or ""

    def read_mobile(self, typed: str) -> tuple[str, OtherBank]:
        """Return a number (E.164) and the mobile-money operator it is with.

        :raises NotAPhone: if it is none
        :raises BankUnknown: if its network has no mobile money that we reach
        """
        number = phone.parse(typed, self.country)
        return number, banks.operator(self._unit, number)

    def payee(self, *, bank_id: str, account: str, name: str, confirmed: bool) -> Payee:
        """Return somebody elsewhere as a conversation keeps them, once they can be paid.

        :raises BankUnknown: if there is no such bank
        :raises DestinationInvalid: if it can have no such account
        """
        bank = self.bank_of(bank_id)
        wanted = Destination(
            kind="mobile" if bank.is_mobile_money else "bank",
            bank_id=bank.id,
            account_no=account,
            phone=account,
            name=name,
            confirmed=confirmed,
        )
        one = destinations.check(self._unit, wanted)
        return Payee(
            id=str(one.id),
            kind=one.kind,
            bank_id=bank.id,
            bank=bank.short_name,
            account=one.account,
            shown=one.shown,
            name=one.name,
            masked=masked_name(one.name),
            confirmed=one.confirmed,
        )

    def quote_payout(self, payee: Payee, amount: Money) -> Quote:
        """Return what a payment would cost now, having refused what could not be made.

        Raises what ``core.settlement.starting.preview`` does.
        """
        plan = starting.preview(
            self._unit,
            customer=self._me,
            wallet=self._wallet,
            destination=_sent_to(payee),
            amount=amount,
        )
        soon = plan.expected_by - self._unit.now <= SOON
        return Quote(plan.fee, amount + plan.fee, plan.expected_by, soon)

    def payouts(self) -> list[Payout]:
        """Return the customer's payments that left or will, the newest first, at most nine."""
        return payouts.lately(self._unit, self._me)

    def find_payout(self, said: str) -> Payout:
        """Return one of them by its id or its reference.

        :raises UnknownPayout: if it is none of theirs
        """
        return payouts.find(self._unit, self._me, said)

    def find_open_payout(self, said: str) -> Payout:
        """Return one of them that may still be taken back.

        :raises UnknownPayout: if it is none of theirs
        :raises PayoutOver: if it has left or ended
        """
        found = self.find_payout(said)
        if not found.may_cancel:
            raise PayoutOver(**found.facts)
        return found

    def cancel_payout(self, payout: str) -> None:
        """Take back a payment that has not left.

        :raises UnknownPayout: if it is none of theirs
        :raises PayoutGone: if it has left or ended
        """
        endings.cancel(self._unit, UUID(payout), customer=self._me)

    def _withdraw(
        self, payee: Payee, *, amount: Money, fee: Money, effect_id: UUID, reviewed: bool
    ) -> Begun:
        """Begin what was read back and proved. Raises what ``starting.start`` does."""
        begun = starting.start(
            self._unit,
            id=effect_id,
            customer=self._me,
            wallet=self._wallet,
            destination=_sent_to(payee),
            amount=amount,
            fee=fee,
            channel=self.channel,
            reviewed=reviewed,
        )
        return Begun(begun.reference, begun.balance, begun.expected_by)


def _sent_to(payee: Payee) -> Destination:
    mobile = payee.kind == "mobile"
    return Destination(
        kind=payee.kind,
        bank_id=payee.bank_id,
        account_no="" if mobile else payee.account,
        phone=payee.account if mobile else "",
        name=payee.name,
        confirmed=payee.confirmed,
    )


__all__ = ["Begun", "OtherBank", "Payee", "Payout", "Quote", "WithdrawalsCounter"]
