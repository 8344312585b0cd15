"""The queue: who takes which case. Each case goes to one person, however many ask at once.

What the house hands out by itself is chosen in ``case_dealing``.
"""

from uuid import UUID

from core.access import audit
from core.access.actors import SYSTEM, Actor, Forbidden
from core.crm import case_takers
from core.crm.case_store import COLUMNS, UNFINISHED, Case, lock, read, save, signature
from core.crm.case_takers import Taker
from core.crm.case_work import NotYourCase, moved_to
from core.errors import DeskRefusal
from core.store.unit import Row, Unit

USUAL_CAPACITY = 12
"""Cases a member of staff may have in hand; those that wait for the customer are not counted."""
IN_HAND = ("Open", "InProgress", "Escalated")


class CaseTaken(DeskRefusal):
    """Somebody else has it, or there is nothing more to do about it. Fact: ``number``."""

    code = "case_taken"


class CannotTake(DeskRefusal):
    """Whoever it should go to takes no cases, or does not work here (any more)."""

    code = "cannot_take"


class HandsFull(DeskRefusal):
    """They have as many cases in hand as they may. Fact: ``most``."""

    code = "at_capacity"


ORDER = (
    "{c}sla_breached_at is null, {c}reply_breached_at is null, {c}urgency, {c}sla_deadline, {c}id"
)
"""What is late, then who waits too long for an answer, then what is urgent, then due first."""
FRONT = 250
"""How far down the queue a case is looked for that somebody fits; more than a sweep ever locks."""

# One statement finds, locks and takes: a case that another is just taking is passed over.
# The statuses are named in full, once, and those who may not have all take by a statement of their
# own: else the server takes the queue for short, and sorts it instead of reading the front of it
# from its index. Only the front is judged by skill and language, so that a take costs the same
# however long the queue is; nothing there is locked but the one that is taken.
TAKE = """
with front as materialized (
    select id, category, language, sla_breached_at, reply_breached_at, urgency, sla_deadline
    from cases
    where assigned_to is null and {waits} and {which}
        and (%(only)s::text[] = '{{}}' or category = any(%(only)s))
    order by {order} limit {front}
), judged as materialized (
    select id, row_number() over (
        order by (%(skills)s::text[] = '{{}}' or category = any(%(skills)s))
            and (language is null or language = any(%(languages)s::text[])) desc, {order}) as place
    from front order by place
), next as (
    select c.id, c.status from judged join cases c using (id)
    where c.assigned_to is null and c.status in ('Open', 'Escalated')
    order by judged.place limit 1 for update of c skip locked
), taken as (
    update cases c set status = 'InProgress', assigned_to = %(me)s, assigned_at = %(now)s,
        version = c.version + 1, updated_at = %(now)s, updated_by = %(signed)s
    from next where c.id = next.id
    returning {columns}, next.status as was
), told as (
    insert into case_events (id, case_id, at, what, by, actor, was, became)
    select v.id, taken.id, %(now)s, v.what, %(by)s, %(actor)s,
        case v.what when 'status' then taken.was end, v.became
    from taken, (values (%(assigned)s::uuid, 'assigned', %(me)s::text),
                        (%(moved)s::uuid, 'status', 'InProgress')) v (id, what, became)
)
select * from taken
"""
# What gives one person cases comes one by one, before any case is locked: two at once would both
# find room for one more, and whoever is let go meanwhile would keep what they were just given.
TURNS = "select pg_advisory_xact_lock(hashtextextended(%(me)s::text, 14))"
_PARTS = {
    "columns": COLUMNS,
    "front": FRONT,
    "order": ORDER.format(c=""),
}
TAKE_NEXT = TAKE.format(waits="status in ('Open', 'Escalated')", which="true", **_PARTS)
TAKE_NEXT_OPEN = TAKE.format(waits="status = 'Open'", which="true", **_PARTS)
TAKE_THIS = TAKE.format(waits="status = any(%(takes)s)", which="id = %(case)s", **_PARTS)


