"""Payers of what an outside firm has to do: bills, airtime, money to a bank or mobile money.

Each begins the payment as its customer's own conversation would; fees and limits are the day's.
What comes of it is told by the service that heard of it, as after a payment by hand.
"""

from collections.abc import Sequence
from uuid import UUID

from core import phone
from core.bills import billers, paying
from core.bills import store as bought
from core.bills.airtime import AirtimeNotSold
from core.money import Money
from core.plans.payer import CHANNEL, CannotPay, Details, Paid, admitted, wallet_of
from core.settlement import banks, destinations, payouts, starting
from core.settlement.destinations import Destination, Kind
from core.store.unit import Unit


class BillPayer:
    """Pays a bill. Details: ``biller`` (its id), ``account``, ``holder`` (masked)."""

    arrives_later = True

    def names(self, unit: Unit, details: Sequence[Details]) -> list[str]:
        """Return each biller's short name with the end of the account number."""
        known = billers.short_names(unit, [one["biller"] for one in details])
        return [f"{known[one['biller']]} {billers.shown(one['account'])}" for one in details]

    def pay(
        self,
        unit: Unit,
        *,
        id: UUID,  # noqa: A002 - as in `Payer`
        customer: UUID,
        amount: Money,
        details: Details,
    ) -> Paid:
        """Pay it, as ``core.bills.paying.pay_bill`` does.

        :raises Refusal: whatever that raises that may be otherwise another time
        :raises CannotPay: if the biller or the customer's wallet has gone
        """
        admitted(unit, id=id, kind="bill", customer=customer, amount=amount)
        try:
            paid = paying.pay_bill(
                unit,
                id=id,
                customer=customer,
                wallet=wallet_of(unit, customer, amount.currency),
                biller=details["biller"],
                account=details["account"],
                holder=details["holder"],
                amount=amount,
                channel=CHANNEL,
            )
        except (billers.UnknownBiller, billers.BillAccountInvalid):
            raise CannotPay("payee_gone") from None
        return Paid(paid.reference, paid.balance)

    def not_arrived(self, unit: Unit, payments: Sequence[UUID]) -> frozenset[UUID]:
        """Return those that the biller refused."""
        return bought.refused_of(unit, payments)


class AirtimePayer:
    """Buys airtime. Details: ``phone`` (E.164)."""

    arrives_later = True

    def names(self, unit: Unit, details: Sequence[Details]) -> list[str]:
        """Return the numbers, masked."""
        del unit
        return [phone.mask(one["phone"]) for one in details]

    def pay(
        self,
        unit: Unit,
        *,
        id: UUID,  # noqa: A002 - as above
        customer: UUID,
        amount: Money,
        details: Details,
    ) -> Paid:
        """Buy it, as ``core.bills.paying.buy_airtime`` does.

        :raises Refusal: whatever that raises that may be otherwise another time
        :raises CannotPay: if none is sold there any more, or the customer's wallet has gone
        """
        admitted(unit, id=id, kind="airtime", customer=customer, amount=amount)
        try:
            paid = paying.buy_airtime(
                unit,
                id=id,
                customer=customer,
                wallet=wallet_of(unit, customer, amount.currency),
                phone=details["phone"],
                amount=amount,
                channel=CHANNEL,
            )
        except AirtimeNotSold:
            raise CannotPay("payee_gone") from None
        return Paid(paid.reference, paid.balance)

    def not_arrived(self, unit: Unit, payments: Sequence[UUID]) -> frozenset[UUID]:
        """Return those that could not be had."""
        return bought.refused_of(unit, payments)


class PayoutPayer:
    """Has money paid to an account elsewhere.

    Details: ``kind``, ``bank_id``, ``account``, ``name``, ``confirmed`` (yes or empty).
    """

    arrives_later = True

    def names(self, unit: Unit, details: Sequence[Details]) -> list[str]:
        """Return each bank's short name with what is left of the account to recognise."""
        known = banks.short_names(unit, [one["bank_id"] for one in details])
        return [
            f"{known[one['bank_id']]} {destinations.shown(one['kind'], one['account'])}"
            for one in details
        ]

    def pay(
        self,
        unit: Unit,
        *,
        id: UUID,  # noqa: A002 - as above
        customer: UUID,
        amount: Money,
        details: Details,
    ) -> Paid:
        """Begin it, as ``core.settlement.starting.start`` does, at whatever it costs that day.

        :raises Refusal: whatever that raises that may be otherwise another time
        :raises CannotPay: if the bank there or the customer's wallet has gone
        """
        wanted = _destination(details)
        try:
            where = destinations.check(unit, wanted)
            holds = admitted(
                unit,
                id=id,
                kind="payout",
                customer=customer,
                amount=amount,
                payee=where.id,
                counterparty=destinations.party_of(name=where.name, country=where.bank.country),
            )
            begun = starting.start(
                unit,
                id=id,
                customer=customer,
                wallet=wallet_of(unit, customer, amount.currency),
                destination=wanted,
                amount=amount,
                channel=CHANNEL,
                reviewed=holds,
            )
        except (banks.BankUnknown, destinations.DestinationInvalid):
            raise CannotPay("payee_gone") from None
        return Paid(begun.reference, begun.balance, held=holds)

    def not_arrived(self, unit: Unit, payments: Sequence[UUID]) -> frozenset[UUID]:
        """Return those that failed, or came back."""
        return payouts.failed_of(unit, payments)


def _destination(details: Details) -> Destination:
    kind: Kind = "mobile" if details["kind"] == "mobile" else "bank"
    return Destination(
        kind=kind,
        bank_id=details["bank_id"],
        account_no=details["account"] if kind == "bank" else "",
        phone=details["account"] if kind == "mobile" else "",
        name=details["name"],
        confirmed=bool(details["confirmed"]),
    )
