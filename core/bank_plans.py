"""The counter for plans: payments agreed now and made later, once or again and again."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.bills import airtime, billers
from core.documents.orders import local_day
from core.fees import allowances
from core.ledger.refusals import LimitExceeded
from core.money import Money
from core.plans import changes, plans
from core.plans.days import Every, Rule
from core.plans.payer import Details
from core.plans.plans import NewPlan, Plan, UnknownPlan
from core.standing import Standing


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan pays, whatever the amount and the days."""

    kind: str
    """One of ``core.plans.payers.PAYERS``."""
    to: str
    """Stands for who or what is paid where a payee's id is asked for."""
    details: Details
    """What its payer has to know."""


class PlansCounter(Standing):
    """What is asked at the counter about payments to come."""

    def check_plan_amount(self, amount: Money, *, biller: str = "", airtime_to: str = "") -> None:
        """Refuse an amount early that the customer's tier never lets them send.

        Nor what the ``biller`` (its id) does not take, or cannot be bought for a phone (E.164).
        What they hold, and what is left of today's limit, says nothing about a day to come.

        :raises LimitExceeded: if it is more than they may send at once
        :raises UnknownBiller: if there is no such biller any more
        :raises BillAmount: if the biller does not take it at once
        :raises AirtimeNotSold: if none is sold for that phone any more
        :raises AirtimeAmount: if the wholesaler does not take it at once
        """
        if biller:
            billers.biller(self._unit, biller).check_amount(amount)
        if airtime_to:
            airtime.market(self._unit, airtime_to, currency=self.currency).check_amount(amount)
        most = allowances.read(self._unit, self._me).at_once
        if most is not None and most < amount:
            raise LimitExceeded(scope="transaction", limit=str(most), left=str(most))

    def check_plan_day(self, day: date) -> None:
        """Refuse a first day early that no plan may have.

        :raises PlanDayPast: if it is not to come
        :raises PlanDayFar: if it is more than a year ahead
        """
        plans.check_first(day, today=self._today)

    def read_times(self, said: str) -> int:
        """Return how often a plan is to be paid.

        :raises NotTimes: if it is no number, or none that may be
        """
        digits = said.strip()
        times = int(digits) if digits.isdecimal() and len(digits) <= 3 else 0
        if not 2 <= times <= plans.MOST_TIMES:
            raise plans.NotTimes(most=str(plans.MOST_TIMES))
        return times

    def first_due(self, *, every: Every, first: date, until: date | None = None) -> date:
        """Return the first day a plan would be paid.

        :raises PlanEndsEarly: if there is none
        """
        due = Rule(every, first, until).day(0)
        if due is None:
            raise plans.PlanEndsEarly
        return due

    def _keep_plan(self, what: Planned, *, amount: Money, rule: Rule, effect_id: UUID) -> Plan:
        """Keep what was agreed and proved. Raises what ``core.plans.plans.make`` does."""
        return plans.make(
            self._unit,
            NewPlan(
                id=effect_id,
                customer=self._me,
                kind=what.kind,
                amount=amount,
                details=what.details,
                rule=rule,
                channel=self.channel,
            ),
            today=self._today,
            zone=self._zone,
        )

    def plans(self) -> list[Plan]:
        """Return the customer's plans that are not over, at most nine."""
        return plans.of(self._unit, self._me)

    def find_plan(self, plan: str) -> Plan:
        """Return one of them by its id.

        :raises UnknownPlan: if it is over, or none of theirs
        """
        for one in self.plans():
            if str(one.id) == plan:
                return one
        raise UnknownPlan

    def find_running_plan(self, plan: str) -> Plan:
        """Return one of them that is not paused.

        :raises UnknownPlan: if it is over, or none of theirs
        :raises PlanRests: if it is paused
        """
        found = self.find_plan(plan)
        if found.status == "paused":
            raise plans.PlanRests(plan=plan)
        return found

    def pause_plan(self, plan: str) -> None:
        """Pay nothing of a plan until it is gone on with.

        :raises UnknownPlan: if it is over
        """
        changes.pause(self._unit, UUID(plan), customer=self._me)

    def resume_plan(self, plan: str) -> Plan:
        """Go on with a paused plan, from its next day that is to come.

        :raises UnknownPlan: if it is over
        :raises PlanOver: if none of its days is to come
        """
        return changes.resume(self._unit, UUID(plan), customer=self._me, zone=self._zone)

    def drop_plan(self, plan: str) -> None:
        """End a plan for good.

        :raises UnknownPlan: if it is over
        """
        changes.drop(self._unit, UUID(plan), customer=self._me)

    def tell_plan_ahead(self, plan: str, *, tells: bool) -> None:
        """Tell the customer a day before each payment from now on, or no more.

        :raises UnknownPlan: if it is over
        """
        changes.tell_ahead(self._unit, UUID(plan), customer=self._me, tells=tells)

    @property
    def _today(self) -> date:
        return local_day(self._unit, self._me, self._unit.now)

    @property
    def _zone(self) -> str:
        zone: str = self._unit.value(
            "select timezone from account_owners where owner = %(customer)s", customer=self._me
        )
        return zone


__all__ = ["Every", "Plan", "Planned", "PlansCounter", "Rule", "UnknownPlan"]