def take_next(unit: Unit, actor: Actor) -> Case | None:
    """Give an agent the case that should be worked on next, or None when nothing waits.

    What is late comes first, then who waits too long for an answer, then what is urgent, then what
    is due first; but at the front of the queue they are given first what they are good at, of
    customers whose language they speak. Escalated cases go to those who may hand out cases, and a
    role that is there for some categories is given those alone.

    :raises Forbidden: if they may take none
    :raises HandsFull: if they have as many as they may
    """
    return _take(unit, actor, None)


def claim(unit: Unit, actor: Actor, case: Case) -> Case:
    """Give somebody a case that nobody has, and return it as it is now.

    :raises Forbidden: if they may take none, or none of its category
    :raises NotYourCase: if it is escalated and they may not hand out cases
    :raises CannotTake: if they were let go meanwhile
    :raises HandsFull: if they have as many as they may
    :raises CaseTaken: if somebody else has it, or was quicker
    """
    if case.status == "Escalated" and not actor.may("cases.assign"):
        raise NotYourCase(number=case.number)
    taken = _take(unit, actor, case)
    if taken is None:
        raise CaseTaken(number=case.number)
    return taken


def assign(unit: Unit, actor: Actor, case: Case, to: UUID | None) -> Case:
    """Hand a case to a member of staff, or back into the queue (None); return it as it is now.

    Whoever hands out cases may overfill hands. Whoever has a case may put it back themselves.

    :raises Forbidden: if they may not hand out cases
    :raises CaseTaken: if there is nothing more to do about it
    :raises CannotTake: if ``to`` takes no cases, or none of its category
    """
    if to is not None:
        actor.require("cases.assign")
        if not _require_taker(unit, to).takes(case.category):
            raise CannotTake
    before = lock(unit, case.id)
    if actor.id is None or before.assigned_to != actor.id:
        actor.require("cases.assign")
    if before.done:
        raise CaseTaken(number=before.number)
    return _hand(unit, actor, before, to)


def release_all(unit: Unit, actor: Actor, staff: UUID, *, keeps: Taker | None = None) -> list[UUID]:
    """Put everything that a member of staff has back into the queue, and return the cases.

    For somebody who is let go, or away, or has another role now and ``keeps`` what that one takes.
    Cases that waited for their customer are open again. Those who look after staff may do so too,
    since nobody else can let somebody go.

    :raises Forbidden: if they neither hand out cases nor look after staff
    """
    if not actor.may("staff.manage"):
        actor.require("cases.assign")
    unit.run(TURNS, me=staff)
    rows = unit.all(
        f"""
        select {COLUMNS} from cases c
        where c.assigned_to = %(staff)s and c.status = any(%(statuses)s) order by c.id for update
        """,
        staff=staff,
        statuses=list(UNFINISHED),
    )
    gone = [row for row in rows if keeps is None or not keeps.takes(row.category)]
    for row in gone:
        _hand(unit, actor, read(unit, row), None)
    return [row.id for row in gone]


def _hand(unit: Unit, actor: Actor, before: Case, to: UUID | None) -> Case:
    after = moved_to(unit, before, to)
    saved = save(
        unit, before, after, by="agent" if actor.kind == "staff" else "system", actor=actor.id
    )
    _note_assigned(unit, actor, before, before.assigned_to, to)
    return saved


def capacity(unit: Unit, staff: UUID) -> int:
    """Return how many cases a member of staff may have in hand."""
    most: int | None = unit.value(
        "select most from case_capacity where staff_id = %(staff)s", staff=staff
    )
    return USUAL_CAPACITY if most is None else most


def set_capacity(unit: Unit, actor: Actor, staff: UUID, most: int) -> None:
    """Say how many cases a member of staff may have in hand: 0 to 200.

    :raises Forbidden: if they may not hand out cases
    """
    actor.require("cases.assign")
    unit.run(
        """
        insert into case_capacity (staff_id, most) values (%(staff)s, %(most)s)
        on conflict (staff_id) do update set most = excluded.most
        """,
        staff=staff,
        most=most,
    )
    audit.note(
        unit, actor, "staff.capacity_set", subject="staff", subject_id=staff, after={"most": most}
    )


