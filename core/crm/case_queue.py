"""The queue: who takes which case. Each case goes to one person, however many ask at once."""

from uuid import UUID

from core.access import audit
from core.access.actors import Actor, Forbidden
from core.crm import case_takers
from core.crm.case_store import COLUMNS, UNFINISHED, Case, lock, read, save
from core.crm.case_takers import Taker
from core.crm.case_work import NotYourCase, moved_to
from core.errors import DeskRefusal
from core.store.unit import Unit

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


# One statement finds, locks and takes: a case that another is just taking is passed over.
# The statuses are also named in full, or a plan that is kept could not use the queue's index.
TAKE = """
with next as (
    select id, status from cases
    where assigned_to is null and status in ('Open', 'Escalated') and status = any(%(takes)s)
        and {which} and (%(only)s::text[] = '{{}}' or category = any(%(only)s))
    order by sla_breached_at is null, urgency, sla_deadline, id
    limit 1 for update skip locked
), taken as (
    update cases c set status = 'InProgress', assigned_to = %(me)s, assigned_at = %(now)s,
        version = c.version + 1, updated_at = %(now)s, updated_by = %(signed)s
    from next where c.id = next.id
    returning {columns}, next.status as was
), told as (
    insert into case_events (id, case_id, at, what, by, actor, was, became)
    select v.id, taken.id, %(now)s, v.what, 'agent', %(me)s,
        case v.what when 'status' then taken.was end, v.became
    from taken, (values (%(assigned)s::uuid, 'assigned', %(me)s::text),
                        (%(moved)s::uuid, 'status', 'InProgress')) v (id, what, became)
)
select * from taken
"""
# What gives one person cases comes one by one, before any case is locked: two at once would both
# find room for one more, and whoever is let go meanwhile would keep what they were just given.
TURNS = "select pg_advisory_xact_lock(hashtextextended(%(me)s::text, 14))"
TAKE_NEXT = TAKE.format(which="true", columns=COLUMNS)
TAKE_THIS = TAKE.format(which="id = %(case)s", columns=COLUMNS)


def take_next(unit: Unit, actor: Actor) -> Case | None:
    """Give an agent the case that should be worked on next, or None when nothing waits.

    What is late comes first, then what is urgent, then what is due first. Escalated cases go to
    those who may hand out cases, and a role that is there for some categories is given those alone.

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
    audit.note(
        unit,
        actor,
        "case.assigned",
        subject="case",
        subject_id=before.id,
        customer=before.customer,
        before={"assigned_to": before.assigned_to},
        after={"assigned_to": to},
    )
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


def _take(unit: Unit, actor: Actor, case: Case | None) -> Case | None:
    actor.require("cases.take")
    if actor.id is None:
        raise LookupError("the house takes no cases")
    taker = _require_taker(unit, actor.id)
    if case is not None and not taker.takes(case.category):
        raise Forbidden(permission=case_takers.PERMISSION)
    _require_room(unit, actor.id)
    row = unit.maybe(
        TAKE_NEXT if case is None else TAKE_THIS,
        case=None if case is None else case.id,
        me=actor.id,
        only=sorted(taker.only),
        takes=["Open", "Escalated"] if actor.may("cases.assign") else ["Open"],
        assigned=unit.new_id(),
        moved=unit.new_id(),
        signed=f"staff:{actor.id}",
        now=unit.now,
    )
    if row is None:
        return None
    taken = read(unit, row)
    audit.note(
        unit, actor, "case.taken", subject="case", subject_id=taken.id, customer=taken.customer
    )
    return taken


def _require_taker(unit: Unit, staff: UUID) -> Taker:
    unit.run(TURNS, me=staff)
    found = case_takers.taker(unit, staff)
    if found is None:
        raise CannotTake
    return found


def _require_room(unit: Unit, staff: UUID) -> None:
    held = unit.one(
        """
        select (select count(*) from cases
                where assigned_to = %(staff)s and status = any(%(in_hand)s)) as many,
            coalesce((select most from case_capacity where staff_id = %(staff)s), %(usual)s) as most
        """,
        staff=staff,
        in_hand=list(IN_HAND),
        usual=USUAL_CAPACITY,
    )
    if held.many >= held.most:
        raise HandsFull(most=str(held.most))
