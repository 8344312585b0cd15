"""What a wish makes of the bank's production code, and what the customer was told at once."""

from dataclasses import dataclass
from uuid import UUID

from bot.house import House
from core.bills import paying
from core.deposits import asking
from core.errors import Refusal
from core.iso.messages import CreditTransfer, Party
from core.money import Money
from core.settlement import starting
from core.settlement.destinations import Destination
from core.store.unit import Unit
from tests.simulation.firms import US, Firms
from tests.simulation.town import Wish

CHANNELS = ("whatsapp", "ussd", "sms")


@dataclass(frozen=True, slots=True)
class Payment:
    """What somebody did, as an outsider may know it."""

    id: UUID
    wish: Wish
    reference: str = ""
    """What the bank, or for money that came the partner, calls it."""
    fee: int = 0
    refused: str = ""
    """The code of the bank's refusal; nothing happened then."""


class Doing:
    """Does what is wished: at the bank, or at the firm that money comes from."""

    def __init__(self, house: House, firms: Firms) -> None:
        self._house, self._firms = house, firms

    def do(self, wish: Wish) -> Payment:
        """Do it, once."""
        id_ = self._house.new_id()
        match wish.kind:
            case "paybill":
                number = self._firms.mpesa.paybill(
                    phone=wish.where, shillings=wish.amount // 100, account=wish.account
                )
                return Payment(id_, wish, number)
            case "receipt":
                return Payment(id_, wish, self._bring(wish, id_))
        try:
            with self._house.unit() as unit:
                reference, fee = self._ask(unit, wish, id_)
        except Refusal as refused:
            return Payment(id_, wish, refused=refused.code)
        return Payment(id_, wish, reference, fee)

    def _bring(self, wish: Wish, id_: UUID) -> str:
        """Have another bank's customer pay one of ours."""
        now = self._house.now()
        number = f"IN{id_.hex[12:].upper()}"
        told = CreditTransfer(
            id=number,
            end_to_end=f"E{number}",
            amount=Money(wish.amount, wish.customer.currency),
            debtor=Party("Njeri Mwangi", "0180293487", "EQBLKENA", "68"),
            creditor=Party("Amina Otieno", wish.account, US.bic),
            settles_on=now.date(),
            made_at=now,
        )
        self._firms.switches["pesalink"].transfer_in(told, now=now)
        return number

    def _ask(self, unit: Unit, wish: Wish, id_: UUID) -> tuple[str, int]:
        customer = wish.customer
        amount = Money(wish.amount, customer.currency)
        person = customer.person
        by = {
            "id": id_,
            "customer": person.id,
            "wallet": person.wallet,
            "amount": amount,
            "channel": CHANNELS[customer.place % len(CHANNELS)],
        }
        match wish.kind:
            case "prompt":
                deposit = asking.ask(unit, country=customer.country, phone=wish.account, **by)
                return deposit.reference, 0
            case "airtime":
                paid = paying.buy_airtime(unit, phone=wish.account, **by)
            case "bill":
                paid = paying.pay_bill(
                    unit, biller=wish.where, account=wish.account, holder="B*** K***", **by
                )
            case _:
                started = starting.start(unit, destination=_destination(wish), **by)
                return started.reference, started.fee.minor
        return paid.reference, paid.fee.minor


def _destination(wish: Wish) -> Destination:
    if wish.kind == "phone":
        return Destination(
            kind="mobile", bank_id=wish.where, phone=wish.account, name="Brian Kamau"
        )
    return Destination(kind="bank", bank_id=wish.where, account_no=wish.account, name="Brian Kamau")
