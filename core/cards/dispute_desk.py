"""Disputes at the desk: who may see and move them, and who decides a loss.

A loss up to an amount one person decides (``card_dispute_powers``); beyond it one asks and another
decides (`core.approvals.dispute_loss`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from core.access import approvals, audit
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.cards import dispute_store, disputes
from core.cards.dispute_store import Dispute, Event
from core.errors import DeskRefusal
from core.money import Money
from core.store.unit import Unit

READ, WORK = "disputes.read", "disputes.work"
KIND = "dispute_loss"
Bearer = Literal["customer", "bank"]
BEARERS: tuple[Bearer, ...] = get_args(Bearer)


class WordsNeeded(DeskRefusal):
    """A step of a dispute takes words: what was said, or why."""

    code = "words_needed"


@dataclass(frozen=True, slots=True)
class Seen:
    """A dispute as whoever works on it sees it."""

    dispute: Dispute
    events: list[Event]
    alone: Money
    """Up to how much of a loss one person decides alone."""
    pending: UUID | None
    """The request for a loss that waits to be decided."""


def listed(
    unit: Unit, actor: Actor, *, running: bool, after: UUID | None, limit: int
) -> list[Dispute]:
    """Return a page of disputes, the newest first.

    :raises Forbidden: if their role does not see disputes
    """
    actor.require(READ)
    return dispute_store.listed(unit, running=running, after=after, limit=limit)


def look(unit: Unit, actor: Actor, dispute_id: UUID) -> Seen:
    """Return a dispute with all that happened.

    :raises Forbidden: if their role does not see disputes
    :raises UnknownDispute: if there is none of that id
    """
    actor.require(READ)
    found = dispute_store.get(unit, dispute_id)
    pending: UUID | None = unit.value(
        """
        select id from approvals
        where kind = %(kind)s and subject = %(subject)s and status = 'pending' limit 1
        """,
        kind=KIND,
        subject=_subject(found),
    )
    return Seen(found, dispute_store.events(unit, found), _alone(unit, found), pending)


def seen(unit: Unit, actor: Actor, dispute: Dispute) -> None:
    """Note that somebody read what was said about a dispute."""
    _note(unit, actor, "card.dispute_read", dispute)


def evidence(unit: Unit, actor: Actor, dispute_id: UUID, words: str) -> Dispute:
    """Keep what a member of staff found out about a dispute.

    :raises Refusal: as `_to_work_on` and `disputes.add_evidence` do
    """
    dispute = _to_work_on(unit, actor, dispute_id, words)
    moved = disputes.add_evidence(unit, dispute, by=str(actor.id), words=words)
    _note(unit, actor, "card.dispute_evidence", dispute)
    return moved


def represented(unit: Unit, actor: Actor, dispute_id: UUID, words: str) -> Dispute:
    """Write down what the merchant's bank says.

    :raises Refusal: as `_to_work_on` and `disputes.represent` do
    """
    dispute = _to_work_on(unit, actor, dispute_id, words)
    moved = disputes.represent(unit, dispute, by=str(actor.id), words=words)
    _note(unit, actor, "card.dispute_represented", dispute)
    return moved


def won(unit: Unit, actor: Actor, dispute_id: UUID, words: str) -> Dispute:
    """End a dispute for its customer: the scheme has decided so.

    :raises Refusal: as `_to_work_on` and `disputes.win` do
    """
    dispute = _to_work_on(unit, actor, dispute_id, words)
    moved = disputes.win(unit, dispute, by=str(actor.id), words=words)
    _note(unit, actor, "card.dispute_won", dispute)
    return moved


def lost(
    unit: Unit, actor: Actor, dispute_id: UUID, *, bearer: Bearer, words: str
) -> Dispute | Approval:
    """End a dispute that was lost, or ask for it where one person may not decide it alone.

    :raises Refusal: as `_to_work_on`, `disputes.lose` and `approvals.request` do
    """
    dispute = _to_work_on(unit, actor, dispute_id, words)
    dispute.require_running()
    if dispute.amount <= _alone(unit, dispute):
        ended = disputes.lose(unit, dispute, by=str(actor.id), bearer=bearer, words=words)
        _note(unit, actor, "card.dispute_lost", dispute)
        return ended
    return approvals.request(
        unit,
        actor,
        KIND,
        facts={
            "dispute": str(dispute.id),
            "reference": dispute.reference,
            "amount": str(dispute.amount),
            "bearer": bearer,
        },
        customer=dispute.customer,
        subject=_subject(dispute),
        case=dispute.case,
        reason=words,
    )


def take_effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    """End a dispute as it was asked for.

    :raises DisputeOver: if it has ended meanwhile
    """
    dispute = dispute_store.lock(unit, UUID(asked.facts["dispute"]))
    bearer: Bearer = "bank" if asked.facts["bearer"] == "bank" else "customer"
    disputes.lose(unit, dispute, by=str(by.id), bearer=bearer, words=asked.reason)
    return {"reference": dispute.reference, "bearer": bearer}


def _to_work_on(unit: Unit, actor: Actor, dispute_id: UUID, words: str) -> Dispute:
    """Return a dispute locked, for somebody who may move it and says why.

    :raises Forbidden: if their role does not work on disputes
    :raises WordsNeeded: if nothing was said
    :raises UnknownDispute: if there is none of that id
    """
    actor.require(WORK)
    if not words.strip():
        raise WordsNeeded
    return dispute_store.lock(unit, dispute_id)


def _alone(unit: Unit, dispute: Dispute) -> Money:
    """Return up to how much of a loss one person decides; nothing where nobody has said."""
    alone: int | None = unit.value(
        "select alone from card_dispute_powers where currency = %(currency)s",
        currency=dispute.amount.currency,
    )
    return Money(alone or 0, dispute.amount.currency)


def _subject(dispute: Dispute) -> str:
    return f"dispute {dispute.id}"


def _note(unit: Unit, actor: Actor, action: str, dispute: Dispute) -> None:
    audit.note(
        unit,
        actor,
        action,
        subject="card_dispute",
        subject_id=dispute.id,
        customer=dispute.customer,
    )
