"""What becomes of a hit: two people call it a true match, or a false positive.

Either holds for this version of the subject and this version of the entry alone. What was called a
false positive counts no more until one of both changes; anybody of compliance may open it again.
"""

from typing import Literal, cast, get_args
from uuid import UUID

from core.access import approvals, audit
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import ReasonNeeded
from core.errors import DeskRefusal
from core.screening.hits import PERMISSION, UnknownHit, find
from core.store.unit import Row, Unit

KIND = "screening_decision"
Verdict = Literal["true_match", "false_positive"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class HitDecided(DeskRefusal):
    """It is what was asked for already, or the subject or entry has changed. Fact: ``status``."""

    code = "hit_decided"


def request(unit: Unit, actor: Actor, hit_id: UUID, verdict: Verdict, *, reason: str) -> Approval:
    """Ask that a hit is decided; somebody else decides.

    :raises Forbidden: if their role may not ask for it
    :raises UnknownHit: if there is no such hit
    :raises HitDecided: if it is that already, or is about a version that is gone
    :raises ReasonNeeded: if nobody said why
    :raises AlreadyAsked: if it was asked for and is not decided yet
    """
    hit = find(unit, actor, hit_id)
    if hit.status in {verdict, "gone"}:
        raise HitDecided(status=hit.status)
    facts = {
        "hit": str(hit_id),
        "verdict": verdict,
        "list": hit.family,
        "entry": hit.key,
        "score": f"{hit.score:.3f}",
        "subject": hit.subject,
    }
    return approvals.request(unit, actor, KIND, facts=facts, subject=str(hit_id), reason=reason)


def take_effect(unit: Unit, asked: Approval) -> tuple[Verdict, UUID | None]:
    """Decide a hit; return the verdict, and the customer who themselves it is about, if one is.

    :raises UnknownHit: if there is no such hit
    :raises HitDecided: if it is that already, or its subject or entry changed meanwhile
    """
    verdict = cast("Verdict", asked.facts["verdict"])
    hit = _locked(unit, UUID(asked.facts["hit"]))
    if hit.status in {verdict, "gone"}:
        raise HitDecided(status=hit.status)
    unit.run(
        """
        update screening_hits set status = %(verdict)s, decided_at = %(now)s,
            approval_id = %(approval)s
        where id = %(id)s
        """,
        id=hit.id,
        verdict=verdict,
        approval=asked.id,
        now=unit.now,
    )
    return verdict, _stand(unit, hit)


def reopen(unit: Unit, actor: Actor, hit_id: UUID, *, reason: str) -> None:
    """Take a hit off the whitelist: it counts again, and is to be decided again.

    :raises Forbidden: if their role may not
    :raises ReasonNeeded: if nobody said why
    :raises UnknownHit: if there is no such hit
    :raises HitDecided: if it does not stand as a false positive
    """
    actor.require(PERMISSION)
    if not reason.strip():
        raise ReasonNeeded
    hit = _locked(unit, hit_id)
    if hit.status != "false_positive":
        raise HitDecided(status=hit.status)
    unit.run(
        """
        update screening_hits set status = 'open', decided_at = null, approval_id = null
        where id = %(id)s
        """,
        id=hit_id,
    )
    _stand(unit, hit)
    audit.note(
        unit,
        actor,
        "screening.hit_reopened",
        subject="screening hit",
        subject_id=hit_id,
        reason=reason.strip(),
    )


def _locked(unit: Unit, hit_id: UUID) -> Row:
    row = unit.maybe(
        """
        select h.id, h.status, s.subject, s.subject_id
        from screening_hits h join screening_subjects s on s.id = h.subject_id
        where h.id = %(id)s for update of h
        """,
        id=hit_id,
    )
    if row is None:
        raise UnknownHit
    return row


def _stand(unit: Unit, hit: Row) -> UUID | None:
    """Write down anew where the customer stands whom a hit is about; return who that is."""
    if hit.subject != "customer":
        return None
    customer: UUID = hit.subject_id
    unit.run(
        """
        select screening_stand(s.customer_id, s.subject_id, s.state_id, s.screened_at)
        from screening_standings s where s.customer_id = %(customer)s
        """,
        customer=customer,
    )
    return customer
