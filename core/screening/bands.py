"""From which score on a person looks, and from which nothing goes on: changed by two people.

New bands hold from their decision on, and everybody is looked at again with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import get_args

from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.errors import DeskRefusal
from core.screening import rescreen
from core.screening.party import ListKind
from core.store.unit import Unit

KIND = "screening_bands"
LIST_KINDS: tuple[ListKind, ...] = get_args(ListKind)
LEAST, MOST = Decimal("0.5"), Decimal(1)


class BadBands(DeskRefusal):
    """Those are no bands. Fact: ``why``, in words."""

    code = "bad_bands"


@dataclass(frozen=True, slots=True)
class Bands:
    """The bands of one kind of list. Without ``block`` a person decides about every hit."""

    kind: ListKind
    review: Decimal
    block: Decimal | None
    since: datetime | None = None


def held(unit: Unit) -> list[Bands]:
    """Return the bands that hold, one for each kind of list."""
    rows = unit.all(
        """
        select distinct on (kind) kind, review, block, since from screening_bands
        order by kind, since desc
        """
    )
    return [Bands(row.kind, row.review, row.block, row.since) for row in rows]


def request(unit: Unit, actor: Actor, new: Bands, *, reason: str) -> Approval:
    """Ask for other bands; somebody else decides.

    :raises Forbidden: if their role may not ask for it
    :raises BadBands: if a score can never or always be in them
    :raises ReasonNeeded: if nobody said why
    :raises AlreadyAsked: if others of that kind wait for their decision
    """
    _require_sound(new)
    facts = {"kind": new.kind, "review": f"{new.review}", "block": _told(new.block)}
    return approvals.request(
        unit, actor, KIND, facts=facts, subject=f"bands {new.kind}", reason=reason
    )


def take_effect(unit: Unit, asked: Approval) -> Mapping[str, str]:
    """Let new bands hold, and have everybody looked at again.

    :raises BadBands: if a score can never or always be in them
    """
    new = read(asked.facts)
    unit.run(
        """
        insert into screening_bands (kind, since, review, block, approval_id)
        values (%(kind)s, %(now)s, %(review)s, %(block)s, %(approval)s)
        """,
        kind=new.kind,
        review=new.review,
        block=new.block,
        approval=asked.id,
        now=unit.now,
    )
    rescreen.begin(unit, everything=True)
    return {"kind": new.kind}


def read(facts: Mapping[str, str]) -> Bands:
    """Return bands as a request's facts, or a form's fields, tell them.

    :raises BadBands: if they tell none
    """
    kind = facts["kind"]
    if kind not in LIST_KINDS:
        raise BadBands(why="the kind of list")
    try:
        review = Decimal(facts["review"])
        block = Decimal(facts["block"]) if facts["block"] not in {"", "none"} else None
    except InvalidOperation:
        raise BadBands(why="a score is a number such as 0.85") from None
    new = Bands(kind, review, block)
    _require_sound(new)
    return new


def _require_sound(new: Bands) -> None:
    if not (new.review.is_finite() and LEAST <= new.review <= MOST):
        raise BadBands(why=f"review is from {LEAST} to {MOST}")
    if new.block is not None and not (new.block.is_finite() and new.review <= new.block <= MOST):
        raise BadBands(why="block is from review to 1")


def _told(block: Decimal | None) -> str:
    return "none" if block is None else f"{block}"
