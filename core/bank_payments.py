"""The counter for payments: whether one may be made, what proves it, and making it.

Every payment passes `payment_needs`, which asks for the one decision there is on it, and
`require_enough`, which makes nothing that was not proved as that decision wants.
"""

from typing import Literal, TypedDict
from uuid import UUID

from core.access import step_up
from core.access.codes import Agreed
from core.bank_bills import BillsCounter, Paid
from core.bank_plans import Plan, Planned, PlansCounter, Rule
from core.bank_proof import ProofCounter
from core.bank_requests import RequestsCounter
from core.bank_waiting import SentWaiting, WaitingCounter
from core.bank_withdrawals import Begun, Payee, WithdrawalsCounter
from core.deposits import cash_codes
from core.deposits.cash_codes import Made
from core.fx import convert, quote_store
from core.fx.convert import Converted
from core.ledger import book
from core.money import Money
from core.monitoring.decide import decide
from core.monitoring.payment import Kind, Payment, PaymentNotPossible
from core.screening.party import Party
from core.settlement import banks, destinations
from core.transfers import abroad, held, request_endings, send, waiting
from core.transfers.abroad import SentAbroad
from core.transfers.held import Wanted
from core.transfers.send import SentMoney
from core.visitor import Judged
from core.wallets import wallets

Proven = Literal["enough", "code", "person", "hold", "block"]
"""What a payment needs: no more; a code or a person to prove it; a person to look at it before it
is made; or it is not made, which is said as it is tried."""


