"""Switching a provider of liquidity off and on by hand: by whom, why, and written down."""

from core.access import audit
from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.errors import DeskRefusal
from core.store.unit import Unit

PERMISSION = "operations.providers"


class UnknownProvider(DeskRefusal):
    """There is no such provider of liquidity."""

    code = "unknown_provider"


class ProviderStands(DeskRefusal):
    """It is switched so already."""

    code = "provider_stands"


def switch(unit: Unit, actor: Actor, provider: str, *, active: bool, reason: str) -> None:
    """Take a provider's prices from now on, or take them no more.

    What was traded with it stays, and so does what is on order.

    :raises Forbidden: if their role switches nobody
    :raises ReasonNeeded: if nobody said why
    :raises UnknownProvider: if there is none of that id
    :raises ProviderStands: if it is switched so already
    """
    actor.require(PERMISSION)
    if not reason.strip():
        raise ReasonNeeded
    was: bool | None = unit.value(
        """
        select is_active from liquidity_providers where provider_id = %(id)s for no key update
        """,
        id=provider,
    )
    if was is None:
        raise UnknownProvider
    if was == active:
        raise ProviderStands
    unit.run(
        """
        update liquidity_providers set is_active = %(active)s, updated_at = %(now)s
        where provider_id = %(id)s
        """,
        id=provider,
        active=active,
        now=unit.now,
    )
    audit.note(
        unit,
        actor,
        "provider.switched",
        subject="provider",
        subject_id=provider,
        reason=reason.strip(),
        before={"active": was},
        after={"active": active},
    )