def deal(unit: Unit, case: UUID, to: UUID) -> Case | None:
    """Give somebody a case that nobody has, because the house chose them; None if it cannot be.

    Somebody else was quicker, or they have become full, or do not take it any more.
    """
    unit.run(TURNS, me=to)
    taker = case_takers.taker(unit, to)
    if taker is None or not has_room(unit, to):
        return None
    row = _taken(unit, SYSTEM, to, taker, case, escalated=True)
    if row is None:
        return None
    dealt = read(unit, row)
    _note_assigned(unit, SYSTEM, dealt, None, to)
    return dealt


def pass_on(unit: Unit, case: UUID, *, since: UUID, to: UUID | None) -> Case | None:
    """Give a case of somebody who is not there to somebody else, or back into the queue (None).

    Returns None where it cannot be: ``since`` has it no more, its customer waits no more, or
    ``to`` has become full or does not take it any more.
    """
    if to is not None:
        unit.run(TURNS, me=to)
    row = unit.maybe(
        f"""
        select {COLUMNS} from cases c
        where c.id = %(case)s and c.assigned_to = %(since)s and c.reply_running_since is not null
        for update skip locked
        """,
        case=case,
        since=since,
    )
    if row is None:
        return None
    before = read(unit, row)
    if to is not None:
        taker = case_takers.taker(unit, to)
        if taker is None or not taker.takes(before.category) or not has_room(unit, to):
            return None
    return _hand(unit, SYSTEM, before, to)


def _note_assigned(unit: Unit, actor: Actor, case: Case, was: UUID | None, to: UUID | None) -> None:
    audit.note(
        unit,
        actor,
        "case.assigned",
        subject="case",
        subject_id=case.id,
        customer=case.customer,
        before={"assigned_to": was},
        after={"assigned_to": to},
    )


def _take(unit: Unit, actor: Actor, case: Case | None) -> Case | None:
    actor.require("cases.take")
    if actor.id is None:
        raise LookupError("the house takes no cases")
    taker = _require_taker(unit, actor.id)
    if case is not None and not taker.takes(case.category):
        raise Forbidden(permission=case_takers.PERMISSION)
    _require_room(unit, actor.id)
    escalated = actor.may("cases.assign")
    which = None if case is None else case.id
    row = _taken(unit, actor, actor.id, taker, which, escalated=escalated)
    if row is None:
        return None
    taken = read(unit, row)
    audit.note(
        unit, actor, "case.taken", subject="case", subject_id=taken.id, customer=taken.customer
    )
    return taken


def _taken(
    unit: Unit, actor: Actor, to: UUID, taker: Taker, case: UUID | None, *, escalated: bool
) -> Row | None:
    """Take one case, or the next; of those that are escalated too if they take such."""
    by = "agent" if actor.kind == "staff" else "system"
    return unit.maybe(
        TAKE_THIS if case is not None else TAKE_NEXT if escalated else TAKE_NEXT_OPEN,
        takes=["Open", "Escalated"] if escalated else ["Open"],
        case=case,
        me=to,
        only=sorted(taker.only),
        skills=sorted(taker.skills),
        languages=sorted(taker.languages),
        assigned=unit.new_id(),
        moved=unit.new_id(),
        by=by,
        actor=actor.id,
        signed=signature(by, actor.id),
        now=unit.now,
    )


def _require_taker(unit: Unit, staff: UUID) -> Taker:
    unit.run(TURNS, me=staff)
    found = case_takers.taker(unit, staff)
    if found is None:
        raise CannotTake
    return found


def _require_room(unit: Unit, staff: UUID) -> None:
    many, most = _held(unit, staff)
    if many >= most:
        raise HandsFull(most=str(most))


def has_room(unit: Unit, staff: UUID) -> bool:
    """Return whether somebody may be given another case."""
    many, most = _held(unit, staff)
    return many < most


def _held(unit: Unit, staff: UUID) -> tuple[int, int]:
    """Return how many cases somebody has in hand, and how many they may."""
    row = unit.one(
        """
        select (select count(*) from cases
                where assigned_to = %(staff)s and status = any(%(in_hand)s)) as many,
            coalesce((select most from case_capacity where staff_id = %(staff)s), %(usual)s) as most
        """,
        staff=staff,
        in_hand=list(IN_HAND),
        usual=USUAL_CAPACITY,
    )
    return row.many, row.most
