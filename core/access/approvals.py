"""Maker and checker: one person asks, another one decides, and the effect is part of the decision.

What may be asked for are kinds (`core.approvals`), made known once with `register`. The database
judges again that nobody decides what they asked for themselves, and that nothing is decided twice.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from core.access import approval_store, audit
from core.access.actors import SYSTEM, Actor, Forbidden
from core.access.approval_store import DECISION, REASON, Approval, Status
from core.errors import Refusal
from core.ledger import book
from core.store.crashpoints import reached
from core.store.unit import Unit, jsonb


class UnknownApproval(Refusal):
    """There is no such request."""

    code = "unknown_approval"


class ApprovalDecided(Refusal):
    """Somebody was quicker. Fact: ``status``, how it ended."""

    code = "approval_decided"


class ApprovalExpired(Refusal):
    """The time to decide it is over."""

    code = "approval_expired"


class OwnRequest(Refusal):
    """Nobody decides what they asked for, or what is about themselves."""

    code = "own_request"


class NotYourRequest(Refusal):
    """A request is withdrawn by whoever made it."""

    code = "not_your_request"


class AlreadyAsked(Refusal):
    """The same was asked for and is not decided yet, or cannot be asked for twice."""

    code = "already_asked"


class ReasonNeeded(Refusal):
    """Nobody said why."""

    code = "reason_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of thing that may be asked for.

    ``make`` and ``approve`` are permissions, ``mfa`` asks the decider for a second factor.
    ``effect`` runs when it is approved and returns what is kept as its outcome; ``undo`` takes back
    what asking has done, whenever it is not approved; ``tell`` tells the customers how it ended.
    Of a ``confidential`` kind nobody hears but who may ask for it or decide it: its requests name
    no customer and no case, and others are told that there is no such request.
    """

    name: str
    make: str
    approve: str
    mfa: bool
    expires: timedelta
    effect: Callable[[Unit, Approval, Actor], Mapping[str, str]]
    undo: Callable[[Unit, Approval], None] | None = None
    tell: Callable[[Unit, Approval], None] | None = None
    confidential: bool = False


_KINDS: dict[str, Kind] = {}


def register(kinds: Iterable[Kind]) -> None:
    """Make kinds known. Every process does so at its start."""
    _KINDS.update({kind.name: kind for kind in kinds})


def kind_of(name: str) -> Kind:
    """Return the kind of that name.

    :raises LookupError: if nobody made it known
    """
    return _KINDS[name]


def request(
    unit: Unit,
    actor: Actor,
    kind: str,
    *,
    facts: Mapping[str, str],
    customer: UUID | None = None,
    subject: str | None = None,
    case: UUID | None = None,
    reason: str,
) -> Approval:
    """Ask for something that another person decides.

    ``facts`` hold ids and amounts, never words or numbers of people. ``subject`` is what it is
    about, the customer unless given: the same is asked for once at a time. What concerns no
    customer, but the bank itself, names its subject.

    :raises Forbidden: if their role may not ask for it
    :raises ReasonNeeded: if nobody said why
    :raises AlreadyAsked: if it was asked for and is not decided yet
    """
    known = kind_of(kind)
    actor.require(known.make)
    if not reason.strip():
        raise ReasonNeeded
    if (customer is None and subject is None) or (known.confidential and (customer or case)):
        raise ValueError("a request is about something, and a confidential one names nobody")
    asked = Approval(
        id=unit.new_id(),
        kind=kind,
        customer=customer,
        case=case,
        subject=subject or str(customer),
        facts=dict(facts),
        reason=reason.strip(),
        made_by=actor.id,
        made_by_kind=actor.kind,
        made_at=unit.now,
        expires_at=unit.now + known.expires,
        status="pending",
    )
    written = unit.run(
        """
        insert into approvals (id, kind, customer_id, case_id, subject, facts, reason, made_by,
            made_by_kind, made_at, expires_at)
        values (%(id)s, %(kind)s, %(customer)s, %(case)s, %(subject)s, %(facts)s, %(reason)s,
            %(made_by)s, %(made_by_kind)s, %(made_at)s, %(expires_at)s)
        on conflict do nothing
        """,
        id=asked.id,
        kind=kind,
        customer=customer,
        case=case,
        subject=asked.subject,
        facts=jsonb(dict(facts)),
        reason=unit.keys.seal(asked.reason, field=REASON, row=asked.id),
        made_by=asked.made_by,
        made_by_kind=asked.made_by_kind,
        made_at=asked.made_at,
        expires_at=asked.expires_at,
    )
    if not written:
        raise AlreadyAsked
    _note(unit, actor, "approval.requested", asked, reason=asked.reason, after=dict(asked.facts))
    return asked


def approve(unit: Unit, actor: Actor, approval_id: UUID, reason: str = "") -> Approval:
    """Decide that it is done, and do it; decision and effect are kept together or not at all.

    What the effect refuses ends the request as ``failed``, with the code and facts of the refusal
    as its outcome, and nothing else has happened.

    :raises UnknownApproval: if there is no such request
    :raises Forbidden: if their role does not decide this
    :raises ApprovalDecided: if somebody was quicker
    :raises ApprovalExpired: if the time to decide is over
    :raises OwnRequest: if they made it, or it is about them
    :raises MfaNeeded: if it takes a second factor and theirs was not proven lately
    """
    asked, kind = _to_decide(unit, actor, approval_id)
    status: Status = "approved"
    try:
        with unit.savepoint():
            outcome = dict(kind.effect(unit, asked, actor))
    except Refusal as refused:
        book.keep(unit, refused)
        status, outcome = "failed", {"code": refused.code, **refused.facts}
        _undo(unit, kind, asked)
    ended = _end(unit, actor, asked, status, words=reason, outcome=outcome)
    reached("approval.decided")
    return ended


