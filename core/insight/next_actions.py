"""Next best actions: proposed for reasons, weighed by what came of them before, and recorded.

How sure a proposal is, is how often actions of its type were accepted, times how strongly this one
is wanted. The rate is Beta-smoothed: with nothing recorded it is one half, and each outcome moves
it by less the more there are.

    confidence = (accepted + 3) / (accepted + refused + 6) * strength

"Declined" is a refusal, "not now" half of one; whoever was not reached has not answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.insight import action_candidates
from core.insight.action_candidates import Candidate
from core.insight.action_words import described
from core.store.unit import Row, Unit, jsonb

Outcome = Literal["accepted", "declined", "not_now", "not_reached"]
PRIOR = 3
"""Acceptances and refusals each that a type is believed to have had before any was recorded."""
RESTS: Mapping[str, timedelta] = {
    "accepted": timedelta(days=30),
    "declined": timedelta(days=90),
    "not_now": timedelta(days=14),
    "not_reached": timedelta(days=2),
    "expired": timedelta(days=30),
    "moot": timedelta(),
}
"""How long a type is not proposed again to the same customer."""
REFUSED: Mapping[str, Decimal] = {"declined": Decimal(1), "not_now": Decimal("0.5")}
MOST_LISTED = 50
LONGEST_NOTE = 1000
_PLACES = Decimal("0.0001")


class UnknownAction(DeskRefusal):
    """There is no such action."""

    code = "unknown_action"


class ActionDone(DeskRefusal):
    """What came of it was recorded already, or it is no longer proposed. Fact: ``outcome``."""

    code = "action_done"


class BadOutcome(DeskRefusal):
    """No such outcome, or its note is too long."""

    code = "bad_outcome"


@dataclass(frozen=True, slots=True)
class Action:
    """One action, as staff see it."""

    id: UUID
    customer: UUID
    action_type: str
    title: str
    description: str
    confidence: Decimal
    facts: Mapping[str, Any]
    """The reasons: codes, counts, amounts and days."""
    recommended_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    outcome: str | None
    note: str = field(repr=False)
    by: UUID | None
    """Who recorded the outcome."""

    @property
    def is_completed(self) -> bool:
        """Whether it is no longer open."""
        return self.completed_at is not None


def confidence(accepted: int, refused: Decimal, strength: Decimal) -> Decimal:
    """Return how sure a proposal is, from 0 to 1 with four places."""
    rate = (accepted + PRIOR) / (accepted + refused + 2 * PRIOR)
    return (rate * strength).quantize(_PLACES)


_END = """
update next_best_actions set is_completed = true, completed_at = %(now)s, outcome = %(outcome)s,
    rests_until = %(rests)s, updated_at = %(now)s
where customer_id = any(%(customers)s) and not is_completed
"""
EXPIRE = f"{_END} and expires_at <= %(now)s"
MOOT = f"""{_END} and (customer_id, action_type) not in (
    select c, t from unnest(%(whose)s::uuid[], %(types)s::text[]) v (c, t))"""
# Who declined lately is left alone, and who wants no marketing is only served.
POSSIBLE = """
select v.c as customer, v.t as action_type
from unnest(%(whose)s::uuid[], %(types)s::text[]) v (c, t)
    join next_action_types k on k.action_type = v.t
where not exists (
        select from next_best_actions a where a.customer_id = v.c and a.action_type = v.t
            and a.is_completed and a.rests_until > %(now)s)
    and (k.is_service or not (
        exists (select from addresses where customer_id = v.c and opted_out_at is not null)
        or (exists (select from consents where customer_id = v.c and purpose = 'marketing')
            and not exists (select from consents where customer_id = v.c
                and purpose = 'marketing' and withdrawn_at is null))))
"""
PROPOSE = """
insert into next_best_actions (id, customer_id, action_type, title, description, confidence_score,
    strength, facts, recommended_date, expires_at, created_at, updated_at)
select v.id, v.customer, v.type, k.title, v.words, v.confidence, v.strength, v.facts, %(now)s,
    %(now)s + k.lasts_days * interval '1 day', %(now)s, %(now)s
from unnest(%(ids)s::uuid[], %(whose)s::uuid[], %(types)s::text[], %(words)s::text[],
        %(confidences)s::numeric[], %(strengths)s::numeric[], %(facts)s::jsonb[])
    v (id, customer, type, words, confidence, strength, facts)
    join next_action_types k on k.action_type = v.type
on conflict (customer_id, action_type) where not is_completed do update
    set description = excluded.description, confidence_score = excluded.confidence_score,
        strength = excluded.strength, facts = excluded.facts, updated_at = excluded.updated_at
    where (next_best_actions.confidence_score, next_best_actions.facts)
        is distinct from (excluded.confidence_score, excluded.facts)
