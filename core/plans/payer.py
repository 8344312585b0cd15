"""What pays a plan of one kind, and what it may answer. The payers are in `payers`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.money import Money
from core.monitoring.decide import admit
from core.monitoring.payment import Kind, Payment
from core.screening.party import Party
from core.store.unit import Unit
from core.wallets import wallets

Details = Mapping[str, str]
"""What a payer has to know besides the amount: plain strings, sealed as they stand."""
CHANNEL = "plan"
"""How a payment was asked for that nobody asks for at the time."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What its customer is told of a payment that was made."""

    reference: str
    balance: Money
    """What they have available in that wallet now."""
    held: bool = False
    """Whether it is set aside, to be made once a person has looked at it."""


class CannotPay(Exception):
    """Nothing about it will be better later: who pays or is paid has gone. ``code`` says who."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Payer(Protocol):
    """Pays plans of one kind."""

    arrives_later: bool
    """Whether paying is only the beginning: what came of it is told when it is known."""

    def names(self, unit: Unit, details: Sequence[Details]) -> list[str]:
        """Return to whom or what each is paid, as its customer may read it: masked."""

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

        :raises PaymentNotPossible: if it is decided that it is not made
        :raises Refusal: if the bank will not, now
        :raises CannotPay: if it never will
        """

    def not_arrived(self, unit: Unit, payments: Sequence[UUID]) -> frozenset[UUID]:
        """Return those of some payments that were begun and came to nothing after all."""


def wallet_of(unit: Unit, customer: UUID, currency: str) -> UUID:
    """Return the wallet that a customer's plans in a currency are paid from.

    :raises CannotPay: if they have none in it any more
    """
    try:
        return wallets.wallet_in(unit, customer, currency)
    except LookupError:
        raise CannotPay("wallet_gone") from None


def admitted(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the payment's
    kind: Kind,
    customer: UUID,
    amount: Money,
    payee: UUID | None = None,
    counterparty: Party | None = None,
) -> bool:
    """Let a plan's payment pass that is made now; return whether it is to be held.

    Nobody can be asked for a code then: the plan was agreed to with its proof.

    :raises PaymentNotPossible: if it is not made
    """
    payment = Payment(
        id=id,
        kind=kind,
        customer=customer,
        amount=amount,
        channel=CHANNEL,
        payee=payee,
        counterparty=counterparty,
        country=None if counterparty is None else counterparty.country,
    )
    return admit(unit, payment) == "hold"
