"""Who pays a plan: one payer for each kind, which makes the payment as its customer would have.

A kind that joins adds its payer to ``PAYERS``.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.crm import customers
from core.money import Money
from core.names import masked_name
from core.plans.ordering import AirtimePayer, BillPayer, PayoutPayer
from core.plans.payer import CHANNEL, CannotPay, Details, Paid, Payer, admitted
from core.store.unit import Unit
from core.transfers import held, send
from core.transfers.held import Wanted


class TransferPayer:
    """Sends money to another customer. Details: ``to`` (their id), ``note`` (or empty)."""

    arrives_later = False

    def names(self, unit: Unit, details: Sequence[Details]) -> list[str]:
        """Return the payees' masked names; an empty one for somebody who has gone."""
        known = customers.people(unit, [UUID(one["to"]) for one in details])
        found = (known.get(UUID(one["to"])) for one in details)
        return [masked_name(one.first_name, one.last_name) if one else "" for one in found]

    def pay(
        self,
        unit: Unit,
        *,
        id: UUID,  # noqa: A002 - as in `Payer`
        customer: UUID,
        amount: Money,
        details: Details,
    ) -> Paid:
        """Send it, as ``core.transfers.send.send_money`` does, or have it set aside first.

        :raises PaymentNotPossible: if it is decided that it is not made
        :raises InsufficientFunds: if the customer does not hold that much
        :raises LimitExceeded: if their tier does not allow it
        :raises BalanceCeiling: if the payee's tier may not hold that much
        :raises AccountFrozen: if a wallet may not give or take
        :raises CannotPay: if either has no wallet in the currency any more
        """
        payee = UUID(details["to"])
        holds = admitted(
            unit, id=id, kind="transfer", customer=customer, amount=amount, payee=payee
        )
        wanted = Wanted(
            id=id, payer=customer, payee=payee, amount=amount, channel=CHANNEL, note=details["note"]
        )
        try:
            if holds:
                sent = held.set_aside(unit, wanted)
            else:
                sent = send.send_money(
                    unit,
                    id=id,
                    payer=customer,
                    payee=payee,
                    amount=amount,
                    channel=CHANNEL,
                    note=details["note"],
                )
        except send.OtherCurrency:
            raise CannotPay("payee_gone") from None
        except send.PayerHasNoWallet:
            raise CannotPay("wallet_gone") from None
        return Paid(sent.reference, sent.balance, held=holds)

    def not_arrived(self, unit: Unit, payments: Sequence[UUID]) -> frozenset[UUID]:
        """Return none: what is sent to another wallet is there at once."""
        del unit, payments
        return frozenset()


PAYERS: Mapping[str, Payer] = {
    "transfer": TransferPayer(),
    "bill": BillPayer(),
    "airtime": AirtimePayer(),
    "payout": PayoutPayer(),
}
"""By the kind of a plan."""