"""


def compute(unit: Unit, customers: Sequence[UUID]) -> int:
    """Propose to customers what speaks for itself now; return how many proposals were written.

    One of a type is open for a customer. One that nothing speaks for any more is moot, and one that
    nobody took up in its time expires.
    """
    whose = sorted(customers)
    _end(unit, whose, EXPIRE, "expired")
    possible = _possible(unit, action_candidates.find(unit, whose))
    _end(unit, whose, MOOT, "moot", kept=possible)
    rates = _rates(unit)
    return unit.run(
        PROPOSE,
        ids=[unit.new_id() for _ in possible],
        whose=[one.customer for one in possible],
        types=[one.action_type for one in possible],
        words=[described(one.action_type, one.facts) for one in possible],
        confidences=[confidence(*rates[one.action_type], one.strength) for one in possible],
        strengths=[one.strength.quantize(_PLACES) for one in possible],
        facts=[jsonb(one.facts) for one in possible],
        now=unit.now,
    )


def _end(
    unit: Unit,
    customers: Sequence[UUID],
    statement: str,
    outcome: str,
    *,
    kept: Sequence[Candidate] = (),
) -> None:
    unit.run(
        statement,
        customers=list(customers),
        outcome=outcome,
        rests=unit.now + RESTS[outcome],
        whose=[one.customer for one in kept],
        types=[one.action_type for one in kept],
        now=unit.now,
    )


def _possible(unit: Unit, found: Sequence[Candidate]) -> list[Candidate]:
    rows = unit.all(
        POSSIBLE,
        whose=[one.customer for one in found],
        types=[one.action_type for one in found],
        now=unit.now,
    )
    may = {(row.customer, row.action_type) for row in rows}
    wanted = [one for one in found if (one.customer, one.action_type) in may]
    return sorted(wanted, key=lambda one: (one.customer, one.action_type))


def _rates(unit: Unit) -> dict[str, tuple[int, Decimal]]:
    rows = unit.all("select action_type, accepted, refused from next_action_types")
    return {row.action_type: (row.accepted, row.refused) for row in rows}


COLUMNS = """a.id, a.customer_id, a.action_type, a.title, a.description, a.confidence_score,
    a.facts, a.recommended_date, a.expires_at, a.completed_at, a.outcome, a.note, a.recorded_by"""
OPEN = f"""
select {COLUMNS} from next_best_actions a
where a.customer_id = %(customer)s and not a.is_completed
order by a.confidence_score desc, a.action_type
"""
RECORDED = f"""
select {COLUMNS} from next_best_actions a
where a.customer_id = %(customer)s and a.recorded_by is not null
order by a.created_at desc, a.id desc limit %(most)s
"""


def of_customer(unit: Unit, actor: Actor, customer: UUID) -> list[Action]:
    """Return what is proposed for a customer, the surest first.

    :raises Forbidden: if they may see no customers
    """
    actor.require("customers.read")
    return [_action(unit, row) for row in unit.all(OPEN, customer=customer)]


def recorded(unit: Unit, actor: Actor, customer: UUID) -> list[Action]:
    """Return what came of actions with a customer, newest first; fifty at most.

    :raises Forbidden: if they may see no customers
    """
    actor.require("customers.read")
    rows = unit.all(RECORDED, customer=customer, most=MOST_LISTED)
    return [_action(unit, row) for row in rows]


def record(
    unit: Unit,
    actor: Actor,
    action: UUID,
    outcome: str,
    note: str = "",
) -> Action:
    """Write down what came of an action, and return it. It counts for all actions of its type.

    :raises Forbidden: if they may record none
    :raises BadOutcome: if there is no such outcome, or the note has over a thousand characters
    :raises UnknownAction: if there is no such action
    :raises ActionDone: if it is no longer open
    """
    actor.require("actions.record")
    if outcome not in get_args(Outcome) or len(note.strip()) > LONGEST_NOTE:
        raise BadOutcome
    found = _locked(unit, action)
    if found.outcome is not None:
        raise ActionDone(outcome=found.outcome)
    _close(unit, actor, action, outcome, note.strip())
    unit.run(
        """
        update next_action_types set accepted = accepted + %(accepted)s,
            refused = refused + %(refused)s
        where action_type = %(type)s
        """,
        accepted=int(outcome == "accepted"),
        refused=REFUSED.get(outcome, Decimal()),
        type=found.action_type,
    )
    audit.note(
        unit,
        actor,
        "action.recorded",
        subject="action",
        subject_id=action,
        customer=found.customer,
        after={"type": found.action_type, "outcome": outcome},
    )
    return _locked(unit, action)


def _close(unit: Unit, actor: Actor, action: UUID, outcome: str, note: str) -> None:
    unit.run(
        """
        update next_best_actions set is_completed = true, completed_at = %(now)s,
            outcome = %(outcome)s, note = %(note)s, recorded_by = %(by)s,
            rests_until = %(rests)s, updated_at = %(now)s
        where id = %(id)s
        """,
        id=action,
        outcome=outcome,
        note=unit.keys.seal(note, field="next_best_actions.note", row=action) if note else None,
        by=actor.id,
        rests=unit.now + RESTS[outcome],
        now=unit.now,
    )


def _locked(unit: Unit, action: UUID) -> Action:
    row = unit.maybe(
        f"select {COLUMNS} from next_best_actions a where a.id = %(id)s for update", id=action
    )
    if row is None:
        raise UnknownAction
    return _action(unit, row)


def _action(unit: Unit, row: Row) -> Action:
    note = ""
    if row.note is not None:
        note = unit.keys.open(bytes(row.note), field="next_best_actions.note", row=row.id)
    return Action(
        id=row.id,
        customer=row.customer_id,
        action_type=row.action_type,
        title=row.title,
        description=row.description,
        confidence=row.confidence_score,
        facts=row.facts,
        recommended_at=row.recommended_date,
        expires_at=row.expires_at,
        completed_at=row.completed_at,
        outcome=row.outcome,
        note=note,
        by=row.recorded_by,
    )
