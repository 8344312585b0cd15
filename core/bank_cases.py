"""The counter for cases: what a customer told us that needs a person, and what became of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from core.crm import case_catalog, case_context, case_line, case_ratings, case_thread, cases
from core.crm.cases import Case, UnknownCase
from core.errors import Refusal
from core.standing import Standing
from core.transfers import payments
from core.transfers.payments import Payment

LOOKED_AT = 50
"""Entries of a thread among which the last answer is looked for."""


class UnknownPayment(Refusal):
    """The customer neither made nor received such a payment."""

    code = "unknown_payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class MyCase:
    """A case as its customer may see it. ``answer`` is what staff last wrote to them, if anything.

    ``deadline`` is when it should be solved; None while we wait for the customer. Of one that was
    opened just now for somebody who wants a person: ``ahead``, how many are taken before it, and
    ``back_at``, when people are there again (None while they are).
    """

    number: str
    title: str = field(repr=False)
    status: str
    priority: str
    category: str
    opened: datetime
    deadline: datetime | None
    reply_due: datetime | None
    may_reopen: bool
    answer: str = field(default="", repr=False)
    answered_at: datetime | None = None
    ahead: int = 0
    back_at: datetime | None = None

    @property
    def done(self) -> bool:
        """Whether it takes no more words until it is reopened."""
        return self.status in ("Resolved", "Closed")


class CasesCounter(Standing):
    """What is asked at the counter about a customer's own cases."""

    def open_case(
        self,
        *,
        category: str,
        sub_category: str = "",
        title: str,
        text: str,
        transaction: str = "",
        by_bot: bool = False,
    ) -> MyCase:
        """Open a case in this conversation, as urgent as its kind says. A stranger may, too.

        ``transaction`` is the payment it is about; ``by_bot`` that the customer only asked for a
        person.

        :raises TooManyCases: if the customer has as many open ones as one may have
        :raises UnknownPayment: if the payment is not one of theirs
        """
        about = self._own_payment(transaction) if transaction else None
        opened = cases.open_case(
            self._unit,
            customer=self.customer_id,
            category=category,
            sub_category=sub_category,
            title=title,
            description=text,
            priority=case_catalog.priority_of(category, sub_category),
            channel=self.channel,
            conversation=self._visitor.conversation,
            transaction=about,
            by="bot" if by_bot else "customer",
            country=self.country,
        )
        self._visitor.opened = opened.id
        if not by_bot:
            return self._shown(opened)
        return replace(
            self._shown(opened),
            ahead=case_line.ahead(self._unit, opened),
            back_at=case_line.back_at(self._unit, opened.country),
        )

    def has_person(self, number: str) -> bool:
        """Return whether somebody has taken a case of theirs, or has written to them.

        :raises UnknownCase: if they have none of that number
        """
        return case_line.is_claimed(self._unit, self._own(number))

    def rate_case(self, number: str, rating: int) -> None:
        """Keep how content the customer is with how a case was solved, from 1 to 5.

        :raises UnknownCase: if they have none of that number
        """
        case_ratings.rate(self._unit, self._own(number), rating)

    def note_context(self, known: case_context.Known) -> None:
        """Keep what is known of this conversation with the case that was opened in this turn."""
        if self._visitor.opened is not None:
            case_context.note(self._unit, case=self._visitor.opened, known=known)

    def go_on_with(self, flow: str) -> None:
        """Note that a story goes on that was interrupted here for a person."""
        if self._visitor.conversation is not None:
            case_context.taken_up(self._unit, self._visitor.conversation, flow)

    def left_waiting(self, number: str) -> case_context.Left | None:
        """Return the story that was interrupted for a case of theirs and never gone on with."""
        case = self._own(number)
        found = case_context.of(self._unit, case.id)
        here = found is not None and found.conversation == self._visitor.conversation
        return found.left if found is not None and here and found.waits else None

    def my_cases(self, limit: int) -> list[MyCase]:
        """Return the customer's cases, newest first, without their answers."""
        return [self._shown(one) for one in cases.of_customer(self._unit, self._me, limit=limit)]

    def case(self, number: str) -> MyCase:
        """Return one of the customer's cases with the last answer.

        :raises UnknownCase: if they have none of that number
        """
        found = self._own(number)
        said = [
            entry
            for entry in case_thread.latest(self._unit, found, limit=LOOKED_AT)
            if entry.kind == "agent"
        ]
        return self._shown(found, said[-1] if said else None)

    def add_to_case(self, number: str, text: str, *, message: UUID | None = None) -> MyCase:
        """Add the customer's words to a case; ``message`` is the one that brought them.

        :raises UnknownCase: if they have none of that number
        :raises CaseClosed: if it is done
        """
        added = cases.add_words(
            self._unit,
            self._own(number),
            by="customer",
            actor=self.customer_id,
            text=text,
            internal=False,
            message=message,
        )
        return self._shown(added)

    def reopen_case(self, number: str) -> MyCase:
        """Have a case taken up again that was not solved after all.

        :raises UnknownCase: if they have none of that number
        :raises CaseClosed: if that was too long ago
        """
        opened = cases.reopen(self._unit, self._own(number), by="customer", actor=self.customer_id)
        return self._shown(opened)

    def recent_payments(self, limit: int) -> list[Payment]:
        """Return the last payments the customer made, newest first."""
        return payments.sent_by(self._unit, self._me, limit=limit)

    def _own(self, number: str) -> Case:
        found = cases.find(self._unit, number)
        mine = found is not None and (
            found.customer == self._me
            if self.known
            # A stranger has what they opened in this very conversation.
            else found.customer is None and found.conversation == self._visitor.conversation
        )
        if found is None or not mine:
            raise UnknownCase(number=number[:20])
        return found

    def _own_payment(self, transaction: str) -> UUID:
        payment = UUID(transaction)
        if not payments.is_party(self._unit, self._me, payment):
            raise UnknownPayment
        return payment

    def _shown(self, case: Case, answer: case_thread.Entry | None = None) -> MyCase:
        return MyCase(
            number=case.number,
            title=case.title,
            status=case.status,
            priority=case.priority,
            category=case.category,
            opened=case.created_at,
            deadline=case.deadline,
            reply_due=case.first_reply_due,
            may_reopen=cases.may_reopen(case, self._unit.now),
            answer="" if answer is None else answer.words,
            answered_at=None if answer is None else answer.at,
        )
