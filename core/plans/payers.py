"""Who pays a plan: one payer for each kind, which makes the payment as its customer would have.

A kind that joins adds its payer to ``PAYERS``; its details are plain strings, sealed as they stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.crm import customers
from core.money import Money
from core.names import masked_name
from core.store.unit import Unit
from core.transfers import send

Details = Mapping[str, str]
CHANNEL = "plan"
"""How a payment was asked for that nobody asks for at the time."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What its customer is told of a payment that was made."""

    reference: str
    balance: Money
    """What they have available in that wallet now."""


class CannotPay(Exception):
    """Nothing about it will be better later: who pays or is paid has gone. ``code`` says who."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Payer(Protocol):
    """Pays plans of one kind."""

    def names(self, unit: Unit, details: Sequence[Details]) -> list[str]:
        """Return to whom or what each is paid, as its customer may read it: people are masked."""

    def pay(
        self,
        unit: Unit,
        *,
        id: UUID,  # noqa: A002 - the payment's id is what makes it once
        customer: UUID,
        amount: Money,
        details: Details,
    ) -> Paid:
        """Pay, once however often the id is presented; the other side is told as ever.

        :raises Refusal: if the bank will not, now
        :raises CannotPay: if it never will
        """


class TransferPayer:
    """Sends money to another customer. Details: ``to`` (their id), ``note`` (or empty)."""

    def names(self, unit: Unit, details: Sequence[Details]) -> list[str]:
        """Return the payees' masked names; an empty one for somebody who has gone."""
        known = customers.people(unit, [UUID(one["to"]) for one in details])
        found = (known.get(UUID(one["to"])) for one in details)
        return [masked_name(one.first_name, one.last_name) if one else "" for one in found]

    def pay(
        self,
        unit: Unit,
        *,
        id: UUID,  # noqa: A002 - as above
        customer: UUID,
        amount: Money,
        details: Details,
    ) -> Paid:
        """Send it, as ``core.transfers.send.send_money`` does.

        :raises InsufficientFunds: if the customer does not hold that much
        :raises LimitExceeded: if their tier does not allow it
        :raises BalanceCeiling: if the payee's tier may not hold that much
        :raises AccountFrozen: if a wallet may not give or take
        :raises CannotPay: if either has no wallet in the currency any more
        """
        try:
            sent = send.send_money(
                unit,
                id=id,
                payer=customer,
                payee=UUID(details["to"]),
                amount=amount,
                channel=CHANNEL,
                note=details["note"],
            )
        except send.OtherCurrency:
            raise CannotPay("payee_gone") from None
        except send.PayerHasNoWallet:
            raise CannotPay("wallet_gone") from None
        return Paid(sent.reference, sent.balance)


PAYERS: Mapping[str, Payer] = {"transfer": TransferPayer()}
"""By the kind of a plan."""
