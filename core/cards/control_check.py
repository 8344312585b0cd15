"""Which rules a payment breaks: one that binds declines it, one in shadow is only written down."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.cards.messages import Request
from core.cards.payer import Payer
from core.money import Money
from core.store.unit import Unit

Breaks = Literal["forbidden", "transaction", "day", "month", "count"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a payment would break."""

    control: UUID | None
    """None: the month's limit of the card itself."""
    mode: Literal["shadow", "bind"]
    breaks: Breaks

    @property
    def reason(self) -> str:
        """The reason for a decline, as `core.cards.declines` has it."""
        return "month_limit" if self.control is None else f"rule_{self.breaks}"


def check(
    unit: Unit, request: Request, payer: Payer, *, payment: UUID | None = None, whole: Money
) -> str:
    """Return why the rules of a card decline a payment, or nothing when they let it pass.

    ``whole`` is what it comes to with what was authorised of the same ``payment`` before. What
    broke a rule is written down, whether the rule binds or only watches. One statement, and another
    where a rule was broken.
    """
    rows = unit.all(
        """
        select control_id, mode, breaks from card_control_check(%(card)s, %(payment)s, %(group)s,
            %(country)s, %(home)s, %(way)s, %(amount)s, %(whole)s, %(currency)s, %(limit)s,
            %(zone)s, %(now)s)
        """,
        card=payer.card,
        payment=payment,
        group=payer.trade.group,
        country=request.merchant.country,
        home=payer.country,
        way=request.way,
        amount=request.amount.minor,
        whole=whole.minor,
        currency=payer.currency,
        limit=payer.limit.minor,
        zone=payer.timezone,
        now=unit.now,
    )
    broken = [Broken(row.control_id, row.mode, row.breaks) for row in rows]
    _note(unit, request.id, payer.card, [one for one in broken if one.control is not None])
    return next((one.reason for one in broken if one.mode == "bind"), "")


def _note(unit: Unit, message: UUID, card: UUID, broken: list[Broken]) -> None:
    if not broken:
        return
    unit.run(
        """
        insert into card_control_verdicts (message_id, control_id, card_id, mode, breaks, at)
        select %(message)s, b.control, %(card)s, b.mode, b.breaks, %(now)s
        from unnest(%(controls)s::uuid[], %(modes)s::text[], %(breaks)s::text[])
            as b (control, mode, breaks)
        """,
        message=message,
        card=card,
        controls=[one.control for one in broken],
        modes=[one.mode for one in broken],
        breaks=[one.breaks for one in broken],
        now=unit.now,
    )
