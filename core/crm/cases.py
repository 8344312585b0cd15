"""Cases: what a customer needs a person for, from being told to being solved.

Here a case is opened, added to and reopened, by whomever; staff take cases in ``case_queue`` and
work on them in ``case_work``. The clock is in ``sla``, the rows and their events in ``case_store``.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core import pii
from core.crm import calendar, case_catalog, sla
from core.crm.case_links import attach, link, links
from core.crm.case_number import case_number
from core.crm.case_store import (
    DESCRIPTION,
    TITLE,
    By,
    Case,
    answer_columns,
    find,
    get,
    lock,
    of_customer,
    save,
    signature,
    unfinished_of,
)
from core.crm.sla import Answer, Clock, Priority
from core.errors import Refusal
from core.store.unit import Unit

__all__ = [
    "Case",
    "add_words",
    "attach",
    "find",
    "get",
    "link",
    "links",
    "may_reopen",
    "of_customer",
    "open_case",
    "reopen",
]

Source = Literal["customer", "bot", "agent", "system"]
MOST_OPEN = 5
"""Cases a customer may have unfinished at once; staff open as many as they see fit."""
REOPENED_WITHIN = timedelta(days=7)
MOST_TITLE, MOST_WORDS = 200, 4000
NOTE = "case_notes.words"


class UnknownCase(Refusal):
    """The customer has no case of that number."""

    code = "unknown_case"


class CaseClosed(Refusal):
    """The case is done. Facts: ``number``, ``may_reopen`` (``yes`` or ``no``)."""

    code = "case_closed"


class TooManyCases(Refusal):
    """The customer has as many open cases as one may have. Facts: ``most``, ``numbers``."""

    code = "too_many_cases"


OPEN = """
with opened as (
    insert into cases (id, case_number, customer_id, title, description, status, priority, category,
        sub_category, country, channel, address, conversation_id, source, first_reply_due,
        waiting_since, reply_running_since, reply_warn_at, reply_due, reply_raise_at, language,
        sla_running_since, sla_deadline, sla_warn_at, created_at, created_by, updated_at,
        updated_by)
    values (%(id)s, %(number)s, %(customer)s, %(title)s, %(description)s, 'Open', %(priority)s,
        %(category)s, %(sub_category)s, %(country)s, %(channel)s,
        (select address from conversations where id = %(conversation)s), %(conversation)s,
        %(source)s, %(first_due)s, %(waiting_since)s, %(reply_since)s, %(reply_warn_at)s,
        %(reply_due)s, %(reply_raise_at)s,
        coalesce((select language from conversations where id = %(conversation)s),
                 (select language from customers where id = %(customer)s)),
        %(now)s, %(deadline)s, %(warn_at)s, %(now)s, %(signed)s, %(now)s, %(signed)s)
)
insert into case_events (id, case_id, at, what, by, actor, became)
values (%(event)s, %(id)s, %(now)s, 'opened', %(by)s, %(actor)s, %(priority)s)
"""


def open_case(  # noqa: PLR0913 - all that makes a case, each by its name
    unit: Unit,
    *,
    customer: UUID | None,
    category: str,
    sub_category: str,
    title: str,
    description: str,
    priority: Priority,
    channel: str,
    conversation: UUID | None,
    transaction: UUID | None = None,
    by: Source,
    actor: UUID | None = None,
    country: str | None = None,
) -> Case:
    """Open a case and start its clocks; that of an answer only where somebody waits for one.

    ``by`` is who asked for it: the bot does on a customer's behalf. ``country`` says whose calendar
    counts, by default the customer's own. Longer words are cut to ``MOST_TITLE``, ``MOST_WORDS``,
    and card numbers are masked.

    :raises TooManyCases: if a customer asks who has ``MOST_OPEN`` unfinished ones
    :raises ValueError: if no case can be about that
    """
    if not case_catalog.is_known(category, sub_category):
        raise ValueError(f"no case is about {category}/{sub_category}")
    asked_for = by in ("customer", "bot")
    if asked_for and customer is not None:
        _require_few(unit, customer)
    days = calendar.load(unit, country or _country(unit, customer))
    clock = Clock(unit.now)
    due = sla.due(clock, priority, days)
    assert due is not None  # noqa: S101 - the clock has just been started
    answer = sla.awaited(Answer(clock), clock, priority, days, unit.now)
    case = unit.new_id()
    author: By = "customer" if asked_for else "agent" if by == "agent" else "system"
    unit.run(
        OPEN,
        id=case,
        number=case_number(unit.value("select nextval('case_serials')")),
        customer=customer,
        title=unit.keys.seal(pii.mask_cards(title)[:MOST_TITLE], field=TITLE, row=case),
        description=unit.keys.seal(
            pii.mask_cards(description)[:MOST_WORDS], field=DESCRIPTION, row=case
        ),
        priority=priority,
        category=category,
        sub_category=sub_category,
        country=days.country,
        channel=channel,
        conversation=conversation,
        source=by,
        first_due=answer.due,
        **answer_columns(answer if asked_for else None),
        waiting_since=unit.now if asked_for else None,
        deadline=due.deadline,
        warn_at=due.warn_at,
        event=unit.new_id(),
        by=author,
        actor=actor or (customer if asked_for else None),
        signed=signature(by, actor),
        now=unit.now,
    )
    opened = get(unit, case)
    if transaction is not None:
        link(unit, opened, transaction=transaction, by=author, actor=actor)
    return opened


def add_words(
    unit: Unit,
    case: Case,
    *,
    by: By,
    actor: UUID | None,
    text: str,
    internal: bool,
    message: UUID | None = None,
) -> Case:
    """Write words to a case's thread, and return the case as it is now.

    Words of the customer end the wait for them: the clocks run again, and that of the next answer
    begins. Words of an agent to them end that one. ``message`` is the message
    that brought the words or carries them, so that the thread shows it once.

    :raises CaseClosed: if the customer adds to a case that is done
    """
    before = lock(unit, case.id)
    if by == "customer" and before.done:
        raise closed(before, unit.now)
    note = unit.new_id()
    unit.run(
        """
        insert into case_notes (id, case_id, at, by, actor, internal, message_id, words)
        values (%(id)s, %(case)s, %(now)s, %(by)s, %(actor)s, %(internal)s, %(message)s, %(words)s)
        """,
        id=note,
        case=case.id,
        by=by,
        actor=actor,
        internal=internal,
        message=message,
        words=unit.keys.seal(pii.mask_cards(text)[:MOST_WORDS], field=NOTE, row=note),
        now=unit.now,
    )
    if by == "customer":
        return save(unit, before, _heard(unit, before), by=by, actor=actor)
    if by == "agent" and not internal:
        return save(unit, before, _answered(before, unit.now), by=by, actor=actor)
    return before


def may_reopen(case: Case, now: datetime) -> bool:
    """Return whether the customer may still say that a case was not solved after all."""
    return case.resolved_at is not None and now - case.resolved_at <= REOPENED_WITHIN


def closed(case: Case, now: datetime) -> CaseClosed:
    """Return the refusal of words for a case that is done."""
    return CaseClosed(number=case.number, may_reopen="yes" if may_reopen(case, now) else "no")


def reopen(unit: Unit, case: Case, *, by: By, actor: UUID | None = None) -> Case:
    """Take up a case again that was done; its clock goes on from where it stood.

    It goes to whoever is there to take it, which may be somebody else. One that is not done is
    left as it is.

    :raises CaseClosed: if that is too long ago for the customer to ask
    """
    before = lock(unit, case.id)
    if not before.done:
        return before
    if by == "customer" and not may_reopen(before, unit.now):
        raise closed(before, unit.now)
    opened = replace(
        before,
        status="Open",
        assigned_to=None,
        assigned_at=None,
        resolved_at=None,
        closed_at=None,
        reopened=before.reopened + 1,
        waiting_since=unit.now if by == "customer" else before.waiting_since,
    )
    days = calendar.load(unit, before.country)
    after = clocked(opened, before.clock.resume(unit.now), days, unit.now)
    return save(unit, before, after, by=by, actor=actor, also=[("reopened", None, None)])


def clocked(case: Case, clock: Clock, days: calendar.Calendar, now: datetime) -> Case:
    """Return a case with another clock, or with its clocks read anew for another priority.

    A warning or a breach that has not come yet after all may come again. While the customer is
    awaited there is no deadline; once the case is done, the last one is kept to be judged by.
    """
    case = answering(case, days, now)
    due = sla.due(clock, case.priority, days)
    if due is None:
        deadline = case.deadline if case.done else None
        return replace(case, clock=clock, deadline=deadline, warn_at=None)
    return replace(
        case,
        clock=clock,
        deadline=due.deadline,
        warn_at=due.warn_at,
        warned_at=case.warned_at if due.warn_at <= now else None,
        breached_at=case.breached_at if due.deadline <= now else None,
    )


def answering(
    case: Case, days: calendar.Calendar, now: datetime, *, since: datetime | None = None
) -> Case:
    """Return a case with the clock of the answer that its customer waits for.

    It runs while they wait and we are not waiting for them, from ``since`` (now, by default) if it
    did not; once the case is done nobody waits. The first answer is judged by what is kept of it.
    """
    if case.waiting_since is None or case.done:
        return replace(case, answer=None)
    answer = case.answer or Answer(Clock(None))
    if case.status == "PendingCustomer":
        clock = answer.clock.pause(now, days)
    else:
        clock = answer.clock.resume(since or now)
    answer = sla.awaited(answer, clock, case.priority, days, now)
    if case.first_replied_at is not None:
        return replace(case, answer=answer)
    return replace(
        case,
        answer=answer,
        first_reply_due=answer.due or case.first_reply_due,
        first_warned_at=answer.warned_at,
        first_breached_at=answer.breached_at,
    )


def _heard(unit: Unit, case: Case) -> Case:
    heard = replace(case, waiting_since=case.waiting_since or unit.now)
    if case.status != "PendingCustomer":
        if case.waiting_since is not None:
            return heard
        return answering(heard, calendar.load(unit, case.country), unit.now)
    days = calendar.load(unit, case.country)
    running = replace(heard, status="InProgress")
    return clocked(running, case.clock.resume(unit.now), days, unit.now)


def _answered(case: Case, now: datetime) -> Case:
    answered = replace(case, waiting_since=None, answer=None)
    if case.first_replied_at is not None:
        return answered
    due = case.first_reply_due
    if case.answer is not None and case.answer.stands and case.answer.breached_at is None:
        due = max(due or now, now)  # nothing passed while the customer was awaited: it is in time
    return replace(answered, first_replied_at=now, first_reply_due=due)


def _require_few(unit: Unit, customer: UUID) -> None:
    numbers = unfinished_of(unit, customer)
    if len(numbers) >= MOST_OPEN:
        raise TooManyCases(most=str(MOST_OPEN), numbers=", ".join(numbers[:MOST_OPEN]))


def _country(unit: Unit, customer: UUID | None) -> str:
    found: str | None = unit.value(
        "select country from customers where id = %(customer)s", customer=customer
    )
    return found or calendar.HOME