class PaymentsCounter(
    ProofCounter, RequestsCounter, WaitingCounter, PlansCounter, WithdrawalsCounter, BillsCounter
):
    """What is asked at the counter to pay."""

    def payment_needs(
        self,
        *,
        kind: Kind,
        to: str,
        amount: Money,
        effect_id: UUID | None,
        elsewhere: Payee | None = None,
    ) -> Proven:
        """Return whether the PIN is enough for a payment, or what must add to it.

        ``elsewhere`` is who is paid, where that is an account at another bank.
        """
        if effect_id is None:
            raise LookupError("a payment is judged once it was read back")
        if not self.trusted:
            return "person"  # whoever stands here has not even stepped up
        agreed = _agreed(effect_id, to, amount)
        if self._visitor.judged is not None and self._visitor.judged[0] == agreed:
            return self._visitor.judged[1]
        decision = decide(
            self._unit,
            Payment(
                id=effect_id,
                kind=kind,
                customer=self._me,
                amount=amount,
                channel=self.channel,
                address=self._visitor.address,
                payee=UUID(to),
                **self._paid_elsewhere(elsewhere),
            ),
        )
        found: Judged = "enough"
        if decision.verdict in ("hold", "block"):
            found = "hold" if decision.verdict == "hold" else "block"
        elif decision.verdict == "step_up" and not step_up.is_proven(
            self._unit, self._me, agreed, **self._here
        ):
            return "code" if self.has_second_way else "person"
        self._visitor.judged = agreed, found
        return found

    def send_payment_code(
        self, *, to: str, amount: Money, effect_id: UUID | None, onward: bool = False
    ) -> None:
        """Send a code for exactly this payment, once its PIN was given.

        :raises TooManyCodes: if too many were asked for
        """
        if effect_id is None:
            raise LookupError("a code is for a payment that was read back")
        self._require_proved()
        self._send("step_up", onward=onward, agreed=_agreed(effect_id, to, amount))

    def require_enough(
        self,
        *,
        kind: Kind,
        to: str,
        amount: Money,
        effect_id: UUID,
        elsewhere: Payee | None = None,
    ) -> bool:
        """Stop a payment that was not proved as it must be; return whether it is to be held.

        :raises LookupError: if a code is missing: whoever asks for the payment has not asked how
        :raises PaymentNotPossible: if it is not made
        """
        needs = self.payment_needs(
            kind=kind, to=to, amount=amount, effect_id=effect_id, elsewhere=elsewhere
        )
        if needs == "block":
            raise PaymentNotPossible
        if needs not in ("enough", "hold"):
            raise LookupError("this payment needs more proof than a PIN")
        return needs == "hold"

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

        What needs a code on top of the PIN has had it by now, and what a person looks at first is
        set aside. Raises what ``core.transfers.send.send_money`` and ``held.set_aside`` do.
        """
        if self.require_enough(kind="transfer", to=to, amount=amount, effect_id=effect_id):
            wanted = self._wanted(effect_id, amount, payee=UUID(to), note=note)
            return held.set_aside(self._unit, wanted)
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
        self.require_enough(
            kind="exchange", to=str(self._me), amount=given.total, effect_id=effect_id
        )
        return convert.convert(
            self._unit, id=effect_id, customer=self._me, quote=given.id, channel=self.channel
        )

    def send_abroad(self, *, to: str, quote: str, effect_id: UUID, note: str = "") -> SentAbroad:
        """Send money that arrives in another currency, at a quote that was given for it.

        Once however often the effect is asked for; proved as any payment of all that the quote
        takes is. Raises what ``core.transfers.abroad.send_abroad`` does.
        """
        given = quote_store.find(self._unit, UUID(quote), customer=self._me)
        self.require_enough(kind="abroad", to=to, amount=given.total, effect_id=effect_id)
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
        if self.require_enough(kind="request", to=to, amount=amount, effect_id=effect_id):
            wanted = self._wanted(effect_id, amount, payee=UUID(to))
            return held.set_aside_request(self._unit, wanted, request=UUID(request))
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
        if self.require_enough(kind="transfer", to=to, amount=amount, effect_id=effect_id):
            wanted = self._wanted(effect_id, amount, phone=number, note=note)
            sent = held.set_aside(self._unit, wanted)
            return SentWaiting(sent.reference, sent.balance, self._unit.now + waiting.WAITS)
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
        self.require_enough(kind="plan", to=what.to, amount=amount, effect_id=effect_id)
        return self._keep_plan(what, amount=amount, rule=rule, effect_id=effect_id)

    def make_cash_code(self, amount: Money, *, effect_id: UUID) -> Made:
        """Set cash aside for an agent to pay out, proved as any payment is.

        Raises what ``core.deposits.cash_codes.make`` does.
        """
        self.require_enough(kind="cash", to=self.cash_payee, amount=amount, effect_id=effect_id)
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
        reviewed = self.require_enough(
            kind="payout", to=payee.id, amount=amount, effect_id=effect_id, elsewhere=payee
        )
        return self._withdraw(payee, amount=amount, fee=fee, effect_id=effect_id, reviewed=reviewed)

    def top_up(
        self, *, to: str, number: str, amount: Money, effect_id: UUID, bundle: str | None = None
    ) -> Paid:
        """Buy airtime or a bundle; once, proved. Raises as ``core.bills.paying.buy_airtime``."""
        self.require_enough(kind="airtime", to=to, amount=amount, effect_id=effect_id)
        return self._buy_airtime(number=number, amount=amount, bundle=bundle, effect_id=effect_id)

    def pay_bill(
        self, *, to: str, biller: str, account: str, holder: str, amount: Money, effect_id: UUID
    ) -> Paid:
        """Pay a bill; once, proved as any payment. Raises as ``core.bills.paying.pay_bill``."""
        self.require_enough(kind="bill", to=to, amount=amount, effect_id=effect_id)
        return self._pay_bill(
            biller=biller, account=account, holder=holder, amount=amount, effect_id=effect_id
        )

    @property
    def cash_payee(self) -> str:
        """Who is paid, where cash from an agent is judged as a payment."""
        return str(cash_codes.STANDS_FOR)

    def _wanted(
        self,
        effect_id: UUID,
        amount: Money,
        *,
        payee: UUID | None = None,
        phone: str = "",
        note: str = "",
    ) -> Wanted:
        """Return a payment as it is set aside, for a person to look at first."""
        return Wanted(
            id=effect_id,
            payer=self._me,
            amount=amount,
            channel=self.channel,
            payee=payee,
            phone=phone,
            note=note,
        )

    def _paid_elsewhere(self, payee: Payee | None) -> "_Elsewhere":
        """Return who is paid and where, to be compared with the lists; nothing of customers."""
        if payee is None:
            return {}
        country = banks.country_there(self._unit, payee.bank_id)
        party = destinations.party_of(name=payee.name, country=country)
        return {"counterparty": party, "country": country}


class _Elsewhere(TypedDict, total=False):
    """What a payment says of somebody who is no customer."""

    counterparty: Party
    country: str | None


def _agreed(effect_id: UUID, to: str, amount: Money) -> Agreed:
    return Agreed(effect_id, f"{to} {amount}")
