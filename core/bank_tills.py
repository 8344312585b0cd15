"""The counter for cash: what an agent of the bank does at their till, and codes to be paid out."""

from dataclasses import dataclass
from uuid import UUID

from core import phone
from core.crm.customers import people
from core.deposits import agents, cash_codes, matching, tills
from core.deposits.agents import Agent
from core.deposits.cash_codes import CashCode
from core.deposits.tills import Served
from core.errors import Refusal
from core.ledger import book
from core.ledger.account_no import is_account_no
from core.money import Money
from core.phone import mask
from core.standing import Standing


class UnknownAtTill(Refusal):
    """Nobody here has that number or account."""

    code = "unknown_at_till"


@dataclass(frozen=True, slots=True)
class AtTill:
    """A customer before an agent, masked."""

    id: str
    wallet: str
    """The wallet that takes what they bring."""
    name: str
    phone: str


class TillsCounter(Standing):
    """What is asked at the counter about cash."""

    @property
    def is_agent(self) -> bool:
        """Whether the customer is an agent of the bank who may act now."""
        found = agents.agent_of(self._unit, self._me)
        return found is not None and found.status == "active"

    @property
    def till_no(self) -> str:
        """The number of the agent's till."""
        return self._agent.till_no

    @property
    def till_currency(self) -> str:
        """What the till holds."""
        return self._agent.currency

    @property
    def float_left(self) -> Money:
        """What the agent may still pay in for customers."""
        return book.balance(self._unit, self._agent.float_account).available

    def find_at_till(self, text: str) -> AtTill:
        """Return the customer before the agent, by phone number or account number, masked.

        :raises UnknownAtTill: if nobody has it, or nothing of theirs takes the till's currency
        :raises OwnTill: if it is the agent
        """
        written = "".join(text.split()).replace("-", "")
        if not is_account_no(written):
            try:
                written = phone.parse(text, self.country)
            except phone.NotAPhone:
                raise UnknownAtTill from None
        owner = matching.find(
            self._unit,
            account=written,
            payer_phone="",
            currency=self.till_currency,
            country=self.country,
        )
        if owner.customer is None or owner.wallet is None:
            raise UnknownAtTill
        if owner.customer == self._me:
            raise tills.OwnTill
        who = people(self._unit, [owner.customer])[owner.customer]
        return AtTill(
            str(owner.customer), str(owner.wallet), who.masked_name, mask(who.phone or "")
        )

    def check_cash_in(self, *, wallet: str, amount: Money) -> None:
        """Refuse cash early that could not be taken in now.

        :raises TillLimit: if it is more than the agent may do
        :raises InsufficientFunds: if the float does not hold that much
        :raises BalanceCeiling: if the customer may not hold that much
        :raises AccountFrozen: if the wallet may not take
        """
        agent = self._agent
        agents.require_room(self._unit, agent, "cash_in", amount)
        book.look(
            self._unit,
            debit=agent.float_account,
            credit=UUID(wallet),
            amount=amount,
            type="cash_in",
        )

    def cash_in(self, *, to: str, wallet: str, amount: Money, effect_id: UUID) -> Served:
        """Take in cash for a customer, once however often the effect is asked for.

        Raises what ``core.deposits.tills.cash_in`` does.
        """
        return tills.cash_in(
            self._unit,
            id=effect_id,
            agent=self._me,
            customer=UUID(to),
            wallet=UUID(wallet),
            amount=amount,
            channel=self.channel,
        )

    def present_code(self, customer: str) -> CashCode:
        """Find the code that waits for a customer's cash; its digits are asked for here next.

        :raises NoCashCode: if none waits
        """
        return cash_codes.present(self._unit, customer=UUID(customer), **self._here)

    def pay_cash_out(self, *, code: str, effect_id: UUID) -> Served:
        """Pay cash for a code that was shown, once however often the effect is asked for.

        Raises what ``core.deposits.tills.cash_out`` does.
        """
        return tills.cash_out(
            self._unit, id=effect_id, agent=self._me, code=UUID(code), **self._here
        )

    def check_float_top_up(self, amount: Money) -> None:
        """Refuse an amount early that the float could not take from the agent's own wallet.

        :raises InsufficientFunds: if the wallet does not hold that much
        :raises BalanceCeiling: if the float may not hold that much
        :raises AccountFrozen: if the wallet may not give
        """
        book.look(
            self._unit,
            debit=self._wallet,
            credit=self._agent.float_account,
            amount=amount,
            type="move",
        )

    def top_up_float(self, amount: Money, *, effect_id: UUID) -> Served:
        """Move money from the agent's own wallet into the float.

        Raises what ``core.deposits.tills.top_up`` does.
        """
        return tills.top_up(
            self._unit,
            id=effect_id,
            agent=self._me,
            wallet=self._wallet,
            amount=amount,
            channel=self.channel,
        )

    def cash_fee(self, amount: Money) -> Money:
        """Return what taking cash from an agent costs, having refused what could not be taken.

        :raises NoTariff: if the bank has no tariff for it there
        :raises CashCodeOpen: if an earlier code still works
        :raises InsufficientFunds: if the wallet does not hold that much and the fee
        :raises LimitExceeded: if the customer's tier does not allow it
        :raises AccountFrozen: if the wallet may not give
        """
        return cash_codes.look(
            self._unit, customer=self._me, wallet=self._wallet, country=self.country, amount=amount
        )

    def give_up_cash(self) -> bool:
        """Take back cash that was set aside; return whether there was any."""
        return cash_codes.give_up(self._unit, customer=self._me)

    @property
    def _agent(self) -> Agent:
        found = agents.agent_of(self._unit, self._me)
        if found is None:
            raise LookupError("only an agent stands at a till")
        return found


__all__ = ["AtTill", "CashCode", "Served", "TillsCounter"]
