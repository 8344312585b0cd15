"""What a third tier is asked for with, for the second person: shown in one answer, for a reason."""

from uuid import UUID

from flask import Response

from bot.console import shell
from bot.console.kyc import embedded
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import approval_list
from core.access.approval_store import Approval
from core.access.approvals import UnknownApproval
from core.errors import Refusal
from core.kyc_review import looking
from core.kyc_review.looking import SECOND, Seen
from core.kyc_review.raising import KIND
from core.store.unit import Unit


@console.get("/kyc/tier/<uuid:asked_id>", endpoint="kyc_tier")
@guard(SECOND)
def asked(asked_id: UUID) -> Response:
    """Ask why somebody wants to see the documents."""
    return _page(asked_id)


@console.post("/kyc/tier/<uuid:asked_id>", endpoint="kyc_tier_shown")
@guard(SECOND)
def shown(asked_id: UUID) -> Response:
    """Show the documents, in this one answer; why is kept."""
    try:
        with shell.house().unit() as unit:
            one = _find(unit, asked_id)
            found = looking.of_tier(
                unit, actor(), UUID(one.facts["request"]), reason=shell.field("reason")
            )
    except UnknownApproval:
        raise
    except Refusal as refusal:
        return _page(asked_id, refused=refusal)
    return _page(asked_id, found)


def _find(unit: Unit, approval_id: UUID) -> Approval:
    one = approval_list.find(unit, actor(), approval_id)
    if one.kind != KIND:
        raise UnknownApproval
    return one


def _page(
    approval_id: UUID, found: list[Seen] | None = None, refused: Refusal | None = None
) -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "approvals")
        one = _find(unit, approval_id)
        people = People()
        people.of_approvals([one])
        people.load(unit)
    return shell.show(
        "kyc_tier",
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        one=one,
        found=found or [],
        pictures={page: told for seen in found or [] for page, told in embedded(seen).items()},
        people=people,
    )