def reject(unit: Unit, actor: Actor, approval_id: UUID, reason: str) -> Approval:
    """Decide that it is not done.

    :raises ReasonNeeded: if nobody said why
    :raises Refusal: whatever `approve` may refuse
    """
    if not reason.strip():
        raise ReasonNeeded
    asked, kind = _to_decide(unit, actor, approval_id)
    _undo(unit, kind, asked)
    return _end(unit, actor, asked, "rejected", words=reason)


def withdraw(unit: Unit, actor: Actor, approval_id: UUID, reason: str = "") -> Approval:
    """Take back what one has asked for; a second factor is not needed.

    :raises UnknownApproval: if there is no such request
    :raises NotYourRequest: if somebody else made it
    :raises ApprovalDecided: if somebody was quicker
    """
    asked = _pending(unit, actor, approval_id)
    if (actor.kind, actor.id) != (asked.made_by_kind, asked.made_by):
        raise NotYourRequest
    _undo(unit, kind_of(asked.kind), asked)
    return _end(unit, actor, asked, "withdrawn", words=reason)


def expire(unit: Unit, approval_id: UUID) -> bool:
    """End a request whose time is over; False when it is not, or somebody is at it."""
    asked = approval_store.lock(unit, approval_id, wait=False)
    if asked is None or asked.status != "pending" or asked.expires_at > unit.now:
        return False
    _undo(unit, kind_of(asked.kind), asked)
    _end(unit, SYSTEM, asked, "expired")
    return True


def hidden_from(actor: Actor) -> frozenset[str]:
    """Return the kinds that somebody hears nothing of."""
    secret = (kind for kind in _KINDS.values() if kind.confidential)
    return frozenset(k.name for k in secret if not (actor.may(k.make) or actor.may(k.approve)))


def may_see(actor: Actor, asked: Approval) -> bool:
    """Return whether somebody may know of a request."""
    return asked.kind not in hidden_from(actor)


def may_decide(actor: Actor, asked: Approval) -> bool:
    """Return whether somebody's role and part in it let them decide a request."""
    return (
        asked.status == "pending"
        and actor.kind == "staff"
        and actor.may(kind_of(asked.kind).approve)
        and not _is_about(actor, asked)
    )


def _pending(unit: Unit, actor: Actor, approval_id: UUID) -> Approval:
    asked = approval_store.lock(unit, approval_id)
    if asked is None or not may_see(actor, asked):
        raise UnknownApproval
    if asked.status != "pending":
        raise ApprovalDecided(status=asked.status)
    return asked


def _to_decide(unit: Unit, actor: Actor, approval_id: UUID) -> tuple[Approval, Kind]:
    """Lock a request that this person may decide now."""
    asked = _pending(unit, actor, approval_id)
    kind = kind_of(asked.kind)
    if actor.kind != "staff":  # the house asks, people decide
        raise Forbidden(permission=kind.approve)
    actor.require(kind.approve)
    if asked.expires_at <= unit.now:
        raise ApprovalExpired
    if _is_about(actor, asked):
        raise OwnRequest
    if kind.mfa:
        actor.require_mfa(unit.now)
    return asked, kind


def _is_about(actor: Actor, asked: Approval) -> bool:
    return actor.id == asked.made_by or str(actor.id) in {asked.subject, str(asked.customer)}


def _undo(unit: Unit, kind: Kind, asked: Approval) -> None:
    """Take back what asking has done; what is gone by itself, such as an expired hold, is fine."""
    if kind.undo is not None:
        with suppress(Refusal), unit.savepoint():
            kind.undo(unit, asked)


def _end(
    unit: Unit,
    actor: Actor,
    asked: Approval,
    status: Status,
    *,
    words: str = "",
    outcome: Mapping[str, str] | None = None,
) -> Approval:
    ended = replace(
        asked,
        status=status,
        decided_by=actor.id if status in {"approved", "rejected", "failed"} else None,
        decided_at=unit.now,
        decision=words.strip(),
        outcome=outcome,
        version=asked.version + 1,
    )
    unit.run(
        """
        update approvals set status = %(status)s, decided_by = %(decided_by)s,
            decided_at = %(now)s, decision = %(decision)s, outcome = %(outcome)s,
            version = %(version)s
        where id = %(id)s
        """,
        id=asked.id,
        status=status,
        decided_by=ended.decided_by,
        decision=unit.keys.seal(ended.decision, field=DECISION, row=asked.id),
        outcome=None if outcome is None else jsonb(dict(outcome)),
        version=ended.version,
        now=unit.now,
    )
    _note(unit, actor, f"approval.{status}", ended, reason=ended.decision, after=outcome)
    tell = kind_of(asked.kind).tell
    if tell is not None:
        tell(unit, ended)
    return ended


def _note(
    unit: Unit,
    actor: Actor,
    action: str,
    approval: Approval,
    *,
    reason: str,
    after: Mapping[str, str] | None,
) -> None:
    secret = kind_of(approval.kind).confidential
    audit.note(
        unit,
        actor,
        action,
        subject="approval",
        subject_id=approval.id,
        customer=approval.customer,
        reason="" if secret else reason,
        fields=["confidential" if secret else approval.kind],
        after=None if secret else after,
    )
