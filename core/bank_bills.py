"""The counter for airtime and bills."""

from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from core import phone
from core.bills import airtime, before, billers, paying
from core.bills.airtime import Bundle
from core.bills.billers import Biller
from core.bills.paying import Paid
from core.crm.customers import people
from core.money import Money
from core.partners.billers import BillEnquiry
from core.standing import Standing

MOST_OFFERED = 2  # of what was paid before; with the other ways they fit a USSD screen


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that airtime may be bought for."""

    id: str
    """Stands for the number where a payee's id is asked for."""
    number: str
    """E.164; never shown."""
    shown: str


@dataclass(frozen=True, slots=True)
class PaidBill:
    """A bill the customer paid before."""

    id: str
    """Stands for the account at the biller where a payee's id is asked for."""
    biller_id: str
    biller: str
    """Its short name."""
    account: str
    """As the biller writes it; never shown."""
    shown: str
    holder: str
    """Whose account it is, masked."""


class BillsCounter(Standing):
    """What is asked at the counter about airtime and bills."""

    @property
    def own_airtime_phone(self) -> str:
        """The customer's own number (E.164); empty where they gave it up."""
        if self.has_number:
            return self._visitor.address
        return people(self._unit, [self._me])[self._me].phone or ""

    def airtime_phone(self, text: str) -> Phone:
        """Return a number that airtime can be bought for.

        :raises NotAPhone: if it is none
        :raises AirtimeNotSold: if none is sold for it in the customer's currency
        """
        number = phone.parse(text, self.country)
        airtime.market(self._unit, number, currency=self.currency)
        return _phone(number)

    def airtime_before(self) -> list[Phone]:
        """Return whom the customer bought airtime for last, at most two."""
        found = before.paid(
            self._unit, self._me, "airtime", currency=self.currency, most=MOST_OFFERED
        )
        return [_phone(one.account) for one in found]

    def airtime_bundles(self, number: str) -> list[Bundle]:
        """Return the bundles of data sold for a number, at most six.

        :raises AirtimeNotSold: as `airtime_phone` does
        """
        market = airtime.market(self._unit, number, currency=self.currency)
        return airtime.bundles(self._unit, market.country)

    def find_bundle(self, number: str, bundle: str) -> Bundle:
        """Return one of them.

        :raises AirtimeNotSold: if it is not sold there
        """
        market = airtime.market(self._unit, number, currency=self.currency)
        return airtime.bundle(self._unit, bundle, country=market.country)

    def check_airtime(self, number: str, amount: Money) -> None:
        """Refuse an amount early that could not be bought now.

        :raises AirtimeAmount: if the wholesaler does not take it at once
        :raises InsufficientFunds: if the customer does not hold that much
        :raises Refusal: as ``core.bills.paying.check`` does
        """
        airtime.market(self._unit, number, currency=self.currency).check_amount(amount)
        self.check_bought(amount, bill=False)

    def check_bought(self, amount: Money, *, bill: bool) -> Money:
        """Refuse an amount early that could not be paid now, and return the fee.

        Raises what ``core.bills.paying.check`` does.
        """
        return paying.check(
            self._unit,
            kind="bill" if bill else "airtime",
            customer=self._me,
            wallet=self._wallet,
            amount=amount,
        )

    def billers(self) -> list[Biller]:
        """Return the billers of the customer's country that take the customer's currency."""
        known = billers.of_country(self._unit, self.country)
        return [one for one in known if one.currency == self.currency]

    def find_biller(self, said: str) -> Biller:
        """Return the biller that somebody names.

        :raises UnknownBiller: if none is called so
        """
        return billers.called(self._unit, said, country=self.country)

    def read_bill_account(self, biller: str, typed: str) -> str:
        """Return an account number as its biller writes it.

        :raises UnknownBiller: if there is no such biller
        :raises BillAccountInvalid: if it can have no such account
        """
        return billers.biller(self._unit, biller).read_account(typed)

    def bill_enquiry(self, code: str, account: str) -> BillEnquiry:
        """Return the question whose an account is, and what it owes; ``code`` is the biller's."""
        return BillEnquiry(code, account, self.currency)

    def check_bill(self, biller: str, amount: Money) -> Money:
        """Refuse an amount early that could not be paid now, and return the fee.

        :raises UnknownBiller: if there is no such biller
        :raises BillAmount: if the biller does not take it at once
        :raises Refusal: as ``core.bills.paying.check`` does
        """
        billers.biller(self._unit, biller).check_amount(amount)
        return self.check_bought(amount, bill=True)

    def bills_before(self) -> list[PaidBill]:
        """Return the bills the customer paid last, each once, at most two."""
        found = before.paid(self._unit, self._me, "bill", currency=self.currency, most=MOST_OFFERED)
        return [
            PaidBill(
                id=self.bill_payee(one.biller, one.account),
                biller_id=one.biller,
                biller=one.name,
                account=one.account,
                shown=billers.shown(one.account),
                holder=one.holder,
            )
            for one in found
        ]

    def find_bill_before(self, said: str) -> PaidBill:
        """Return one of them by its id.

        :raises UnknownBiller: if it is none of them
        """
        for one in self.bills_before():
            if one.id == said:
                return one
        raise billers.UnknownBiller(said=said.strip()[:40])

    def bill_payee(self, biller: str, account: str) -> str:
        """Return what stands for a biller's account where a payee's id is asked for."""
        return str(uuid5(NAMESPACE_OID, f"bill {biller} {account}"))

    def _buy_airtime(
        self, *, number: str, amount: Money, bundle: str | None, effect_id: UUID
    ) -> Paid:
        return paying.buy_airtime(
            self._unit,
            id=effect_id,
            customer=self._me,
            wallet=self._wallet,
            phone=number,
            amount=amount,
            channel=self.channel,
            bundle=bundle,
        )

    def _pay_bill(
        self, *, biller: str, account: str, holder: str, amount: Money, effect_id: UUID
    ) -> Paid:
        return paying.pay_bill(
            self._unit,
            id=effect_id,
            customer=self._me,
            wallet=self._wallet,
            biller=biller,
            account=account,
            holder=holder,
            amount=amount,
            channel=self.channel,
        )


def _phone(number: str) -> Phone:
    return Phone(str(uuid5(NAMESPACE_OID, f"airtime {number}")), number, phone.mask(number))


__all__ = ["Biller", "BillsCounter", "Bundle", "Paid", "PaidBill", "Phone"]
